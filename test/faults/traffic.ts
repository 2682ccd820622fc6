/** What is sent in a run, and when: hostile records in every envelope, late, doubled and out of order, with poison among them. */
import { diceOf } from '../oracle/dice.ts';
import { operation, signIn } from '../oracle/examples.ts';
import { arrangeEvents, hostileScenario } from '../oracle/hostile.ts';
import type { SentItem } from '../oracle/naive.ts';
import type { TrafficPlan } from './schedule.ts';

const MS_PER_HOUR = 3_600_000;
/** Event times begin this long ago, so that the newest of two days are past. */
const BACK_MS = 49 * MS_PER_HOUR;

export interface Sending {
  readonly item: SentItem;
  /** After the first of all. */
  readonly atMs: number;
}

/** In the order in which they are sent. `rename` is for what shares a state with other traffic: it gives tenants other ids. */
export function trafficOf(
  plan: TrafficPlan,
  hubs: readonly string[],
  partitions: number,
  now: number,
  rename: (text: string) => string = (text) => text,
): Sending[] {
  const dice = diceOf(plan.seed);
  const base = now - BACK_MS;
  const { records, arrangement } = hostileScenario(plan.seed, plan.records, { base, tenants: plan.tenants, rename });
  const items = [
    ...arrangeEvents(records, arrangement, { hubs, partitions, packMax: dice.pick([2, 5, 12]) }),
    ...poison(dice.below(6)).map((body) => at(body)),
    ...(plan.kind === 'storm' ? storm(now - 20 * MS_PER_HOUR).map((body) => at(body)) : []),
  ];
  function at(body: string | Buffer): SentItem {
    const own = typeof body === 'string' ? Buffer.from(rename(body)) : body;
    return { body: own, hub: dice.pick(hubs), partition: String(dice.below(partitions)) };
  }
  const shuffled = dice.shuffled(items);
  const bursts = 1 + dice.below(3);
  return shuffled.map((item, i) => {
    const share = i / shuffled.length;
    const held = plan.kind === 'bursts' ? Math.floor(share * (bursts + 1)) / (bursts + 1) : share;
    return { item, atMs: Math.round(held * plan.ms) };
  });
}

/** What is nothing at all, and what is dead amid what is good. */
function poison(count: number): (string | Buffer)[] {
  const bad = [
    Buffer.alloc(300),
    'no JSON',
    '['.repeat(5_000),
    JSON.stringify({ records: [signIn({ id: 'poison' }, { time: 'never' })] }),
    JSON.stringify({ records: Array.from({ length: 120 }, (_, i) => signIn({ id: `p${i}` }, { time: i })) }),
    JSON.stringify({ value: 'nothing' }),
  ];
  return bad.slice(0, count);
}

const STORM_EVENTS = 12;
const STORM_SIGN_INS = 60;

/** One guest with hundreds of sign-ins, many to a minute, and operations of hers in between. */
function storm(from: number): string[] {
  const upn = 'storm@partner.example';
  const objectId = '57020000-0000-4000-8000-000000000001';
  return Array.from({ length: STORM_EVENTS }, (_, event) => {
    const signIns = Array.from({ length: STORM_SIGN_INS }, (_, i) => {
      const ms = from + event * 600_000 + Math.floor(i / 20) * 60_000 + (i % 20) * 1_000;
      const own = { id: `storm-${event}-${i}`, userPrincipalName: upn, userId: objectId, ipAddress: `203.0.113.${i}` };
      return signIn(own, { time: new Date(ms).toISOString() });
    });
    const deed = operation(
      { id: objectId, userPrincipalName: upn },
      { id: `storm-deed-${event}`, correlationId: `storm-deed-${event}` },
      { time: new Date(from + event * 600_000 + 90_000).toISOString() },
    );
    return JSON.stringify({ records: [...signIns, deed] });
  });
}
