/** Whether the process can do the work that its roles give it. */
import { setTimeout } from 'node:timers/promises';
import type { Consumer } from '../consumer/consumer.ts';
import type { NotReady } from '../ops/ports.ts';
import { StateUnavailable } from '../state/redis/errors.ts';
import type { State } from '../state/state.ts';
import { notAdopted } from './observing.ts';
import { standingOf } from './standing.ts';

/** How often a start looks whether it is ready. */
const READY_INTERVAL_MS = 200;

/** Redis that is slower than this does not answer: what else stands in the way must be told in time, too. */
const PING_MS = 1_000;

/** All that stands in the way of the work that this process has. */
export async function notReady(state: State, consumer: Consumer | null | undefined): Promise<NotReady[]> {
  const reasons: NotReady[] = [];
  const silence = await silenceOf(state);
  if (silence !== null) reasons.push(silence);
  const { isOwn, hash, inForce } = state.ruling;
  if (!isOwn) {
    const detail = `${notAdopted}; in force: ${inForce?.hash ?? 'none'}, of RULE_FILE or built in: ${hash}.`;
    return [...reasons, { code: 'rule_not_adopted', detail }];
  }
  if (consumer === undefined) return reasons;
  if (consumer === null)
    return [...reasons, { code: 'consumer_starting', detail: 'Event Hubs and storage are being opened.' }];
  for (const hub of consumer.status().hubs) {
    if (hub.trouble !== null) reasons.push({ code: hub.trouble.code, detail: `${hub.hub}: ${hub.trouble.detail}` });
    const unclaimed = hub.partitions.filter(({ owner }) => owner === null);
    if (unclaimed.length > 0)
      reasons.push({
        code: 'partitions_not_owned',
        detail: `${hub.hub}: nobody reads ${unclaimed.length} of ${hub.partitions.length} partitions yet.`,
      });
    for (const partition of hub.partitions) {
      const standing = standingOf(hub, partition);
      if (standing === null) continue;
      const { code, detail } = standing;
      reasons.push({ code: 'partition_stalled', reason: code, detail: `${hub.hub}/${partition.partition}: ${detail}` });
    }
  }
  return reasons;
}

/** Why Redis does not answer; null where it does. */
async function silenceOf(state: State): Promise<NotReady | null> {
  const silent: NotReady = { code: 'redis_unreachable', detail: 'Redis does not answer: see REDIS_URL.' };
  const late = new AbortController();
  const ping = state.ping().then(
    () => null,
    ({ cause }: Error) =>
      cause instanceof StateUnavailable && cause.reason === 'redis_unauthorized'
        ? { code: cause.reason, detail: cause.message }
        : silent,
  );
  const isLate = setTimeout(PING_MS, silent, { signal: late.signal }).catch(() => silent); // Aborted: the answer came first.
  try {
    return await Promise.race([ping, isLate]);
  } finally {
    late.abort();
  }
}

/** Why only a new process may help: the client library was replaced again and again, and its hub answers, but nothing comes. */
export function notAlive(consumer: Consumer | null): NotReady[] {
  const dead = consumer?.status().hubs.filter(({ isDead }) => isDead) ?? [];
  return dead.map(({ hub, renewals }) => ({
    code: 'consumer_dead',
    detail: `${hub}: ${renewals} new clients in a row have brought no event, though the hub answers.`,
  }));
}

/** Resolves once nothing is in the way, or the signal is aborted. */
export async function becomeReady(check: () => Promise<NotReady[]>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await check()).length > 0) {
    await setTimeout(READY_INTERVAL_MS, undefined, { signal }).catch(() => {}); // Aborted: the loop ends.
  }
}
