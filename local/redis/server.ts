/** Runs a real redis-server process. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Child, startChild } from '../child.ts';
import { freePorts } from '../ports.ts';

export interface RedisOptions {
  /** A port that is free; any if absent. */
  readonly port?: number;
  /** Directory for its data; without it a temporary one, deleted by `stop`. */
  readonly dir?: string;
  /** Whether every write goes to an append-only file, which survives `kill9`. On by default. */
  readonly appendOnly?: boolean;
  /** Whether `limitFiles` has writes fail, as a full disk does, and not the system kill it. Off by default. */
  readonly survivesFileLimit?: boolean;
  /** Further settings by the names of redis.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  readonly dir: string;
  /** Ends it, letting it save, and deletes its directory if that was temporary. */
  stop(): Promise<void>;
  /** Ends it as a power cut would; its directory stays. */
  kill9(): Promise<void>;
  /** Starts it again on the same port and directory, ending it first if it runs. */
  restart(): Promise<void>;
  /** Makes it stand still where it is, with its connections open, as a machine does that swaps or is being moved. */
  pause(): void;
  /** Lets it go on; nothing happens if it does not stand still. */
  resume(): void;
  /**
   * From now on no file of it grows beyond so many bytes: the kernel refuses what is more, as it does on a full disk. Null lifts
   * the limit, and so does a new start.
   */
  limitFiles(bytes: number | null): void;
}

/** Runs what follows with the signal ignored that would kill whoever writes beyond the limit. */
const SURVIVING = ['-c', `trap '' XFSZ; exec "$@"`, 'sh'];

const pidFile = 'redis.pid';

/** Starts a redis-server and waits until it answers. Rejects if there is none on the path, or with its last words. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const command = findRedis();
  const port = options.port ?? (await freePorts(1))[0]!;
  const isTemporary = options.dir === undefined;
  const dir = path.resolve(options.dir ?? fs.mkdtempSync(path.join(os.tmpdir(), 'redis-')));
  fs.mkdirSync(dir, { recursive: true });
  const args = Object.entries({
    port: String(port),
    bind: '127.0.0.1',
    dir,
    // Its process is a child of the guard that we start, and known to us by this alone.
    pidfile: path.join(dir, pidFile),
    // Snapshots would only blur what is lost without the append-only file.
    save: '',
    appendonly: options.appendOnly === false ? 'no' : 'yes',
    'maxmemory-policy': 'noeviction',
    ...options.settings,
  }).flatMap(([name, value]) => [`--${name}`, value]);
  const called = options.survivesFileLimit
    ? { command: 'sh', args: [...SURVIVING, command, ...args] }
    : { command, args };
  const start = () => startChild({ name: 'redis-server', ...called, cwd: dir, ready: /Ready to accept connections/ });
  let child: Child = await start();
  let isPaused = false;
  const pid = (): number => Number(fs.readFileSync(path.join(dir, pidFile), 'utf8'));
  const signal = (what: NodeJS.Signals): void => void process.kill(pid(), what);
  const resume = (): void => {
    if (isPaused) signal('SIGCONT');
    isPaused = false;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    dir,
    async stop() {
      resume();
      await child.stop();
      if (isTemporary) fs.rmSync(dir, { recursive: true, force: true });
    },
    async kill9() {
      isPaused = false;
      await child.kill9();
    },
    async restart() {
      resume();
      await child.stop();
      child = await start();
    },
    pause() {
      isPaused = true;
      signal('SIGSTOP');
    },
    resume,
    limitFiles(bytes) {
      execFileSync('prlimit', ['--pid', String(pid()), `--fsize=${bytes ?? 'unlimited'}:unlimited`]);
    },
  };
}

/** The path of redis-server. Throws, saying what to install, if there is none. */
function findRedis(): string {
  for (const dir of (process.env['PATH'] ?? '').split(path.delimiter)) {
    const file = path.join(dir, 'redis-server');
    try {
      fs.accessSync(file, fs.constants.X_OK);
      return file;
    } catch {
      // Not in this directory.
    }
  }
  throw new Error(
    'There is no redis-server on the path. Install Redis 7.0 or newer: apt install redis-server, or brew install redis.',
  );
}
