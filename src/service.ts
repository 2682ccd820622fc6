/** Puts the service together: opens its parts in the order in which they need each other, and closes them the other way round. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { buildApp } from './api/app.ts';
import type { ApiPorts } from './api/ports.ts';
import { type Config, type Role, StartFault } from './config.ts';
import {
  type Consumer,
  type Hooks as ConsumerHooks,
  type ConsumerOptions,
  ConsumerStartError,
  startConsumer,
  type Tuning,
} from './consumer/consumer.ts';
import { readEvent } from './detection/event.ts';
import { BUILT_IN_RULE, nameTable, type Rule, ruleHash } from './detection/rule.ts';
import { TICKS_PER_HOUR, TICKS_PER_MS } from './detection/time.ts';
import { kqlOf } from './kql.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { buildOps } from './ops/ops.ts';
import type { NotReady } from './ops/ports.ts';
import { coverageQueries } from './state/queries/coverage.ts';
import { deadLetterQueries } from './state/queries/deadLetters.ts';
import { explainQueries } from './state/queries/explain.ts';
import { type FeedQueries, feedQueries } from './state/queries/feed.ts';
import { findingQueries } from './state/queries/findings.ts';
import { guestQueries } from './state/queries/guests.ts';
import { rowQueries } from './state/queries/rows.ts';
import { StateRefused, StateUnavailable } from './state/redis.ts';
import { openState, type State, type StateHooks } from './state/state.ts';
import { version } from './version.ts';

export interface ServiceOptions {
  readonly roles: readonly Role[];
  readonly logger: Logger;
  /** For tests: places to stop the process at. */
  readonly hooks?: { readonly state?: StateHooks; readonly consumer?: ConsumerHooks };
  /** For tests: the consumer's limits on another scale. */
  readonly tuning?: Partial<Tuning>;
}

export interface Service {
  /** Resolves once readiness finds nothing in the way. */
  readonly ready: Promise<void>;
  readonly apiUrl: string | null;
  readonly opsUrl: string;
  close(): Promise<void>;
}

/** How often a start looks whether it is ready. */
const READY_INTERVAL_MS = 200;
/** What is kept of the shutdown deadline for closing the state and the servers. */
const CLOSING_MS = 5_000;

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
  const metrics = createMetrics();
  const rule = BUILT_IN_RULE;
  const state = await openState(stateOptions(config, rule, metrics, options));
  closers.push(() => state.close());

  let consumer: Consumer | null = null;
  const readiness = { check: () => notReady(state, roles.includes('consumer') ? consumer : undefined) };
  const metricsPort = {
    contentType: metrics.registry.contentType,
    metrics: () => {
      if (consumer !== null) measureConsumer(metrics, consumer);
      return metrics.registry.metrics();
    },
  };
  const ops = buildOps({ readiness, metrics: metricsPort });
  const opsUrl = await ops.listen({ ...config.ops });
  closers.push(() => ops.close());

  let apiUrl: string | null = null;
  if (roles.includes('api')) {
    const feed = await feedQueries(state);
    closers.push(() => feed.close());
    const app = buildApp(
      apiPorts(state, rule, feed, () => consumer),
      { version: version(), logger, registry: metrics.registry },
    );
    apiUrl = await app.listen({ ...config.api });
    closers.push(() => (app as unknown as FastifyInstance).close());
  }

  if (roles.includes('consumer')) {
    consumer = await startConsumer(await consumerOptions(config, state, rule, metrics, options));
    const started = consumer;
    closers.push(() => started.stop());
  }
  // Whatever its roles, a process that has the state folds what is owed: findings must not wait for the one that left them.
  state.start();
  const ending = new AbortController();
  closers.push(async () => ending.abort());
  return { ready: becomeReady(readiness.check, ending.signal), apiUrl, opsUrl, close };
}

function stateOptions(
  config: Config,
  rule: Rule,
  metrics: Metrics,
  { logger, hooks }: ServiceOptions,
): Parameters<typeof openState>[0] {
  return {
    ...config.state,
    url: config.redis.url,
    cluster: config.redis.cluster,
    prefix: 'guestwatch',
    rule,
    quietDelayMs: config.state.signInRevisionDelayMs,
    reader: `${hostname()}-${randomUUID().slice(0, 8)}`,
    now: Date.now,
    ...(hooks?.state && { hooks: hooks.state }),
    events: {
      onApplied: ({ newFacts, knownFacts, thinned }) => {
        metrics.facts.inc({ outcome: 'new' }, newFacts);
        metrics.facts.inc({ outcome: 'known' }, knownFacts);
        metrics.thinned.inc(thinned);
      },
      onLetters: ({ dropped, reasons }) => {
        for (const reason of reasons) metrics.deadLetters.inc({ reason });
        metrics.deadLettersDropped.inc(dropped);
        logger.info({ reasons: [...new Set(reasons)], count: reasons.length }, 'dead letters kept');
      },
      onPublished: (reason) => metrics.revisions.inc({ reason }),
      onMissingSignIns: ({ missing, nonInteractiveOnly }) => {
        metrics.nearMisses.inc({ kind: 'missing_sign_in' }, missing);
        metrics.nearMisses.inc({ kind: 'non_interactive_only' }, nonInteractiveOnly);
      },
      onLost: (detail) => {
        metrics.losses.inc();
        logger.error({ detail }, 'something was lost');
      },
      onError: (error) => {
        metrics.faults.inc();
        logger.warn({ err: error }, 'a step on the state failed and will be tried again');
      },
    },
  };
}

async function consumerOptions(
  config: Config,
  state: State,
  rule: Rule,
  metrics: Metrics,
  { logger, hooks, tuning }: ServiceOptions,
): Promise<ConsumerOptions> {
  const { eventHubs, checkpoints } = config;
  const table = nameTable(rule);
  return {
    eventHubs: await eventHubsAccess(eventHubs.access),
    hubs: eventHubs.names,
    consumerGroup: eventHubs.consumerGroup,
    storage: await storageAccess(checkpoints.access),
    container: checkpoints.container,
    startBackMs: eventHubs.startBackMs,
    state,
    read: (body, origin) => {
      const reading = readEvent(body, origin, table, { nonInteractive: config.nonInteractiveNearMisses });
      if (reading.counts.nameNearMisses > 0)
        metrics.nearMisses.inc({ kind: 'operation_name' }, reading.counts.nameNearMisses);
      return reading;
    },
    logger,
    onFault: (error) => {
      metrics.faults.inc();
      logger.error({ err: error }, 'a fault of the program while reading a partition');
    },
    tuning: { stopMs: Math.max(config.shutdownDeadlineMs - CLOSING_MS, CLOSING_MS), ...tuning },
    ...(hooks?.consumer && { hooks: hooks.consumer }),
  };
}

async function eventHubsAccess(access: Config['eventHubs']['access']): Promise<ConsumerOptions['eventHubs']> {
  if (access?.kind === 'connectionString') return { connectionString: access.connectionString };
  return { namespace: access!.namespace, credential: await azureIdentity() };
}

async function storageAccess(access: Config['checkpoints']['access']): Promise<ConsumerOptions['storage']> {
  if (access?.kind === 'connectionString') return { connectionString: access.connectionString };
  return { url: access!.url, credential: await azureIdentity() };
}

/** Loaded only where it is used: it takes a while. */
async function azureIdentity() {
  const { DefaultAzureCredential } = await import('@azure/identity');
  return new DefaultAzureCredential();
}

function apiPorts(state: State, rule: Rule, feed: FeedQueries, consumer: () => Consumer | null): ApiPorts {
  const stalled = (hub: string, partition: string): string | null => {
    const own = consumer()
      ?.status()
      .hubs.find((status) => status.hub === hub)
      ?.partitions.find((status) => status.partition === partition);
    return own?.stalled?.detail ?? own?.receiving?.detail ?? null;
  };
  const described = describeRule(rule);
  return {
    findings: findingQueries(state),
    feed,
    rule: { current: () => described },
    rows: rowQueries(state),
    guests: guestQueries(state),
    explain: explainQueries(state),
    coverage: coverageQueries(state, stalled),
    deadLetters: deadLetterQueries(state),
  };
}

function describeRule(rule: Rule): ReturnType<ApiPorts['rule']['current']> {
  const { id, name, description, version: ruleVersion, severity, tactics, techniques, window, operations } = rule;
  return {
    id,
    name,
    description,
    version: ruleVersion,
    severity,
    tactics: [...tactics],
    techniques: [...techniques],
    window: `PT${window / TICKS_PER_HOUR}H`,
    windowMs: Number(window / TICKS_PER_MS),
    operations: { strict: [...operations], resolved: [...nameTable(rule).resolved] },
    kql: kqlOf(rule),
    ruleHash: ruleHash(rule),
  };
}

/** All that stands in the way of the work that this process has. */
async function notReady(state: State, consumer: Consumer | null | undefined): Promise<NotReady[]> {
  const reasons: NotReady[] = [];
  try {
    await state.ping();
  } catch {
    reasons.push({ code: 'redis_unreachable', detail: 'Redis does not answer: see REDIS_URL.' });
  }
  if (consumer === undefined) return reasons;
  if (consumer === null)
    return [...reasons, { code: 'consumer_starting', detail: 'Event Hubs and storage are being opened.' }];
  for (const hub of consumer.status().hubs) {
    if (hub.trouble !== null) reasons.push({ code: 'hub_unreachable', detail: `${hub.hub}: ${hub.trouble.detail}` });
    const unclaimed = hub.partitions.filter(({ owner }) => owner === null);
    if (unclaimed.length > 0)
      reasons.push({
        code: 'partitions_not_owned',
        detail: `${hub.hub}: nobody reads ${unclaimed.length} of ${hub.partitions.length} partitions yet.`,
      });
    for (const { partition, stalled } of hub.partitions) {
      if (stalled !== null)
        reasons.push({ code: 'partition_stalled', detail: `${hub.hub}/${partition}: ${stalled.detail}` });
    }
  }
  return reasons;
}

async function becomeReady(check: () => Promise<NotReady[]>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await check()).length > 0) {
    await setTimeout(READY_INTERVAL_MS, undefined, { signal }).catch(() => {}); // Aborted: the loop ends.
  }
}

function measureConsumer(metrics: Metrics, consumer: Consumer): void {
  const status = consumer.status();
  metrics.inFlightBytes.set(status.inFlightBytes);
  for (const { hub, ownerId, partitions } of status.hubs) {
    for (const own of partitions) {
      const labels = { hub, partition: own.partition };
      metrics.owned.set(labels, own.owner === ownerId ? 1 : 0);
      metrics.stalled.set(labels, own.stalled === null ? 0 : 1);
      if (own.lagEvents !== null) metrics.lag.set(labels, own.lagEvents);
      if (own.position !== null) metrics.position.set(labels, own.position.sequenceNumber);
      metrics.events.set(labels, own.totals.events);
      metrics.records.set({ ...labels, outcome: 'all' }, own.totals.records);
      metrics.records.set({ ...labels, outcome: 'irrelevant' }, own.totals.irrelevant);
    }
  }
}

/** What went wrong at the start, as a fault that the one who runs it can mend; anything else is a fault of the program. */
function startFault(error: unknown): unknown {
  if (error instanceof StateRefused) return new StartFault('settings', error.message, { cause: error });
  if (error instanceof StateUnavailable) {
    return new StartFault(
      'dependency',
      `REDIS_URL: ${error.message}. Start Redis there, or set REDIS_URL to where it is.`,
      { cause: error },
    );
  }
  if (error instanceof ConsumerStartError) {
    return new StartFault(error.code.endsWith('_unreachable') ? 'dependency' : 'settings', error.message, {
      cause: error,
    });
  }
  return error;
}
