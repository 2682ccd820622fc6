/**
 * Takes in what was received from a partition: reads it, has it applied, and only then moves the position.
 *
 * Every record takes this way, so it is kept short. A record is found by its borders and passed over by its bytes
 * (`readSlice`). Where a batch holds facts, Redis is asked once for all that they may change and told once what they change
 * (`state.apply`); what actors are owed by then is folded beside this way, by the folder. The position is one more call, which
 * sees in the same step that nothing was lost (`keepProgress`): once a second, and at once where facts came and nothing more
 * is known to wait. A batch that holds nothing asks nothing. What each of these costs is in docs/performance.md.
 */

import type { ReceivedEventData } from '@azure/event-hubs';
import { log } from '../log.ts';
import { bytesOf } from './body.ts';
import type { ByteBudget } from './budget.ts';
import type { Claim, Since } from './claim.ts';
import type { Link } from './link.ts';
import type { Partition } from './partition.ts';
import { persist } from './persist.ts';
import type { Batch, StatePort, TracePort } from './ports.ts';
import { keepProgress, type ProgressDeps } from './progress.ts';
import { gapBefore, gapsIn, type ReadDeps, readSlice, type Slice, slicesOf } from './slice.ts';

export interface IntakeDeps extends ProgressDeps, ReadDeps {
  readonly state: StatePort;
  readonly budget: ByteBudget;
  readonly trace?: TracePort;
  /** The link over which the partition is received. */
  link(partition: string): Link;
  /** Asks the hub when it was made, and ends the claims of another life of it. Rejects if it cannot be asked. */
  confirmHub(): Promise<void>;
  /** The oldest event that the hub holds of a partition now. Rejects if it cannot be asked. */
  beginningOf(partition: string): Promise<number>;
}

/** Takes in events, in order, each exactly as safe as the position then says. Rejects only with the `ClaimEnded` of the claim. */
export async function takeIn(
  deps: IntakeDeps,
  partition: Partition,
  claim: Claim,
  events: readonly ReceivedEventData[],
): Promise<void> {
  const receivedAt = deps.clock.now();
  const largestBytes = events.reduce((most, event) => Math.max(most, bytesOf(event.body)), 0);
  deps.link(partition.id).note(events.length, largestBytes);
  for (const slice of slicesOf(events, deps.tuning.sliceBytesMax)) {
    await deps.budget.spend(slice.bytes, claim.signal, () => takeSlice(deps, partition, claim, slice, receivedAt));
  }
}

async function takeSlice(
  deps: IntakeDeps,
  partition: Partition,
  claim: Claim,
  slice: Slice,
  receivedAt: number,
): Promise<void> {
  await reportGaps(deps, partition, claim, slice);
  const batch = await readSlice(deps, claim.place, slice, receivedAt);
  const isApplied = batch.facts.length + batch.nonInteractive.length + batch.deadLetters.length > 0;
  if (isApplied) await apply(deps, partition, claim, batch);
  claim.hasApplied ||= isApplied;
  count(partition, batch);
  const { sequenceNumber, offset, enqueuedTimeUtc } = slice.events.at(-1)!;
  const { hubCreatedAt } = claim.place;
  const position = { sequenceNumber, offset, enqueuedAt: enqueuedTimeUtc.getTime(), hubCreatedAt };
  claim.moveTo(position, slice.events.length);
  partition.notePosition();
  partition.progressAt = deps.clock.now();
  partition.failures = 0;
  partition.silences = 0;
  // Where more is known to wait the next turn comes soon, and has more to say.
  await keepProgress(deps, partition, claim, claim.hasApplied && !partition.isBehind ? 'at_once' : 'when_due');
}

async function apply(deps: IntakeDeps, partition: Partition, claim: Claim, batch: Batch): Promise<void> {
  const { state, clock, hooks, logger, trace } = deps;
  const begun = clock.elapsed();
  const outcome = await persist(deps, partition, claim, 'apply', (signal) => state.apply(batch, signal));
  if (outcome.kind === 'lost_state') {
    log(logger, 'state_older', { ...claim.place, detail: outcome.detail });
    claim.end('state_lost', outcome.detail, clock.elapsed());
    claim.signal.throwIfAborted();
  }
  trace?.onApplied(batch, clock.elapsed() - begun);
  await hooks.afterApply?.(claim.place, batch.lastSequenceNumber);
}

/**
 * Between the start of a claim and its first event others may have left the hub. Where that one is later than the first of then,
 * what lies between is older than was asked for, or gone: the hub says which.
 */
async function reachNow(
  deps: IntakeDeps,
  partition: Partition,
  claim: Claim,
  since: Since,
  { sequenceNumber }: ReceivedEventData,
): Promise<Since> {
  if (sequenceNumber <= since.firstAvailable) return since;
  const firstAvailable = await persist(deps, partition, claim, 'ask the hub', () => deps.beginningOf(partition.id));
  return { ...since, firstAvailable };
}

async function reportGaps(deps: IntakeDeps, partition: Partition, claim: Claim, { events }: Slice): Promise<void> {
  const since = claim.since === null ? null : await reachNow(deps, partition, claim, claim.since, events[0]!);
  const early = since === null ? null : gapBefore(since, events[0]!);
  // Where it is known how far back the hub reaches, that says more than how far the last checkpoint was.
  const gaps = early === null ? gapsIn(claim.lastRead, events) : [early, ...gapsIn(null, events)];
  // After a reconnect the library reads on after the last number it saw, also if that was of a hub that is no more.
  if (gaps.length > 0) await persist(deps, partition, claim, 'ask the hub', () => deps.confirmHub());
  claim.signal.throwIfAborted();
  for (const gap of gaps) {
    log(deps.logger, gap.isFirst ? 'short_history' : 'events_expired', { ...claim.place, ...gap });
    await persist(deps, partition, claim, 'report a gap', (signal) => deps.state.reportGap(claim.place, gap, signal));
    if (!gap.isFirst) partition.totals.gaps += 1;
  }
  claim.since = null;
  const last = events.at(-1)!;
  if (!claim.lastRead || last.sequenceNumber > claim.lastRead.sequenceNumber) {
    claim.lastRead = { sequenceNumber: last.sequenceNumber, enqueuedAt: last.enqueuedTimeUtc.getTime() };
  }
}

function count({ totals }: Partition, batch: Batch): void {
  for (const [name, value] of Object.entries(batch.counts)) totals[name as keyof Batch['counts']] += value;
  totals.facts += batch.facts.length + batch.nonInteractive.length;
  totals.deadLetters += batch.deadLetters.length;
  totals.batches += 1;
}
