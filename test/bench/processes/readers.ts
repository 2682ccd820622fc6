/** Readers of the stream, in a process of their own: says of each finding when the last of them has it. */
import { get } from 'node:http';
import type { ReadersOrder, ReadersReply } from './protocol.ts';

const tell = (reply: ReadersReply): void => void process.send!(reply);

process.once('message', ({ apiUrl, readers, guests }: ReadersOrder) => {
  const pattern = new RegExp(guests, 'g');
  const readersOf = new Map<string, number>();
  let following = 0;
  for (let i = 0; i < readers; i++) {
    const had = new Set<string>();
    get(`${apiUrl}/v1/stream`, { agent: false }, (answer) => {
      if (answer.statusCode !== 200) throw new Error(`a stream answers ${answer.statusCode}`);
      let rest = '';
      answer.on('data', (chunk: Buffer) => {
        rest += chunk;
        const end = rest.lastIndexOf('\n\n');
        if (end === -1) return;
        for (const [guest] of rest.slice(0, end).matchAll(pattern)) {
          if (had.has(guest)) continue;
          had.add(guest);
          const count = (readersOf.get(guest) ?? 0) + 1;
          readersOf.set(guest, count);
          if (count === readers) tell({ kind: 'told', guest, at: Date.now() });
        }
        rest = rest.slice(end);
      });
      if (++following === readers) tell({ kind: 'following' });
    });
  }
});
process.on('disconnect', () => process.exit(0));
