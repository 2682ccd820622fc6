/** Plays the sample traffic: the crowd, the scenes one after the other, and then the trickle until asked to stop. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Counts, counts } from './answers.ts';
import { crowd } from './crowd.ts';
import { type Outcome, POISON_COUNT, scenes } from './scenes.ts';
import type { Sender } from './send.ts';
import type { Summary } from './show.ts';
import { round } from './trickle.ts';
import type { Watch } from './watch.ts';

export interface Stage {
  readonly sender: Sender;
  readonly watch: Watch;
  readonly ops: string;
  readonly signal: AbortSignal;
}

const CROWD = 4_000;
/** Between the scenes, and between the two halves of one: time to read, and for one log to be slower than the other. */
const SCENE_MS = 300;
const HALF_MS = 150;
const SETTLE_MS_MAX = 30_000;
const SETTLE_POLL_MS = 150;
const ROUND_MS = 800;

/** Sends what nobody needs to look at. */
export async function playCrowd({ sender, signal }: Stage): Promise<void> {
  for (const sending of crowd(CROWD, Date.now())) {
    signal.throwIfAborted();
    await sender.send([sending]);
  }
}

/** Sends the scenes, then waits until all that must come of them has come; gives what came. */
export async function playScenes(stage: Stage): Promise<Summary> {
  const { sender, signal } = stage;
  const all = scenes(Date.now());
  for (const { sendings } of all) {
    for (const sending of sendings) {
      await sender.send([sending]);
      await pause(HALF_MS, undefined, { signal });
    }
    await pause(SCENE_MS, undefined, { signal });
  }
  sender.endCopy();
  const expected = (outcome: Outcome) => all.filter((scene) => scene.outcome === outcome).length;
  return settle(stage, { found: expected('found'), missed: expected('missed'), accused: expected('accused') });
}

type Expected = Readonly<Record<'found' | 'missed' | 'accused', number>>;

async function settle({ sender, watch, ops, signal }: Stage, expected: Expected): Promise<Summary> {
  const late = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    const read = await counts(ops, signal);
    const missing = missingOf(expected, watch, read, sender.sent.records);
    if (missing === '' || performance.now() > late) {
      const { found, missed, accused } = countsOf(watch);
      return { ...read, sent: sender.sent.records, found, missed, accused, missing };
    }
    await pause(SETTLE_POLL_MS, undefined, { signal });
  }
}

const countsOf = (watch: Watch): Expected => ({
  found: watch.count('found'),
  missed: watch.count('missed'),
  accused: watch.count('accused'),
});

/** What was to come and has not, in words. */
function missingOf(expected: Expected, watch: Watch, read: Counts, sent: number): string {
  const came = countsOf(watch);
  const parts = (Object.keys(expected) as (keyof Expected)[])
    .filter((kind) => came[kind] < expected[kind])
    .map((kind) => `${expected[kind] - came[kind]} ${kind}`);
  if (read.records < sent) parts.push(`${sent - read.records} records not read yet`);
  if (read.deadLetters < POISON_COUNT) parts.push('dead letters');
  return parts.join(', ');
}

/** Goes on until aborted. */
export async function playTrickle({ sender, signal }: Stage): Promise<void> {
  for (let n = 0; !signal.aborted; n++) {
    await sender.send(round(n, Date.now()));
    await pause(ROUND_MS, undefined, { signal });
  }
}
