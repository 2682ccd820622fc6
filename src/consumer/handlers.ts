/**
 * What the client library calls: for each receiver that it opens, for what it receives, for what fails. Nothing leaves a
 * handler that would make the library pass over events, and no receiver goes on whose claim has ended.
 */

import type { EventPosition, PartitionContext, ReceivedEventData, SubscriptionEventHandlers } from '@azure/event-hubs';
import { log } from '../log.ts';
import type { Claim } from './claim.ts';
import { ClaimEnded, codeOf, messageOf, plainError, StartPostponed, troubleOf } from './errors.ts';
import { type IntakeDeps, takeIn } from './intake.ts';
import type { Partition } from './partition.ts';
import { keepProgress } from './progress.ts';

export interface HandlersDeps {
  readonly hub: string;
  readonly intake: IntakeDeps;
  partition(id: string): Partition;
  /** Asks and decides where a claim begins. */
  claim(partition: Partition): Promise<Claim>;
  /** Something failed that concerns no single partition. */
  onTrouble(error: unknown): void;
  /** Whether nothing more is to be taken in. */
  isStopping(): boolean;
  /** Resolves when the client is closed, or given up on. */
  readonly closed: Promise<void>;
}

export interface Handlers extends Required<SubscriptionEventHandlers> {
  /** Prepares the claim that the next receiver of this partition will have; rejects with `StartPostponed`. */
  prepare(partition: string): Promise<EventPosition>;
  /** Work that has not ended; none of it rejects. */
  readonly inFlight: ReadonlySet<Promise<void>>;
}

export function createHandlers(deps: HandlersDeps): Handlers {
  const { clock, logger } = deps.intake;
  const prepared = new Map<string, Claim>();
  /** The client library gives each receiver a context of its own. */
  const bound = new WeakMap<PartitionContext, Claim>();
  const inFlight = new Set<Promise<void>>();

  async function prepare(id: string): Promise<EventPosition> {
    const partition = deps.partition(id);
    try {
      const claim = await deps.claim(partition);
      prepared.set(id, claim);
      return claim.start.eventPosition;
    } catch (error) {
      if (error instanceof StartPostponed || deps.isStopping()) throw new StartPostponed(messageOf(error));
      const { code, detail: why } = troubleOf(error);
      const detail = `Cannot start: ${why}`;
      partition.receiving = { code, detail, since: partition.receiving?.since ?? clock.now() };
      log(logger, 'partition_not_begun', { err: error, hub: deps.hub, partition: id });
      throw new StartPostponed(detail, { cause: error });
    }
  }

  async function processInitialize(context: PartitionContext): Promise<void> {
    const partition = deps.partition(context.partitionId);
    const claim = prepared.get(partition.id);
    prepared.delete(partition.id);
    if (!claim) return;
    partition.running?.end('superseded', 'The partition was claimed anew.', clock.elapsed());
    bound.set(context, claim);
    partition.begin(claim);
    claim.signal.addEventListener('abort', () => noteEnded(deps, partition, claim), { once: true });
    log(logger, 'reading_begins', { ...claim.place, from: claim.start.eventPosition });
  }

  async function processEvents(events: ReceivedEventData[], context: PartitionContext): Promise<void> {
    const claim = bound.get(context);
    if (!claim) throw new Error('The receiver has no claim.');
    // Held, not returned from: the library would go on receiving what no one takes in.
    if (deps.isStopping()) return deps.closed;
    const work = takeTurn(deps, claim, events, context);
    const quiet = work.then(
      () => {},
      () => {},
    );
    inFlight.add(quiet);
    try {
      await work;
    } catch (error) {
      leave(deps, claim, error);
    } finally {
      inFlight.delete(quiet);
    }
    if (claim.isEnded) throw plainError(claim.signal.reason);
  }

  async function processError(error: Error, context: PartitionContext): Promise<void> {
    if (context.partitionId === '') {
      if (!(error instanceof StartPostponed)) deps.onTrouble(error);
      return;
    }
    // What ended a claim of ours has been told already.
    if (error.cause instanceof ClaimEnded || deps.isStopping()) return;
    const partition = deps.partition(context.partitionId);
    log(logger, 'receiving_failed', { err: error, hub: deps.hub, partition: partition.id, code: codeOf(error) });
    partition.receiving = { ...troubleOf(error), since: clock.now() };
    stopReceiver(error);
    bound.get(context)?.end('receiver_closed', messageOf(error), clock.elapsed());
  }

  async function processClose(_reason: unknown, context: PartitionContext): Promise<void> {
    const claim = bound.get(context);
    if (!claim) return;
    claim.isClosed = true;
    claim.end('receiver_closed', 'The client library closed the receiver.', clock.elapsed());
  }

  return { prepare, inFlight, processInitialize, processEvents, processError, processClose };
}

/**
 * Has the library throw the receiver away, which it does after an error that is not `retryable`, and looks at only after
 * this. Else it would open another link for the same receiver, and forget the timer that renews the token of the one
 * before: that goes on for ever, keeps the process alive, and opens connections again after the client was closed.
 */
function stopReceiver(error: Error & { retryable?: boolean }): void {
  error.retryable = false;
}

/** One call of the library: with events, or without after a while of quiet. */
async function takeTurn(
  { intake, partition: partitionOf }: HandlersDeps,
  claim: Claim,
  events: ReceivedEventData[],
  context: PartitionContext,
): Promise<void> {
  const partition = partitionOf(context.partitionId);
  claim.inFlight += 1;
  try {
    claim.signal.throwIfAborted();
    partition.receiving = null;
    const end = context.lastEnqueuedEventProperties?.sequenceNumber;
    if (typeof end === 'number') partition.noteEnd(end);
    if (events.length > 0) await takeIn(intake, partition, claim, events);
    else await keepProgress(intake, partition, claim, 'when_due');
    // After a slow turn the partition may have another owner, whose link the next receive would take away. A store that
    // cannot be asked tells nothing, but then no other could have claimed it either.
    await intake.confirmOwner().catch(() => {});
    if (intake.link(partition.id).isClosed) {
      claim.end('receiver_closed', 'The link was closed while events were taken in.', intake.clock.elapsed());
    }
  } finally {
    claim.inFlight -= 1;
    claim.calledAt = intake.clock.elapsed();
    if (events.length > 0) claim.eventsAt = claim.calledAt;
  }
}

/** Anything but the end of the claim is a fault of ours; the partition starts again from what is safe. */
function leave({ hub, intake }: HandlersDeps, claim: Claim, error: unknown): void {
  if (error instanceof ClaimEnded) return;
  const { partition } = claim.place;
  log(intake.logger, 'handler_failed', { err: error, hub, partition });
  intake.onFault(error);
  claim.end('fault', messageOf(error), intake.clock.elapsed());
}

function noteEnded({ hub, intake }: HandlersDeps, partition: Partition, claim: Claim): void {
  const { why, message } = claim.signal.reason as ClaimEnded;
  partition.endStall(claim);
  if (why === 'stopped') return;
  partition.noteEnded(claim, intake.clock.elapsed(), intake.tuning);
  if (why === 'owner_lost') partition.totals.ownersLost += 1;
  log(intake.logger, 'reading_ends', { hub, partition: partition.id, why }, message);
}
