/** The rule's rows at a moment, over the facts kept. */
import type { Operation, SignIn } from '../../detection/fact.ts';
import { type Row, rowsOver, spanAt } from '../../detection/rows.ts';
import { formatTicks, msOfTicks, type Ticks, ticksOfMs } from '../../detection/time.ts';
import { pages, readRelated } from '../facts/window.ts';
import { readSet } from '../redis/values.ts';
import type { State } from '../state.ts';
import { type Caller, mayObserve, type TenantNeeded, tenantOf } from './caller.ts';
import { isComplete, isWhole, readActor, whatIsKept } from './facts.ts';

export interface RowsFound {
  readonly kind: 'rows';
  readonly at: string;
  readonly tenantId: string;
  readonly complete: boolean;
  readonly rows: readonly Row[];
}

export interface BeyondRetention {
  readonly kind: 'beyond_retention';
  readonly earliest: string;
}

/** Actors read side by side. */
const ACTORS_PER_READ = 16;

export function rowQueries(state: State) {
  return {
    async at(
      caller: Caller,
      query: { tenantId: string | null; at: Ticks | null; view: 'strict' | 'resolved' },
    ): Promise<RowsFound | BeyondRetention | TenantNeeded> {
      const { rule } = state;
      const { now } = state.options;
      const kept = await whatIsKept(state);
      const at = query.at ?? ticksOfMs(now());
      if (at < kept.earliest) return { kind: 'beyond_retention', earliest: formatTicks(kept.earliest) };
      const tenantId = await tenantOf(state, caller, query.tenantId);
      if (typeof tenantId !== 'string') return tenantId;
      const from = msOfTicks(at - rule.window);
      const complete = isComplete(kept, from, query.at === null ? null : msOfTicks(at), now());
      const span = spanAt(at, rule.window, query.at === null);
      const found = mayObserve(caller, tenantId)
        ? await readWindow(state, tenantId, span)
        : { operations: [], signIns: [] };
      return {
        kind: 'rows',
        at: formatTicks(at),
        tenantId,
        // Asked once more: what was lost while it was read is not in the rows.
        complete: complete && (await isWhole(state, kept.records)),
        rows: rowsOver(found.operations, found.signIns, span, query.view),
      };
    },
  };
}

/** The operations in a span, and the sign-ins of those who did them. */
async function readWindow(
  state: State,
  tenantId: string,
  span: { from: Ticks; to: Ticks | null },
): Promise<{ operations: Operation[]; signIns: SignIn[] }> {
  const shard = state.shardOf(tenantId);
  const ids = [...(await readSet(shard.client, `${shard.key}actors:${tenantId}`))];
  const operations: Operation[] = [];
  const signIns: SignIn[] = [];
  for (const page of pages(ids, ACTORS_PER_READ)) {
    const read = await Promise.all(
      page.map(async (id) => {
        const known = await readActor(shard, id);
        const own =
          known?.operations.filter(({ time }) => time >= span.from && (span.to === null || time <= span.to)) ?? [];
        if (known === null || own.length === 0) return null;
        return { own, guests: await readRelated(shard.client, shard.key, known.homes, known.objects) };
      }),
    );
    for (const one of read) {
      if (one === null) continue;
      operations.push(...one.own);
      signIns.push(...one.guests);
    }
  }
  return { operations, signIns };
}
