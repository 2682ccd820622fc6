/** Whether the process can do the work that its roles give it. */
import { setTimeout } from 'node:timers/promises';
import type { Consumer } from '../consumer/consumer.ts';
import type { NotReady } from '../ops/ports.ts';
import type { State } from '../state/state.ts';

/** How often a start looks whether it is ready. */
const READY_INTERVAL_MS = 200;

/** All that stands in the way of the work that this process has. */
export async function notReady(state: State, consumer: Consumer | null | undefined): Promise<NotReady[]> {
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

/** Resolves once nothing is in the way, or the signal is aborted. */
export async function becomeReady(check: () => Promise<NotReady[]>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await check()).length > 0) {
    await setTimeout(READY_INTERVAL_MS, undefined, { signal }).catch(() => {}); // Aborted: the loop ends.
  }
}
