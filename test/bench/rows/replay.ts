/** What a replay of files costs, all of it, against JSON.parse of each of their lines, and nothing else of that process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type Figure, median, medianRatio, type Row, round } from '../figure.ts';
import { eventOf, RECORDS_PER_EVENT } from '../work.ts';

const RECORDS = 1_000_000;
/** Each small enough to be held at once, as who parses it must. */
const FILES = 4;
const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

/** Tells on a pipe of its own what a process has used, with start and output, when it ends. */
const TELL_ALL = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from 'node:fs';
  process.on('exit', () => writeSync(3, JSON.stringify({ cpu: process.cpuUsage(), ms: performance.now() })));
`)}`;

/** Line by line out of one buffer: what reads files in lines costs more than the parsing. The reading is not counted. */
const PARSE = `
  import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
  let ms = 0;
  const cpu = { user: 0, system: 0 };
  let bytes = Buffer.alloc(0);
  for (const file of process.argv.slice(1)) {
    const fd = openSync(file);
    const { size } = fstatSync(fd);
    if (size > bytes.length) bytes = Buffer.alloc(size);
    for (let at = 0; at < size; ) at += readSync(fd, bytes, at, size - at, at);
    closeSync(fd);
    const before = process.cpuUsage();
    const begun = performance.now();
    for (let at = 0, end; at < size; at = end + 1) {
      end = bytes.indexOf(10, at);
      JSON.parse(bytes.toString('utf8', at, end));
    }
    const used = process.cpuUsage(before);
    cpu.user += used.user;
    cpu.system += used.system;
    ms += performance.now() - begun;
  }
  writeSync(3, JSON.stringify({ cpu, ms }));
`;

export const replayRow: Row = {
  name: 'replay',
  about: `CPU of a replay of ${RECORDS.toLocaleString('en')} records from files, with start and reading, against JSON.parse of each of their lines`,
  async measure(pairs, say) {
    const folder = mkdtempSync(join(tmpdir(), 'guestwatch-bench-'));
    try {
      const files = Array.from({ length: FILES }, (_, i) => join(folder, `day${i}.ndjson`));
      for (const [i, file] of files.entries()) await write(file, i);
      const own: Usage[] = [];
      const peer: Usage[] = [];
      for (let turn = 0; turn < pairs; turn++) {
        own.push(await usageOf(['--import', TELL_ALL, '--import', 'tsx', MAIN, 'replay', '--rows', ...files]));
        peer.push(await usageOf(['--input-type=module', '-e', PARSE, ...files]));
        say(`${round(own.at(-1)!.cpu)} s, JSON.parse ${round(peer.at(-1)!.cpu)} s`);
      }
      return figuresOf(own, peer);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

/** Seconds. */
interface Usage {
  readonly cpu: number;
  readonly wall: number;
}

function figuresOf(own: readonly Usage[], peer: readonly Usage[]): Figure[] {
  const figure = (what: string, of: keyof Usage, target: Figure['target']): Figure => {
    const [ours, theirs] = [own, peer].map((usages) => usages.map((usage) => usage[of])) as [number[], number[]];
    const sides = { own: `${round(median(ours))} s`, peer: `${round(median(theirs))} s` };
    return { what, ...sides, value: medianRatio(theirs, ours), unit: 'times', target };
  };
  return [
    figure('replay: CPU of a million records from files, as fast as JSON.parse', 'cpu', { atLeast: 1.5 }),
    figure('replay: the same by the clock on the wall', 'wall', null),
  ];
}

/** One envelope to a line: that part of the day. */
async function write(file: string, part: number): Promise<void> {
  const out = createWriteStream(file);
  const events = Math.ceil(RECORDS / FILES / RECORDS_PER_EVENT);
  for (let n = part * events; n < (part + 1) * events; n++) {
    out.write(eventOf(n, Date.now()).body);
    if (!out.write('\n')) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}

async function usageOf(args: readonly string[]): Promise<Usage> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
  const told = text(child.stdio[3] as NodeJS.ReadableStream);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${args.slice(-FILES).join(' ')} ended with ${code}`);
  const { cpu, ms } = JSON.parse(await told) as { cpu: NodeJS.CpuUsage; ms: number };
  return { cpu: (cpu.user + cpu.system) / 1_000_000, wall: ms / 1_000 };
}
