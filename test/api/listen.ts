/** A logger at its most talkative, and its lines. */
import { Writable } from 'node:stream';
import pino from 'pino';

export function listen() {
  const lines: Record<string, unknown>[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  return { lines, logger: pino({ level: 'trace' }, stream) };
}
