/** Findings as they lie in Redis: reading what a fold needs of them, and saying what a fold changed. */
import { describeFinding } from '../detection/describe.ts';
import { correlationKey, itemKey, type Operation, type SignIn } from '../detection/fact.ts';
import type { Finding, ItemLabels } from '../detection/finding.ts';
import type { Change, Folded } from '../detection/fold.ts';
import type { Rule } from '../detection/rule.ts';
import { FINDING_VIEWS, selects } from '../detection/views.ts';
import { timeHex } from './apply.ts';
import {
  packCore,
  packItem,
  packLabels,
  packSignIns,
  unpackCore,
  unpackItem,
  unpackLabels,
  unpackSignIns,
} from './packing.ts';
import type { Argument, Client } from './redis.ts';
import { pages } from './window.ts';

/** A finding with what no fact decides. */
export interface StoredFinding {
  readonly finding: Finding;
  readonly revision: number;
  readonly updatedAt: number;
  /** When each listed item entered the finding, by item key. */
  readonly decidedAt: ReadonlyMap<string, number | null>;
}

/** Fields asked for in one round trip. */
const FIELDS_PER_READ_MAX = 500;

/** Reads a hash in pieces, so that no reply grows with it. */
export async function readHash(client: Client, key: string): Promise<Map<string, Buffer>> {
  const fields = new Map<string, Buffer>();
  let cursor = '0';
  do {
    const [next, found] = (await client.callBuffer('HSCAN', key, cursor, 'COUNT', 200)) as [Buffer, Buffer[]];
    for (let i = 0; i < found.length; i += 2) fields.set(String(found[i]), found[i + 1]!);
    cursor = String(next);
  } while (cursor !== '0');
  return fields;
}

/** Reads one finding with its evidence; null where there is none that stands. `members` and `correlations` are left empty. */
export async function readFinding(client: Client, shardKey: string, id: string): Promise<StoredFinding | null> {
  const [row, items, signIns] = await Promise.all([
    client.callBuffer('HMGET', `${shardKey}f:${id}`, 'core', 'revision', 'updatedAt') as Promise<(Buffer | null)[]>,
    readHash(client, `${shardKey}fe:${id}`),
    readHash(client, `${shardKey}fs:${id}`),
  ]);
  const [core, revision, updatedAt] = row;
  if (!core) return null;
  const stored = [...items].map(([key, value]) => [key, unpackItem(String(value))] as const);
  return {
    finding: {
      ...unpackCore(String(core)),
      members: new Map(),
      correlations: new Set(),
      items: new Map(stored.map(([key, { variants }]) => [key, variants])),
      signIns: new Map([...signIns].map(([key, value]) => [key, unpackSignIns(value).signIns[0]!])),
    },
    revision: Number(revision),
    updatedAt: Number(updatedAt),
    decidedAt: new Map(stored.map(([key, { decidedAt }]) => [key, decidedAt])),
  };
}

/** Adds to a finding the labels and correlation ids that are known of some operations, or, where it may meet another, all of them. */
export async function withMembers(
  client: Client,
  shardKey: string,
  stored: StoredFinding,
  operations: readonly Operation[],
  whole: boolean,
): Promise<StoredFinding> {
  const { finding } = stored;
  if (whole) {
    const members = await readHash(client, `${shardKey}fm:${finding.id}`);
    const correlations = await readSet(client, `${shardKey}fc:${finding.id}`);
    return withKnown(
      stored,
      new Map([...members].map(([key, labels]) => [key, unpackLabels(String(labels))])),
      correlations,
    );
  }
  const listed = [...finding.items.values()].flat();
  const all = [...listed, ...operations];
  const keys = [...new Set([...all.map(itemKey), ...finding.items.keys()])];
  const correlationKeys = [...new Set(all.map(correlationKey))];
  const members = new Map<string, ItemLabels>();
  const correlations = new Set<string>();
  for (const page of pages(keys, FIELDS_PER_READ_MAX)) {
    const labels = (await client.callBuffer('HMGET', `${shardKey}fm:${finding.id}`, ...page)) as (Buffer | null)[];
    for (const [i, label] of labels.entries()) if (label !== null) members.set(page[i]!, unpackLabels(String(label)));
  }
  for (const page of pages(correlationKeys, FIELDS_PER_READ_MAX)) {
    const known = (await client.callBuffer('SMISMEMBER', `${shardKey}fc:${finding.id}`, ...page)) as number[];
    for (const [i, isMember] of known.entries()) if (isMember === 1) correlations.add(page[i]!);
  }
  return withKnown(stored, members, correlations);
}

const withKnown = (
  stored: StoredFinding,
  members: ReadonlyMap<string, ItemLabels>,
  correlations: ReadonlySet<string>,
): StoredFinding => ({
  ...stored,
  finding: { ...stored.finding, members, correlations },
});

async function readSet(client: Client, key: string): Promise<Set<string>> {
  const found = new Set<string>();
  let cursor = '0';
  do {
    const [next, members] = (await client.callBuffer('SSCAN', key, cursor, 'COUNT', 500)) as [Buffer, Buffer[]];
    for (const member of members) found.add(String(member));
    cursor = String(next);
  } while (cursor !== '0');
  return found;
}

/** Where a finding stands in time, so that a fold knows whether it could touch it without reading it. Ticks in hex. */
export interface Span {
  readonly ip: string;
  readonly first: string;
  readonly last: string;
}

const LAST_TICK = (1n << 63n) - 1n;

/** A finding's place in the lists: newest first, then by id; behind them the views that select it, by their first letters. */
export function listMember(finding: Finding): string {
  const views = FINDING_VIEWS.filter((view) => selects(view, finding.labels.keys())).map((view) => view.slice(0, 2));
  return `${timeHex(LAST_TICK - finding.firstSeen)}|${finding.id}|${views.join(',')}`;
}

/** Changes that are told to the world; the others only bring the stored finding up to date. */
const isRevision = (change: Change): boolean => !['quiet', 'source', 'none'].includes(change);

export interface StoreContext {
  readonly rule: Rule;
  readonly now: number;
  readonly quietDelayMs: number;
}

const body = (finding: Finding, revision: number, updatedAt: number, supersededBy: string | null, rule: Rule): string =>
  JSON.stringify(describeFinding(finding, { revision, supersededBy, createdAt: finding.createdAt, updatedAt }, rule));

const counted = (entries: readonly (readonly Argument[])[]): Argument[] => [entries.length, ...entries.flat()];

/** What the store script is told of one folded finding. */
export function storeArguments(
  folded: Folded,
  priors: ReadonlyMap<string, StoredFinding>,
  context: StoreContext,
): Argument[] {
  const { finding, change } = folded;
  const [survivor, ...absorbed] = folded.priors.map((prior) => priors.get(prior.id)!);
  const told = isRevision(change);
  const revision = (survivor?.revision ?? 0) + (told ? 1 : 0);
  const updatedAt = told ? context.now : survivor!.updatedAt;
  const span: Span = { ip: finding.actorIp, first: timeHex(finding.firstSeen), last: timeHex(finding.lastSeen) };
  const before = survivor === undefined ? '' : listMember(survivor.finding);
  const after = listMember(finding);
  return [
    finding.id,
    survivor?.revision ?? '',
    revision,
    packCore(finding),
    body(finding, revision, updatedAt, null, context.rule),
    JSON.stringify(span),
    before === after ? '' : before,
    before === after ? '' : after,
    finding.actor.tenantId,
    told ? 'clear' : change === 'quiet' ? 'set' : 'keep',
    context.now + context.quietDelayMs,
    updatedAt,
    ...counted(absorbed.map((one) => absorbedArguments(one, finding.id, context))),
    ...memberArguments(finding, survivor, absorbed),
    ...itemArguments(finding, survivor, absorbed, context.now),
    ...signInArguments(finding, survivor),
    told ? change : '',
  ];
}

function absorbedArguments(
  { finding, revision }: StoredFinding,
  survivorId: string,
  { now, rule }: StoreContext,
): Argument[] {
  return [
    finding.id,
    revision,
    revision + 1,
    body(finding, revision + 1, now, survivorId, rule),
    listMember(finding),
    'merge',
  ];
}

/** The script copies what the absorbed findings had, over what the survivor had; only what differs from that is told. */
function memberArguments(
  finding: Finding,
  survivor: StoredFinding | undefined,
  absorbed: readonly StoredFinding[],
): Argument[] {
  const priors = [...(survivor ? [survivor] : []), ...absorbed].map((stored) => stored.finding);
  const copied = new Map(priors.flatMap((prior) => [...prior.members]));
  const members = [...finding.members]
    .filter(([key, labels]) => copied.get(key) !== labels)
    .map(([key, labels]) => [key, packLabels(labels)]);
  const correlations = [...finding.correlations].filter((key) => !priors.some((prior) => prior.correlations.has(key)));
  return [...counted(members), ...counted(correlations.map((key) => [key]))];
}

function itemArguments(
  finding: Finding,
  survivor: StoredFinding | undefined,
  absorbed: readonly StoredFinding[],
  now: number,
): Argument[] {
  const before = survivor?.finding.items;
  const decidedAt = new Map([...absorbed, ...(survivor ? [survivor] : [])].flatMap((stored) => [...stored.decidedAt]));
  const set = [...finding.items].filter(([key, variants]) => before?.get(key) !== variants);
  const gone = [...(before?.keys() ?? [])].filter((key) => !finding.items.has(key));
  const packed = set.map(([key, variants]) => [key, packItem({ variants, decidedAt: decidedAt.get(key) ?? now })]);
  return counted([...packed, ...gone.map((key) => [key, ''])]);
}

function signInArguments(finding: Finding, survivor: StoredFinding | undefined): Argument[] {
  const before = survivor?.finding.signIns;
  const tenantId = finding.actor.tenantId;
  const same = (a: SignIn | undefined, b: SignIn): boolean =>
    a?.source.sequenceNumber === b.source.sequenceNumber && a.source.hub === b.source.hub;
  const set = [...finding.signIns].filter(([key, signIn]) => !same(before?.get(key), signIn));
  const gone = [...(before?.keys() ?? [])].filter((key) => !finding.signIns.has(key));
  return counted([
    ...set.map(([key, signIn]) => [key, packSignIns(tenantId, [signIn])]),
    ...gone.map((key) => [key, '']),
  ]);
}
