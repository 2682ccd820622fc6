/** What `serve` does around the service: faults before it starts, an orderly stop, and the exit code of each end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArguments } from '../../src/cli/arguments.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { type RunningService, type StartService, serve } from '../../src/cli/serve.ts';
import { StartFault } from '../../src/config.ts';
import { codeOf, type Fake, fakeIo } from './support.ts';

const ENV = {
  EVENTHUB_CONNECTION_STRING:
    'Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=a;SharedAccessKey=hubs-secret',
  CHECKPOINT_STORAGE_CONNECTION_STRING: 'AccountName=x;AccountKey=blob-secret',
};

const argsOf = (...argv: string[]) => readArguments(argv, COMMANDS['serve']!.flags);

/** A service that does as it is told; `closes` counts. */
function service(parts: Partial<RunningService> = {}): { start: StartService; closes: () => number; asked: unknown[] } {
  let closes = 0;
  const asked: unknown[] = [];
  const start: StartService = async (_config, { roles }) => {
    asked.push(roles);
    return {
      ready: Promise.resolve(),
      apiUrl: 'http://127.0.0.1:1',
      opsUrl: 'http://127.0.0.1:2',
      reader: 'a-reader',
      close: async () => void closes++,
      ...parts,
    };
  };
  return { start, closes: () => closes, asked };
}

const logsOf = (io: Fake): { level: number; msg: string }[] =>
  io
    .err()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { level: number; msg: string });

/** Resolves when the log says something: the only thing that can be waited for from outside. */
async function logged(io: Fake, message: string): Promise<void> {
  while (!io.err().includes(`"msg":"${message}`)) await new Promise((resolve) => setImmediate(resolve));
}

test('faults of arguments and settings are told together, and nothing is started', async () => {
  const io = fakeIo({ env: { ...ENV, API_HOST: '0.0.0.0', LOG_LEVLE: 'info' } });
  const { start, asked } = service();
  assert.equal(await codeOf(() => serve(argsOf('--roles', 'api,delivery,cosumer', 'x', '--y'), io, start)), 2);
  const lines = io.err().trim().split('\n');
  assert.equal(lines.length, 5);
  for (const said of [
    '--y',
    'no arguments',
    'takes consumer, api, delivery',
    'Did you mean consumer?',
    'API_HOST',
    'LOG_LEVEL',
  ]) {
    assert.ok(io.err().includes(said), said);
  }
  assert.deepEqual(asked, []);
});

test('all roles run unless some are named, and the api alone needs no hubs', async () => {
  for (const [argv, env, roles] of [
    [[], ENV, ['consumer', 'api', 'delivery']],
    [['--roles', 'api'], {}, ['api']],
    [['--roles', 'delivery'], {}, ['delivery']],
    [['--roles', 'api, consumer'], ENV, ['consumer', 'api']],
  ] as const) {
    const io = fakeIo({ env });
    const { start, asked } = service();
    const ending = codeOf(() => serve(argsOf(...argv), io, start));
    await logged(io, 'ready');
    io.signal('SIGTERM');
    assert.equal(await ending, 0);
    assert.deepEqual(asked, [roles]);
  }
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  test(`${signal} closes the service once and ends with 0; standard output stays empty and the log is JSON`, async () => {
    const io = fakeIo({ env: ENV });
    const { start, closes } = service();
    const ending = codeOf(() => serve(argsOf(), io, start));
    await logged(io, 'ready');
    io.signal(signal);
    assert.equal(await ending, 0);
    assert.equal(closes(), 1);
    assert.equal(io.out(), '');
    assert.deepEqual(
      logsOf(io).map(({ msg }) => msg),
      ['started', 'ready', 'stopping', 'stopped'],
    );
    assert.ok(!io.err().includes('secret'));
  });
}

test('a second signal ends at once, with 1', async () => {
  const io = fakeIo({ env: ENV });
  const { start } = service({ close: () => new Promise(() => undefined) });
  const ending = codeOf(() => serve(argsOf(), io, start));
  await logged(io, 'ready');
  io.signal('SIGINT');
  assert.throws(() => io.signal('SIGINT'), /ended with 1/);
  assert.deepEqual(io.ended, [1]);
  // Nothing more is awaited of it: in a process, that was the end.
  void ending;
});

test('a service that does not close within the deadline ends with 1', async () => {
  const io = fakeIo({ env: { ...ENV, SHUTDOWN_DEADLINE: '1s' } });
  const { start } = service({ close: () => new Promise(() => undefined) });
  const ending = codeOf(() => serve(argsOf(), io, start));
  await logged(io, 'ready');
  io.signal('SIGTERM');
  assert.equal(await ending, 1);
  assert.match(io.err(), /SHUTDOWN_DEADLINE/);
});

test('a signal during the start waits for it and closes what it opened', async () => {
  const io = fakeIo({ env: ENV });
  const { start, closes } = service();
  let go: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  const ending = codeOf(() =>
    serve(argsOf(), io, async (config, options) => {
      await gate;
      return start(config, options);
    }),
  );
  io.signal('SIGTERM');
  go();
  assert.equal(await ending, 0);
  assert.equal(closes(), 1);
});

test('a fault at the start ends with 2 where settings are wrong, 3 where something cannot be reached, 1 where the program is', async () => {
  const busy = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE', syscall: 'listen', port: 8080 });
  for (const [error, code, said] of [
    [
      new StartFault('settings', 'REDIS_URL names a server with maxmemory-policy allkeys-lru: set noeviction.'),
      2,
      /noeviction/,
    ],
    [new StartFault('dependency', 'REDIS_URL: Redis does not answer.'), 3, /Redis does not answer/],
    [busy, 2, /port 8080 .*API_PORT/],
    [new Error('surprise'), 1, /surprise/],
  ] as const) {
    const io = fakeIo({ env: ENV });
    assert.equal(await codeOf(() => serve(argsOf(), io, () => Promise.reject(error))), code);
    assert.match(io.err(), said);
  }
});

test('a fault found before it is ready closes the service too', async () => {
  const io = fakeIo({ env: ENV });
  const fault = new StartFault('dependency', 'EVENTHUB_NAMES: there is no hub of that name.');
  const { start, closes } = service({ ready: Promise.reject(fault) });
  assert.equal(await codeOf(() => serve(argsOf(), io, start)), 3);
  assert.equal(closes(), 1);
});

test('what nobody caught is logged and ends with 1', async () => {
  const io = fakeIo({ env: ENV });
  const { start } = service();
  const ending = codeOf(() => serve(argsOf(), io, start));
  await logged(io, 'ready');
  assert.throws(() => io.uncaught(new Error('lost')), /ended with 1/);
  assert.match(io.err(), /"level":60.*lost/);
  io.signal('SIGTERM');
  await ending;
});
