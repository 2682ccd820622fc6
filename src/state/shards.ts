/**
 * The shards, and the place of the dead letters, as this process knows them: each with the generation that it had when it was
 * last looked at, and what lay there then, so that a part that is another now is known to be a loss, and of how much.
 */

import { type Keys, shardOf } from './keys.ts';
import { checkShards, openShard, renewEvicted } from './open.ts';
import { evictionOf, type LossReason, type NamedLoss, noteLosses, readEvicted } from './partitions/losses.ts';
import { readRecords } from './partitions/positions.ts';
import type { ShardHandle } from './shard.ts';

/** How many findings stand in a part, how many suppressions, and how often people wrote something. */
interface Noted {
  readonly findings: number;
  readonly suppressions: number;
  readonly written: number;
}

const NOTHING: Noted = { findings: 0, suppressions: 0, written: 0 };

async function countNoted({ client, key }: Pick<ShardHandle, 'client' | 'key'>): Promise<Noted> {
  const [findings, suppressions, written] = await Promise.all([
    client.zcard(`${key}list`),
    client.zcard(`${key}supdue`),
    client.hget(`${key}meta`, 'written'),
  ]);
  return { findings, suppressions, written: Number(written ?? 0) };
}

type Handle = { -readonly [K in keyof ShardHandle]: ShardHandle[K] } & {
  /** When it was last known to hold all that was put there (ms since the Unix epoch). */
  wholeAt: number;
  /** Whether any partition had put something there. */
  isUsed: boolean;
  /** What stood there that cannot be read again as it was. */
  noted: Noted;
  /** What was told last of evicted keys where it lies. */
  evicted: string;
  /** Generations of which keys were evicted: should one come back, as after a failover, it is no whole. */
  readonly robbed: Set<string>;
  reopening: Promise<void> | null;
};

export interface ShardsOptions {
  readonly keys: Keys;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly onLost: (detail: string, reason: LossReason) => void;
}

export class Shards {
  readonly #handles: readonly Handle[];
  readonly #letters: Handle;
  readonly #options: ShardsOptions;

  constructor(handles: readonly ShardHandle[], letters: ShardHandle, options: ShardsOptions) {
    const wholeAt = options.now();
    const known = (handle: ShardHandle): Handle => ({
      ...{ ...handle, wholeAt, isUsed: false, noted: NOTHING, evicted: '', robbed: new Set(), reopening: null },
    });
    this.#handles = handles.map(known);
    this.#letters = known(letters);
    this.#options = options;
  }

  /** The same objects for as long as the process lives; their generations change. */
  get handles(): readonly ShardHandle[] {
    return this.#handles;
  }

  /** Where the dead letters lie: no shard of any tenant's, but lost and noticed like one. */
  get letters(): ShardHandle {
    return this.#letters;
  }

  /** All that can be lost by itself: the shards, and after them the place of the dead letters. */
  get parts(): readonly ShardHandle[] {
    return this.#parts;
  }

  /** The generations of all parts, as they are known. */
  get generations(): string[] {
    return this.#parts.map(({ generation }) => generation);
  }

  get #parts(): readonly Handle[] {
    return [...this.#handles, this.#letters];
  }

  indexOf(tenantId: string): number {
    return shardOf(tenantId, this.#handles.length);
  }

  of(tenantId: string): ShardHandle {
    return this.#handles[this.indexOf(tenantId)]!;
  }

  /** Looks at every part, and notices those that are not what they were. */
  async verify(): Promise<void> {
    await Promise.all(this.#parts.map((handle) => this.#look(handle)));
  }

  async #look(handle: Handle): Promise<void> {
    const { client, key } = handle;
    const at = this.#options.now();
    const [generation, marks, noted] = await Promise.all([
      client.hget(`${key}meta`, 'generation'),
      client.exists(`${key}marks`),
      countNoted(handle),
    ]);
    if (generation !== handle.generation) return this.reopen(handle);
    if (noted.written < handle.noted.written) await this.#noteUnwritten(handle, noted);
    this.#noteWhole(handle, at);
    handle.isUsed ||= marks > 0 || noted.suppressions > 0;
    handle.noted = noted;
  }

  /** Notices keys that were evicted: what is left where they were is no whole any more, and is lost. */
  async checkEvicted(): Promise<void> {
    for (const own of this.#parts) await this.#renewEvicted(own, false);
  }

  async #renewEvicted(own: Handle, isKnown: boolean): Promise<void> {
    const { told, isRenewed, before } = await renewEvicted(own.client, own.key, own.evicted, isKnown);
    own.evicted = told;
    if (!isRenewed) return;
    own.robbed.add(before);
    const { now, onLost } = this.#options;
    const name = this.nameOf(this.#parts.indexOf(own));
    const detail = `Redis has evicted keys where ${name} lies: all is read again; set maxmemory-policy to noeviction`;
    const loss = { name: evictionOf(before), at: now(), reason: 'keys_evicted', detail } as const;
    await noteLosses(own, own.wholeAt, loss.at, [loss]);
    onLost(detail, loss.reason);
  }

  /** Notes that what people wrote is gone, though the part is the one that it was: it was put back to before. */
  async #noteUnwritten(handle: Handle, { written }: Noted): Promise<void> {
    const { now, onLost } = this.#options;
    const lost = handle.noted.written - written;
    const detail = `${lost} changes of triage and suppressions in ${this.nameOf(this.#parts.indexOf(handle))} are gone`;
    const name = `written ${handle.generation} ${handle.noted.written}`;
    const loss = { name, at: now(), reason: 'findings_lost', detail } as const;
    await noteLosses(handle, handle.wholeAt, loss.at, [loss]);
    onLost(detail, loss.reason);
  }

  /** Notes that a part took what was put there, and so is the one that is known. */
  noteUsed(part: number, at: number): void {
    const own = this.#parts[part]!;
    own.isUsed = true;
    this.#noteWhole(own, at);
  }

  #noteWhole(handle: Handle, at: number): void {
    handle.wholeAt = Math.max(handle.wholeAt, at);
  }

  /** Takes a part as it is now, giving it a generation where it has none. One that is another, and was used, is a loss. */
  async reopen(part: ShardHandle): Promise<void> {
    const own = this.#parts.find(({ key }) => key === part.key)!;
    own.reopening ??= this.#reopen(own).finally(() => {
      own.reopening = null;
    });
    await own.reopening;
  }

  async #reopen(own: Handle): Promise<void> {
    // Tenants have other shards by another number of them: what comes is not written where nobody looks for it.
    await checkShards(own.client, { keys: this.#options.keys, shards: this.#handles.length });
    let generation = await openShard(own.client, own.key);
    if (generation === own.generation) return;
    if (own.robbed.has(generation)) {
      await this.#renewEvicted(own, true);
      generation = await openShard(own.client, own.key);
    }
    // Noted by whoever noticed it, and to be known should that be gone one day.
    for (const robbed of await readEvicted(own)) own.robbed.add(robbed);
    const index = this.#parts.indexOf(own);
    const before = own.generation;
    const isLoss = own.isUsed || (await this.#isExpected(index, before));
    // Noted before anything is written there by this process: what is made again is to be known as such.
    const left = await countNoted(own);
    const gone = {
      written: 0,
      findings: Math.max(0, own.noted.findings - left.findings),
      suppressions: Math.max(0, own.noted.suppressions - left.suppressions),
    };
    if (isLoss) await this.noteReplaced(index, before, own.wholeAt, gone);
    own.generation = generation;
    own.isUsed = false;
    own.noted = NOTHING;
    own.wholeAt = this.#options.now();
  }

  /** Whether a position counts on what was put into the part while it had this generation. */
  async #isExpected(part: number, generation: string): Promise<boolean> {
    const records = await readRecords(this.#letters.client, this.#options.keys);
    return records.some(({ marks, generations }) => (marks[part] ?? null) !== null && generations[part] === generation);
  }

  /** Notes the loss of a part that had this generation; `gone` is null where nobody knows what was there. */
  async noteReplaced(part: number, before: string, wholeAt: number | null, gone: Noted | null): Promise<void> {
    const { now, onLost } = this.#options;
    const at = now();
    const name = this.nameOf(part);
    const losses: NamedLoss[] = [
      { name: `of ${before}`, at, reason: 'state_lost', detail: `${name} was lost or replaced` },
    ];
    if (part < this.#handles.length && (gone === null || gone.findings + gone.suppressions > 0)) {
      const suppressions = gone !== null && gone.suppressions > 0 ? `, and ${gone.suppressions} suppressions,` : '';
      const detail = `${gone?.findings ?? 'an unknown number of'} findings of ${name} are gone with all that was noted on them${suppressions}: only those of operations that are read again are made again`;
      losses.push({ name: `findings of ${before}`, at, reason: 'findings_lost', detail });
    }
    await noteLosses(this.#parts[part]!, wholeAt, at, losses);
    for (const { detail, reason } of losses) onLost(detail, reason!);
  }

  /** Notes that a part has lost something of what was put there; `wholeAt` is null where nobody knows when. */
  async noteBehind(part: number, wholeAt: number | null, losses: readonly NamedLoss[] = []): Promise<void> {
    await noteLosses(this.#parts[part]!, wholeAt, this.#options.now(), losses);
  }

  /** What a part is called in the log and in coverage. */
  nameOf(part: number): string {
    return part === this.#handles.length ? 'the place of the dead letters' : `shard ${part} of the state`;
  }
}
