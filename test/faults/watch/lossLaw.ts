/** A loss must not pass in silence: it stands in coverage, in the log and in the metrics, within seconds where all was lost. */
import type { LogLine } from '../process/service.ts';
import type { CoverageWatch } from './coverage.ts';
import { NOTICED_MS_MAX, type StepBack } from './stepsBack.ts';

export interface Loss {
  /** What was brought about, for the sentence. */
  readonly what: string;
  /** When it was brought about, at the earliest (ms since the Unix epoch, as below). */
  readonly from: number;
  /** From when on the service was able to notice: a process lived, and everything that it stands on answered. */
  readonly ableFrom: number;
}

/** A time in which a fault may have taken something (ms since the Unix epoch). */
export interface Struck {
  readonly from: number;
  readonly until: number;
}

/**
 * Whether it was this fault that took what looks found gone. One server of several may hold the queues of the webhooks alone,
 * or nothing on which a position counts, for it was emptied just before: then nothing of the state is lost with it. What
 * another fault may have taken as well is told with that one's loss, or with this one's: of it the law of the step back asks.
 */
export function tookState(fault: Struck, others: readonly Struck[], gone: readonly StepBack[]): boolean {
  const may = ({ from, until }: Struck, { after, before }: StepBack): boolean => after <= until && from <= before;
  return gone.some((one) => may(fault, one) && !others.some((other) => may(other, one)));
}

type Told = Pick<CoverageWatch, 'since'>;

/** What `service/observing.ts` says of each loss that the state tells it of. */
const LOST = 'something was lost';
/** For the one who asks: an interval, and an answer that takes its time. */
const ASKING_MS_MAX = 3_000;

/** Where it was not told in time, in words; null where it was told everywhere. Call it once that time is over. */
export function lossSilence(loss: Loss, coverage: Told, log: readonly LogLine[]): string | null {
  const end = Math.max(loss.from, loss.ableFrom) + NOTICED_MS_MAX + ASKING_MS_MAX;
  const silent = silentIn({ from: loss.from, end, isMeant: () => true }, coverage, log);
  if (silent.length === 0) return null;
  return `${loss.what} at ${isoOf(loss.from)} was not told by ${isoOf(end)} in: ${silent.join(', ')}`;
}

/** The same of a step back, which may be of one partition alone: so it is that partition of which it must be told. */
export function stepBackSilence(step: StepBack, coverage: Told, log: readonly LogLine[]): string | null {
  const name = new RegExp(`(^|[ :])${step.place}([ :,.]|$)`);
  const isMeant = (text: string): boolean => name.test(text);
  const silent = silentIn({ from: step.after, end: Number.POSITIVE_INFINITY, isMeant }, coverage, log);
  if (silent.length === 0) return null;
  return `between ${isoOf(step.after)} and ${isoOf(step.before)} ${step.detail}: not told of ${step.place} in: ${silent.join(', ')}`;
}

interface Telling {
  readonly from: number;
  readonly end: number;
  /** Whether words are about what was lost. */
  readonly isMeant: (text: string) => boolean;
}

function silentIn({ from, end, isMeant }: Telling, coverage: Told, log: readonly LogLine[]): string[] {
  const isIn = (at: number): boolean => at >= from && at <= end;
  const inCoverage = [...coverage.since(from, 'loss'), ...coverage.since(from, 'gap')];
  const told = {
    coverage: inCoverage.some(({ first, of, detail }) => isIn(first) && isMeant(`${of} ${detail}`)),
    metrics: coverage.since(from, 'losses_counted').some(({ first }) => isIn(first)),
    log: log.some(({ msg, detail, heardAt }) => msg === LOST && isIn(heardAt) && isMeant(String(detail))),
  };
  return Object.entries(told).flatMap(([where, isTold]) => (isTold ? [] : [where]));
}

const isoOf = (ms: number): string => new Date(ms).toISOString();
