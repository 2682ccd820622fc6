/** Decides where a claim begins to read, from what the state, the hub and the checkpoint say. Pure. */
import type { EventPosition, PartitionProperties } from '@azure/event-hubs';
import type { ClaimStart } from './claim.ts';
import type { Beginning, BeginningCause, Gap, Place, Position, Stored } from './ports.ts';

export interface StartFacts {
  readonly place: Place;
  readonly stored: Stored;
  /** As the hub tells it, asked after the position was loaded: it may only be newer. */
  readonly hub: Pick<
    PartitionProperties,
    'beginningSequenceNumber' | 'lastEnqueuedSequenceNumber' | 'lastEnqueuedOffset' | 'lastEnqueuedOnUtc' | 'isEmpty'
  >;
  /** Sequence number of the checkpoint, null if there is none; asked before the position was loaded: that may only be further. */
  readonly checkpoint: number | null;
  /** Beginnings by time begin here, milliseconds since the Unix epoch. */
  readonly startBackAt: number;
}

export interface StartDecision {
  readonly start: ClaimStart;
  /** Null where it simply goes on after the stored position. */
  readonly beginning: Beginning | null;
  readonly gap: Gap | null;
}

/** Whether the stored position lies behind the hub's last event, though the hub is the same. */
export function isBeyondEnd({ place, stored, hub }: Pick<StartFacts, 'place' | 'stored' | 'hub'>): boolean {
  const known = stored.kind === 'none' ? null : stored.position;
  if (!known || known.hubCreatedAt !== place.hubCreatedAt) return false;
  return known.sequenceNumber > hub.lastEnqueuedSequenceNumber;
}

export function decideStart(facts: StartFacts): StartDecision {
  const { place, stored, checkpoint } = facts;
  const previous = stored.kind === 'none' ? null : stored.position;
  const begin = (cause: BeginningCause, detail: string, after: number | null = null): StartDecision => {
    const found = cause === 'new_hub' || stored.kind !== 'lost' ? checkpoint : null;
    if (after !== null) return beginAfter(facts, { cause, detail, previous, checkpoint: found }, bare(after, place));
    return beginByTime(facts, { cause, detail, previous, checkpoint: found });
  };
  // Also where reading had begun and met nothing: what came meanwhile went with that hub, and must not count as read.
  const wasBegun = stored.kind === 'none' && stored.isOtherHub === true;
  if (wasBegun || (previous && previous.hubCreatedAt !== place.hubCreatedAt)) {
    return begin('new_hub', 'The hub was made anew: its events are others, and reading begins as at a first start.');
  }
  if (isBeyondEnd(facts)) {
    return begin('new_hub', 'The hub ends before the position: it is taken for a new one.');
  }
  switch (stored.kind) {
    case 'position':
      return isBehind(stored, checkpoint)
        ? begin(
            'lost',
            'The checkpoint is beyond the position: the state is older than it was.',
            stored.position.sequenceNumber,
          )
        : resume(facts, stored.position);
    case 'lost':
      // A position older than the time back is the further way back: what lies between the two was never applied.
      if (stored.after === null && isOlder(stored.position, facts.startBackAt)) {
        return beginAfter(facts, { cause: 'lost', detail: stored.detail, previous, checkpoint: null }, stored.position);
      }
      return begin('lost', stored.detail, stored.after);
    case 'none':
      return checkpoint === null
        ? begin('first', 'There is neither position nor checkpoint: a first start.')
        : begin('lost', 'There is a checkpoint and no position: the state has lost it.');
  }
}

/**
 * A checkpoint follows the position: where it is further, the position and all that it counts on are of an earlier time, as
 * after the return of a backup while nobody read. One from before reading began anew says nothing.
 */
function isBehind(stored: Stored & { kind: 'position' }, checkpoint: number | null): boolean {
  if (checkpoint === null || stored.isRebuilding || checkpoint === stored.foreignCheckpoint) return false;
  return checkpoint > stored.position.sequenceNumber;
}

function isOlder(position: Position | null, time: number): position is Position {
  return position !== null && position.enqueuedAt !== null && position.enqueuedAt < time;
}

type Cause = Pick<Beginning, 'cause' | 'detail' | 'previous' | 'checkpoint'>;

function resume(facts: StartFacts, position: Position): StartDecision {
  return { ...startAfter(facts, position), beginning: null };
}

function beginAfter(facts: StartFacts, cause: Cause, after: Position): StartDecision {
  return {
    ...startAfter(facts, after),
    beginning: { ...cause, after, since: null, firstAvailable: firstAvailable(facts.hub) },
  };
}

function startAfter(facts: StartFacts, after: Position): Pick<StartDecision, 'start' | 'gap'> {
  const { place } = facts;
  const before = firstAvailable(facts.hub);
  const isGap = before > after.sequenceNumber + 1;
  const lastRead = isGap ? before - 1 : after.sequenceNumber;
  // Where nothing is left behind the gap, its end is the end of all: else the partition would lag behind events that are gone.
  const end = isGap && facts.hub.isEmpty ? endOf(facts) : null;
  const times = { afterEnqueuedAt: after.enqueuedAt, beforeEnqueuedAt: end?.enqueuedAt ?? null };
  const gap = isGap ? { after: after.sequenceNumber, before, ...times, isFirst: false } : null;
  return { start: { place, eventPosition: positionAfter(lastRead), after: end ?? after, lastRead, since: null }, gap };
}

/** The end of the partition as a position. */
function endOf({ place, hub }: StartFacts): Position {
  const hasOffset = hub.lastEnqueuedSequenceNumber >= 0;
  const lastEnqueuedAt = hub.lastEnqueuedOnUtc.getTime();
  return {
    sequenceNumber: hub.lastEnqueuedSequenceNumber,
    offset: hasOffset ? hub.lastEnqueuedOffset : null,
    enqueuedAt: hasOffset && lastEnqueuedAt > 0 ? lastEnqueuedAt : null,
    hubCreatedAt: place.hubCreatedAt,
  };
}

/**
 * Where nothing was enqueued since then, everything there is lies before the beginning, and the end of the partition is as
 * good a place and can be kept as a position: else a partition that stays quiet would have none, and a pause longer than
 * the time back would pass over what came in between.
 */
function beginByTime(facts: StartFacts, cause: Cause): StartDecision {
  const { place, hub, startBackAt } = facts;
  const lastEnqueuedAt = hub.lastEnqueuedOnUtc.getTime();
  const isOld = hub.lastEnqueuedSequenceNumber < 0 || hub.isEmpty || lastEnqueuedAt <= startBackAt;
  if (isOld) {
    const decision = beginAfter(facts, cause, endOf(facts));
    return { ...decision, gap: goneSince(facts, cause) };
  }
  const beginning: Beginning = { ...cause, after: null, since: startBackAt, firstAvailable: firstAvailable(hub) };
  // What was read once, the checkpoint says; if the first event comes later than that, those between were passed over.
  const lastRead =
    cause.cause !== 'new_hub' &&
    cause.checkpoint !== null &&
    cause.checkpoint >= 0 &&
    cause.checkpoint < hub.lastEnqueuedSequenceNumber
      ? cause.checkpoint
      : null;
  return {
    start: {
      ...{ place, eventPosition: { enqueuedOn: startBackAt }, after: null, lastRead },
      since: { time: startBackAt, firstAvailable: firstAvailable(hub), isFirst: cause.cause === 'first' },
    },
    beginning,
    gap: null,
  };
}

/** What a hub that holds nothing any more held within the time back: it was to be read again. */
function goneSince(facts: StartFacts, { cause }: Cause): Gap | null {
  const { hub, startBackAt } = facts;
  const lastEnqueuedAt = hub.lastEnqueuedOnUtc.getTime();
  const isGone = hub.isEmpty && hub.lastEnqueuedSequenceNumber >= 0 && lastEnqueuedAt > startBackAt;
  if (!isGone || cause === 'first') return null;
  const times = { afterEnqueuedAt: startBackAt, beforeEnqueuedAt: lastEnqueuedAt };
  return { after: null, before: hub.lastEnqueuedSequenceNumber + 1, ...times, isFirst: false };
}

/** The oldest event that the hub holds, or the one that comes next. */
export function firstAvailable(
  hub: Pick<PartitionProperties, 'isEmpty' | 'lastEnqueuedSequenceNumber' | 'beginningSequenceNumber'>,
): number {
  return hub.isEmpty ? hub.lastEnqueuedSequenceNumber + 1 : hub.beginningSequenceNumber;
}

/** Sequence numbers begin at 0: what comes after -1 is everything, for which Event Hubs has a word of its own. */
function positionAfter(sequenceNumber: number): EventPosition {
  return sequenceNumber < 0 ? { offset: '-1' } : { sequenceNumber, isInclusive: false };
}

function bare(sequenceNumber: number, { hubCreatedAt }: Place): Position {
  return { sequenceNumber, offset: null, enqueuedAt: null, hubCreatedAt };
}
