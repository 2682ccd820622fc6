/** What counts as a step back of the state, and what must be said of one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyRecord } from '../../../src/state/partitions/partitionRecord.ts';
import { markField } from '../../../src/state/partitions/positions.ts';
import type { LogLine } from '../process/service.ts';
import type { Seen } from './coverage.ts';
import type { Look } from './look.ts';
import { stepBackSilence, tookState } from './lossLaw.ts';
import { StepsBack } from './stepsBack.ts';

interface Moment {
  /** What the position of `hub/1` counts on in each part; none where it is gone. */
  readonly counts?: readonly (readonly [generation: string, mark: number | null])[];
  /** What each part holds of it. */
  readonly holds: readonly (readonly [generation: string | null, mark: number | null])[];
  readonly hubCreatedAt?: number;
  readonly checkpoint?: number;
  /** Of the position. */
  readonly sequenceNumber?: number;
  /** Readers that live; left out: the one that reads it. */
  readonly living?: readonly string[];
}

/** A look at each of the moments, one a second: from `n * 1,000` on, over half a second later. */
function found(...moments: readonly Moment[]): unknown[] {
  const steps = new StepsBack();
  for (const [i, moment] of moments.entries()) steps.follow(lookAt(moment, i * 1_000));
  return steps.found.map(({ place, after, before }) => [place, after, before]);
}

function lookAt(moment: Moment, from: number): Look {
  const { counts, holds, hubCreatedAt = 1, checkpoint, sequenceNumber = 9, living = ['reader'] } = moment;
  const place = { hub: 'hub', hubCreatedAt, partition: '1' };
  const record = {
    ...emptyRecord(place, 'reader', 0),
    sequenceNumber,
    generations: counts?.map(([generation]) => generation) ?? [],
    marks: counts?.map(([, mark]) => mark) ?? [],
  };
  return {
    ...{
      from,
      at: from + 500,
      checkpoints: new Map(checkpoint === undefined ? [] : [['hub/1', checkpoint]]),
      living: new Set(living),
    },
    records: new Map(counts === undefined ? [] : [['hub/1', record]]),
    parts: holds.map(([generation, mark]) => ({
      generation,
      marks: new Map(mark === null ? [] : [[markField(place), mark]]),
    })),
  };
}

const LINE = { level: 50, process: 'process', msg: 'something was lost' };
const STEP = ['hub/1', 0, 1_500];

test('what a position counted on and is there no more, by however little, went a step back', () => {
  const before: Moment = {
    counts: [
      ['a', 7],
      ['b', 5],
    ],
    holds: [
      ['a', 9],
      ['b', 5],
    ],
  };
  const gone: Record<string, Moment> = {
    'a part of an event': { ...before, holds: [before.holds[0]!, ['b', 5 - 2 ** -20]] },
    'the mark': { ...before, holds: [before.holds[0]!, ['b', null]] },
    'the generation': { ...before, holds: [before.holds[0]!, [null, null]] },
    'for another generation that is further': { ...before, holds: [before.holds[0]!, ['c', 100]] },
    'together with the position': { counts: [['a', 7]], holds: [['a', 9], before.holds[1]!.with(1, 4) as ['b', 4]] },
    'with the position gone': { holds: [['a', 6], before.holds[1]!] },
  };
  for (const [what, moment] of Object.entries(gone)) assert.deepEqual(found(before, moment), [STEP], what);
});

test('a step back is found once, however long a position counts on what is gone, and the next is another', () => {
  const whole: Moment = { counts: [['a', 7]], holds: [['a', 7]] };
  const less: Moment = { counts: [['a', 7]], holds: [['a', 6]] };
  const begunAnew: Moment = { counts: [['a', 6]], holds: [['a', 6]] };
  assert.deepEqual(found(whole, less, less, begunAnew, whole, whole), [STEP]);
  assert.deepEqual(found(whole, less, begunAnew, { ...begunAnew, holds: [['a', 5]] }), [STEP, ['hub/1', 2_000, 3_500]]);
});

test('a step back is forgotten only where nobody lived and nothing was left that remembers', () => {
  const whole: Moment = { counts: [['a', 7]], holds: [['a', 7]] };
  const bare: Moment = { holds: [[null, null]], living: [] };
  const isForgotten = (...moments: readonly Moment[]): boolean => {
    const steps = new StepsBack();
    for (const [i, moment] of [whole, ...moments].entries()) steps.follow(lookAt(moment, i * 1_000));
    assert.equal(steps.found.length, 1);
    return steps.found[0]!.isForgotten === true;
  };
  assert.equal(isForgotten(bare), true);
  assert.equal(isForgotten({ ...bare, living: ['another'] }), true, 'who never read it need not know');
  assert.equal(
    isForgotten({ ...bare, living: ['reader'] }, { counts: [['b', null]], holds: [['b', null]] }, bare),
    true,
  );
  const late: readonly Moment[] = Array.from({ length: 11 }, () => ({ ...bare, living: ['reader'] }));
  assert.equal(isForgotten(...late, bare), false, 'who lived on had the time to tell');
  const remembered: Record<string, Moment> = {
    'a reader': { ...bare, living: ['another', 'reader'] },
    'a checkpoint': { ...bare, checkpoint: 3 },
    'a position': { ...bare, counts: [['a', 7]] },
    'a mark': { ...bare, holds: [['b', 1]] },
  };
  for (const [what, moment] of Object.entries(remembered)) assert.equal(isForgotten(moment), false, what);
  // All fell back together to what was true before, as on a file that lacks its last second.
  const older: Moment = { counts: [['a', 5]], holds: [['a', 6]], sequenceNumber: 5, living: [] };
  assert.equal(isForgotten(older), true);
  assert.equal(isForgotten({ ...older, checkpoint: 5 }), true);
  const olderRemembered: Record<string, Moment> = {
    'a reader': { ...older, living: ['reader'] },
    'a checkpoint': { ...older, checkpoint: 6 },
    'a position': { ...older, counts: [['a', 7]] },
  };
  for (const [what, moment] of Object.entries(olderRemembered)) assert.equal(isForgotten(moment), false, what);
});

test('a look that was torn by a loss finds it', () => {
  assert.deepEqual(found({ counts: [['a', 7]], holds: [['a', 6]] }), [['hub/1', 0, 500]]);
});

test('where nothing went back that a position counts on, nothing is found', () => {
  const quiet: Record<string, readonly Moment[]> = {
    'all goes on': [
      { counts: [['a', 7]], holds: [['a', 8]] },
      { counts: [['a', 8]], holds: [['a', 9]] },
    ],
    'a write that nobody was told of': [
      { counts: [['a', 7]], holds: [['a', 9]] },
      { counts: [['a', 7]], holds: [['a', 7]] },
    ],
    'a part that held nothing of it': [
      { counts: [['a', null]], holds: [['a', 3]] },
      { counts: [['a', null]], holds: [['b', null]] },
    ],
    'a hub that was made anew': [
      { counts: [['a', 7]], holds: [['a', 7]] },
      { counts: [['a', null]], holds: [['a', null]], hubCreatedAt: 2 },
      { counts: [['a', 1]], holds: [['a', 1]], hubCreatedAt: 2 },
    ],
    'a position that goes back alone': [
      { counts: [['a', 7]], holds: [['a', 7]] },
      { counts: [['a', 5]], holds: [['a', 7]] },
    ],
  };
  for (const [what, moments] of Object.entries(quiet)) assert.deepEqual(found(...moments), [], what);
});

test('a position that counted on something and is seen no more is gone, once, though all that it counted on is there', () => {
  const steps = new StepsBack();
  const holds: Moment['holds'] = [['a', 7]];
  const counting: Moment = { counts: [['a', 7]], holds };
  const moments = [{ holds }, { counts: [['a', null]] as const, holds }, { holds }, counting, { holds }, { holds }];
  for (const [i, moment] of moments.entries()) steps.follow(lookAt(moment, i * 1_000));
  assert.deepEqual(
    steps.positionsGone.map(({ place, after, before }) => [place, after, before]),
    [['hub/1', 3_000, 4_500]],
  );
  assert.deepEqual(steps.found, []);
});

test('of a fault it is asked whether it was told where looks saw something go that no other fault can have taken', () => {
  const gone = [{ place: 'hub/1', detail: 'it went back', after: 1_000, before: 2_000 }];
  const fault = { from: 1_500, until: 3_000 };
  const asked: Record<string, boolean> = {
    'it went while it was struck': tookState(fault, [], gone),
    'it was seen to be there while the fault lasted': tookState({ from: 500, until: 1_000 }, [], gone),
    'another had ended by then': tookState(fault, [{ from: 0, until: 999 }], gone),
  };
  const passedOver: Record<string, boolean> = {
    'nothing went: it held no state, or what was emptied before': tookState(fault, [], []),
    'it was gone before': tookState({ from: 2_001, until: 3_000 }, [], gone),
    'it went after': tookState({ from: 0, until: 999 }, [], gone),
    'another may have taken it': tookState(fault, [{ from: 0, until: 1_000 }], gone),
  };
  for (const [what, isAsked] of Object.entries(asked)) assert.ok(isAsked, what);
  for (const [what, isAsked] of Object.entries(passedOver)) assert.ok(!isAsked, what);
});

test('it must be told of the very partition, after it was last whole: in coverage, in the metrics and in the log', () => {
  const step = { place: 'hub/1', detail: 'it went back', after: 1_000, before: 2_000 };
  const seen = (kind: Seen['kind'], of: string, first: number): Seen => ({ kind, of, first, last: first, detail: '' });
  const line = (detail: string, heardAt: number): LogLine => ({ ...LINE, detail, heardAt });
  const silent = (all: readonly Seen[], log: readonly LogLine[]): string | undefined => {
    const since = (at: number, kind?: Seen['kind']) => all.filter((one) => one.first >= at && one.kind === kind);
    return stepBackSilence(step, { since }, log)?.replace(/^.* in: /, '');
  };
  const told = [seen('loss', 'hub/1', 60_000), seen('losses_counted', 'process', 1_500)];
  const log = [line('shard 0 of the state no longer holds all that hub/1 has put there', 1_200)];
  assert.equal(silent(told, log), undefined);
  assert.equal(silent([seen('gap', 'hub/1', 1_000), told[1]!], log), undefined);
  assert.equal(silent([], []), 'coverage, metrics, log');
  assert.equal(silent([seen('loss', 'hub/1', 999), told[1]!], [line('hub/1: lost', 999)]), 'coverage, log');
  assert.equal(silent([seen('loss', 'hub/11', 1_500), told[1]!], [line('hub/11: lost', 1_500)]), 'coverage, log');
});
