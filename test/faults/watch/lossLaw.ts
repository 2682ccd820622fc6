/** A loss must not pass in silence: within seconds it stands in coverage, in the log and in the metrics. */
import type { LogLine } from '../process/service.ts';
import type { CoverageWatch } from './coverage.ts';

export interface Loss {
  /** What was brought about, for the sentence. */
  readonly what: string;
  /** When it was brought about, at the earliest (ms since the Unix epoch, as below). */
  readonly from: number;
  /** From when on the service was able to notice: a process lived, and everything that it stands on answered. */
  readonly ableFrom: number;
}

/** What `service/observing.ts` says of each loss that the state tells it of. */
const LOST = 'something was lost';
/** How soon the service promises to notice. */
const NOTICED_MS_MAX = 10_000;
/** For the one who asks: an interval, and an answer that takes its time. */
const ASKING_MS_MAX = 3_000;

/** Where it was not told in time, in words; null where it was told everywhere. Call it once that time is over. */
export function lossSilence(
  loss: Loss,
  coverage: Pick<CoverageWatch, 'since'>,
  log: readonly LogLine[],
): string | null {
  const end = Math.max(loss.from, loss.ableFrom) + NOTICED_MS_MAX + ASKING_MS_MAX;
  const isIn = (at: number): boolean => at >= loss.from && at <= end;
  const told = {
    coverage: [...coverage.since(loss.from, 'loss'), ...coverage.since(loss.from, 'gap')].some(({ first }) =>
      isIn(first),
    ),
    metrics: coverage.since(loss.from, 'losses_counted').some(({ first }) => isIn(first)),
    log: log.some(({ msg, heardAt }) => msg === LOST && isIn(heardAt)),
  };
  const silent = Object.entries(told).flatMap(([where, isTold]) => (isTold ? [] : [where]));
  if (silent.length === 0) return null;
  return `${loss.what} at ${new Date(loss.from).toISOString()} was not told by ${new Date(end).toISOString()} in: ${silent.join(', ')}`;
}
