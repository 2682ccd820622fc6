/** Explanations for those who ask why an actor's operations are findings, or why they are not. */
import { describeOperation, describeSignIn } from '../../detection/describe.ts';
import { explainOperation, explainSignIn } from '../../detection/explain.ts';
import { compareText, type Operation, type SignIn } from '../../detection/fact.ts';
import { compareOperations, findingIp } from '../../detection/finding.ts';
import { compareSignIns, groupGuests } from '../../detection/guests.ts';
import { homeUpn } from '../../detection/identity.ts';
import { formatTicks, msOfTicks, type Ticks, ticksOfMs } from '../../detection/time.ts';
import { packOperation, packSignIns } from '../facts/packing.ts';
import { readRelated } from '../facts/window.ts';
import type { Span } from '../folding/findingStore.ts';
import { homeToken, objectToken, timeHex } from '../keys.ts';
import { readHash, readSet } from '../redis/values.ts';
import type { ShardHandle } from '../shard.ts';
import type { State } from '../state.ts';
import { type Caller, knownTenants, type TenantNeeded } from './caller.ts';
import { isComplete, type Kept, type KnownActor, readActor, whatIsKept } from './facts.ts';
import { withinPage } from './page.ts';

/** Operations and sign-ins listed: what is beyond them is counted as truncated. */
const OPERATIONS_MAX = 50;
const SIGN_INS_MAX = 50;

interface ExplainQuery {
  readonly actor: string;
  readonly tenantId: string | null;
  readonly at: Ticks | null;
}

export function explainQueries(state: State) {
  return {
    async actor(caller: Caller, query: ExplainQuery) {
      const kept = await whatIsKept(state);
      const at = query.at ?? ticksOfMs(state.options.now());
      if (at < kept.earliest) return { kind: 'beyond_retention' as const, earliest: formatTicks(kept.earliest) };
      const tenants = (await knownTenants(state, caller)).filter(
        (known) => query.tenantId === null || known === query.tenantId,
      );
      const found = (await Promise.all(tenants.map((tenantId) => actorIn(state, tenantId, query.actor)))).filter(
        (known) => known !== null,
      );
      if (found.length > 1) {
        return {
          kind: 'tenant_needed',
          tenants: found.flatMap(({ tenantId }) => tenantId ?? []),
        } satisfies TenantNeeded;
      }
      const known = found[0] ?? { tenantId: query.tenantId, actors: [], signIns: [], shard: null };
      return { kind: 'explanation' as const, explanation: await explanationOf(state, query, at, known, kept) };
    },
  };
}

interface Known {
  readonly tenantId: string | null;
  readonly actors: readonly KnownActor[];
  readonly signIns: readonly SignIn[];
  readonly shard: ShardHandle | null;
}

/** Everything kept in a tenant of whoever answers to a UPN, home UPN or object id. */
async function actorIn(state: State, tenantId: string, who: string): Promise<Known | null> {
  const shard = state.shardOf(tenantId);
  const { client, key } = shard;
  const home = homeToken(tenantId, homeUpn(who));
  const object = objectToken(tenantId, who);
  const ids = new Set(
    (await Promise.all([home, object].map((token) => readSet(client, `${key}t:${token.toString('hex')}`)))).flatMap(
      (found) => [...found],
    ),
  );
  const actors = (await Promise.all([...ids].map((id) => readActor(shard, id)))).filter((actor) => actor !== null);
  const homes = [home, ...actors.flatMap((actor) => actor.homes)];
  const objects = [object, ...actors.flatMap((actor) => actor.objects)];
  const signIns = groupGuests(await readRelated(client, key, homes, objects)).flatMap((guest) => guest.signIns);
  return actors.length === 0 && signIns.length === 0 ? null : { tenantId, actors, signIns, shard };
}

async function explanationOf(state: State, query: ExplainQuery, at: Ticks, known: Known, kept: Kept) {
  const { rule } = state;
  const { now } = state.options;
  const upTo = <F extends Operation | SignIn>(facts: readonly F[]): F[] =>
    facts.filter(({ time }) => query.at === null || time <= at);
  const operations = upTo(known.actors.flatMap((actor) => [...actor.operations]))
    .sort(compareOperations)
    .reverse();
  const signIns = upTo(known.signIns).sort(compareSignIns).reverse();
  const shownOperations = withinPage(operations.slice(0, OPERATIONS_MAX), (one) => packOperation(one).length);
  const shownSignIns = withinPage(signIns.slice(0, SIGN_INS_MAX), (one) => packSignIns(one.tenantId, [one]).length);
  const findingOf = await findingsBy(known);
  return {
    tenantId: known.tenantId,
    actor: query.actor,
    at: formatTicks(at),
    upns: distinct([...operations.map(({ actorUpn }) => actorUpn), ...signIns.map(({ upn }) => upn)]),
    objectIds: distinct([
      ...operations.map(({ actorObjectId }) => actorObjectId ?? ''),
      ...signIns.map(({ objectId }) => objectId ?? ''),
    ]),
    operations: shownOperations.map((operation) => ({
      operation: describeOperation(operation),
      verdicts: explainOperation(operation, shownSignIns, rule.window),
      findingId: findingOf(operation),
    })),
    signIns: shownSignIns.map((signIn) => ({
      signIn: describeSignIn(signIn),
      verdicts: explainSignIn(signIn, operations, rule.window),
    })),
    truncated: operations.length > shownOperations.length || signIns.length > shownSignIns.length,
    keptSince: formatTicks(kept.since),
    complete: isComplete(kept, msOfTicks(kept.since), null, now()),
    missing: missingOf(kept),
  };
}

const distinct = (texts: readonly string[]): string[] =>
  [...new Set(texts)].filter((text) => text !== '').sort(compareText);

/** Which finding an operation is part of, by the spans of its actor's findings. */
async function findingsBy({ actors, shard }: Known): Promise<(operation: Operation) => string | null> {
  const spans: { id: string; span: Span; actor: KnownActor }[] = [];
  for (const actor of actors) {
    const own = await readHash(shard!.client, `${shard!.key}af:${actor.id}`);
    spans.push(...[...own].map(([id, json]) => ({ id, span: JSON.parse(String(json)) as Span, actor })));
  }
  return (operation) => {
    const time = timeHex(operation.time);
    const found = spans.find(
      ({ span, actor }) =>
        actor.operations.includes(operation) &&
        span.ip === findingIp(operation) &&
        span.first <= time &&
        time <= span.last,
    );
    return found?.id ?? null;
  };
}

function missingOf({ since, records }: Kept) {
  const gaps = records.flatMap(({ hub, partition, gaps }) =>
    gaps.map((gap) => ({ ...gap, where: `${hub}/${partition}` })),
  );
  const starts = records.flatMap(({ spans }) => spans[0]?.from ?? []);
  const start = starts.length === 0 ? null : Math.max(...starts);
  const iso = (ms: number | null): string | null => (ms === null ? null : formatTicks(ticksOfMs(ms)));
  return [
    {
      reason: 'expired' as const,
      from: null,
      until: formatTicks(since),
      detail: 'Facts before this time are no longer kept, but for those in the evidence of findings.',
    },
    ...(start === null
      ? []
      : [
          {
            reason: 'before_start' as const,
            from: null,
            until: iso(start),
            detail: 'Nothing that was enqueued before this time was read.',
          },
        ]),
    ...gaps.map(({ from, until, where, detail }) => ({
      reason: 'gap' as const,
      from: iso(from),
      until: iso(until),
      detail: `${where}: ${detail}`,
    })),
    {
      reason: 'not_fact' as const,
      from: null,
      until: null,
      detail:
        'Sign-ins of members, sign-ins that failed, operations that are not privileged or did not succeed are never kept.',
    },
  ];
}
