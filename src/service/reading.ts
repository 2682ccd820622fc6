/** What events are read with: the consumer's options, and what is needed to read one again. */
import type { Config } from '../config.ts';
import { systemClock } from '../consumer/clock.ts';
import { type ConsumerOptions, type EventReader, type EventSource, openSource } from '../consumer/consumer.ts';
import { readEvent } from '../detection/event.ts';
import { nameTable, type Rule } from '../detection/rule.ts';
import type { Metrics } from '../metrics.ts';
import type { ServiceOptions } from '../service.ts';
import type { State } from '../state/state.ts';

/** What is kept of the shutdown deadline for closing the state and the servers. */
const CLOSING_MS = 5_000;

export async function consumerOptions(
  config: Config,
  state: State,
  rule: Rule,
  metrics: Metrics,
  now: () => number,
  { logger, hooks, tuning, read = eventReader(config, rule) }: ServiceOptions,
): Promise<ConsumerOptions> {
  const { eventHubs, checkpoints } = config;
  return {
    eventHubs: await eventHubsAccess(eventHubs.access),
    hubs: eventHubs.names,
    consumerGroup: eventHubs.consumerGroup,
    storage: await storageAccess(checkpoints.access),
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
      logger.error({ err: error }, 'a fault of the program while reading a partition');
    },
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
export function sourceOpener({ eventHubs }: Config): (() => Promise<EventSource>) | null {
  const { access, consumerGroup } = eventHubs;
  if (access === null) return null;
  return async () => openSource({ eventHubs: await eventHubsAccess(access), consumerGroup });
}

export async function eventHubsAccess(access: Config['eventHubs']['access']): Promise<ConsumerOptions['eventHubs']> {
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
