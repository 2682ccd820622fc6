/** Settings: what is read, what is refused, and that every refusal names the variable and the mend and no value. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import {
  type Config,
  type Environment,
  knownNames,
  type ReadOptions,
  readConfig,
  readOps,
  SETTINGS,
} from '../../src/config.ts';
import { BUILT_IN_RULE } from '../../src/detection/rule.ts';

const HUBS = 'Endpoint=sb://example.servicebus.windows.net/;SharedAccessKeyName=reader;SharedAccessKey=hubs-secret';
const BLOBS =
  'DefaultEndpointsProtocol=https;AccountName=example;AccountKey=blob-secret;EndpointSuffix=core.windows.net';
const ENOUGH: Environment = { EVENTHUB_CONNECTION_STRING: HUBS, CHECKPOINT_STORAGE_CONNECTION_STRING: BLOBS };

function configOf(env: Environment, options?: ReadOptions): Config {
  const read = readConfig({ ...ENOUGH, ...env }, options);
  assert.ok('config' in read, inspect(read));
  return read.config;
}

function problemsOf(env: Environment, options?: ReadOptions): readonly { name: string; message: string }[] {
  const read = readConfig({ ...ENOUGH, ...env }, options);
  return 'problems' in read ? read.problems : [];
}

const namesOf = (env: Environment, options?: ReadOptions): string[] => problemsOf(env, options).map(({ name }) => name);

const files =
  (texts: Record<string, string>) =>
  (path: string): string => {
    const text = texts[path];
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return text;
  };

test('with the two connection strings alone, everything else has its default', () => {
  assert.deepEqual(configOf({}), {
    eventHubs: {
      access: { kind: 'connectionString', connectionString: HUBS, file: null },
      names: ['insights-logs-signinlogs', 'insights-logs-auditlogs'],
      consumerGroup: '$Default',
      startBackMs: 48 * 3_600_000,
      transport: 'amqp',
      endpoint: null,
    },
    checkpoints: {
      access: { kind: 'connectionString', connectionString: BLOBS, file: null },
      container: 'guestwatch-checkpoints',
    },
    redis: { url: 'redis://127.0.0.1:6379', file: null, cluster: false, entra: false, tlsServerName: null },
    identity: null,
    proxy: null,
    state: {
      shards: 1,
      retentionMs: 48 * 3_600_000,
      findingRetentionMs: 90 * 86_400_000,
      feedRetentionMs: 7 * 86_400_000,
      signInRevisionDelayMs: 15 * 60_000,
      deadLettersMax: 10_000,
    },
    rule: BUILT_IN_RULE,
    nonInteractiveNearMisses: false,
    delivery: { webhooksFile: null, hub: null },
    api: { host: '127.0.0.1', port: 8080, tls: null, trustedProxies: 'none' },
    access: { keysFile: null, entra: null },
    ops: { host: '127.0.0.1', port: 9464 },
    shutdownDeadlineMs: 25_000,
    logLevel: 'info',
    telemetry: null,
  });
});

test('every default passes its own check', () => {
  for (const [name, { default: byDefault }] of Object.entries(SETTINGS)) {
    if (byDefault !== null) assert.deepEqual(namesOf({ [name]: byDefault }), [], name);
  }
});

test('a configuration is frozen through and through', () => {
  const frozen = (value: unknown): boolean =>
    typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
  assert.ok(frozen(configOf({})));
});

test('what is written is what is read, in the units of the code', () => {
  const config = configOf({
    EVENTHUB_NAMES: ' all , more ',
    EVENTHUB_CONSUMER_GROUP: 'watchers',
    CHECKPOINT_CONTAINER: 'here-and-there',
    REDIS_URL: 'rediss://user:pass@redis.example:6380/3',
    STATE_SHARDS: '8',
    STATE_RETENTION: '72h',
    SIGN_IN_REVISION_DELAY: '250ms',
    SHUTDOWN_DEADLINE: '2m',
    START_BACK: '0s',
    API_HOST: '[::1]',
    API_PORT: '0',
    OPS_HOST: '0.0.0.0',
    OPS_PORT: '65535',
    TRUST_PROXY: '10.0.0.7, 2001:db8::/32',
    API_KEYS_FILE: '/etc/guestwatch/keys.yaml',
    ENTRA_TENANT_ID: '3F0B6F0A-64B3-4A86-A4B1-0A5D5A3F6C11',
    ENTRA_AUDIENCE: 'api://guestwatch, 7c9e6679-7425-40de-944b-e07fc1f90ae7',
    API_TLS_CERT_FILE: '/etc/tls/tls.crt',
    API_TLS_KEY_FILE: '/etc/tls/tls.key',
    NON_INTERACTIVE_NEAR_MISSES: 'On',
    DEAD_LETTERS_MAX: '5',
    LOG_LEVEL: 'DEBUG',
  });
  assert.deepEqual(config.eventHubs.names, ['all', 'more']);
  assert.equal(config.redis.url, 'rediss://user:pass@redis.example:6380/3');
  assert.deepEqual(config.api, {
    host: '::1',
    port: 0,
    tls: { certFile: '/etc/tls/tls.crt', keyFile: '/etc/tls/tls.key' },
    trustedProxies: ['10.0.0.7', '2001:db8::/32'],
  });
  assert.deepEqual(config.access, {
    keysFile: '/etc/guestwatch/keys.yaml',
    entra: {
      tenantId: '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11',
      audiences: ['api://guestwatch', '7c9e6679-7425-40de-944b-e07fc1f90ae7'],
      authorityHost: null,
    },
  });
  assert.deepEqual(config.ops, { host: '0.0.0.0', port: 65_535 });
  assert.equal(config.state.retentionMs, 72 * 3_600_000);
  assert.equal(config.state.signInRevisionDelayMs, 250);
  assert.equal(config.shutdownDeadlineMs, 120_000);
  assert.equal(config.eventHubs.startBackMs, 0);
  assert.equal(config.nonInteractiveNearMisses, true);
  assert.equal(config.logLevel, 'debug');
});

test('an empty variable is one that is not set', () => {
  assert.equal(configOf({ API_PORT: '', EVENTHUB_NAMESPACE: ' ', RULE_FILE: '' }).api.port, 8080);
});

const WRONG: Record<string, readonly string[]> = {
  EVENTHUB_CONNECTION_STRING: [
    'nonsense',
    'Endpoint=https://x;SharedAccessKeyName=a;SharedAccessKey=b',
    'Endpoint=sb://x.servicebus.windows.net/',
    '=;=',
  ],
  EVENTHUB_NAMES: [',', 'a,,b', 'a b', 'same,Same'],
  EVENTHUB_CONSUMER_GROUP: ['two words', 'x'.repeat(51)],
  CHECKPOINT_STORAGE_CONNECTION_STRING: ['nonsense', 'AccountName=x'],
  CHECKPOINT_CONTAINER: ['Upper', 'a', 'two--hyphens', '-first'],
  REDIS_URL: ['localhost:6379', 'http://localhost', 'redis://', 'redis://host/name'],
  STATE_SHARDS: ['0', '-1', '1.5', '1025', 'one'],
  STATE_RETENTION: ['47h', '48', '2 d', '-48h', '1e3h', '9999d'],
  FINDING_RETENTION: ['forever'],
  SHUTDOWN_DEADLINE: ['0s', '11m'],
  API_HOST: ['0.0.0.0', '::', 'example.com', '10.0.0.1', '127.0.0.1:80', '127.0.0.256'],
  API_PORT: ['65536', 'http'],
  OPS_HOST: ['http://localhost', '1.2.3'],
  TRUST_PROXY: ['maybe', 'proxy.example', '10.0.0.0/0', '::/0', '10.0.0.0/33', '10.0.0.7,', '10.0.0.7/8/9'],
  NON_INTERACTIVE_NEAR_MISSES: ['maybe'],
  LOG_LEVEL: ['loud'],
};

for (const [name, texts] of Object.entries(WRONG)) {
  test(`a wrong ${name} is refused by its name, with the mend`, () => {
    for (const text of texts) {
      const problems = problemsOf({ [name]: text });
      assert.deepEqual(
        problems.map((problem) => problem.name),
        [name],
        text,
      );
      assert.match(problems[0]!.message, new RegExp(`^${name} .*[.]$`, 's'));
    }
  });
}

test('every problem is reported at once', () => {
  const wrong = {
    API_PORT: 'x',
    LOG_LEVEL: 'x',
    FEED_RETENTION: '1',
    REDIS_ULR: 'redis://x',
    RULE_FILE: 'x',
    REDIS_URL: 'x',
    CHECKPOINT_STORAGE_URL: 'https://x',
  };
  assert.deepEqual(namesOf(wrong).sort(), [
    'API_PORT',
    'CHECKPOINT_STORAGE_CONNECTION_STRING',
    'FEED_RETENTION',
    'LOG_LEVEL',
    'REDIS_ULR',
    'REDIS_URL',
    'RULE_FILE',
  ]);
});

const ENTRA = { ENTRA_TENANT_ID: '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11', ENTRA_AUDIENCE: 'api://guestwatch' };

test('an address that others can reach is refused until something says who may call, and the message says what to set', () => {
  const { message } = problemsOf({ API_HOST: '0.0.0.0' })[0]!;
  for (const said of ['API_KEYS_FILE', 'ENTRA_TENANT_ID', 'ENTRA_AUDIENCE', 'set API_HOST to 127.0.0.1'])
    assert.ok(message.includes(said), said);
  for (const way of [{ API_KEYS_FILE: '/keys' }, ENTRA, { ...ENTRA, API_KEYS_FILE: '/keys' }])
    assert.deepEqual(namesOf({ API_HOST: '0.0.0.0', ...way }), []);
  assert.deepEqual(namesOf({ API_HOST: '0.0.0.0', ...ENTRA, ENTRA_TENANT_ID: 'contoso.example' }), ['ENTRA_TENANT_ID']);
  for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', '::1', '[::1]'])
    assert.deepEqual(namesOf({ API_HOST: host }), [], host);
});

test('who serves no API is not asked who may call it, wherever its image says that an API would listen', () => {
  for (const roles of [['consumer'], ['delivery'], []] as const)
    assert.deepEqual(namesOf({ API_HOST: '0.0.0.0' }, { roles }), [], roles.join());
  assert.deepEqual(namesOf({ API_HOST: '0.0.0.0' }, { roles: ['consumer', 'api'] }), ['API_HOST']);
});

test('what needs its other half is refused alone', () => {
  for (const pair of [
    ['ENTRA_TENANT_ID', 'ENTRA_AUDIENCE'],
    ['API_TLS_CERT_FILE', 'API_TLS_KEY_FILE'],
  ] as const) {
    for (const [set, unset] of [pair, [...pair].reverse()] as const) {
      const problems = problemsOf({ [set!]: set === 'ENTRA_TENANT_ID' ? ENTRA.ENTRA_TENANT_ID : '/a' });
      assert.deepEqual(
        problems.map(({ name }) => name),
        [unset],
      );
      assert.match(problems[0]!.message, /set both, or neither/);
    }
  }
});

test('TLS is served on one address, for a name of several would show an old certificate on one of them', () => {
  const tls = { API_TLS_CERT_FILE: '/a', API_TLS_KEY_FILE: '/b' };
  assert.deepEqual(namesOf({ ...tls, API_HOST: 'localhost' }), ['API_HOST']);
  assert.deepEqual(namesOf({ ...tls, API_HOST: '127.0.0.1' }), []);
});

test('one proxy in front is trusted by a word, and several by their addresses', () => {
  for (const [text, value] of [
    ['off', 'none'],
    ['on', 'nearest'],
    ['10.1.0.0/16', ['10.1.0.0/16']],
  ] as const)
    assert.deepEqual(configOf({ TRUST_PROXY: text }).api.trustedProxies, value);
});

test('of two ways to reach something, exactly one must be set', () => {
  assert.match(problemsOf({ EVENTHUB_NAMESPACE: 'x.servicebus.windows.net' })[0]!.message, /both set: keep one/);
  const none = { EVENTHUB_CONNECTION_STRING: undefined, CHECKPOINT_STORAGE_CONNECTION_STRING: undefined };
  assert.deepEqual(namesOf(none), ['EVENTHUB_CONNECTION_STRING', 'CHECKPOINT_STORAGE_CONNECTION_STRING']);
  const config = configOf({
    ...none,
    EVENTHUB_NAMESPACE: 'X.servicebus.windows.net',
    CHECKPOINT_STORAGE_URL: 'https://x.blob.core.windows.net',
  });
  assert.deepEqual(config.eventHubs.access, { kind: 'identity', namespace: 'x.servicebus.windows.net' });
  assert.deepEqual(config.checkpoints.access, { kind: 'identity', url: 'https://x.blob.core.windows.net' });
});

test('only the consumer needs Event Hubs and storage', () => {
  const read = readConfig({}, { roles: ['api'] });
  assert.ok('config' in read);
  assert.equal(read.config.eventHubs.access, null);
  assert.equal(read.config.checkpoints.access, null);
});

test('a connection string of one hub opens that hub alone', () => {
  const one = `${HUBS};EntityPath=all`;
  assert.deepEqual(namesOf({ EVENTHUB_CONNECTION_STRING: one }), ['EVENTHUB_NAMES']);
  assert.deepEqual(namesOf({ EVENTHUB_CONNECTION_STRING: one, EVENTHUB_NAMES: 'All' }), []);
});

test('a cluster has no databases, and two listeners need two ports', () => {
  assert.deepEqual(namesOf({ REDIS_CLUSTER: 'on', REDIS_URL: 'redis://x/2' }), ['REDIS_URL']);
  assert.deepEqual(namesOf({ OPS_PORT: '8080' }), ['OPS_PORT']);
  assert.deepEqual(namesOf({ OPS_PORT: '0', API_PORT: '0' }), []);
});

test('a secret may stand in a file, without its last line end', () => {
  const readFile = files({ '/run/secrets/redis': 'redis://:pass@x:1\r\n' });
  assert.equal(configOf({ REDIS_URL_FILE: '/run/secrets/redis' }, { readFile }).redis.url, 'redis://:pass@x:1');
});

test('a secret in both forms at once is an error, and so is a file that cannot be read, is empty or holds nonsense', () => {
  const readFile = files({ '/good': HUBS, '/empty': '\n', '/nonsense': 'my-other-secret' });
  const inFile = (path: string) => ({ EVENTHUB_CONNECTION_STRING: undefined, EVENTHUB_CONNECTION_STRING_FILE: path });
  assert.deepEqual(namesOf({ EVENTHUB_CONNECTION_STRING_FILE: '/good' }, { readFile }), ['EVENTHUB_CONNECTION_STRING']);
  assert.match(
    problemsOf(inFile('/none'), { readFile })[0]!.message,
    /^EVENTHUB_CONNECTION_STRING_FILE .*cannot be read \(ENOENT\)/,
  );
  assert.match(problemsOf(inFile('/empty'), { readFile })[0]!.message, /empty file/);
  assert.deepEqual(namesOf(inFile('/nonsense'), { readFile }), ['EVENTHUB_CONNECTION_STRING']);
  assert.deepEqual(namesOf({ API_PORT_FILE: '/good' }, { readFile }), [], 'only secrets have such a form');
});

test('no message holds what was written', () => {
  const known = Object.keys(SETTINGS);
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...known), fc.stringMatching(/^Zq[a-z0-9;=]{8,20}$/)), (env) => {
      for (const { message } of problemsOf(env)) {
        for (const text of Object.values(env)) assert.ok(!message.includes(text), message);
      }
    }),
    { numRuns: 200 },
  );
  const readFile = files({ '/nonsense': 'my-other-secret' });
  const message = problemsOf({ REDIS_URL_FILE: '/nonsense' }, { readFile })[0]!.message;
  assert.ok(!message.includes('my-other-secret'));
});

test('a name within two letters of a known one is an error that names it', () => {
  const wrong: Record<string, string> = {
    REDIS_URI: 'REDIS_URL',
    EVENTHUB_NAME: 'EVENTHUB_NAMES',
    EVENTHUBS_NAMES: 'EVENTHUB_NAMES',
    STATE_RETENTOIN: 'STATE_RETENTION',
    api_port: 'API_PORT',
    REDIS_URL_FIEL: 'REDIS_URL_FILE',
    CHECKPOINT_STORAGE_CONECTION_STRIN: 'CHECKPOINT_STORAGE_CONNECTION_STRING',
  };
  for (const [name, meant] of Object.entries(wrong)) {
    const problems = problemsOf({ [name]: 'x' });
    assert.deepEqual(
      problems.map((problem) => problem.name),
      [name],
    );
    assert.ok(problems[0]!.message.includes(` ${meant} is`), problems[0]!.message);
  }
});

test('every known name passes as itself', () => {
  for (const name of knownNames()) {
    const problems = problemsOf({ [name]: 'x' }, { readFile: files({}) });
    assert.ok(!problems.some(({ message }) => message.includes('is not a setting')), name);
  }
});

test('findings may not go to a hub that is read, nor to another than the one that the connection string is for', () => {
  assert.equal(configOf({ FINDINGS_EVENTHUB_NAME: 'findings' }).delivery.hub, 'findings');
  assert.deepEqual(namesOf({ FINDINGS_EVENTHUB_NAME: 'Insights-Logs-AuditLogs' }), ['FINDINGS_EVENTHUB_NAME']);
  const single = { EVENTHUB_CONNECTION_STRING: `${HUBS};EntityPath=logs`, EVENTHUB_NAMES: 'logs' };
  assert.deepEqual(namesOf({ ...single, FINDINGS_EVENTHUB_NAME: 'findings' }), ['FINDINGS_EVENTHUB_NAME']);
});

test('a process that only delivers needs hubs where findings go to one, and else neither hubs nor storage', () => {
  const nothing = { EVENTHUB_CONNECTION_STRING: '', CHECKPOINT_STORAGE_CONNECTION_STRING: '' };
  assert.deepEqual(namesOf(nothing, { roles: ['delivery'] }), []);
  const hub = { ...nothing, FINDINGS_EVENTHUB_NAME: 'findings' };
  assert.deepEqual(namesOf(hub, { roles: ['delivery'] }), ['FINDINGS_EVENTHUB_NAME']);
  assert.deepEqual(namesOf(hub, { roles: ['api'] }), []);
});

test('what Kubernetes and OpenTelemetry set, and what belongs to others, passes', () => {
  const injected = {
    KUBERNETES_SERVICE_HOST: '10.0.0.1',
    KUBERNETES_PORT_443_TCP_ADDR: '10.0.0.1',
    REDIS_SERVICE_HOST: '10.0.0.2',
    REDIS_PORT: 'tcp://10.0.0.2:6379',
    REDIS_PORT_6379_TCP: 'tcp://10.0.0.2:6379',
    REDIS_PORT_6379_TCP_PROTO: 'tcp',
    OTEL_EXPORTER_OTLP_ENDPOINTS: 'x',
    OTEL_SERVICE_NAME: 'guestwatch',
    AZURE_CLIENT_ID: 'x',
    PATH: '/bin',
    HOME: '/root',
    npm_config_cache: '/x',
  };
  assert.deepEqual(problemsOf(injected), []);
  // A Service called "api" sets a name of ours. It was not meant, and must keep nobody from starting.
  assert.equal(
    configOf({ API_PORT: 'tcp://10.0.0.3:80', API_SERVICE_PORT: '80', OPS_PORT: 'udp://10.0.0.4:1' }).api.port,
    8080,
  );
});

test('health is asked for by two settings, whatever else may be wrong', () => {
  assert.deepEqual(readOps({ OPS_PORT: '1', REDIS_URL: 'nonsense' }), { ops: { host: '127.0.0.1', port: 1 } });
  const read = readOps({ OPS_PORT: 'x', OPS_HOST: '::x' });
  assert.deepEqual('problems' in read && read.problems.map(({ name }) => name), ['OPS_HOST', 'OPS_PORT']);
});

test('any environment gives a configuration or problems, and never throws', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom(...knownNames()),
        fc.string({
          unit: fc.constantFrom('=', ';', ':', '/', '@', '1', '.', 'h', ' ', '\0', '\ud800', 'redis', 'sb://', '['),
        }),
      ),
      (env) => {
        const read = readConfig(env, { readFile: files({}) });
        assert.ok('config' in read || read.problems.length > 0);
      },
    ),
    { numRuns: 300 },
  );
});
