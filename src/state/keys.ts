/**
 * Every name in Redis, in one place. All keys of a shard carry one hash tag, so that a step is one slot on a Cluster.
 *
 * | key | type | what |
 * | --- | --- | --- |
 * | `{P:s}meta` | hash | `generation`; `written`, how often people wrote something; `lostAt`, `lossNotedAt`, `loss ...`: see `partitions/losses`; `evicted`: see `renew.lua`; `expiredTo`: up to when facts have gone; `rule`, `ruleSince`: see `ruling`; `erased`, another with each erasure; `feedCopy`, which copy of the feed is being written; `feedTrimmed`, the last id that was trimmed from the feed, and its seal (see `queries/place`) |
 * | `{P:s}marks` | hash | `hub created partition` -> highest sequence number whose facts are here |
 * | `{P:s}g:B` | hash | guest token -> its sign-ins, or, of a busy guest, its hours; token and hour -> the sign-ins of that hour |
 * | `{P:s}go:B` | hash | object id token -> tokens of the guests that have it |
 * | `{P:s}t:T` | set | actors with an operation under token T (home UPN or object id) |
 * | `{P:s}a:A` | hash | an actor: `actor` (JSON), `facts` (version), `folds` (version), `p:<profile>` -> JSON |
 * | `{P:s}ao:A` | hash | fact key -> operation (JSON) |
 * | `{P:s}ai:A` | sorted set, by text | `<profile>:<label>\|<time>\|<fact key>`; operations not yet folded: `!\|<time>\|<fact key>\|<source>` |
 * | `{P:s}ap:A` | list | sign-ins not yet folded into the actor's findings |
 * | `{P:s}af:A` | hash | finding id -> its span (JSON) |
 * | `{P:s}fold` | sorted set | actors that are owed a fold, by the time since |
 * | `{P:s}f:F` | hash | a finding: `core`, `body` (JSON of the API), `revision`, `actor`; beside its facts `triage` and `suppressed` (JSON, where there is any), `noted`, how long its history is |
 * | `{P:s}fh:F` | sorted set, by text | its history: `<when>.<finding>.<revision>.<n>\|<JSON>`; histories of findings that meet are one by lying together |
 * | `{P:s}fm:F`, `fc:F`, `fe:F`, `fs:F` | | its members (item key -> label), correlation ids (hashed), items, sign-ins |
 * | `{P:s}ids` | hash | an id that a finding had, or one that it took over -> its id now; `{P:s}fi:F`: set of those of a finding |
 * | `{P:s}list`, `{P:s}list:TENANT` | sorted set, by text | findings that stand, newest first |
 * | `{P:s}sup:TENANT` | hash | suppressions in force: id -> JSON; `version`, another with each that comes or goes |
 * | `{P:s}supended:TENANT` | hash | suppressions that have ended, as long as findings are kept |
 * | `{P:s}sup`, `{P:s}suptenants` | hash, set | suppression -> its tenant; the tenants that have any |
 * | `{P:s}supdue` | sorted set | suppressions, by when they end, or, ended, go |
 * | `{P:s}hid`, `{P:s}hid:ID` | hash, sorted set | suppression -> how many findings it has hidden; which, by when first |
 * | `{P:s}decide` | sorted set | tenants of which is owed to decide anew what is suppressed, by the time since |
 * | `{P:s}quiet` | sorted set | findings with an unpublished sign-in, by when it is due |
 * | `{P:s}kept` | sorted set | findings by their last revision |
 * | `{P:s}feed` | stream | revisions; `{P:s}feedcopy:N`, one that is being written anew, goes by itself |
 * | `{P:s}feederased` | sorted set | `<id> <seal>` of revisions that were erased, by their time, as long as the feed |
 * | `{P:s}erased`, `{P:d}erased` | sorted set | marks of who was erased (hashed, with the tenant), by when: see `erased` |
 * | `{P:s}tenants` | set | tenants with facts here; `{P:s}actors:TENANT`: set of actors |
 * | `{P:s}due` | sorted set | slots of 15 minutes in which facts came; `{P:s}due:SLOT`: list of what to look at when they grow old |
 * | `{P:s}ni:DAY` | hash | guest token -> when it was last seen in a non-interactive sign-in; goes by itself |
 * | `{P:s}near` | sorted set | `#EXT#` actors' operations, by when a missing sign-in is a near miss |
 * | `{P:s}staged:N` | string | arguments that are too long for one call, until it is made; they go by themselves |
 * | `{P:p}meta`, `{P:p}positions` | hash | `schema`, `shards` (`1>3` while they become others), `rule` in force (its hash; whole in `ruleText`; since when in `ruleSince`), `target NAME` of each target there was; partition -> position (JSON) |
 * | `{P:p}troubles` | hash | process -> why its partitions stand still (JSON), and when it said so |
 * | `{P:d}meta` | hash | of the dead letters: `generation`, `bytes`, `dropped`, `erased` |
 * | `{P:d}marks` | hash | `hub created partition` -> highest sequence number whose dead letters are, or were, here |
 * | `{P:d}letters`, `{P:d}order` | hash, sorted set | dead letters by id; their ids by time of arrival and place |
 * | `{P:w}meta` | hash | of the deliveries: `evicted`: see `mend.lua`; `erased` |
 * | `{P:w}targets` | set | names of those that findings are delivered to |
 * | `{P:w}t:NAME` | hash | a target: `about`, `address`, `seenAt`; `place`, `skipBefore`, `takenUntil` in the feed; `count`, `bytes`, `failedBytes`, `fullSince`, `roomAt`; `disabledAt`, `pausedUntil`, `downs`, `lastSuccessAt`, `lastFailureAt`, `dropped` |
 * | `{P:w}d:ID` | hash | a delivery: what it is of, its `json`, and its story: `status`, `tries`, `attempts`, `due`, `claim` |
 * | `{P:w}f:NAME:FINDING` | list | deliveries of a finding that wait, in order: only the first is due |
 * | `{P:w}due:NAME`, `{P:w}asked:NAME`, `{P:w}claims:NAME` | sorted set | deliveries by when they are due; those that someone asked for; those in hand, by when the claim runs out |
 * | `{P:w}s:NAME:STATUS` | sorted set, by text | deliveries of a status, by when they were taken in |
 */
import { digest } from '../detection/digest.ts';

/** Guests are spread over this many hashes: enough for millions, few enough to walk through. */
export const GUEST_BUCKETS = 16_384;
const TOKEN_BYTES = 12;

export interface Keys {
  /** The hash tag of a shard with everything before it; a command gets it as its one declared key. */
  shard(shard: number): string;
  readonly service: string;
  readonly deadLetters: string;
  readonly deliveries: string;
  readonly channel: string;
}

export function keysUnder(prefix: string): Keys {
  return {
    shard: (shard) => `{${prefix}:${shard}}`,
    service: `{${prefix}:p}`,
    deadLetters: `{${prefix}:d}`,
    deliveries: `{${prefix}:w}`,
    channel: `${prefix}:feed`,
  };
}

/** What a guest or an operation is found under: a home UPN or an object id of a tenant, as 12 bytes. */
export type Token = Buffer;

export const homeToken = (tenantId: string, home: string): Token => tokenOf(homeName(tenantId, home));
export const objectToken = (tenantId: string, objectId: string): Token => tokenOf(objectName(tenantId, objectId));

/** Tokens by their hex digits. */
export const homeName = (tenantId: string, home: string): string => nameOf('h', tenantId, home);
export const objectName = (tenantId: string, objectId: string): string => nameOf('o', tenantId, objectId);
export const tokenOf = (name: string): Token => Buffer.from(name, 'hex');

const nameOf = (kind: string, tenantId: string, value: string): string =>
  digest([kind, tenantId, value]).slice(0, 2 * TOKEN_BYTES);

export const bucketOf = (of: Token): number => of.readUInt16BE(0) % GUEST_BUCKETS;

/** The shard that holds everything of a tenant. */
export function shardOf(tenantId: string, shards: number): number {
  return shards === 1 ? 0 : Number.parseInt(digest([tenantId]).slice(0, 8), 16) % shards;
}

/** A time in ticks as text that sorts. */
export const timeHex = (ticks: bigint): string => ticks.toString(16).padStart(16, '0');
