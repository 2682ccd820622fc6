/** What must hold after a run, law by law: the first that does not is what the run reports. */
import { AssertionError } from 'node:assert';
import type { Tenants } from '../e2e/asking.ts';
import {
  type Actors,
  assertDeadLetters,
  assertFindings,
  assertNothingLost,
  assertOutlived,
  awaitRebuilt,
  compareRows,
  coverageOf,
  findingsSettle,
  VIEWS,
} from '../e2e/laws.ts';
import { readingOf } from './lost.ts';
import type { Sent } from './places/hubs.ts';
import type { Stage } from './run.ts';

export interface Broken {
  readonly law: string;
  readonly difference: string;
}

type Law = readonly [name: string, holds: (of: Judged) => Promise<void>, reach?: typeof KNOWABLE];

/** The reach of a law that needs every write to be there, or its loss to be noticed: it says nothing of a run in which a fault is beyond notice. */
const KNOWABLE = 'but for what a slot took that was moved key by key';

/** What answers are held against. */
export interface Judged {
  /** A process that answers. */
  readonly url: string;
  /** Everything sent, but for what has passed out of a hub before it was read, which coverage must name. */
  readonly read: readonly Sent[];
  readonly lost: readonly Sent[];
  /** Actors whose findings outlived a part of that. */
  readonly outlived: Actors;
  readonly sent: readonly Sent[];
  /** Of what was read, that which its hub still has. */
  readonly readable: readonly Sent[];
  /** Whether state or events may have been lost. */
  readonly mayLose: boolean;
  /** Where that is not all that was ever sent: the tenants of it, which nobody else has sent of. */
  readonly tenants?: Tenants;
}

const SETTLE_MS = 60_000;
const LOOK_MS = 3_000;
const MOMENTS = 5;

const LAWS: readonly Law[] = [
  [
    'the findings are the pure fold over what was sent',
    ({ url, read, readable, tenants, outlived }) =>
      findingsSettle(url, read, { ms: SETTLE_MS, readable, tenants, except: outlived }),
    KNOWABLE,
  ],
  [
    'every view holds its findings, every field of the contents',
    async ({ url, read, tenants, outlived }) => {
      for (const view of VIEWS) await assertFindings(url, read, view, { tenants, except: outlived });
    },
    KNOWABLE,
  ],
  [
    'findings that outlived what they are made of lack nothing that is there, and hold nothing that was not sent',
    ({ url, read, sent, outlived }) => assertOutlived(url, { read, sent, of: outlived }),
    KNOWABLE,
  ],
  [
    'the rows of any moment are those of the rule',
    async ({ url, read }) => void (await compareRows(url, read, MOMENTS)),
    KNOWABLE,
  ],
  [
    'every record is a fact, irrelevant or a dead letter',
    ({ url, read, tenants }) => assertDeadLetters(url, read, tenants),
    KNOWABLE,
  ],
  ['what passed out of a hub unread is named in coverage', namesWhatIsGone],
  [
    'where nothing could be lost, no loss is told',
    async ({ url, mayLose }) => {
      if (!mayLose) await assertNothingLost(url);
    },
  ],
];

/** Null where all laws hold. */
export async function judge(stage: Stage): Promise<Broken | null> {
  const failed = await broken('all processes are ready again', () => stage.crew.ready(SETTLE_MS));
  if (failed !== null) return failed;
  const url = stage.crew.urls()[0];
  if (url === undefined) return { law: 'a process answers', difference: 'none lives that serves the API' };
  // Findings outlive facts, so they may be right while these are still being read again.
  const rebuilt = await broken('what was lost is read again', () => awaitRebuilt(url, SETTLE_MS));
  if (rebuilt !== null) return rebuilt;
  const judged = await settled(stage, url);
  const isKnowable = !stage.done.some(({ fault }) => fault.isBeyondNotice);
  const found = await judgeAnswers(judged, isKnowable);
  if (found !== null) return { ...found, difference: [...(await stage.watches.way()), found.difference].join('\n') };
  return stage.watches.judge(judged);
}

/** Holds the answers of a process against what was sent. Where it is not known what was lost, only some laws can. */
export async function judgeAnswers(judged: Judged, isKnowable = true): Promise<Broken | null> {
  for (const [name, holds, reach] of LAWS) {
    const law = reach === undefined ? name : `${name}, ${reach}`;
    // Awaited in any case: a law that comes true only later is one for which the others have to wait.
    const found = await broken(law, () => holds(judged));
    if (found !== null && (isKnowable || reach === undefined)) return found;
  }
  return null;
}

/** What was in hand when it passed out of its hub may still be on its way: it is looked for until the answers fit. */
async function settled({ world, done }: Stage, url: string): Promise<Judged> {
  const { hubs } = world;
  const mayLose = done.some(({ fault }) => fault.losesEvents || fault.losesState);
  for (const end = performance.now() + SETTLE_MS; ; ) {
    const { read, lost, outlived } = await readingOf(world);
    const readable = read.filter((one) => hubs.isReadable(one));
    const judged = { url, read, lost, outlived, sent: hubs.sent, readable, mayLose };
    if (hubs.gone.size === 0 || performance.now() > end) return judged;
    const found = await broken('', () => findingsSettle(url, read, { ms: LOOK_MS, readable, except: outlived }));
    if (found === null && (await readingOf(world)).lost.length === lost.length) return judged;
  }
}

/** A start may be refused so long after a fault has ended: it began before. */
const REFUSED_MS_MAX = 8_000;

/** The processes end in time and in order, and leave nothing open; none has ended or refused to start without a reason. */
export function judgeEnding({ crew, done }: Pick<Stage, 'crew' | 'done'>): Promise<Broken | null> {
  const isStruck = (at: number): boolean =>
    done.some(({ begunAt, endedAt }) => begunAt <= at && at <= (endedAt ?? Date.now()) + REFUSED_MS_MAX);
  return broken('processes end within their deadline and leave nothing open', async () => {
    const reports = await crew.stopAll();
    const wrong = reports.filter(
      ({ code, ms, left }) => code !== 0 || ms > STOP_MS_MAX || (left?.resources.length ?? 0) > 0,
    );
    if (wrong.length > 0) throw new Error(JSON.stringify(wrong));
    const refused = crew.refusals.filter(({ at }) => !isStruck(at));
    if (crew.failures.length + refused.length > 0) throw new Error(JSON.stringify([...crew.failures, ...refused]));
  });
}

/** SHUTDOWN_DEADLINE, and what it takes to look whether something is left. */
const STOP_MS_MAX = 27_000;

/** A law as it was found: null where it holds. */
export async function broken(law: string, holds: () => Promise<unknown>): Promise<Broken | null> {
  try {
    await holds();
    return null;
  } catch (error) {
    const text = error instanceof AssertionError || error instanceof Error ? error.message : String(error);
    return { law, difference: text };
  }
}

async function namesWhatIsGone({ url, lost }: Judged): Promise<void> {
  const { hubs } = await coverageOf(url);
  for (const { hub, partition, sequenceNumber, enqueuedAt } of lost) {
    const own = hubs.find((one) => one.hub === hub)?.partitions.find((one) => one.partition === partition);
    const { gaps = [], spans = [] } = own ?? {};
    const isNamed = gaps.some(({ from, until }) => isWithin(enqueuedAt, from, until));
    // Where nothing is left that tells of an earlier time, reading begins as at a first start, and says from when on.
    const isClaimed = spans.some(({ from, until }) => isWithin(enqueuedAt, from, until));
    if (!isNamed && isClaimed)
      throw new Error(
        `${hub}/${partition}: event ${sequenceNumber} of ${new Date(enqueuedAt).toISOString()} is in no gap: ${JSON.stringify({ gaps, spans })}`,
      );
  }
}

const isWithin = (at: number, from: string | null, until: string | null): boolean =>
  (from === null || Date.parse(from) <= at) && (until === null || at <= Date.parse(until));
