/** Looks after a session from outside: asks how far partitions reach, keeps ownership alive, and notices silence. */
import { log } from '../log.ts';
import type { Claim } from './claim.ts';
import type { Clock } from './clock.ts';
import { type HubContext, runningOf } from './context.ts';
import { messageOf } from './errors.ts';
import type { Tuning } from './options.ts';
import type { Partition } from './partition.ts';
import type { Session } from './session.ts';

/** Looks for the ownerships, in its place, while the client library's own loop hangs for longer than so many of its rounds. */
const roundsMissedMax = 3;

/**
 * How long the loop of a client may hang until another is made: longer with each that has brought nothing, as one on a machine
 * that is out of breath needs its time for a first round. Replaced at the same pace again and again, none would ever get there.
 */
export function patienceMs({ balanceMs, silentMs }: Tuning, renewals: number): number {
  const first = roundsMissedMax * balanceMs;
  return Math.max(first, Math.min(silentMs, first * 2 ** Math.min(renewals, 30)));
}

/** Asks, for as long as the session lives, when the hub was made and where its partitions end. */
export async function pollEnds(hub: HubContext, session: Session): Promise<void> {
  const { clock, tuning, logger } = hub.options;
  for (;;) {
    await clock.sleep(tuning.pollMs, session.signal);
    if (session.signal.aborted) return;
    try {
      const answers: Answer[] = [];
      for (const [partition] of runningOf(hub)) answers.push(await askEnd(session, partition, clock));
      // Asked last: a hub that is the same now was so when it told of its partitions.
      await session.confirmHub();
      for (const { partition, claim, endSequenceNumber, at } of answers)
        if (partition.running === claim) partition.noteAnswer(endSequenceNumber, at);
    } catch (error) {
      if (session.signal.aborted) continue;
      session.note(error);
      log(logger, 'hub_unreachable', { err: error, hub: hub.hub }, messageOf(error));
    }
  }
}

interface Answer {
  readonly partition: Partition;
  /** That which it is an answer for. */
  readonly claim: Claim | undefined;
  readonly endSequenceNumber: number;
  /** Before it was asked, by the wall clock. */
  readonly at: number;
}

async function askEnd({ client, signal }: Session, partition: Partition, clock: Clock): Promise<Answer> {
  const at = clock.now();
  const claim = partition.running;
  const { lastEnqueuedSequenceNumber } = await client.getPartitionProperties(partition.id, { abortSignal: signal });
  return { partition, claim, endSequenceNumber: lastEnqueuedSequenceNumber, at };
}

/**
 * Does what the client library should while its own loop hangs. The loop asks the hub first, and when that fails it waits
 * half a minute or more, whatever our limits: partitions that are read well would be taken away meanwhile, and those that
 * stopped would not start again. It also takes the wall clock for how long a round lasted: one that is put back in the middle
 * of it has it pause for as long, and what another owner leaves behind would be read by nobody.
 * `renewals`: clients in a row that brought nothing. Ends with the session.
 */
export async function standIn(hub: HubContext, session: Session, renewals: number): Promise<void> {
  const { clock, tuning, logger } = hub.options;
  const { signal } = session;
  for (;;) {
    await clock.sleep(tuning.balanceMs, signal);
    if (signal.aborted) return;
    if (session.idleMs < roundsMissedMax * tuning.balanceMs) continue;
    try {
      await renewOwnership(hub, session);
      const limit = hasWaiting(hub, session) ? patienceMs(tuning, renewals) : tuning.silentMs;
      if (session.idleMs < limit) continue;
      // A new client starts the loop anew; but not as long as the hub would hold that up as well.
      await session.confirmHub();
      session.isForsaken = true;
      return;
    } catch (error) {
      if (!signal.aborted) log(logger, 'partitions_unattended', { err: error, hub: hub.hub }, messageOf(error));
    }
  }
}

async function renewOwnership(hub: HubContext, { ownerships, store }: Session): Promise<void> {
  const list = await store.look();
  const ours = list.filter((one) => one.ownerId === ownerships.ownerId && hub.partition(one.partitionId).running);
  await store.claimOwnership(ours);
}

/** Whether a partition should be read by us and is not. */
function hasWaiting(hub: HubContext, { ownerships }: Session): boolean {
  return [...hub.partitions.values()].some(({ id, running }) => !running && !ownerships.isLost(id));
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
