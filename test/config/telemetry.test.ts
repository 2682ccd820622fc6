/** The variables of OpenTelemetry: they mean what they mean elsewhere, and what cannot be right is told by its name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { type Config, type Environment, otlpHeadersOf, type ReadOptions, readConfig } from '../../src/config.ts';

const ENOUGH: Environment = {
  EVENTHUB_CONNECTION_STRING:
    'Endpoint=sb://example.servicebus.windows.net/;SharedAccessKeyName=reader;SharedAccessKey=hubs-secret',
  CHECKPOINT_STORAGE_CONNECTION_STRING:
    'DefaultEndpointsProtocol=https;AccountName=example;AccountKey=blob-secret;EndpointSuffix=core.windows.net',
};
const COLLECTOR = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example:4318/' };

function telemetryOf(env: Environment, options?: ReadOptions): Config['telemetry'] {
  const read = readConfig({ ...ENOUGH, ...env }, options);
  assert.ok('config' in read, inspect(read));
  return read.config.telemetry;
}

function faultsOf(env: Environment, options?: ReadOptions): string[] {
  const read = readConfig({ ...ENOUGH, ...COLLECTOR, ...env }, options);
  return 'problems' in read ? read.problems.map(({ name, message }) => `${name}|${message}`) : [];
}

test('one address is that of both signals, each under the path that the specification gives it', () => {
  assert.deepEqual(telemetryOf(COLLECTOR), {
    traces: { url: 'http://collector.example:4318/v1/traces', sampler: 'parentbased_always_on', ratio: 1 },
    metrics: { url: 'http://collector.example:4318/v1/metrics', intervalMs: 60_000 },
    ...{ headers: null, headersFile: null, compression: 'none', timeoutMs: 10_000, caFile: null, client: null },
    ...{ serviceName: 'guestwatch', resource: {} },
  });
  const under = telemetryOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://vendor.example/otlp' });
  assert.equal(under?.traces?.url, 'https://vendor.example/otlp/v1/traces');
});

test('an address of one signal is taken as it is, before the common one', () => {
  const own = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example/in?tenant=1' };
  const alone = telemetryOf(own);
  assert.deepEqual([alone?.traces?.url, alone?.metrics], ['https://traces.example/in?tenant=1', null]);
  const both = telemetryOf({ ...COLLECTOR, ...own });
  assert.equal(both?.traces?.url, 'https://traces.example/in?tenant=1');
  assert.equal(both?.metrics?.url, 'http://collector.example:4318/v1/metrics');
});

test('a signal, or all of it, can be switched off', () => {
  assert.equal(telemetryOf({ ...COLLECTOR, OTEL_TRACES_EXPORTER: 'none' })?.traces, null);
  assert.equal(telemetryOf({ ...COLLECTOR, OTEL_METRICS_EXPORTER: 'none' })?.metrics, null);
  assert.equal(telemetryOf({ ...COLLECTOR, OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' }), null);
  assert.equal(telemetryOf({ ...COLLECTOR, OTEL_SDK_DISABLED: 'true' }), null);
});

test('what a process is called stands in its own variable, else among the attributes', () => {
  const attributes = 'service.name=watch%20er, deployment.environment.name=production,';
  const resource = { 'service.name': 'watch er', 'deployment.environment.name': 'production' };
  const read = telemetryOf({ ...COLLECTOR, OTEL_RESOURCE_ATTRIBUTES: attributes });
  assert.deepEqual([read?.serviceName, read?.resource], ['watch er', resource]);
  const named = telemetryOf({ ...COLLECTOR, OTEL_RESOURCE_ATTRIBUTES: attributes, OTEL_SERVICE_NAME: 'guests' });
  assert.equal(named?.serviceName, 'guests');
});

test('headers are a secret: they may stand in a file, and are read percent-encoded', () => {
  const readFile = () => 'authorization=Bearer%20word%3D%3D,x-tenant=a\n';
  const read = telemetryOf({ ...COLLECTOR, OTEL_EXPORTER_OTLP_HEADERS_FILE: '/run/secrets/otlp' }, { readFile });
  assert.equal(read?.headersFile, '/run/secrets/otlp');
  assert.deepEqual(otlpHeadersOf(read!.headers!), { authorization: 'Bearer word==', 'x-tenant': 'a' });
});

test('what cannot be right is told by its name, with the mend and without what was written', () => {
  for (const [name, wrong] of [
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector.example:4318'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'grpc://collector.example:4317'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://user:word@collector.example'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://collector.example?key=word'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'collector'],
    ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'https://user:word@collector.example'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'just-a-word'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a name=word'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'name=%zz'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'name=wo%0D%0Ard'],
    ['OTEL_EXPORTER_OTLP_COMPRESSION', 'brotli'],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '10s'],
    ['OTEL_TRACES_EXPORTER', 'jaeger'],
    ['OTEL_METRICS_EXPORTER', 'prometheus'],
    ['OTEL_TRACES_SAMPLER', 'sometimes'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
    ['OTEL_TRACES_SAMPLER_ARG', '10%'],
    ['OTEL_METRIC_EXPORT_INTERVAL', '5ms'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'just-a-word'],
    ['OTEL_SDK_DISABLED', 'perhaps'],
  ] as const) {
    const faults = faultsOf({ OTEL_TRACES_SAMPLER: 'traceidratio', [name]: wrong });
    assert.equal(faults.length, 1, `${name}=${wrong}: ${faults}`);
    assert.ok(faults[0]!.startsWith(`${name}|${name} must be `), faults[0]);
    assert.ok(!faults[0]!.includes(wrong), `${name}=${wrong}: ${faults}`);
  }
});

test('a part without a sampler by parts, half a certificate and a file that is none are faults', () => {
  assert.match(faultsOf({ OTEL_TRACES_SAMPLER_ARG: '0.1' })[0]!, /^OTEL_TRACES_SAMPLER_ARG\|.* neither/);
  assert.deepEqual(faultsOf({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' }), []);
  const readFile = (path: string): string => {
    if (path === '/none') throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return path === '/key' ? '-----BEGIN EC PRIVATE KEY-----' : path === '/cert' ? '-----BEGIN CERTIFICATE-----' : 'x';
  };
  const [own, shown, key] = ['', 'CLIENT_', 'CLIENT_'].map(
    (part, i) => `OTEL_EXPORTER_OTLP_${part}${i === 2 ? 'KEY' : 'CERTIFICATE'}`,
  );
  const faults = (env: Record<string, string>) => faultsOf(env, { readFile });
  assert.deepEqual(faults({ [own!]: '/cert', [shown!]: '/cert', [key!]: '/key' }), []);
  assert.match(faults({ [own!]: '/none' })[0]!, /CERTIFICATE\|.*cannot be read \(ENOENT\)/);
  assert.match(faults({ [own!]: '/key' })[0]!, /CERTIFICATE\|.*certificate in PEM form/);
  assert.match(faults({ [shown!]: '/cert', [key!]: '/cert' })[0]!, /CLIENT_KEY\|.*private key in PEM form/);
  assert.match(faults({ [shown!]: '/cert' })[0]!, /CLIENT_KEY\|.*set both, or neither/);
});

test('where nothing is sent from here, what a platform sets for all is not our business', () => {
  const forAll = {
    ...{
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_TRACES_SAMPLER: 'jaeger_remote',
      OTEL_EXPORTER_OTLP_HEADERS: 'word',
    },
    ...{ OTEL_TRACES_SAMPLER_ARG: 'endpoint=x', OTEL_EXPORTER_OTLP_CLIENT_KEY: '/none', OTEL_PROPAGATORS: 'b3' },
  };
  assert.equal(telemetryOf(forAll), null);
  assert.equal(telemetryOf({ ...forAll, ...COLLECTOR, OTEL_SDK_DISABLED: 'true' }), null);
  assert.ok(faultsOf(forAll).length >= 5);
  // An address that is wrong was meant.
  assert.deepEqual(
    faultsOf({ ...forAll, OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' })
      .map((fault) => fault.split('|')[0])
      .slice(0, 1),
    ['OTEL_EXPORTER_OTLP_ENDPOINT'],
  );
});
