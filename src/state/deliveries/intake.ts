/** Revisions into the queue of a target, and the place behind them, each page of them in one step. */
import { type Argument, bytesOf } from '../redis/calls.ts';
import { loadScript } from '../redis/scripts.ts';
import type { Bounds } from './kept.ts';
import { type DeliveriesPlace, orderOf } from './place.ts';

const takeInScript = loadScript('takein');

/** Arguments of one step, in bytes: one revision always fits. */
const STEP_BYTES_MAX = 900_000;

interface TakenIn {
  readonly place: string | null;
  readonly at: number | null;
  readonly delivery: {
    readonly id: string;
    readonly eventId: string;
    readonly findingId: string;
    readonly revision: number;
    readonly tenantId: string;
    readonly reason: string;
    readonly json: string;
  } | null;
}

export function intakeOf({ run }: DeliveriesPlace) {
  return {
    async takeIn(
      name: string,
      { place: from, erased }: { readonly place: string; readonly erased: string },
      steps: readonly TakenIn[],
      bounds: Bounds,
      now: number,
    ) {
      let [place, count, isNewlyFull] = [from, 0, false];
      for (const page of stepsOf(steps, now)) {
        const args = [name, place, erased, now, bounds.waitingMax, bounds.waitingBytesMax, page.length, ...page.flat()];
        const [outcome, taken, reached, newlyFull] = await run(takeInScript, args);
        if (outcome !== 'taken') {
          if (count > 0) break;
          return { kind: outcome as 'changed' | 'unknown' };
        }
        place = reached!;
        count += Number(taken);
        isNewlyFull = newlyFull === '1';
        if (Number(taken) < page.length) break;
      }
      return { kind: 'taken' as const, count, place, isNewlyFull };
    },
  };
}

/** What the script is told of each step in the feed, in pages that are small enough for one call. */
function* stepsOf(steps: readonly TakenIn[], now: number): Generator<Argument[][]> {
  let page: Argument[][] = [];
  let bytes = 0;
  for (const { place, at, delivery } of steps) {
    const of = delivery ?? { id: '', findingId: '', revision: '', tenantId: '', reason: '', eventId: '', json: '' };
    const args = [
      ...[place ?? '', of.id, orderOf(now), of.findingId, of.revision, of.tenantId, of.reason, of.eventId],
      ...[at ?? '', of.json],
    ];
    const own = bytesOf(args);
    if (page.length > 0 && bytes + own > STEP_BYTES_MAX) {
      yield page;
      [page, bytes] = [[], 0];
    }
    page.push(args);
    bytes += own;
  }
  if (page.length > 0) yield page;
}
