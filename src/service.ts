/** Puts the service together: opens its parts in the order in which they need each other, and closes them the other way round. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Server as TlsServer } from 'node:tls';
import type { Logger } from 'pino';
import type { Authority } from './access/entra.ts';
import { buildApp } from './api/app.ts';
import type { Config, Role } from './config.ts';
import {
  type Consumer,
  type Hooks as ConsumerHooks,
  type EventReader,
  startConsumer,
  type Tuning,
} from './consumer/consumer.ts';
import { createMetrics } from './metrics.ts';
import { buildOps } from './ops/ops.ts';
import { apiPorts } from './service/asking.ts';
import { type Closable, closeServer } from './service/closing.ts';
import { checkWebhooks, type Delivering, type DeliveryTuning, deliveringOf } from './service/delivering.ts';
import { startFault } from './service/faults.ts';
import { beginAtZero, measureConsumer, measureFolds, measureReadiness, stateEvents } from './service/observing.ts';
import { PREFIX } from './service/prefix.ts';
import { becomeReady, notAlive, notReady } from './service/readiness.ts';
import { consumerOptions, eventReader, sourceOpener } from './service/reading.ts';
import { redisLogin } from './service/redisLogin.ts';
import { accessOf, certificateOf, measureAccess, warnOfPlainHttp } from './service/serving.ts';
import { troublesOf } from './service/standing.ts';
import { telemetryOf } from './service/telemetry.ts';
import { UnderRule } from './service/underRule.ts';
import { wallClock } from './service/wallClock.ts';
import { feedQueries } from './state/queries/feed.ts';
import { repeat } from './state/redis/repeat.ts';
import { openState, type StateHooks } from './state/state.ts';
import { version } from './version.ts';

/** Whoever scrapes waits a few seconds, and Redis may not answer for longer: what is not measured by then is in the next answer. */
const MEASURING_MS_MAX = 2_000;

export interface ServiceOptions {
  readonly roles: readonly Role[];
  readonly logger: Logger;
  /** For tests: places to stop the process at. */
  readonly hooks?: { readonly state?: StateHooks; readonly consumer?: ConsumerHooks };
  /** For tests: the consumer's limits on another scale. */
  readonly tuning?: Partial<Tuning>;
  /** For tests: who issues tokens in place of Entra ID. */
  readonly authority?: Authority;
  /** For tests: delivery's limits on another scale. */
  readonly delivery?: DeliveryTuning;
  /** For tests: a reader that understands other events than the one of this program. */
  readonly read?: EventReader;
}

export interface Service {
  /** Resolves once readiness finds nothing in the way. */
  readonly ready: Promise<void>;
  readonly apiUrl: string | null;
  readonly opsUrl: string;
  /** The name by which coverage tells it as a reader of partitions. */
  readonly reader: string;
  close(): Promise<void>;
}

export async function startService(config: Config, options: ServiceOptions): Promise<Service> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return await open(config, options, closers, close);
  } catch (error) {
    await close();
    throw startFault(error);
  }
}

async function open(
  config: Config,
  options: ServiceOptions,
  closers: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<Service> {
  const { logger, roles } = options;
  if (roles.includes('delivery')) checkWebhooks(config);
  const metrics = createMetrics();
  beginAtZero(metrics);
  metrics.build.set({ version: version() }, 1);
  for (const role of roles) metrics.role.set({ role }, 1);
  const reader = `${hostname()}-${randomUUID().slice(0, 8)}`;
  const about = { logger, roles, instance: reader, now: () => clock.now() };
  const telemetry = await telemetryOf(config, metrics, about);
  const trace = telemetry.following ?? undefined;
  closers.push(() => telemetry.close());
  // Before anything that has to be reached: a fault in these files is told at once.
  const isApi = roles.includes('api');
  const access = isApi ? await accessOf(config, metrics, logger, options.authority) : null;
  closers.push(async () => access?.close());
  const certificate = isApi ? await certificateOf(config, metrics, logger) : null;
  closers.push(async () => certificate?.close());
  const { rule } = config;
  let consuming: UnderRule<Consumer> | null = null;
  let delivering: Delivering | null = null;
  const events = stateEvents(metrics, logger, trace && ((published) => trace.onPublished(published)));
  const clock = wallClock(() => state.serverTime());
  const login = await redisLogin(config, Date.now, logger);
  closers.push(async () => login.close());
  const { url, cluster, tlsServerName } = config.redis;
  const state = await openState({
    ...config.state,
    ...{ url, cluster, tlsServerName, login: login.source },
    prefix: PREFIX,
    rule,
    quietDelayMs: config.state.signInRevisionDelayMs,
    reader,
    now: clock.now,
    events: {
      ...events,
      onRuling: (ruling) => {
        events.onRuling(ruling);
        consuming?.want(ruling.isOwn);
        delivering?.want(ruling.isOwn);
      },
    },
    ...(options.hooks?.state && { hooks: options.hooks.state }),
  });
  closers.push(() => state.close());
  const ending = new AbortController();
  closers.push(async () => ending.abort());
  await clock.hear();
  void clock.follow(ending.signal);

  metrics.ruleAdopted.set(state.ruling.isOwn ? 1 : 0);
  if (!state.ruling.isOwn) events.onRuling(state.ruling);
  const isConsumer = roles.includes('consumer');
  const consumer = () => consuming?.current ?? null;
  const readiness = { check: () => notReady(state, isConsumer ? consumer() : undefined) };
  const measure = async (): Promise<void> => {
    measureConsumer(metrics, consumer(), clock.now());
    measureAccess(metrics, access);
    measureReadiness(metrics, await readiness.check());
    // While Redis is away the gauges stay as they were; that it is away is said elsewhere.
    await Promise.allSettled([measureFolds(metrics, state.folder, clock.now()), delivering?.measure()]);
  };
  const metricsPort = {
    contentType: metrics.registry.contentType,
    metrics: async () => {
      const late = new AbortController();
      const { signal } = late;
      const measured = measure().finally(() => late.abort());
      await Promise.race([measured, delay(MEASURING_MS_MAX, undefined, { signal }).catch(() => {})]);
      return metrics.registry.metrics();
    },
  };
  const ops = buildOps({ liveness: { check: () => notAlive(consumer()) }, readiness, metrics: metricsPort });
  const opsUrl = await ops.listen({ ...config.ops });
  closers.push(() => closeServer(ops));

  // Whatever its roles, a process that has the state folds what is owed: findings must not wait for the one that left them.
  state.start();

  const feed = roles.includes('api') || roles.includes('delivery') ? await feedQueries(state) : null;
  closers.push(async () => feed?.close());
  let apiUrl: string | null = null;
  if (feed !== null && roles.includes('api')) {
    const app = buildApp(
      apiPorts(state, feed, consumer, {
        read: options.read ?? eventReader(config, rule),
        openSource: sourceOpener(config, logger),
        logger,
      }),
      {
        version: version(),
        logger,
        registry: metrics.registry,
        trustedProxies: config.api.trustedProxies,
        ...(trace && { trace }),
        ...(access && { access }),
        ...(certificate && { tls: certificate.pair }),
      },
    );
    // Connections that are open go on under the certificate that they began with.
    certificate?.onRenewed((pair) => (app.server as unknown as TlsServer).setSecureContext(pair));
    warnOfPlainHttp(config, logger);
    apiUrl = await app.listen({ host: config.api.host, port: config.api.port });
    closers.push(() => closeServer(app as unknown as Closable));
  }

  if (isConsumer) {
    const start = async () =>
      startConsumer(await consumerOptions(config, state, rule, metrics, clock.now, trace, options));
    const reading = new UnderRule('the consumer', start, logger, state.ruling.isOwn);
    consuming = reading;
    closers.push(() => reading.close());
    await reading.begin();
    const tell = () => state.tellTroubles(troublesOf(reading.current?.status().hubs ?? []));
    closers.push(repeat(tell, events.onError).end);
  }

  if (feed !== null && roles.includes('delivery')) {
    const tuning = options.delivery ?? {};
    const sending = deliveringOf(config, state, feed, { metrics, logger, now: clock.now, trace, tuning });
    delivering = sending;
    closers.push(() => sending.close());
    await sending.begin();
  }
  const endMetrics = telemetry.sendMetrics(metrics, measure);
  closers.push(async () => endMetrics());
  return { ready: becomeReady(readiness.check, ending.signal), apiUrl, opsUrl, reader, close };
}
