/** Whatever a collector does, it is told once, nothing waits for it, and memory is bounded. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Gauge, Registry } from 'prom-client';
import type { Fact } from '../../src/detection/fact.ts';
import type { Way } from '../../src/telemetry/exporting.ts';
import type { AppliedBatch } from '../../src/telemetry/following.ts';
import { WAITING_MAX } from '../../src/telemetry/spans.ts';
import { openTelemetry, type Telemetry, type TelemetryOptions } from '../../src/telemetry/telemetry.ts';
import { makeAuthority } from '../access/certificates.ts';
import { startProxyServer } from '../identity/ways.ts';
import { type Collector, openCollector } from './collector.ts';

const WAY: Way = {
  ...{
    headers: () => ({}),
    compression: 'none',
    timeoutMs: 1_000,
    ca: null,
    client: null,
    proxyFor: () => null,
    agent: 'g/1',
  },
};

interface Told {
  readonly sent: string[];
  readonly failed: string[];
  readonly dropped: Record<string, number>;
  readonly faults: unknown[];
}

type Changes = Partial<Omit<TelemetryOptions, 'way'>> & { readonly way?: Partial<Way> };

function open(url: string, { way, ...changes }: Changes = {}): { telemetry: Telemetry; told: Told } {
  const told: Told = { sent: [], failed: [], dropped: {}, faults: [] };
  const telemetry = openTelemetry({
    traces: { url: `${url}/v1/traces`, sampler: 'parentbased_always_on', ratio: 1 },
    metrics: { url: `${url}/v1/metrics`, intervalMs: 3_600_000 },
    ...{ resource: { 'service.name': 'guestwatch' }, version: '1', now: Date.now, way: { ...WAY, ...way } },
    events: {
      onSent: (signal) => told.sent.push(signal),
      onFailed: (signal, detail) => told.failed.push(`${signal}: ${detail}`),
      onDropped: (why, count) => {
        told.dropped[why] = (told.dropped[why] ?? 0) + count;
      },
      onFault: (error) => told.faults.push(error),
    },
    ...changes,
  });
  return { telemetry, told };
}

/** Makes one span for each request. */
function request(telemetry: Telemetry, count = 1): void {
  for (let i = 0; i < count; i++)
    telemetry.following!.beginRequest(undefined).end({ route: '/v1/findings', method: 'GET', status: 200, ms: 1 });
}

const fact = (sequenceNumber: number): Fact =>
  ({ source: { hub: 'h', partition: '0', sequenceNumber, enqueuedAt: 1_700_000_000_000 + sequenceNumber } }) as Fact;

const batchOf = (numbers: readonly number[]): AppliedBatch => ({
  place: { hub: 'h', partition: '0' },
  ...{ receivedAt: Date.now(), facts: numbers.map(fact), deadLetters: [], counts: { events: numbers.length } },
});

describe('a collector', () => {
  let collector: Collector;
  before(async () => {
    collector = await openCollector();
  });
  after(() => collector.close());
  beforeEach(() => {
    collector.answer = 200;
    (collector.requests as unknown[]).length = 0;
    (collector.spans as unknown[]).length = 0;
  });

  test('gets traces and metrics under its addresses, with its headers of the moment, packed if it is said', async () => {
    let key = 'first';
    const headers = () => ({ 'x-key': key });
    const { telemetry, told } = open(collector.url, { way: { headers, compression: 'gzip' } });
    const registry = new Registry();
    new Gauge({ name: 'a', help: 'h', registers: [registry] }).set(5);
    const end = telemetry.sendMetrics(registry, async () => {});
    request(telemetry);
    await end();
    key = 'second';
    await telemetry.close();
    assert.deepEqual(
      collector.requests.map(({ path, headers: sent }) => [
        path,
        sent['x-key'],
        sent['content-encoding'],
        sent['content-type'],
      ]),
      [
        ['/v1/metrics', 'first', 'gzip', 'application/x-protobuf'],
        ['/v1/traces', 'second', 'gzip', 'application/x-protobuf'],
      ],
    );
    assert.match(String(collector.requests[0]!.headers['user-agent']), /^g\/1 /);
    assert.deepEqual(told, { sent: ['metrics', 'traces'], failed: [], dropped: {}, faults: [] });
    assert.deepEqual(
      collector.spans.map(({ name, kind }) => [name, kind]),
      [['GET /v1/findings', 'server']],
    );
    assert.deepEqual(
      collector.points.map(({ metric, value }) => [metric, value]),
      [['a', 5]],
    );
    assert.equal(collector.points[0]!.resource['service.name'], 'guestwatch');
  });

  test('gets no metrics that could not be read, and that is told', async () => {
    const { telemetry, told } = open(collector.url);
    const fault = new Error('a gauge that throws');
    const end = telemetry.sendMetrics(new Registry(), async () => {
      throw fault;
    });
    await end();
    assert.deepEqual([told.faults, told.sent, collector.requests.length], [[fault], [], 0]);
  });

  for (const [what, status, words] of [
    ['has no such address', 404, 'traces: it answered 404'],
    ['does not know the key', 401, 'traces: it answered 401'],
    ['wants to be left alone', 429, 'traces: it asked to be left alone until it was too late'],
    ['cannot just now', 503, 'traces: it asked to be left alone until it was too late'],
    ['leads elsewhere', 307, 'traces: it answered 307'],
  ] as const) {
    test(`that ${what} loses the spans, which are counted`, async () => {
      collector.answer = status;
      const { telemetry, told } = open(collector.url, { way: { timeoutMs: 300 } });
      request(telemetry, 3);
      await telemetry.close();
      assert.deepEqual(told, { sent: [], failed: [words], dropped: { not_sent: 3 }, faults: [] });
      assert.equal(collector.requests.length, 1);
    });
  }

  test('that answers nothing is not waited for by who makes spans, and no more wait than may', async () => {
    const open_: (() => void)[] = [];
    collector.answer = (response) => void open_.push(() => response.writeHead(200).end());
    const { telemetry, told } = open(collector.url, { way: { timeoutMs: 60_000 } });
    request(telemetry, WAITING_MAX + 7);
    assert.deepEqual(told, { sent: [], failed: [], dropped: { full: 7 }, faults: [] });
    await collector.until(({ requests }) => requests.length === 1);
    collector.answer = 200;
    for (const answer of open_) answer();
    await telemetry.close();
    assert.deepEqual(told.dropped, { full: 7 });
    // There is room again for as many.
    const { telemetry: next, told: later } = open(collector.url);
    request(next, WAITING_MAX);
    await next.close();
    assert.deepEqual([later.dropped, later.failed], [{}, []]);
  });

  test('of one authority of its own is believed by that, asks for a certificate, and is reached through a proxy', async () => {
    const authority = makeAuthority('own');
    const server = authority.issue('collector.example');
    const client = authority.issue('guestwatch');
    const secure = await openCollector({ ...server, ca: authority.cert });
    const proxy = await startProxyServer('user:word');
    try {
      const stranger = open(secure.url);
      request(stranger.telemetry);
      await stranger.telemetry.close();
      assert.match(stranger.told.failed[0]!, /^traces: it cannot be reached \((SELF_SIGNED|DEPTH_ZERO|UNABLE_TO)/);
      for (const way of [{}, { proxyFor: () => proxy.url }]) {
        const { telemetry, told } = open(secure.url, { way: { ca: authority.cert, client, ...way } });
        request(telemetry);
        await telemetry.close();
        assert.deepEqual([told.sent, told.failed], [['traces'], []]);
      }
      assert.deepEqual(proxy.asked, [`127.0.0.1:${secure.port}`]);
      assert.equal(secure.spans.length, 2);
    } finally {
      await proxy.close();
      await secure.close();
    }
  });

  test('keeps of all events the part that is asked for, and by each event’s own name, so that every process keeps the same', async () => {
    const numbers = Array.from({ length: 1_000 }, (_, i) => i);
    const kept = async (): Promise<string[]> => {
      (collector.spans as unknown[]).length = 0;
      const traces = { url: `${collector.url}/v1/traces`, sampler: 'parentbased_traceidratio', ratio: 0.3 } as const;
      const { telemetry } = open(collector.url, { traces });
      telemetry.following!.onApplied(batchOf(numbers), 1);
      await telemetry.close();
      // Batches are sent side by side, and may arrive in any order.
      return collector.spans
        .filter(({ parentSpanId }) => parentSpanId === '')
        .map(({ traceId }) => traceId)
        .sort();
    };
    const [first, second] = [await kept(), await kept()];
    assert.deepEqual(first, second);
    assert.ok(first.length > 200 && first.length < 400, `${first.length} of 1,000`);
  });

  test('gets of a caller’s trace what the caller keeps, and without one what is asked for', async () => {
    const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
    const of = async (sampler: 'parentbased_always_off' | 'parentbased_always_on' | 'always_off', flags: string) => {
      (collector.spans as unknown[]).length = 0;
      const { telemetry } = open(collector.url, { traces: { url: `${collector.url}/v1/traces`, sampler, ratio: 1 } });
      const followed = telemetry.following!.beginRequest(`00-${TRACE}-00f067aa0ba902b7-${flags}`);
      followed.end({ route: '/v1/findings', method: 'GET', status: 500, ms: 1 });
      request(telemetry);
      await telemetry.close();
      return collector.spans.map(({ traceId, parentSpanId, isFailed }) => [
        traceId === TRACE ? parentSpanId : 'its own',
        isFailed,
      ]);
    };
    assert.deepEqual(await of('parentbased_always_off', '01'), [['00f067aa0ba902b7', true]]);
    assert.deepEqual(await of('parentbased_always_on', '00'), [['its own', false]]);
    assert.deepEqual(await of('always_off', '01'), []);
  });

  test('is told of a finding by as many links as it takes, and how many were left out', async () => {
    const { telemetry } = open(collector.url);
    const facts = Array.from({ length: 200 }, (_, i) => fact(i));
    telemetry.following!.onPublished({
      ...{
        id: 'f',
        revision: 1,
        updatedAt: Date.now(),
        reason: 'new',
        tenantId: 't',
        isSuppressed: false,
        absorbed: [],
      },
      // Facts of one event are one link.
      facts: () => [...facts, ...facts],
    });
    await telemetry.close();
    const [span] = collector.spans;
    assert.deepEqual([span!.links.length, span!.linksLeftOut], [128, 72]);
  });
});
