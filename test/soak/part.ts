/**
 * A part of the traffic: hostile records as the fault suite draws them, of tenants that no other part has. So each can be judged
 * for itself and forgotten, and a run of days needs no more memory than one of minutes.
 */
import type { Sent } from '../faults/places/hubs.ts';
import { drawTraffic } from '../faults/schedule.ts';
import { type Sending, trafficOf } from '../faults/traffic.ts';
import { diceOf } from '../oracle/dice.ts';
import { operation, signIn, TENANT } from '../oracle/examples.ts';
import { TENANTS } from '../oracle/hostile.ts';
import { readFacts, splitBody } from '../oracle/naive.ts';

export interface PartPlan {
  readonly seed: number;
  /** From 0 on. */
  readonly number: number;
  /** Over which it is sent. */
  readonly ms: number;
  readonly hubs: readonly string[];
  readonly partitions: number;
  /** When its event times are counted from (ms since the Unix epoch). */
  readonly now: number;
}

export interface PartSending extends Sending {
  /** The finding that it completes, as `TENANT ACTOR`, where the way there is to be timed. */
  readonly probe?: string;
}

export interface Part {
  /** In the order in which they are sent. */
  readonly sendings: readonly PartSending[];
  readonly tenants: readonly string[];
  readonly records: number;
}

/** One that is sent, or is to be judged. */
export interface OpenPart extends Part {
  readonly number: number;
  /** Grows while it is sent. */
  readonly sent: Sent[];
  /** The end of the feed before any of it was sent. */
  readonly cursor: string;
}

/** Guests whose one operation completes a finding: from it to the finding on the stream is the latency. */
const PROBES_PER_SECOND = 2;
/** Between sign-ins and the first operation. */
const PROBE_FROM = 0.2;

export function drawPart(plan: PartPlan): Part {
  const { seed, number, ms, hubs, partitions, now } = plan;
  const rename = renamer(number);
  const dice = diceOf(seed + number);
  const traffic: PartSending[] = trafficOf({ ...drawTraffic(dice), ms }, hubs, partitions, now, rename);
  const sendings = [...traffic, ...probes(plan, rename)].sort((a, b) => a.atMs - b.atMs);
  const { operations, signIns } = readFacts(sendings.map(({ item }) => item));
  const tenants = [...new Set([...operations, ...signIns].map(({ tenantId }) => tenantId))];
  const stranger = tenants.find((tenant) => partOfTenant(tenant) !== number);
  if (stranger !== undefined) throw new Error(`Part ${number} has a fact of ${stranger}, which is not its own.`);
  const records = sendings.reduce((sum, { item }) => sum + splitBody(item.body).records.length, 0);
  return { sendings, tenants, records };
}

/** Gives tenants other ids, in whatever case they are written. */
function renamer(number: number): (text: string) => string {
  const ids = new RegExp([...new Set(TENANTS.map(({ id }) => id.slice(0, 8)))].join('|'), 'gi');
  const own = prefixOf(number);
  return (text) => text.replace(ids, (found) => (found === found.toUpperCase() ? own.toUpperCase() : own));
}

const prefixOf = (number: number): string => `a${number.toString(16).padStart(7, '0')}`;

/** The number of the part that a tenant is of; null for one of none. */
export function partOfTenant(tenantId: string): number | null {
  const [, digits] = /^a([0-9a-f]{7})-0000-4000-8000-00000000000[a-c]$/.exec(tenantId) ?? [];
  return digits === undefined ? null : Number.parseInt(digits, 16);
}

// --- probes ------------------------------------------------------------------------------------------------------------

function probes({ ms, hubs, partitions }: PartPlan, rename: (text: string) => string): PartSending[] {
  const count = Math.max(1, Math.round((PROBES_PER_SECOND * ms) / 1_000));
  const time = new Date().toISOString();
  const sending = (atMs: number, place: number, records: readonly object[]): Sending => {
    const body = Buffer.from(rename(JSON.stringify({ records })));
    const [hub, partition] = [hubs[place % hubs.length]!, String(Math.floor(place / hubs.length) % partitions)];
    return { item: { body, hub, partition }, atMs: Math.round(atMs) };
  };
  const who = Array.from({ length: count }, (_, i) => ({
    ...{ i, upn: `probe${i}@partner.example` },
    objectId: `9e0b0000-0000-4000-8000-${String(i).padStart(12, '0')}`,
  }));
  const signIns = who.map(({ i, upn, objectId }) =>
    signIn({ id: `probe-in-${i}`, userPrincipalName: upn, userId: objectId }, { time }),
  );
  const deeds = who.map(({ i, upn, objectId }) => {
    const deed = operation({ id: objectId, userPrincipalName: upn }, { id: `probe-${i}` }, { time });
    return {
      ...sending(ms * (PROBE_FROM + ((1 - PROBE_FROM) * i) / count), i, [deed]),
      probe: `${rename(TENANT)} ${upn}`,
    };
  });
  return [sending(0, 0, signIns), ...deeds];
}
