/**
 * The one place where a call to the state is tried again: with growing, scattered pauses, for as long as the claim lives.
 * It runs inside the handler, so that nothing more is received while it waits: that is the back-pressure.
 */
import { type LogSink, log } from '../log.ts';
import type { Claim } from './claim.ts';
import type { Clock } from './clock.ts';
import { codeOf, hasCode, isOfOtherRule, messageOf, troubleOf } from './errors.ts';
import type { Tuning } from './options.ts';
import type { Partition } from './partition.ts';

export interface PersistDeps {
  readonly clock: Clock;
  readonly tuning: Tuning;
  readonly logger: LogSink;
  readonly onFault: (error: unknown) => void;
}

/** Rejects only with the `ClaimEnded` of the claim. `step` is a verb for the log. */
export async function persist<T>(
  deps: PersistDeps,
  partition: Partition,
  claim: Claim,
  step: string,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  for (let failures = 0; ; failures++) {
    claim.signal.throwIfAborted();
    try {
      const result = await attempt(claim.signal);
      if (failures > 0) goOn(deps, partition, claim, step);
      return result;
    } catch (error) {
      claim.signal.throwIfAborted();
      // What was read by a rule that is no longer in force is not to be kept: whoever has the new one reads it again.
      if (isOfOtherRule(error)) claim.end('rule_not_adopted', messageOf(error), deps.clock.elapsed());
      claim.signal.throwIfAborted();
      stall(deps, partition, claim, step, error);
      await deps.clock.sleep(pauseMs(deps.tuning, failures), claim.signal);
    }
  }
}

/** Half of the pause is chance: partitions that failed together must not come back together. */
export function pauseMs({ retryFirstMs, retryMaxMs }: Tuning, failures: number): number {
  const full = Math.min(retryMaxMs, retryFirstMs * 2 ** Math.min(failures, 30));
  return full / 2 + (Math.random() * full) / 2;
}

function stall(deps: PersistDeps, partition: Partition, claim: Claim, step: string, error: unknown): void {
  partition.totals.applyFailures += 1;
  const { hub } = claim.place;
  const trouble = { code: stallCodeOf(error), detail: `Cannot ${step}: ${messageOf(error)}` };
  if (!partition.stalled) {
    const fields = { err: error, hub, partition: partition.id, code: trouble.code };
    log(deps.logger, 'partition_stalled', fields, `cannot ${step}`);
    if (!hasCode(error)) deps.onFault(error);
  }
  partition.stalled = { ...trouble, since: partition.stalled?.since ?? deps.clock.now() };
}

/** The reason that the state gives, or else the code of its error. */
function stallCodeOf(error: unknown): string {
  const hasReason = typeof error === 'object' && error !== null && 'reason' in error;
  return hasReason ? troubleOf(error).code : codeOf(error);
}

function goOn(deps: PersistDeps, partition: Partition, claim: Claim, step: string): void {
  partition.stalled = null;
  const { hub } = claim.place;
  log(deps.logger, 'partition_goes_on', { hub, partition: partition.id }, `it could ${step} again`);
}
