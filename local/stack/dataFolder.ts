/**
 * The folder in which a stack keeps all its data: one stack at a time may have it, and what lies in it belongs together.
 *
 * The log of the hubs, the checkpoints and the state in Redis tell one story. A mark says that they do; it is the first thing to go
 * when the folder is cleared and the last to come, so a folder without it (a clearing that was killed) is cleared again.
 */
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { StackFault } from './fault.ts';
import { takenOf } from './freePorts.ts';
import { type Holder, holderOf, type Lock, takeLock } from './lock.ts';
import { endStrayRedis } from './stray.ts';

export interface DataFolder {
  readonly path: string;
  /** Whether it holds what an earlier stack left. */
  readonly isKept: boolean;
  /** Why it is not the folder, or not the data, that would be expected; null where it is. */
  readonly remark: string | null;
  /** Notes a port before a server starts on it, so that whoever comes after a crash can wait until the server is gone. */
  notePort(port: number): void;
  /** Lets others have it. */
  release(): void;
}

export interface DataFolderOptions {
  /** The folder; the first of `PATH`, `PATH-2`, … that nobody has, unless `exactly` this one is meant. */
  readonly path: string;
  readonly exactly: boolean;
  readonly partitions: number;
  /** Whether to begin with nothing, whatever is there. */
  readonly clear: boolean;
}

interface Mark {
  readonly layout: number;
  readonly partitions: number;
}

/** Raised when a folder written by an older version can no longer be read. */
const LAYOUT = 1;
const FOLDERS_MAX = 20;
/** Servers that lost their parent end by themselves within five seconds. */
const STALE_MS_MAX = 8_000;
const STALE_POLL_MS = 50;

/** Takes a folder. Rejects with a StackFault where it, or every one of its kind, is in use. */
export async function openDataFolder(options: DataFolderOptions): Promise<DataFolder> {
  const { folder, lock } = await takeFirst(options);
  try {
    return await prepare(folder, lock, options);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function takeFirst({ path: wanted, exactly }: DataFolderOptions): Promise<{ folder: string; lock: Lock }> {
  for (let i = 1; i <= (exactly ? 1 : FOLDERS_MAX); i++) {
    const folder = path.resolve(i === 1 ? wanted : `${wanted}-${i}`);
    fs.mkdirSync(folder, { recursive: true });
    const lock = await takeLock(lockFile(folder), (dead) => untilServersAreGone(dead, folder));
    if (lock !== null) return { folder, lock };
  }
  const holder = holderOf(lockFile(path.resolve(wanted)));
  const by = holder === null ? '' : ` by process ${holder.pid}`;
  throw new StackFault(
    exactly
      ? `${wanted} is in use${by}: stop that first, or name another folder with --data.`
      : `${wanted} and ${FOLDERS_MAX - 1} more like it are in use${by} and others: stop some of them first.`,
    2,
  );
}

const lockFile = (folder: string): string => path.join(folder, 'running.json');

/** After a crash: the servers notice that they are alone, and may be writing down what they have. */
async function untilServersAreGone({ ports }: Holder, folder: string): Promise<void> {
  const late = performance.now() + STALE_MS_MAX;
  // Later than that the ports are somebody else's.
  while (performance.now() < late) {
    const taken = await takenOf(ports);
    if (taken.length === 0) return;
    for (const port of taken) await endStrayRedis(port, path.join(folder, 'redis'));
    await pause(STALE_POLL_MS);
  }
}

async function prepare(folder: string, lock: Lock, options: DataFolderOptions): Promise<DataFolder> {
  const mark = readMark(folder);
  const isOther = mark !== null && mark.partitions > options.partitions;
  const isKept = !options.clear && mark !== null && mark.layout === LAYOUT && !isOther;
  if (!isKept) clear(folder);
  writeMark(folder, { layout: LAYOUT, partitions: options.partitions });
  const remarks = [
    ...(folder === path.resolve(options.path) ? [] : [`${options.path} is in use: the data go to ${folder}`]),
    ...(isOther && !options.clear
      ? [`the data were of hubs with ${mark.partitions} partitions, and hubs cannot shrink: all cleared`]
      : []),
  ];
  const ports: number[] = [];
  return {
    path: folder,
    isKept,
    remark: remarks.length === 0 ? null : remarks.join('; '),
    notePort(port) {
      ports.push(port);
      lock.note(ports);
    },
    release: () => lock.release(),
  };
}

const markFile = (folder: string): string => path.join(folder, 'stack.json');

function readMark(folder: string): Mark | null {
  try {
    return JSON.parse(fs.readFileSync(markFile(folder), 'utf8')) as Mark;
  } catch {
    // Not there, or cut short.
    return null;
  }
}

function writeMark(folder: string, mark: Mark): void {
  // Renamed into place, so that a kill in between leaves the old one or the new one.
  fs.writeFileSync(`${markFile(folder)}.new`, JSON.stringify(mark));
  fs.renameSync(`${markFile(folder)}.new`, markFile(folder));
}

/** Only what a stack puts there: a folder that somebody named by mistake must not lose anything else. */
const CONTENTS = ['eventhubs', 'azurite', 'redis', 'service.log', 'sample.ndjson'];

function clear(folder: string): void {
  fs.rmSync(markFile(folder), { force: true });
  for (const name of CONTENTS) fs.rmSync(path.join(folder, name), { recursive: true, force: true, maxRetries: 5 });
}
