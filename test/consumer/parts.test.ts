/** The consumer's parts that need no server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PartitionOwnership, ReceivedEventData } from '@azure/event-hubs';
import { bodyOf, bytesOf } from '../../src/consumer/body.ts';
import { ByteBudget } from '../../src/consumer/budget.ts';
import { Claim } from '../../src/consumer/claim.ts';
import { systemClock } from '../../src/consumer/clock.ts';
import { messageOf } from '../../src/consumer/errors.ts';
import { TUNING } from '../../src/consumer/options.ts';
import { Ownerships } from '../../src/consumer/ownership.ts';
import { Partition } from '../../src/consumer/partition.ts';
import { pauseMs } from '../../src/consumer/persist.ts';
import type { Place, Position } from '../../src/consumer/ports.ts';
import { gapBefore, gapsIn, slicesOf } from '../../src/consumer/slice.ts';
import { decideStart, type StartFacts } from '../../src/consumer/start.ts';
import { createStore } from '../../src/consumer/store.ts';
import { examine, patienceMs } from '../../src/consumer/watch.ts';

const place: Place = { hub: 'h', hubCreatedAt: 1_000, partition: '0' };
const position = (sequenceNumber: number, enqueuedAt: number | null = 50_000): Position => ({
  ...{ sequenceNumber, offset: `o${sequenceNumber}`, enqueuedAt, hubCreatedAt: 1_000 },
});
const at = (last: number, { first = 0, enqueuedAt = 90_000, isEmpty = false } = {}): StartFacts['hub'] => ({
  beginningSequenceNumber: first,
  lastEnqueuedSequenceNumber: last,
  lastEnqueuedOffset: `o${last}`,
  lastEnqueuedOnUtc: new Date(enqueuedAt),
  isEmpty,
});
const base: StartFacts = { place, stored: { kind: 'none' }, hub: at(99), checkpoint: null, startBackAt: 40_000 };

test('a position is gone on from, and nothing is told', () => {
  const { start, beginning, gap } = decideStart({ ...base, stored: { kind: 'position', position: position(7) } });
  assert.deepEqual(start.eventPosition, { sequenceNumber: 7, isInclusive: false });
  assert.deepEqual([start.lastRead, beginning, gap], [7, null, null]);
});

test('a checkpoint beyond the position tells of a loss, unless reading began anew with it there', () => {
  const stored = { kind: 'position', position: position(7) } as const;
  const causeOf = (facts: Partial<StartFacts>) => decideStart({ ...base, stored, ...facts }).beginning?.cause ?? null;
  assert.deepEqual([causeOf({ checkpoint: 7 }), causeOf({ checkpoint: -1 })], [null, null]);
  const { start, beginning } = decideStart({ ...base, stored, checkpoint: 8 });
  assert.deepEqual(start.eventPosition, { sequenceNumber: 7, isInclusive: false });
  assert.deepEqual([beginning?.cause, beginning?.checkpoint], ['lost', 8]);
  assert.equal(causeOf({ stored: { ...stored, isRebuilding: true }, checkpoint: 8 }), null);
  assert.equal(causeOf({ stored: { ...stored, foreignCheckpoint: 8 }, checkpoint: 8 }), null);
  assert.equal(causeOf({ stored: { ...stored, foreignCheckpoint: 8 }, checkpoint: 9 }), 'lost');
});

test('what a hub before has left says nothing of what was passed over in the next', () => {
  const stored = { kind: 'position', position: { ...position(7), hubCreatedAt: 999 } } as const;
  const { start, beginning } = decideStart({ ...base, stored, checkpoint: 7 });
  assert.deepEqual([beginning?.cause, beginning?.checkpoint, start.lastRead], ['new_hub', 7, null]);
});

test('the position before the first event is all there is', () => {
  const { start, gap } = decideStart({ ...base, stored: { kind: 'position', position: position(-1, null) } });
  assert.deepEqual(start.eventPosition, { offset: '-1' });
  assert.equal(gap, null);
});

test('a partition emptied by retention before it was read is a gap up to its end', () => {
  const stored = { kind: 'position', position: position(7) } as const;
  const { gap, start } = decideStart({ ...base, stored, hub: at(20, { first: 20, isEmpty: true }) });
  assert.equal(start.after?.sequenceNumber, 20, 'nothing is left to lag behind');
  const followed = decideStart({ ...base, stored, hub: at(22, { first: 20 }) });
  assert.equal(followed.start.after?.sequenceNumber, 7, 'what follows moves the position');
  assert.deepEqual([gap?.after, gap?.before, start.lastRead], [7, 21, 20]);
  assert.deepEqual([gap?.afterEnqueuedAt, gap?.beforeEnqueuedAt], [50_000, 90_000], 'until the last that is gone');
  assert.equal(followed.gap?.beforeEnqueuedAt, null, 'until what follows, which has not been read');
});

test('a loss goes back to the mark where there is one', () => {
  const stored = { kind: 'lost', after: 3, position: position(7), detail: 'x' } as const;
  const { start, beginning } = decideStart({ ...base, stored });
  assert.deepEqual(start.eventPosition, { sequenceNumber: 3, isInclusive: false });
  assert.deepEqual([beginning?.cause, beginning?.previous?.sequenceNumber], ['lost', 7]);
});

test('a loss without mark goes back to the time back, or to the position where that is older', () => {
  const lost = (enqueuedAt: number) => ({
    ...base,
    stored: { kind: 'lost', after: null, position: position(7, enqueuedAt), detail: 'x' } as const,
  });
  assert.deepEqual(decideStart(lost(50_000)).start.eventPosition, { enqueuedOn: 40_000 });
  assert.deepEqual(decideStart(lost(30_000)).start.eventPosition, { sequenceNumber: 7, isInclusive: false });
});

test('another creation time of the hub is a new hub, also where the number would fit', () => {
  const other = { ...position(7), hubCreatedAt: 999 };
  const { beginning } = decideStart({ ...base, stored: { kind: 'position', position: other } });
  assert.equal(beginning?.cause, 'new_hub');
});

test('a hub made anew is one also where reading had begun before and met nothing', () => {
  const { beginning } = decideStart({ ...base, stored: { kind: 'none', isOtherHub: true } });
  assert.equal(beginning?.cause, 'new_hub');
});

test('what lies between a checkpoint and the time back is seen to be passed over', () => {
  const { start } = decideStart({ ...base, checkpoint: 12 });
  assert.equal(start.lastRead, 12);
  assert.equal(decideStart({ ...base, checkpoint: -1 }).start.lastRead, null);
});

const event = (sequenceNumber: number, body: unknown = Buffer.alloc(10)): ReceivedEventData =>
  ({ sequenceNumber, body, enqueuedTimeUtc: new Date(1_000 + sequenceNumber) }) as ReceivedEventData;

test('slices keep the order, and none is larger than the limit but for single events', () => {
  const events = [event(0), event(1), event(2, Buffer.alloc(50)), event(3)];
  const slices = slicesOf(events, 25);
  assert.deepEqual(
    slices.map((slice) => slice.events.map(({ sequenceNumber }) => sequenceNumber)),
    [[0, 1], [2], [3]],
  );
  assert.deepEqual(
    slices.map(({ bytes }) => bytes),
    [20, 50, 10],
  );
});

test('a hole in the sequence numbers is a gap; an event that comes again is none', () => {
  const events = [event(5), event(6), event(5), event(9)];
  const gaps = gapsIn({ sequenceNumber: 2, enqueuedAt: null }, events);
  assert.deepEqual(
    gaps.map(({ after, before }) => [after, before]),
    [
      [2, 5],
      [6, 9],
    ],
  );
  assert.deepEqual(gapsIn(null, [event(5)]), []);
});

test('a hub that once held more than it does may lack what was enqueued since then; one that reaches back further does not', () => {
  const since = { time: 500, firstAvailable: 5, isFirst: false };
  const gap = gapBefore(since, event(5));
  assert.deepEqual([gap?.after, gap?.before, gap?.afterEnqueuedAt], [null, 5, 500]);
  assert.equal(gapBefore(since, event(6)), null, 'the fifth lies before that time');
  assert.equal(gapBefore({ ...since, firstAvailable: 0 }, event(0)), null, 'nothing ever went');
});

test('a body is bytes in one section or several, and else is shown', () => {
  const one = bodyOf(Buffer.from('ab'));
  const many = bodyOf([Buffer.from('a'), Buffer.from('b')]);
  assert.deepEqual([one.kind, Buffer.from(one.bytes).toString()], ['bytes', 'ab']);
  assert.deepEqual([many.kind, Buffer.from(many.bytes).toString()], ['bytes', 'ab']);
  for (const body of [undefined, null, 7, 'text', { a: 1 }, [], [Buffer.from('a'), 1], [[1]]]) {
    const { kind, bytes } = bodyOf(body);
    assert.equal(kind, 'no_bytes');
    assert.ok(bytes.byteLength > 0);
    assert.ok(bytesOf(body) >= 0);
  }
});

test('work waits for its bytes in turn, and what is too large for all of them runs alone', async () => {
  const budget = new ByteBudget(10);
  const { signal } = new AbortController();
  const order: string[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = budget.spend(8, signal, () => held);
  const large = budget.spend(1_000, signal, async () => void order.push(`large beside ${budget.used - 10}`));
  const small = budget.spend(1, signal, async () => void order.push('small'));
  await new Promise(setImmediate);
  assert.deepEqual(order, []);
  release();
  await Promise.all([first, large, small]);
  assert.deepEqual(order, ['large beside 0', 'small']);
  assert.equal(budget.used, 0);
});

test('who gives up waiting for bytes holds up no one, and who fails gives its bytes back', async () => {
  const budget = new ByteBudget(10);
  const never = new AbortController().signal;
  const gone = new AbortController();
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = budget.spend(6, never, () => held);
  const waiting = budget.spend(9, gone.signal, async () => assert.fail('It had given up.'));
  const behind = budget.spend(4, never, async () => 'ran');
  gone.abort(new Error('gone'));
  await assert.rejects(waiting, /gone/);
  assert.equal(await behind, 'ran');
  release();
  await first;
  await assert.rejects(
    budget.spend(10, never, () => Promise.reject(new Error('failed'))),
    /failed/,
  );
  assert.equal(budget.used, 0);
});

const record = (ownerId: string, etag: string, lastModifiedTimeInMs = 0): PartitionOwnership => ({
  ...{ ownerId, etag, lastModifiedTimeInMs, partitionId: '0' },
  ...{ fullyQualifiedNamespace: 'n', eventHubName: 'h', consumerGroup: 'g' },
});

test('an answer that is older than our own claim does not take it away', () => {
  const ownerships = new Ownerships('us');
  ownerships.observe([record('them', '1')], 10, 0);
  ownerships.noteClaimed(record('us', '"2"'), 20);
  ownerships.observe([record('them', '1')], 15, 0);
  assert.equal(ownerships.isLost('0'), false);
  ownerships.observe([], 15, 0);
  assert.equal(ownerships.ownerOf('0'), 'us');
  ownerships.observe([record('them', '3')], 25, 0);
  assert.equal(ownerships.isLost('0'), true);
});

test('a session that was replaced is shown nothing and claims nothing, also where it asked before: what is ours is the next one’s', async () => {
  const claims: string[] = [];
  let answer: (list: PartitionOwnership[]) => void = () => {};
  const inner = {
    listOwnership: () => new Promise<PartitionOwnership[]>((resolve) => (answer = resolve)),
    claimOwnership: async (asked: PartitionOwnership[]) => {
      claims.push(...asked.map(({ partitionId }) => partitionId));
      return asked;
    },
    listCheckpoints: async () => [],
    updateCheckpoint: async () => {},
  };
  const store = createStore(
    {
      ...{ inner, ownerships: new Ownerships('us'), clock: systemClock, tuning: TUNING, startPositions: {} },
      ...{ isRunning: () => true, mayStart: () => true, onRound: () => {}, onLook: () => {}, onFailure: () => {} },
      prepare: async () => ({ offset: '-1' }),
    },
    () => ['namespace', 'hub', '$Default'],
  );
  const asked = store.listOwnership('namespace', 'hub', '$Default');
  store.close(false);
  answer([record('us', '1')]);
  assert.deepEqual(await asked, []);
  assert.deepEqual(await store.claimOwnership([{ ...record('us', '1'), ownerId: '' }]), []);
  assert.deepEqual(claims, []);
});

test('the age of an ownership is how long it stays the same, whatever the clocks say', () => {
  const ownerships = new Ownerships('us');
  ownerships.observe([record('them', '1', 5_000_000)], 0, 1_000);
  assert.equal(ownerships.age('0', 400), 400, 'written in the future, as it seems');
  ownerships.observe([record('them', '2', 0)], 500, 9_000_000);
  assert.equal(ownerships.age('0', 700), 200, 'renewed, though the wall clock has jumped');
});

test('the first stop of a partition costs no wait, those that follow without progress more and more', () => {
  const partition = new Partition('0');
  const pauses = Array.from({ length: 9 }, () => {
    partition.noteEnded(claimAt(0), 100, TUNING);
    return partition.restartAt - 100;
  });
  assert.deepEqual(pauses, [0, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  partition.noteEnded(claimAt(0), TUNING.restartMaxMs + 1, TUNING);
  assert.equal(partition.restartAt, TUNING.restartMaxMs + 1, 'one that lived for long');
});

test('why a claim stood still is forgotten with it, however it ends, and never that of the one after it', () => {
  const partition = new Partition('0');
  const [before, after] = [claimAt(0), claimAt(0)];
  const trouble = { code: 'redis_unreachable', detail: 'it is gone', since: 1 };
  partition.begin(before);
  partition.stalled = trouble;
  partition.endStall(before);
  assert.equal(partition.stalled, null);
  partition.begin(after);
  partition.stalled = trouble;
  partition.endStall(before);
  assert.equal(partition.stalled, trouble);
});

test('pauses grow up to their limit, and half of each is chance', () => {
  for (const failures of [0, 1, 5, 30, 500]) {
    const full = Math.min(TUNING.retryMaxMs, TUNING.retryFirstMs * 2 ** failures);
    const pause = pauseMs(TUNING, failures);
    assert.ok(pause >= full / 2 && pause <= full);
  }
});

function claimAt(now: number): Claim {
  return new Claim({ place, eventPosition: { offset: '-1' }, after: position(4), lastRead: 4, since: null }, now, null);
}

interface Change {
  readonly partition?: Partial<Pick<Partition, 'silences' | 'endSequenceNumber'>>;
  readonly claim?: Partial<Pick<Claim, 'calledAt' | 'eventsAt' | 'inFlight'>>;
  readonly endedAt?: number;
}

/** A partition that is behind and was called for lately, but for the change: the verdict on it, and whether its claim is over. */
function examined(change: Change): [string, boolean] {
  const partition = new Partition('0');
  const claim = claimAt(0);
  partition.begin(claim);
  Object.assign(partition, { endSequenceNumber: 9 }, change.partition);
  Object.assign(claim, { calledAt: 99_000 }, change.claim);
  if (change.endedAt !== undefined) claim.end('state_lost', 'x', change.endedAt);
  return [examine([partition], 100_000, TUNING), claim.isEnded];
}

test('silence with events waiting ends the claim, twice in a row the client', () => {
  assert.deepEqual(examined({}), ['well', true]);
  assert.deepEqual(examined({ partition: { silences: 1 } }), ['renew', true]);
  assert.deepEqual(examined({ claim: { calledAt: 0 } }), ['renew', true], 'no call at all');
  assert.deepEqual(examined({ claim: { calledAt: 0 }, endedAt: 5 }), ['renew', true], 'told to stop and never closed');
});

test('each client that brings nothing gives the next one more time, up to what counts as silence', () => {
  const given = Array.from({ length: 6 }, (_, renewals) => patienceMs(TUNING, renewals));
  assert.deepEqual(given, [6_000, 12_000, 24_000, 48_000, 90_000, 90_000]);
});

test('quiet and work are no silence', () => {
  assert.deepEqual(examined({ partition: { endSequenceNumber: 4 } }), ['well', false], 'quiet');
  assert.deepEqual(examined({ claim: { inFlight: 1 } }), ['well', false], 'at work');
  assert.deepEqual(examined({ claim: { eventsAt: 99_000 } }), ['well', false], 'lately read');
});

test('an error that is no Error is told in its own words', () => {
  assert.equal(messageOf(new Error('gone')), 'gone');
  assert.equal(messageOf({ condition: 'amqp:connection:forced', description: 'idle' }), 'amqp:connection:forced: idle');
  assert.equal(messageOf({ odd: 1 }), '{"odd":1}');
});
