/** The examples of the README and of docs/api.md, run as they stand there against a real service: each finds what there is to find. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { type RedisServer, startRedis } from '../../local/redis.ts';
import { readConfig } from '../../src/config.ts';
import { type Service, startService } from '../../src/service.ts';
import { openState } from '../../src/state/state.ts';
import { fetch } from '../document/fetch.ts';
import { applyFacts, stateOptions } from '../state/redis.ts';
import { HOUR_MS, operation, signIn } from '../state/samples.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8');
/** Stands in whatever is told of the one guest that there is. */
const GUEST = 'ann@partner.example';

let redis: RedisServer;
let service: Service;
let folder: string;

before(async () => {
  redis = await startRedis({ appendOnly: false });
  const state = await openState(stateOptions(redis.url, { prefix: 'guestwatch' }));
  const now = Date.now();
  await applyFacts(state, [
    signIn('s', now - HOUR_MS, { upn: GUEST }),
    operation('o', now - HOUR_MS / 2, { actorUpn: 'ann_partner.example#ext#@contoso.example' }),
  ]);
  await state.close();
  const settings = readConfig({ REDIS_URL: redis.url, API_PORT: '0', OPS_PORT: '0' }, { roles: ['api'] });
  assert.ok('config' in settings);
  service = await startService(settings.config, { roles: ['api'], logger: pino({ level: 'silent' }) });
  folder = mkdtempSync(join(tmpdir(), 'guestwatch-examples-'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules/guestwatch'), 'dir');
});
after(async () => {
  await service?.close();
  await redis?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

/** How a block is run, by the language that it is marked with. */
const RUN: Readonly<Record<string, (file: string) => readonly string[]>> = {
  sh: (file) => ['sh', '-eu', file],
  ts: (file) => [process.execPath, '--import', import.meta.resolve('tsx'), file],
  python: (file) => ['python3', file],
};

/** Runs a program until it has said what is awaited, or ends by itself; resolves with all that it said. */
async function said(command: readonly string[], awaited: string): Promise<string> {
  const [program, ...args] = command;
  const env = { ...process.env, GUESTWATCH_URL: service.apiUrl!, GUESTWATCH_KEY: 'sample' };
  const child: ChildProcess = spawn(program!, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let heard = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text) => {
      heard += text;
      // A program that follows the feed would go on for ever.
      if (heard.includes(awaited)) child.kill();
    });
  await once(child, 'close');
  return heard;
}

const blocks = [...read('docs/api.md').matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(
  ([, language, text], n) => [n + 1, language!, text!] as const,
);

test('there are examples in each language', () => {
  assert.deepEqual([...new Set(blocks.map(([, language]) => language))].sort(), Object.keys(RUN).sort());
});

for (const [n, language, text] of blocks) {
  test(`docs/api.md, example ${n} (${language}) tells of the guest`, async () => {
    const file = join(folder, `example-${n}.${language}`);
    writeFileSync(file, text);
    const heard = await said(RUN[language]!(file), GUEST);
    assert.ok(heard.includes(GUEST), heard);
  });
}

async function findingId(): Promise<string> {
  const answer = await fetch(`${service.apiUrl}/v1/findings?view=any`);
  return ((await answer.json()) as { items: { id: string }[] }).items[0]!.id;
}

const commands = [...read('README.md').matchAll(/^ {4}(curl (?:.*\\\n)*.*?)(?: +# .*)?$/gm)].map(
  ([, command]) => command!,
);

test('the README has examples', () => assert.ok(commands.length >= 5));

for (const command of commands) {
  test(`README: ${command.split('\n', 1)[0]}`, async () => {
    // Nothing more will come, and the test need not wait for it as long as a program would.
    const here = command
      .replace(/http:\/\/[\w.]+:8080/, service.apiUrl!)
      .replace('wait=60', 'wait=1')
      .replace('/ID', `/${await findingId()}`)
      .replace('"1"', '*');
    // A stream begins with its place, and ends with its reader.
    const isStream = command.includes('/v1/stream');
    const heard = await said(
      isStream ? here.replaceAll("'", '').split(' ') : ['sh', '-c', here],
      isStream ? 'id: ' : '\0',
    );
    if (isStream) return assert.match(heard, /^id: /m);
    const answer = JSON.parse(heard) as Record<string, unknown>;
    assert.ok(!('requestId' in answer), JSON.stringify(answer));
  });
}
