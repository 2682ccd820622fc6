/** Joins delivery with the state and with the file of webhooks: which targets there are, how revisions are worded, what is said of it all. */

import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { type Config, proxyFor, StartFault } from '../config.ts';
import {
  type Delivery,
  type DeliveryEvents,
  type FileRead,
  hubTarget,
  type OutboxTuning,
  type PostTuning,
  type Resolve,
  readWebhooks,
  rendering,
  type SendOptions,
  startDelivery,
  type Target,
  type Webhook,
  watchFile,
  webhookTarget,
} from '../delivery/delivery.ts';
import type { FeedPort, TracePort } from '../delivery/ports.ts';
import { log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { deliveriesOf } from '../state/deliveries.ts';
import type { FeedQueries } from '../state/queries/feed.ts';
import { findingQueries } from '../state/queries/findings.ts';
import { isOfOtherRule } from '../state/redis/errors.ts';
import type { State } from '../state/state.ts';
import { version } from '../version.ts';
import { eventHubsAccess } from './reading.ts';
import { UnderRule } from './underRule.ts';

/** For tests: other limits, and names that are resolved otherwise. */
export interface DeliveryTuning {
  readonly outbox?: Partial<OutboxTuning>;
  readonly post?: Partial<PostTuning>;
  readonly resolve?: Resolve;
  readonly fileLookMs?: number;
}

export interface Delivering {
  /** Begins if the rule of this process is in force by then. */
  begin(): Promise<void>;
  /** To be told whether the rule of this process is in force. */
  want(isWanted: boolean): void;
  /** Brings the gauges up to date. */
  measure(): Promise<void>;
  close(): Promise<void>;
}

/** What is kept of the shutdown deadline for tries under way, at most. */
const STOP_PART = 0.15;

/** Counted from 0 on, so that the first time is seen as a rise. */
const OUTCOMES = ['delivered', 'again', 'failed', 'released'];
const RESYNCS = ['trimmed', 'ahead', 'lost'];

const EVERYONE = { name: 'delivery', tenants: 'all' } as const;

/** The webhooks of the file. Throws a StartFault that names all that is wrong with it. */
export function checkWebhooks(config: Config): readonly Webhook[] {
  const found = readFile(config);
  if (found.kind === 'faults') throw new StartFault('settings', found.faults.join('\n'));
  return found.webhooks;
}

function readFile({ delivery: { webhooksFile } }: Config): FileRead {
  if (webhooksFile === null) return { kind: 'webhooks', webhooks: [] };
  return readWebhooks(webhooksFile, (path) => readFileSync(path, 'utf8'));
}

/** Delivers while the rule of this process is in force; the file is followed all the time, so that what was good last is what begins again. */
export function deliveringOf(
  config: Config,
  state: State,
  feed: FeedQueries,
  {
    metrics,
    logger,
    now,
    trace,
    tuning = {},
  }: {
    metrics: Metrics;
    logger: Logger;
    now: () => number;
    trace: TracePort | undefined;
    tuning?: DeliveryTuning;
  },
): Delivering {
  const render = rendering(() => ({ productVersion: version(), rule: state.rule }));
  const send: SendOptions = {
    ...{ render, now, agent: `guestwatch/${version()}`, proxyFor: (host) => proxyFor(config.proxy, host) },
    ...(tuning.resolve && { resolve: tuning.resolve }),
    ...(tuning.post && { tuning: tuning.post }),
  };
  const { webhooksFile, hub } = config.delivery;
  let webhooks = checkWebhooks(config);
  let hubs: readonly Target[] = [];
  const targets = (): Target[] => [...webhooks.map((webhook) => webhookTarget(webhook, send)), ...hubs];
  const start = async (): Promise<Delivery> => {
    if (hub !== null) hubs = [hubTarget(hub, await eventHubsAccess(config, logger), render)];
    return startDelivery(targets(), {
      ...{ queue: deliveriesOf(state), feed: feedOf(state, feed), now, dice: Math.random },
      ...{ events: deliveryEvents(metrics, logger), ...(trace && { trace }) },
      tuning: { stopMs: Math.round(config.shutdownDeadlineMs * STOP_PART), ...tuning.outbox },
    });
  };
  const running = new UnderRule('delivery', start, logger, state.ruling.isOwn);
  const endWatch =
    webhooksFile === null
      ? async () => {}
      : watchFile({
          read: () => readFile(config),
          async onWebhooks(found) {
            webhooks = found;
            await running.current?.replace(targets());
          },
          onFaults: (faults) => {
            metrics.webhooksFileBad.set(faults.length > 0 ? 1 : 0);
            if (faults.length > 0) log(logger, 'webhooks_refused', { faults });
            else log(logger, 'webhooks_taken');
          },
          onError: (error) => log(logger, 'webhooks_not_changed', { err: error }),
          ...(tuning.fileLookMs !== undefined && { lookMs: tuning.fileLookMs }),
        });
  return {
    begin: () => running.begin(),
    want: (isWanted) => running.want(isWanted),
    measure: () => measure(metrics, running.current, now),
    async close() {
      await endWatch();
      await running.close();
    },
  };
}

/** The feed and the findings for all tenants. */
export function feedOf(state: State, feed: FeedQueries): FeedPort {
  const findings = findingQueries(state);
  return {
    async read(cursor, limit) {
      const read = await feed.read(EVERYONE, { kind: 'cursor', cursor }, limit);
      // A place of another form is one of another number of shards: as good as lost.
      return read.kind === 'bad_cursor' ? { kind: 'resync', why: 'lost' } : read;
    },
    wait: (cursor, signal) => feed.wait(EVERYONE, cursor, signal),
    async edge(which) {
      const read = await feed.read(EVERYONE, { kind: which }, 0);
      if (read.kind === 'changes') return read.cursor;
      throw new Error(`The feed has no ${which}: ${read.kind}`);
    },
    async standing(cursor) {
      const all = { tenantId: null, actorUpn: null, actorIp: null, operation: null, status: null, severity: null };
      const query = { ...all, view: 'any', suppressed: 'include', since: null, until: null, limit: 100 } as const;
      const page = await findings.list(EVERYONE, { ...query, cursor });
      if (page.kind !== 'page') throw new Error('The list of findings does not know its own cursor');
      const items = JSON.parse(`[${page.findings}]`) as unknown[];
      return { items: items.map((finding) => JSON.stringify(finding)), nextCursor: page.nextCursor };
    },
  };
}

function deliveryEvents(metrics: Metrics, logger: Logger): DeliveryEvents {
  return {
    onOutcome: (webhook, outcome, answer, traceId) => {
      metrics.deliveryTries.inc({ webhook, outcome });
      if (answer.kind !== 'failed') return;
      const { failure, status, detail } = answer;
      const traced = traceId === null ? {} : { traceId };
      if (failure === 'gone') return log(logger, 'webhook_disabled', { webhook, ...traced });
      const event = outcome === 'failed' ? 'delivery_failed' : 'delivery_again';
      log(logger, event, { webhook, failure, status, detail, ...traced });
    },
    onResync: (webhook, why) => {
      metrics.deliveryResyncs.inc({ webhook, why });
      log(logger, 'delivery_resync', { webhook, why });
    },
    onFull: (webhook) => log(logger, 'delivery_full', { webhook }),
    onDropped: (webhook, count) => {
      metrics.deliveriesDropped.inc({ webhook }, count);
      log(logger, 'deliveries_dropped', { webhook, count });
    },
    onError: (webhook, error) => {
      // Another rule has come into force: that is told once, and delivery ends here until this one's is.
      if (isOfOtherRule(error)) return;
      metrics.faults.inc();
      log(logger, 'delivery_step_failed', { webhook, err: error });
    },
  };
}

/** Of what is not delivered here nothing is known. */
async function measure(metrics: Metrics, delivery: Delivery | null, now: () => number): Promise<void> {
  const states = (await delivery?.states()) ?? new Map<string, null>();
  for (const gauge of [metrics.deliveriesWaiting, metrics.deliveryAge, metrics.deliveryFull, metrics.webhookDisabled])
    gauge.reset();
  for (const [webhook, state] of states) {
    if (state === null) continue;
    for (const outcome of OUTCOMES) metrics.deliveryTries.inc({ webhook, outcome }, 0);
    metrics.deliveriesDropped.inc({ webhook }, 0);
    for (const why of RESYNCS) metrics.deliveryResyncs.inc({ webhook, why }, 0);
    const { waiting, oldestWaitingAt, fullSince, disabledAt } = state;
    metrics.deliveriesWaiting.set({ webhook }, waiting);
    metrics.deliveryAge.set({ webhook }, oldestWaitingAt === null ? 0 : Math.max(0, (now() - oldestWaitingAt) / 1000));
    metrics.deliveryFull.set({ webhook }, fullSince === null ? 0 : 1);
    metrics.webhookDisabled.set({ webhook }, disabledAt === null ? 0 : 1);
  }
}
