/**
 * Who has been erased, by hash alone, and when: what was enqueued until then is not taken in again, whoever reads it.
 *
 * A mark stands for an account by its object id, or for a home UPN; where the account's id was known, its UPN's mark is for
 * what has no id alone, because the UPN may be someone else's by now. All marks of a part of the state have a version, which every
 * step that writes facts or findings is held against (`servedBy` in `arguments.lua`).
 */
import type { Operation, SignIn } from '../detection/fact.ts';
import { homeUpn } from '../detection/identity.ts';
import { namedIn } from '../detection/naming.ts';
import { homeToken, objectToken, type Token } from './keys.ts';
import type { ShardHandle } from './shard.ts';

export interface Erased {
  /** '' where nobody has been erased. */
  readonly version: string;
  /** By mark: the time (ms since the Unix epoch) up to which everything is erased. */
  readonly until: ReadonlyMap<string, number>;
  readonly tenants: readonly string[];
}

export const NOBODY: Erased = { version: '', until: new Map(), tenants: [] };

/** By what someone is erased: an account, and the UPNs that it is known to have; without an account all that a UPN names. */
export interface Person {
  readonly tenantId: string;
  readonly objectId: string | null;
  readonly homes: readonly string[];
}

/** Of whom a fact is, or a finding. */
export interface Bearer {
  readonly tenantId: string;
  readonly upn: string;
  readonly objectId: string | null;
}

export const bearerOf = (fact: SignIn | Operation): Bearer =>
  fact.kind === 'signIn' ? fact : { tenantId: fact.tenantId, upn: fact.actorUpn, objectId: fact.actorObjectId };

const markOf = (kind: 'object' | 'home' | 'bare', token: Token): string => `${kind}:${token.toString('hex')}`;
const objectMark = (tenantId: string, objectId: string): string => markOf('object', objectToken(tenantId, objectId));
const homeMark = (tenantId: string, home: string): string => markOf('home', homeToken(tenantId, home));
const bareMark = (tenantId: string, home: string): string => markOf('bare', homeToken(tenantId, home));

/** A person's marks, as they lie in Redis: behind each its tenant. */
export function marksOf({ tenantId, objectId, homes }: Person): string[] {
  const own =
    objectId === null
      ? homes.map((home) => homeMark(tenantId, home))
      : [objectMark(tenantId, objectId), ...homes.map((home) => bareMark(tenantId, home))];
  return own.map((mark) => `${mark} ${tenantId}`);
}

/** Marks as they lie in Redis, each with its time (ms), read. */
function marked(members: readonly (readonly [string, number])[]): Pick<Erased, 'until' | 'tenants'> {
  const read = members.map(([member, at]) => [...(member.split(' ') as [string, string]), at] as const);
  return {
    until: new Map(read.map(([mark, , at]) => [mark, at])),
    tenants: [...new Set(read.map(([, tenantId]) => tenantId))],
  };
}

/** Those erased, and with them who bears the marks given, until a time (ms). */
export function withMarks(erased: Erased, marks: readonly string[], at: number): Erased {
  const { until, tenants } = marked(marks.map((member) => [member, at]));
  return {
    version: erased.version,
    until: new Map([...erased.until, ...until]),
    tenants: [...new Set([...erased.tenants, ...tenants])],
  };
}

/** Whether what someone did, as it was enqueued at a time (ms), is erased; where the time is not known, it was before. */
export function isErased({ until }: Erased, { tenantId, upn, objectId }: Bearer, enqueuedAt: number | null): boolean {
  const home = homeUpn(upn);
  const marks = home === '' ? [] : [homeMark(tenantId, home)];
  if (objectId !== null) marks.push(objectMark(tenantId, objectId));
  else if (home !== '') marks.push(bareMark(tenantId, home));
  return marks.some((mark) => (enqueuedAt ?? 0) <= (until.get(mark) ?? -1));
}

/** A text of which something is known beside its letters. */
export interface Written {
  readonly text: string;
  /** Null where it may be any. */
  readonly tenantId: string | null;
  /** When it was written (ms). */
  readonly at: number;
  /** Whose it is, where that is known: an account's UPN in it is that account's. */
  readonly bearer?: Bearer;
}

/** Whether a text names someone erased, and is of before that. */
export function namesErased({ until, tenants }: Erased, { text, tenantId, at, bearer }: Written): boolean {
  if (tenants.length === 0) return false;
  const { homes, objectIds } = namedIn(text);
  const own = bearer === undefined || bearer.objectId === null ? null : homeUpn(bearer.upn);
  return (tenantId === null ? tenants : [tenantId]).some((tenant) =>
    [
      ...[...objectIds].map((id) => objectMark(tenant, id)),
      ...[...homes].map((home) => homeMark(tenant, home)),
      ...[...homes].filter((home) => home !== own).map((home) => bareMark(tenant, home)),
    ].some((mark) => at <= (until.get(mark) ?? -1)),
  );
}

const remembered = new WeakMap<ShardHandle['client'], Map<string, Erased>>();
/** Marks read in one round trip. */
const MARKS_PER_READ_MAX = 5_000;

/** Which version a server told of, as `servedBy` has it. */
export const erasedVersionIn = (server: string): string => server.slice(server.indexOf(' ') + 1);

/** Those who are erased in a part of the state; with a version that is known none is asked for where it was read before. */
export async function readErased(
  { client, key }: Pick<ShardHandle, 'client' | 'key'>,
  known?: string,
): Promise<Erased> {
  const read = remembered.get(client) ?? new Map<string, Erased>();
  remembered.set(client, read);
  for (let version = known; ; version = undefined) {
    version ??= (await client.hget(`${key}meta`, 'erased')) ?? '';
    if (version === '') return NOBODY;
    const last = read.get(key);
    if (last?.version === version) return last;
    const marks: [string, number][] = [];
    for (let page: string[] | null = null; page === null || page.length === 2 * MARKS_PER_READ_MAX; ) {
      const [from, to] = [marks.length, marks.length + MARKS_PER_READ_MAX - 1];
      page = await client.zrange(`${key}erased`, String(from), String(to), 'WITHSCORES');
      for (let i = 0; i < page.length; i += 2) marks.push([page[i]!, Number(page[i + 1])]);
    }
    // They may have moved while they were read.
    if ((await client.hget(`${key}meta`, 'erased')) !== version) continue;
    const erased: Erased = { ...NOBODY, ...marked(marks), version };
    read.set(key, erased);
    return erased;
  }
}
