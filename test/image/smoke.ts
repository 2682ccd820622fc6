/** The image on the local stack, as anyone would try it: settings, signals, health, confinement, findings, and an orderly stop. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once as event } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { scenes } from '../../local/demo/scenes.ts';
import { type Environment, readConfig } from '../../src/config.ts';
import { findingsIn } from '../e2e/asking.ts';
import { eventually } from '../e2e/waiting.ts';
import { killed, once, start, startReading } from './container.ts';
import { CheckFault, step } from './step.ts';
import { ask, ROOT, temporaryFolder } from './tools.ts';

export async function smoke(): Promise<void> {
  await commands();
  const folder = temporaryFolder();
  const stack = await openStack(folder);
  try {
    await service(stack.environment);
  } finally {
    await stack.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function commands(): Promise<void> {
  await step('it tells its version, which is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { version: string };
    assert.deepEqual(await once(['--version']), { code: 0, out: `${version}\n`, err: '' });
  });
  await step('without settings it ends with 2, and names each that it needs', async () => {
    const { code, err } = await once([]);
    assert.equal(code, 2);
    for (const name of ['EVENTHUB_CONNECTION_STRING', 'CHECKPOINT_STORAGE_CONNECTION_STRING', 'API_KEYS_FILE'])
      assert.ok(err.includes(name), err);
  });
  await step('as the first process it heeds a signal also where nobody listens for one', async () => {
    const name = `guestwatch-check-${process.pid}-reading`;
    startReading(name, ['replay', '-']);
    assert.equal(await killed(name, 'SIGTERM'), 143);
  });
}

async function service(environment: Environment): Promise<void> {
  const container = await start(`guestwatch-check-${process.pid}-smoke`, environment);
  await step('it gets ready on the local stack, and its health check passes', async () => {
    await container.ready();
    assert.equal(await container.health(), 0);
  });
  await step('it is nobody, may do nothing that others may not, and can write nowhere', async () => {
    const status = readFileSync(`/proc/${container.pid()}/status`, 'utf8');
    assert.match(status, /^Uid:\t65532\t65532\t65532\t65532$/m);
    assert.match(status, /^CapEff:\t0+$/m);
    assert.match(status, /^NoNewPrivs:\t1$/m);
    const script = `for (const path of ['/app/x', '/tmp/x', '/x']) try { require('fs').writeFileSync(path, ''); console.log('written'); }
      catch (error) { console.log(error.code); }`;
    assert.equal(await container.node(script), 'EROFS\nEROFS\nEROFS');
  });
  await step('what `npm run sample` sends comes out as findings', async () => {
    const wanted = scenes(Date.now()).filter(({ outcome }) => outcome !== 'nothing').length;
    ask('npm', ['run', '-s', 'sample'], { cwd: ROOT, env: { ...process.env, ...environment } });
    await eventually(async () => (await findingsIn(container.apiUrl, 'any')).length === wanted, `${wanted} findings`);
  });
  await step('asked to stop, it drains within its deadline and ends with 0', async () => {
    const { code, ms, log } = await container.stop();
    assert.equal(code, 0, log);
    assert.ok(log.includes('"msg":"stopped"'), log);
    const config = readConfig(environment);
    assert.ok('config' in config && ms < config.config.shutdownDeadlineMs, `it took ${ms} ms`);
  });
}

/** `npm run local -- --no-service`, with its data in the folder. */
async function openStack(folder: string) {
  const args = ['local/launch.js', 'local', '--no-service', '--data', `${folder}/data`];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const close = async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGTERM');
    await event(child, 'exit');
  };
  try {
    const { eventHubs, blob, redis } = await readyLine(child);
    const environment: Environment = {
      EVENTHUB_CONNECTION_STRING: eventHubs,
      CHECKPOINT_STORAGE_CONNECTION_STRING: blob,
      REDIS_URL: redis,
    };
    return { environment, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function readyLine(child: ChildProcess): Promise<Readonly<Record<'eventHubs' | 'blob' | 'redis', string>>> {
  let words = '';
  child.stderr!.on('data', (part) => {
    words += part;
  });
  for await (const line of createInterface({ input: child.stdout! }))
    return JSON.parse(line) as Record<'eventHubs' | 'blob' | 'redis', string>;
  throw new CheckFault(`The local stack does not start:\n${words}`);
}
