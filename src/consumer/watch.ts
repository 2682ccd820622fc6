/** Looks after a session from outside: asks how far partitions reach, keeps ownership alive, and notices silence. */
import type { Clock } from './clock.ts';
import { messageOf } from './errors.ts';
import type { Tuning } from './options.ts';
import type { Partition } from './partition.ts';
import { type HubContext, runningOf, type Session } from './session.ts';

/** Looks for the ownerships, in its place, while the client library's own loop hangs for longer than so many of its rounds. */
const roundsMissedMax = 3;

/** Asks, for as long as the session lives, when the hub was made and where its partitions end. */
export async function pollEnds(hub: HubContext, session: Session): Promise<void> {
  const { clock, tuning, logger } = hub.options;
  for (;;) {
    await clock.sleep(tuning.pollMs, session.signal);
    if (session.signal.aborted) return;
    try {
      await session.confirmHub();
      for (const [partition] of runningOf(hub)) await askEnd(session, partition, clock);
    } catch (error) {
      if (!session.signal.aborted)
        logger.warn({ err: error, hub: hub.hub }, `The hub does not answer: ${messageOf(error)}`);
    }
  }
}

async function askEnd({ client, signal }: Session, partition: Partition, clock: Clock): Promise<void> {
  const at = clock.now();
  const { claim } = partition;
  const properties = await client.getPartitionProperties(partition.id, { abortSignal: signal });
  // The answer may be about another life of the hub than the claim that has begun meanwhile.
  if (partition.claim === claim) partition.noteAnswer(properties.lastEnqueuedSequenceNumber, at);
}

/**
 * Renews what the client library would renew. Its loop asks the hub first, without our limits: a hub that does not answer
 * holds it up for minutes, and partitions that are read well would be taken away. Ends with the session.
 */
export async function keepOwnership(hub: HubContext, session: Session): Promise<void> {
  const { clock, tuning, logger } = hub.options;
  const { ownerships, store, signal } = session;
  for (;;) {
    await clock.sleep(tuning.balanceMs, signal);
    if (signal.aborted) return;
    if (clock.elapsed() - ownerships.seenAt < roundsMissedMax * tuning.balanceMs) continue;
    try {
      const ours = (await store.look()).filter(
        ({ ownerId, partitionId }) => ownerId === ownerships.ownerId && hub.partition(partitionId).running,
      );
      await store.claimOwnership(ours);
    } catch (error) {
      if (!signal.aborted)
        logger.warn({ err: error, hub: hub.hub }, `Ownership could not be renewed: ${messageOf(error)}`);
    }
  }
}

export type Verdict = 'well' | 'renew';

/** Whether the partitions get what they should. One that is behind and gets nothing is started again, at first alone. */
export function examine(partitions: Iterable<Partition>, now: number, { silentMs }: Tuning): Verdict {
  let verdict: Verdict = 'well';
  for (const partition of partitions) {
    const { claim } = partition;
    if (!claim || claim.inFlight > 0 || claim.isClosed) continue;
    const hangs = now - Math.max(claim.calledAt, claim.endedAt ?? 0) > silentMs;
    if (claim.isEnded) {
      // Told to stop, and the library neither calls nor closes.
      if (hangs) verdict = 'renew';
    } else if (partition.isBehind && now - claim.eventsAt > silentMs) {
      partition.silences += 1;
      if (hangs || partition.silences > 1) verdict = 'renew';
      claim.end('silent', 'It is behind, and no events come.', now);
    }
  }
  return verdict;
}
