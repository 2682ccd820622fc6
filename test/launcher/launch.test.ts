/** The launcher as a process: output, exit codes, signals and paths are those of what it runs. */
import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { envelope, SAMPLES } from '../replay/samples.ts';

const LAUNCHER = fileURLToPath(new URL('../../local/launch.js', import.meta.url));

interface Options {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

function start(argv: readonly string[], { cwd, env }: Options = {}): ChildProcessWithoutNullStreams {
  // Run by `npm test`, this file would otherwise hand on that it was.
  const { npm_lifecycle_event: _, INIT_CWD: __, ...inherited } = process.env;
  return spawn(process.execPath, [LAUNCHER, ...argv], {
    env: { ...inherited, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
}

function textOf(stream: NodeJS.ReadableStream): () => string {
  const parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  return () => Buffer.concat(parts).toString();
}

/** Runs to the end; gives everything. */
async function launch(argv: readonly string[], options?: Options & { readonly input?: string }) {
  const child = start(argv, options);
  const [out, err] = [textOf(child.stdout), textOf(child.stderr)];
  child.stdin.end(options?.input ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out: out(), err: err() };
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'launch-'));
  t.after(() => rmSync(path, { recursive: true }));
  writeFileSync(join(path, 'records.json'), envelope(SAMPLES));
  return path;
}

test('a command runs with nothing but its own output on standard output, and its exit code', async () => {
  const help = await launch(['guestwatch', '--', '--help']);
  assert.equal(help.code, 0);
  assert.ok(help.out.startsWith('guestwatch finds'), help.out);
  assert.equal(help.err, '');
  assert.equal((await launch(['guestwatch', 'nonsense'])).code, 2);
});

test('what the launcher does not know ends with 2, on standard error', async () => {
  const { code, out, err } = await launch(['nonsense']);
  assert.deepEqual([code, out], [2, '']);
  assert.match(err, /^guestwatch: launch\.js runs one of/);
});

test('paths are meant from the folder of the user, also where npm has moved to the checkout', async (t) => {
  const cwd = folder(t);
  const direct = await launch(['guestwatch', 'replay', 'records.json'], { cwd });
  assert.equal(direct.code, 0, direct.err);
  assert.equal((JSON.parse(direct.out) as unknown[]).length, 2);
  const byNpm = await launch(['guestwatch', 'replay', 'records.json'], {
    env: { npm_lifecycle_event: 'guestwatch', INIT_CWD: cwd },
  });
  assert.equal(byNpm.out, direct.out);
  const elsewhere = await launch(['guestwatch', 'replay', 'records.json'], { env: { INIT_CWD: cwd } });
  assert.equal(elsewhere.code, 2, 'a folder that another npm left behind does not count');
});

test('standard input reaches the command', async (t) => {
  const wanted = await launch(['guestwatch', 'replay', 'records.json'], { cwd: folder(t) });
  assert.equal((await launch(['guestwatch', 'replay', '-'], { input: envelope(SAMPLES) })).out, wanted.out);
});

test('a command whose reader goes away ends quietly', async (t) => {
  const lines = Array.from({ length: 3_000 }, (_, i) =>
    JSON.stringify({
      ...SAMPLES[3],
      properties: {
        ...(SAMPLES[3]!['properties'] as object),
        id: `${i}`,
        initiatedBy: { user: { userPrincipalName: 'bob@partner.com', ipAddress: `10.0.${i >> 8}.${i & 255}` } },
      },
    }),
  );
  const cwd = folder(t);
  writeFileSync(join(cwd, 'many.ndjson'), [JSON.stringify(SAMPLES[2]), ...lines].join('\n'));
  const child = start(['guestwatch', 'replay', 'many.ndjson'], { cwd });
  const err = textOf(child.stderr);
  child.stdout.once('data', () => child.stdout.destroy());
  const [code] = (await once(child, 'close')) as [number | null];
  assert.deepEqual([code, err()], [0, '']);
});

/** A replay that waits for its input, and the process that runs it. */
async function waiting(): Promise<{ child: ChildProcessWithoutNullStreams; gone: Promise<unknown[]> }> {
  const child = start(['guestwatch', 'replay', '/dev/stdin', '--format', 'json']);
  const gone = once(child, 'close');
  // Its answer to the first half of its input cannot come yet, so only the system can say that it runs.
  await childOf(child.pid!);
  return { child, gone };
}

async function childOf(pid: number): Promise<number> {
  const { readFileSync } = await import('node:fs');
  for (;;) {
    const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    if (pids !== '') return Number(pids.split(' ')[0]);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const LINUX = process.platform === 'linux' ? false : 'needs /proc';

test('a signal to the launcher ends what it runs', { skip: LINUX }, async () => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    const { child, gone } = await waiting();
    const inner = await childOf(child.pid!);
    child.kill(signal);
    const [code] = await gone;
    assert.equal(code, signal === 'SIGINT' ? 130 : 143);
    assert.ok(!isAlive(inner));
  }
});

test('what the launcher runs ends when the launcher is killed', { skip: LINUX }, async () => {
  const { child, gone } = await waiting();
  const inner = await childOf(child.pid!);
  child.kill('SIGKILL');
  // Its end of the pipes closes only when the inner process is gone too.
  await gone;
  while (isAlive(inner)) await new Promise((resolve) => setImmediate(resolve));
});
