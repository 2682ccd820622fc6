/** The faults that can be asked for, what each may be told, and the reading of such a request. */
import { type Hubs, isSameName } from './hubs.ts';

/** What a request may say about a fault besides its kind. */
export interface FaultDetails {
  /** The hub that it strikes; all hubs if absent. */
  readonly hub?: string;
  /** The partition that it strikes; all partitions if absent. */
  readonly partition?: string;
  /** How many times a lasting fault strikes; for `drop`, how many more deliveries pass before the cut. */
  readonly count?: number;
  /** How many milliseconds a lasting fault stays; for `delay`, the delay itself. */
  readonly ms?: number;
  /** For `expire`: the last sequence number that goes; everything so far if absent. */
  readonly sequenceNumber?: number;
}

/** A fault to inject. */
export interface FaultRequest extends FaultDetails {
  readonly kind: FaultKind;
}

type Detail = keyof FaultDetails;

interface KindRule {
  readonly does: string;
  readonly allows: readonly Detail[];
  readonly needs?: Detail;
}

/** Every kind, in one sentence each, with the details that it takes. */
export const faultKinds = {
  drop: {
    does: 'Cuts the connections of the producers and readers struck; with count, one reader after that many more deliveries, within the next.',
    allows: ['hub', 'partition', 'count'],
  },
  detachForced: {
    does: 'Detaches producers and readers with amqp:link:detach-forced.',
    allows: ['hub', 'partition'],
  },
  stolen: { does: 'Detaches readers with amqp:link:stolen.', allows: ['hub', 'partition'] },
  serverBusy: {
    does: 'Refuses sends, new readers and management requests with com.microsoft:server-busy.',
    allows: ['hub', 'partition', 'count', 'ms'],
  },
  delay: {
    does: 'Holds back acknowledgements, deliveries and management answers by ms.',
    allows: ['hub', 'partition', 'count', 'ms'],
    needs: 'ms',
  },
  freezeCredit: {
    does: 'Delivers nothing to readers and takes nothing from producers, though all links stay open.',
    allows: ['hub', 'partition', 'ms'],
  },
  cbs401: { does: 'Answers put-token with 401.', allows: ['hub', 'count', 'ms'] },
  managementTimeout: { does: 'Leaves management requests unanswered.', allows: ['hub', 'count', 'ms'] },
  duplicate: {
    does: 'Delivers events twice in a row to the same reader.',
    allows: ['hub', 'partition', 'count', 'ms'],
  },
  expire: {
    does: 'Retention passes: events so far, or up to sequenceNumber, are gone.',
    allows: ['hub', 'partition', 'sequenceNumber'],
  },
  recreateHub: {
    does: 'Deletes the hub and makes it anew: empty, sequence numbers from 0, another creation time.',
    allows: ['hub'],
    needs: 'hub',
  },
  growHub: { does: 'Gives the hub one partition more; what it holds stays.', allows: ['hub'], needs: 'hub' },
} as const satisfies Readonly<Record<string, KindRule>>;

export type FaultKind = keyof typeof faultKinds;

const numberDetails = new Set<Detail>(['count', 'ms', 'sequenceNumber']);
/** Largest number that a request may hold; timers cannot wait longer. */
const numberMax = 2 ** 31 - 1;

/** The request that `body` is, or everything that is wrong with it. */
export function parseFault(body: unknown, hubs: Hubs): FaultRequest | { readonly problems: string[] } {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    return { problems: ['A fault is a JSON object with a kind.'] };
  }
  const { kind, ...rest } = body as Record<string, unknown>;
  if (typeof kind !== 'string' || !Object.hasOwn(faultKinds, kind)) {
    return { problems: [`kind ${JSON.stringify(kind)} is none of: ${Object.keys(faultKinds).join(', ')}.`] };
  }
  const rule: KindRule = faultKinds[kind as FaultKind];
  const problems: string[] = [];
  const details: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(rest)) {
    if (value === undefined) continue;
    const problem = problemOf(kind, rule, name, value);
    if (problem !== undefined) problems.push(problem);
    else details[name] = numberDetails.has(name as Detail) ? (value as number) : String(value);
  }
  if (rule.needs !== undefined && details[rule.needs] === undefined) problems.push(`${kind} needs ${rule.needs}.`);
  if (problems.length === 0) problems.push(...unknownPlaces(details, hubs));
  return problems.length > 0 ? { problems } : { kind: kind as FaultKind, ...details };
}

function problemOf(kind: string, rule: KindRule, name: string, value: unknown): string | undefined {
  if (!rule.allows.includes(name as Detail)) return `${kind} takes no ${name}; it takes: ${rule.allows.join(', ')}.`;
  if (numberDetails.has(name as Detail)) {
    const isGood = Number.isInteger(value) && (value as number) >= 0 && (value as number) <= numberMax;
    return isGood ? undefined : `${name} ${JSON.stringify(value)} is no whole number from 0 to ${numberMax}.`;
  }
  const isGood = typeof value === 'string' || (name === 'partition' && Number.isInteger(value));
  return isGood ? undefined : `${name} ${JSON.stringify(value)} is no text.`;
}

function unknownPlaces(details: FaultDetails, hubs: Hubs): string[] {
  const { hub, partition } = details;
  const struck = hubs.all.filter(({ name }) => hub === undefined || isSameName(name, hub));
  if (struck.length === 0) {
    return [`There is no hub ${hub}; there are: ${hubs.all.map(({ name }) => name).join(', ')}.`];
  }
  if (partition !== undefined && !struck.some(({ partitions }) => partitions.some(({ id }) => id === partition))) {
    return [`There is no partition ${partition} in ${struck.map(({ name }) => name).join(', ')}.`];
  }
  return [];
}
