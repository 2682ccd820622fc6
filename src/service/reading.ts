/** What events are read with: the consumer's options, and what is needed to read one again. */
import type { Logger } from 'pino';
import { accountOf, type Config, connectionParts, namespaceOf } from '../config.ts';
import { systemClock } from '../consumer/clock.ts';
import { type ConsumerOptions, type EventReader, type EventSource, openSource } from '../consumer/consumer.ts';
import { readEvent } from '../detection/event.ts';
import { nameTable, type Rule } from '../detection/rule.ts';
import { log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { ServiceOptions } from '../service.ts';
import type { State } from '../state/state.ts';
import { azureIdentity } from './identity.ts';
import { secretOf } from './secrets.ts';
import { eventHubsWay } from './wayOut.ts';

/** What is kept of the shutdown deadline for closing the state and the servers. */
const CLOSING_MS = 5_000;

export async function consumerOptions(
  config: Config,
  state: State,
  rule: Rule,
  metrics: Metrics,
  now: () => number,
  trace: ConsumerOptions['trace'],
  { logger, hooks, tuning, read = eventReader(config, rule) }: ServiceOptions,
): Promise<ConsumerOptions> {
  const { eventHubs, checkpoints } = config;
  return {
    eventHubs: await eventHubsAccess(config, logger),
    hubs: eventHubs.names,
    consumerGroup: eventHubs.consumerGroup,
    storage: await storageAccess(config, logger),
    container: checkpoints.container,
    startBackMs: eventHubs.startBackMs,
    state,
    read: (body, origin) => {
      const reading = read(body, origin);
      if (reading.counts.nameNearMisses > 0)
        metrics.nearMisses.inc({ kind: 'operation_name' }, reading.counts.nameNearMisses);
      return reading;
    },
    logger,
    clock: { ...systemClock, now },
    onFault: (error) => {
      metrics.faults.inc();
      log(logger, 'reading_fault', { err: error });
    },
    ...(trace && { trace }),
    tuning: { stopMs: Math.max(config.shutdownDeadlineMs - CLOSING_MS, CLOSING_MS), ...tuning },
    ...(hooks?.consumer && { hooks: hooks.consumer }),
  };
}

/** Reads events by the rule. */
export function eventReader(config: Config, rule: Rule): EventReader {
  const table = nameTable(rule);
  return (body, origin) => readEvent(body, origin, table, { nonInteractive: config.nonInteractiveNearMisses });
}

/** Opens what single events are read again with, whatever the roles of this process; null where no hub is configured. */
export function sourceOpener(config: Config, logger: Logger): (() => Promise<EventSource>) | null {
  const { access, consumerGroup } = config.eventHubs;
  if (access === null) return null;
  return async () => openSource({ eventHubs: await eventHubsAccess(config, logger), consumerGroup });
}

const EVENT_HUBS = 'EVENTHUB_CONNECTION_STRING';
const STORAGE = 'CHECKPOINT_STORAGE_CONNECTION_STRING';

/** How Event Hubs is reached, by the identity or by the key of its moment. */
export async function eventHubsAccess(config: Config, logger: Logger): Promise<ConsumerOptions['eventHubs']> {
  const { access } = config.eventHubs;
  const way = await eventHubsWay(config);
  if (access?.kind === 'identity')
    return { way, namespace: access.namespace, credential: await azureIdentity(config.identity!) };
  const { connectionString: first, file } = access!;
  const current = secretOf({ name: EVENT_HUBS, first, file, placeOf: namespaceOf, logger });
  // The emulator is known by its connection string alone.
  if (file === null || connectionParts(first)?.get('usedevelopmentemulator') === 'true') {
    return {
      way,
      get connectionString() {
        return current();
      },
    };
  }
  const part = (name: string): string => connectionParts(current())?.get(name) ?? '';
  // The client library makes a token of these whenever one is due.
  const key = {
    get name() {
      return part('sharedaccesskeyname');
    },
    get key() {
      return part('sharedaccesskey');
    },
  };
  const signature = {
    get signature() {
      return part('sharedaccesssignature');
    },
  };
  const credential = part('sharedaccesssignature') === '' ? key : signature;
  return { way, namespace: namespaceOf(first)!, credential };
}

async function storageAccess(config: Config, logger: Logger): Promise<ConsumerOptions['storage']> {
  const { access } = config.checkpoints;
  if (access?.kind === 'identity') return { url: access.url, credential: await azureIdentity(config.identity!) };
  const current = secretOf({
    name: STORAGE,
    first: access!.connectionString,
    file: access!.file,
    placeOf: accountOf,
    logger,
  });
  return {
    get connectionString() {
      return current();
    },
  };
}
