/** Findings as they lie in Redis, and what a fold reads of them. */
import { correlationKey, itemKey, type Operation } from '../../detection/fact.ts';
import type { Finding, ItemLabels } from '../../detection/finding.ts';
import type { Rating } from '../../detection/rule.ts';
import type { Ticks } from '../../detection/time.ts';
import { FINDING_VIEWS, selects } from '../../detection/views.ts';
import { type FindingCore, unpackCore, unpackItem, unpackLabels, unpackSignIns } from '../facts/packing.ts';
import { pages } from '../facts/window.ts';
import { timeHex } from '../keys.ts';
import { NOTED_FIELDS, type Noted, unpackNoted } from '../noted/notes.ts';
import type { Client } from '../redis/client.ts';
import { fieldOf, readHash, readSet, readValues } from '../redis/values.ts';

/** A finding with what no fact decides. */
export interface StoredFinding extends Noted {
  readonly finding: Finding;
  readonly revision: number;
  readonly updatedAt: number;
  /** How the rule rated it at that revision; null where that is not known. */
  readonly rating: Rating | null;
  /** When each listed item entered the finding, by item key. */
  readonly decidedAt: ReadonlyMap<string, number | null>;
}

/** Members asked for in one round trip: their names are short. */
const MEMBERS_PER_READ_MAX = 500;

/** Reads one finding with its evidence; null where there is none that stands. `members` and `correlations` are left empty. */
export async function readFinding(client: Client, shardKey: string, id: string): Promise<StoredFinding | null> {
  const [row, items, signIns] = await Promise.all([
    readValues(
      client,
      // The revision first: whoever changes one of the others moves it.
      ['revision', 'updatedAt', 'core', ...NOTED_FIELDS].map((field) => fieldOf(`${shardKey}f:${id}`, field)),
    ),
    readHash(client, `${shardKey}fe:${id}`),
    readHash(client, `${shardKey}fs:${id}`),
  ]);
  const [revision, updatedAt, core, triage, suppressed] = row;
  if (!core) return null;
  const stored = [...items].map(([key, value]) => [key, unpackItem(String(value))] as const);
  const { rating = null, ...sums } = unpackCore(String(core));
  return {
    finding: {
      ...sums,
      members: new Map(),
      correlations: new Set(),
      items: new Map(stored.map(([key, { variants }]) => [key, variants])),
      signIns: new Map([...signIns].map(([key, value]) => [key, unpackSignIns(value).signIns[0]!])),
    },
    revision: Number(revision),
    updatedAt: Number(updatedAt),
    rating,
    decidedAt: new Map(stored.map(([key, { decidedAt }]) => [key, decidedAt])),
    ...unpackNoted(triage, suppressed),
  };
}

/** The sums of a finding that stands, and what is noted of it; null where there is none. */
export async function readCore(client: Client, shardKey: string, id: string): Promise<(FindingCore & Noted) | null> {
  const places = ['core', ...NOTED_FIELDS].map((field) => fieldOf(`${shardKey}f:${id}`, field));
  const [core, ...noted] = await readValues(client, places);
  return core ? { ...unpackCore(String(core)), ...unpackNoted(noted[0], noted[1]) } : null;
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
  const labels = await readValues(
    client,
    keys.map((key) => fieldOf(`${shardKey}fm:${finding.id}`, key)),
  );
  for (const [i, label] of labels.entries()) if (label !== null) members.set(keys[i]!, unpackLabels(String(label)));
  for (const page of pages(correlationKeys, MEMBERS_PER_READ_MAX)) {
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

/** Where a finding stands in time, so that a fold knows whether it could touch it without reading it. Ticks in hex. */
export interface Span {
  readonly ip: string;
  readonly first: string;
  readonly last: string;
}

export const packSpan = ({ actorIp, firstSeen, lastSeen }: FindingCore): string =>
  JSON.stringify({ ip: actorIp, first: timeHex(firstSeen), last: timeHex(lastSeen) } satisfies Span);

/** A span as it was read, with the finding that it is of. */
export interface Standing {
  readonly id: string;
  readonly ip: string;
  readonly first: Ticks;
  readonly last: Ticks;
}

/** Where an actor's findings stand. */
export async function readStandings(client: Client, shardKey: string, actorId: string): Promise<Standing[]> {
  const stored = await readHash(client, `${shardKey}af:${actorId}`);
  return [...stored].map(([id, json]) => {
    const { ip, first, last } = JSON.parse(String(json)) as Span;
    return { id, ip, first: BigInt(`0x${first}`), last: BigInt(`0x${last}`) };
  });
}

const LAST_TICK = (1n << 63n) - 1n;

/**
 * A finding's place in the lists: newest first, then by id. Behind them stands what filters ask for: the views that select it,
 * by their first letters, its status unless it is new, and whether it is suppressed. `listed.lua` reads it.
 */
export function listMember(finding: FindingCore, { triage: { status }, suppressed }: Noted): string {
  const views = FINDING_VIEWS.filter((view) => selects(view, finding.labels.keys())).map((view) => view.slice(0, 2));
  const noted = [...(status === 'new' ? [] : [status]), ...(suppressed === null ? [] : ['suppressed'])];
  return [timeHex(LAST_TICK - finding.firstSeen), finding.id, views.join(','), ...noted].join('|');
}

/** The finding that a member of the lists is of, or a place in them. */
export const listedId = (member: string): string => member.split('|', 2)[1]!;
