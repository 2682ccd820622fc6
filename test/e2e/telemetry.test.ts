/** What an event became, followed by its traces from the hub to the webhook, and the metrics beside them; off unless asked for. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { EventHubConsumerClient, earliestEventPosition } from '@azure/event-hubs';
import { freePort } from '../../local/ports.ts';
import type { Environment } from '../../src/config.ts';
import { openReceiver, type Receiver, SECRET } from '../delivery/receiver.ts';
import { fetch } from '../document/fetch.ts';
import { operation, signIn } from '../oracle/examples.ts';
import { type Collector, openCollector, type Span } from '../telemetry/collector.ts';
import { eventually, onStage, openServers, type Running, type Servers, type Stage } from './support.ts';

const KEY = `gw_${'k'.repeat(43)}`;
const CALLER = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const UPN = 'secret-guest@partner.example';
/** A machine that is slow must not lose what is sent last. */
const PATIENT = { SHUTDOWN_DEADLINE: '60s' };
/** All that the records say of people and addresses. */
const PERSONAL = /secret-guest|partner|198\.51|203\.0|Target/;

/** What this process has loaded of OpenTelemetry. Its bare interface comes with the metrics and does nothing. */
const loaded = (): string[] =>
  Object.keys(createRequire(import.meta.url).cache).filter((path) => /@opentelemetry\/(?!api\/)/.test(path));

describe('telemetry', { concurrency: false }, () => {
  let servers: Servers;
  let collector: Collector;
  let folder: string;
  before(async () => {
    // The hub of a stage that nobody sends logs to takes the findings of another.
    servers = await openServers({ stages: 5 });
    collector = await openCollector();
    folder = mkdtempSync(join(tmpdir(), 'guestwatch-telemetry-'));
  });
  after(async () => {
    await collector?.close();
    await servers?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A webhook for a stage, and what a service is to be told of it. */
  async function hooks(name: string): Promise<{ receiver: Receiver; environment: Environment }> {
    const receiver = await openReceiver();
    const path = join(folder, `${name}.json`);
    const entry = { name: 'soc', url: receiver.url, secrets: [SECRET], allowPrivate: true };
    writeFileSync(path, JSON.stringify([entry]));
    return { receiver, environment: { WEBHOOKS_FILE: path } };
  }

  /** One event with both records of a finding, and one before it that holds nothing. */
  async function send(stage: Stage): Promise<void> {
    const time = new Date(Date.now() - 60_000).toISOString();
    const records = [signIn({ userPrincipalName: UPN }, { time }), operation({ userPrincipalName: UPN }, {}, { time })];
    const event = (body: unknown) => ({ body: Buffer.from(JSON.stringify(body)), hub: stage.hubs[0]!, partition: '2' });
    await stage.send([event({ records: [] }), event({ records })]);
  }

  /** The properties of the events that are in a hub, once there is one. */
  async function propertiesIn(hub: string): Promise<unknown[]> {
    const client = new EventHubConsumerClient('$Default', servers.endpoint.connectionString, hub);
    const found: unknown[] = [];
    const subscription = client.subscribe(
      {
        processEvents: async (events) => void found.push(...events.map(({ properties }) => properties)),
        processError: async () => {},
      },
      { startPosition: earliestEventPosition, maxWaitTimeInSeconds: 1 },
    );
    await eventually(() => found.length > 0, 'an event of the hub');
    await subscription.close();
    await client.close();
    return found;
  }

  const inTrace = ({ traceId, spanId }: Span) => [traceId, spanId] as const;

  const one = (spans: readonly Span[], holds: (span: Span) => boolean): Span => {
    const found = spans.filter(holds);
    assert.equal(found.length, 1, JSON.stringify(spans, null, 1));
    return found[0]!;
  };

  test('nothing of it is loaded, sent or said where no collector is set', async () => {
    await onStage(servers, 0, async (stage) => {
      const { receiver, environment } = await hooks('off');
      const service = await stage.start({
        roles: ['consumer', 'api', 'delivery'],
        environment: { ...environment, OTEL_SERVICE_NAME: 'set for all', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      });
      await service.ready;
      await send(stage);
      const [got] = await receiver.until(1);
      await receiver.close();
      assert.equal(got!.headers['traceparent'], undefined);
      const headers = { traceparent: `00-${CALLER.traceId}-${CALLER.spanId}-01` };
      await fetch(`${service.apiUrl}/v1/findings`, { headers });
      await service.close();
      assert.deepEqual(
        service.lines.filter((line) => 'traceId' in line),
        [],
      );
      assert.deepEqual(loaded(), []);
    });
  });

  test('an event, its facts, the finding and its delivery are one chain, also where a process each has them', async () => {
    await onStage(servers, 1, async (stage) => {
      const { receiver, environment } = await hooks('on');
      const sha256 = createHash('sha256').update(KEY).digest('hex');
      const keys = join(folder, 'keys.json');
      writeFileSync(
        keys,
        JSON.stringify([{ name: 'siem', sha256, scopes: ['admin'], tenants: 'all', expires: '2099-01-01' }]),
      );
      const told = {
        ...{ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%2Cb' },
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
        ...PATIENT,
      };
      const reading = await stage.start({
        roles: ['consumer', 'api'],
        environment: { ...told, API_KEYS_FILE: keys, OTEL_SERVICE_NAME: 'reading' },
      });
      const [hub] = servers.stage(4).hubs;
      const delivering = await stage.start({
        roles: ['delivery'],
        environment: { ...told, ...environment, FINDINGS_EVENTHUB_NAME: hub! },
      });
      await Promise.all([reading.ready, delivering.ready]);
      assert.ok(
        loaded().some((path) => path.includes('sdk-trace')),
        'what the test before looks for is loaded now',
      );
      receiver.answer = 503;
      await send(stage);
      await receiver.until(1);
      receiver.answer = 204;
      await receiver.until(2);
      const properties = await propertiesIn(hub!);
      const header = { traceparent: `00-${CALLER.traceId}-${CALLER.spanId}-01` };
      await fetch(`${reading.apiUrl}/v1/findings`, { headers: { ...header, authorization: `Bearer ${KEY}` } });
      await fetch(`${reading.apiUrl}/v1/findings`, { headers: header });
      await fetch(`${reading.apiUrl}/docs`, { headers: header });
      const exposed = await (await fetch(`${reading.opsUrl}/metrics`)).text();
      await delivering.close();
      await reading.close();
      await receiver.close();

      const { spans, points, requests } = collector;
      assert.ok(requests.every(({ headers }) => headers['x-key'] === 'a,b'));
      // Of two events one held nothing.
      const event = one(spans, ({ kind }) => kind === 'consumer');
      assert.deepEqual([event.parentSpanId, event.name], ['', `process ${stage.hubs[0]}`]);
      const { attributes } = event;
      assert.deepEqual(
        [attributes['messaging.destination.partition.id'], attributes['guestwatch.event.sequence_number']],
        ['2', 1],
      );
      assert.deepEqual([attributes['guestwatch.event.facts'], attributes['guestwatch.event.dead_letters']], [2, 0]);
      const facts = one(spans, ({ name }) => name === 'apply facts');
      assert.deepEqual([facts.traceId, facts.parentSpanId], [event.traceId, event.spanId]);
      assert.ok(facts.from >= event.from && facts.to <= event.to + 1);

      const revision = one(spans, ({ name }) => name === 'revise finding');
      assert.equal(revision.parentSpanId, '');
      assert.deepEqual(
        revision.links.map(({ traceId, spanId }) => [traceId, spanId]),
        [[event.traceId, event.spanId]],
      );
      assert.deepEqual(
        [revision.attributes['guestwatch.revision.reason'], revision.attributes['guestwatch.finding.revision']],
        ['new', 1],
      );

      const tries = spans.filter(({ kind }) => kind === 'client').sort((a, b) => a.from - b.from);
      assert.deepEqual(
        tries.map(({ traceId, parentSpanId, isFailed, attributes: own }) => [
          ...[traceId, parentSpanId, isFailed, own['guestwatch.delivery.try']],
          ...[own['http.response.status_code'], own['error.type'] ?? null],
        ]),
        [
          [...inTrace(revision), true, 1, 503, 'status'],
          [...inTrace(revision), false, 2, 204, null],
        ],
      );
      assert.deepEqual(
        receiver.got.map(({ headers }) => headers['traceparent']),
        tries.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`),
      );
      // A hub that was slow was tried more than once.
      const sent = spans.filter(({ kind }) => kind === 'producer');
      for (const { traceId, parentSpanId, name } of sent)
        assert.deepEqual([traceId, parentSpanId, name], [...inTrace(revision), `deliver eventhub:${hub}`]);
      const led = sent.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`);
      const [first] = properties as { readonly traceparent: string }[];
      assert.ok(led.includes(first!.traceparent), `${first!.traceparent} of ${led}`);
      const again = delivering.lines.find(({ event: name }) => name === 'delivery_again');
      assert.equal(again?.['traceId'], revision.traceId);

      // Who was refused, or did not say who he is, is in nobody's trace.
      const request = one(spans, ({ traceId }) => traceId === CALLER.traceId);
      assert.deepEqual(
        [request.parentSpanId, request.name, request.attributes['http.response.status_code']],
        [CALLER.spanId, 'GET /v1/findings', 200],
      );
      const answered = reading.lines.filter(({ event: name }) => name === 'api_answered');
      assert.deepEqual(
        answered
          .filter(({ route }) => route !== '/openapi.json')
          .map((line) => [line['route'], line['status'], line['traceId'] ?? null]),
        [
          ['/v1/findings', 200, CALLER.traceId],
          ['/v1/findings', 401, null],
          ['/docs', 200, null],
        ],
      );

      assert.doesNotMatch(JSON.stringify([spans, points]), PERSONAL);
      assert.doesNotMatch(JSON.stringify([reading.lines, delivering.lines]), /a%2Cb|a,b/);
      for (const [span, name] of [
        [event, 'reading'],
        [tries[0]!, 'guestwatch'],
      ] as const) {
        const { resource } = span;
        assert.deepEqual([resource['service.name'], resource['deployment.environment.name']], [name, 'test']);
        assert.ok(resource['service.instance.id'] && resource['service.version']);
      }

      // The last metrics are those of the process that ended last, by the names of /metrics.
      const names = new Set(points.map(({ metric }) => metric));
      const ofPrometheus = [...exposed.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name!);
      const withSeries = ofPrometheus.filter((name) => new RegExp(`^${name}(_bucket)?[ {]`, 'm').test(exposed));
      assert.ok(withSeries.length > 50);
      assert.deepEqual(
        withSeries.filter((name) => !names.has(name)),
        [],
      );
      const counted = points.find(
        ({ metric, attributes: own }) => metric === 'guestwatch_facts_total' && own['outcome'] === 'new',
      );
      assert.deepEqual([counted?.value, counted?.kind, counted?.isMonotonic], [2, 'sum', true]);
      const durations = points.find(
        ({ metric, attributes: own }) =>
          metric === 'guestwatch_http_request_duration_seconds' && own['status'] === '200',
      );
      assert.equal(
        durations?.count,
        durations?.buckets.reduce((sum, count) => sum + count, 0),
      );
    });
  });

  test('where no trace is kept there is none, and receivers are told so; metrics go on', async () => {
    await onStage(servers, 2, async (stage) => {
      const { receiver, environment } = await hooks('none');
      const [spansBefore, requestsBefore] = [collector.spans.length, collector.requests.length];
      const service = await stage.start({
        roles: ['consumer', 'api', 'delivery'],
        environment: {
          ...{ ...environment, ...PATIENT, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
          ...{ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' },
        },
      });
      await service.ready;
      await send(stage);
      const [got] = await receiver.until(1);
      await receiver.close();
      await fetch(`${service.apiUrl}/v1/findings`);
      await service.close();
      assert.match(String(got!.headers['traceparent']), /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
      assert.equal(collector.spans.length, spansBefore);
      assert.deepEqual([...new Set(collector.requests.slice(requestsBefore).map(({ path }) => path))], ['/v1/metrics']);
      assert.deepEqual(
        service.lines.filter((line) => 'traceId' in line),
        [],
      );
    });
  });

  test('a collector that is down costs the service nothing, and is told of once', async () => {
    await onStage(servers, 3, async (stage) => {
      const { receiver, environment } = await hooks('down');
      const service: Running = await stage.start({
        roles: ['consumer', 'api', 'delivery'],
        environment: {
          ...{ ...environment, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}` },
          ...{ OTEL_EXPORTER_OTLP_TIMEOUT: '200', OTEL_METRIC_EXPORT_INTERVAL: '1000' },
        },
      });
      await service.ready;
      await send(stage);
      await receiver.until(1);
      const measured = async (name: string): Promise<number> => {
        const text = await (await fetch(`${service.opsUrl}/metrics`)).text();
        return Number(new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1]);
      };
      await eventually(
        async () =>
          (await measured('guestwatch_spans_dropped_total{why="not_sent"}')) >= 4 &&
          (await measured('guestwatch_otlp_exports_total{signal="metrics",outcome="failed"}')) >= 2,
        'spans and metrics could not be sent',
      );
      const { status } = await fetch(`${service.opsUrl}/readyz`);
      assert.equal(status, 200);
      await service.close();
      await receiver.close();
      const failed = service.lines.filter(({ event }) => event === 'telemetry_failed');
      assert.deepEqual(failed.map(({ signal }) => signal).sort(), ['metrics', 'traces']);
      assert.match(String(failed[0]!['detail']), /^it cannot be reached \(ECONNREFUSED\)$/);
    });
  });
});
