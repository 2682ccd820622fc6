/** How long a replay of files takes, against JSON.parse of each of their lines, and nothing else. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Figure, median, medianRatio, type Row, round } from '../figure.ts';
import { eventOf } from '../work.ts';

/** 180,000 records: what is told for a million is reckoned from them. */
const EVENTS = 10_000;
/** Line by line out of one buffer: what reads files in lines costs more than the parsing. */
const PARSE = `
  import { readFileSync } from 'node:fs';
  const bytes = readFileSync(process.argv[1]);
  for (let at = 0, end; at < bytes.length; at = end + 1) {
    end = bytes.indexOf(10, at);
    JSON.parse(bytes.toString('utf8', at, end));
  }
`;

export const replayRow: Row = {
  name: 'replay',
  about: 'time of a replay of files, against JSON.parse of each of their lines',
  async measure(pairs, say) {
    const folder = mkdtempSync(join(tmpdir(), 'guestwatch-bench-'));
    try {
      const file = join(folder, 'day.ndjson');
      const records = await write(file);
      const own: number[] = [];
      const peer: number[] = [];
      for (let turn = 0; turn < pairs; turn++) {
        const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
        own.push(await secondsOf(['--import', 'tsx', main, 'replay', '--rows', file]));
        peer.push(await secondsOf(['--input-type=module', '-e', PARSE, file]));
        say(`${round(own.at(-1)!)} s, JSON.parse ${round(peer.at(-1)!)} s`);
      }
      return [figureOf(own, peer, records)];
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

function figureOf(own: readonly number[], peer: readonly number[], records: number): Figure {
  const told = (seconds: readonly number[]): string => `${round((median(seconds) / records) * 1_000_000)} s`;
  return {
    what: 'replay: a million records from files, against JSON.parse of their lines',
    ...{ own: told(own), peer: told(peer) },
    ...{ value: medianRatio(peer, own), unit: 'times', target: { atLeast: 1.5 } },
  };
}

/** One envelope to a line; gives how many records they hold. */
async function write(file: string): Promise<number> {
  const out = createWriteStream(file);
  let records = 0;
  for (let n = 0; n < EVENTS; n++) {
    const event = eventOf(n, Date.now());
    records += event.records;
    out.write(event.body);
    if (!out.write('\n')) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return records;
}

/** Of a process from its start to its end, as whoever waits for it sees it. */
async function secondsOf(args: readonly string[]): Promise<number> {
  const begun = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${args.slice(-3).join(' ')} ended with ${code}`);
  return (performance.now() - begun) / 1_000;
}
