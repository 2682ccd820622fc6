/** Runs servers as child processes that neither outlive this process nor hear the terminal's Ctrl-C. */
import { type ChildProcess, spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';

/** A server that said that it is ready. */
export interface Child {
  readonly pid: number;
  /** Resolves once the server and its guard are gone, for whatever reason. */
  readonly gone: Promise<void>;
  /** Asks the server to end, and resolves when it has; kills it if it takes longer than ten seconds. */
  stop(): Promise<void>;
  /** Ends the server as a power cut would, and resolves when it is gone. */
  kill9(): Promise<void>;
}

const stopMs = 10_000;
const readyMsDefault = 30_000;
/** Output kept for the error message of a server that fails to start. */
const outputCharactersMax = 4000;

/*
 * The shell between us and the server is its guard. Its standard input is a pipe from this process, which the system closes
 * when this process ends, be it by kill -9: an exit hook would not run then, and redis-server cannot watch its parent. The
 * guard leads a process group of its own, so the terminal's Ctrl-C reaches only us and we decide the order of the closing,
 * and one signal to the group reaches guard and server alike. The guard outlives that signal until it has taken its server's
 * exit status, so that no zombie is left.
 */
const guardScript = `
exec 3<&0 </dev/null
"$@" 3<&- &
server=$!
{ read -r _ <&3; kill -TERM "$server"; sleep 5; kill -KILL "$server"; } 2>/dev/null >/dev/null &
watch=$!
trap : TERM
wait "$server"
status=$?
while kill -0 "$server" 2>/dev/null; do
  wait "$server"
  status=$?
done
kill -KILL "$watch" 2>/dev/null
exit "$status"
`;

export interface ChildOptions {
  /** What to call it in error messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** What the server prints once it answers. */
  readonly ready: RegExp;
  readonly cwd?: string;
  /** Milliseconds it may take until ready; 30,000 by default. */
  readonly readyMs?: number;
}

/** Starts a server and waits until it says it is ready. Rejects with its last output if it ends or takes too long before. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, command, args, ready, cwd, readyMs = readyMsDefault } = options;
  const guard = spawn('sh', ['-c', guardScript, 'guard', command, ...args], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  // The guard may be gone before the pipe is: that is no error of ours.
  guard.stdin.on('error', () => {});
  // `close` and not `exit`: the server holds the other end of its output until it is gone, also if the guard went first.
  const gone = new Promise<void>((resolve) => guard.once('close', () => resolve()));
  const signal = (what: NodeJS.Signals) => signalGroup(guard, what);
  const kill9 = async () => {
    signal('SIGKILL');
    await gone;
  };
  const stop = async () => {
    signal('SIGTERM');
    const late = setTimeout(() => signal('SIGKILL'), stopMs);
    await gone;
    clearTimeout(late);
  };
  try {
    await untilReady(guard, ready, name, readyMs);
  } catch (error) {
    await kill9();
    throw error;
  }
  return { pid: guard.pid!, gone, stop, kill9 };
}

function signalGroup(guard: ChildProcess, what: NodeJS.Signals): void {
  if (guard.pid === undefined) return;
  try {
    process.kill(-guard.pid, what);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function untilReady(guard: ChildProcess, ready: RegExp, name: string, readyMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    let isDone = false;
    const end = (problem?: string) => {
      if (isDone) return;
      isDone = true;
      clearTimeout(timer);
      if (problem === undefined) resolve();
      else reject(new Error(`${name} ${problem}. Its last words:\n${output.trim() || '(none)'}`));
    };
    const timer = setTimeout(() => end(`was not ready within ${readyMs} ms`), readyMs);
    for (const stream of [guard.stdout, guard.stderr]) {
      const decoder = new StringDecoder();
      // Read on after it is ready, or the pipe would fill and stop the server.
      stream?.on('data', (chunk: Buffer) => {
        if (isDone) return;
        output = (output + decoder.write(chunk)).slice(-outputCharactersMax);
        if (ready.test(output)) end();
      });
    }
    guard.once('error', (error) => end(`could not be started: ${error.message}`));
    guard.once('close', (code) => end(`ended with ${code} before it was ready`));
  });
}
