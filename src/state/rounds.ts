/**
 * What is done again and again while the process lives, where its rule is in force: losses are looked for, what time demands
 * is done, and suppressions are decided anew where that is owed.
 */

import { type RedecideContext, redecideOwed } from './noted/redeciding.ts';
import { checkPolicy } from './open.ts';
import type { Partitions } from './partitions/partitions.ts';
import { type Client, onReached } from './redis/client.ts';
import { type Repeated, repeat } from './redis/repeat.ts';
import type { Ruling } from './ruling.ts';
import type { Shards } from './shards.ts';
import type { Sweeper } from './upkeep.ts';

export interface RoundsParts {
  readonly client: Client;
  readonly shards: Shards;
  readonly partitions: Partitions;
  readonly ruling: Ruling;
  readonly sweeper: Sweeper;
  readonly redeciding: RedecideContext;
}

export class Rounds {
  readonly #parts: RoundsParts;
  readonly #onError: (error: unknown) => void;
  readonly #pauseMs: number | undefined;
  readonly #running: Repeated[] = [];

  constructor(parts: RoundsParts, onError: (error: unknown) => void, pauseMs?: number) {
    this.#parts = parts;
    this.#onError = onError;
    this.#pauseMs = pauseMs;
  }

  /**
   * Apart from each other: what is lost must be noticed in time, however much there is to sweep. A server that is reached again
   * may hold less than it did, and others may soon have read again what is missing: it is looked at before that.
   */
  start(): void {
    const [look, ...others] = [() => this.#look(), () => this.#sweep(), () => this.#redecide()].map((round) =>
      repeat(round, this.#onError, this.#pauseMs),
    );
    this.#running.push(look!, ...others);
    onReached(this.#parts.client, look!.hurry);
  }

  /** Begins none any more; resolves when those under way have ended. */
  async stop(): Promise<void> {
    await Promise.all(this.#running.splice(0).map(({ end }) => end()));
  }

  /** One round of each, one after another. */
  async once(): Promise<void> {
    await this.#look();
    await this.#sweep();
    await this.#redecide();
  }

  async #look(): Promise<void> {
    const { client, shards, partitions, ruling } = this.#parts;
    if (!(await ruling.look())) return;
    await shards.checkEvicted();
    await shards.verify();
    await partitions.look();
    await checkPolicy(client);
  }

  async #sweep(): Promise<void> {
    if (this.#parts.ruling.isOwn) await this.#parts.sweeper.sweep();
  }

  /** Decides anew which findings are suppressed, where that is owed. */
  async #redecide(): Promise<void> {
    const { ruling, shards, redeciding } = this.#parts;
    if (!ruling.isOwn) return;
    for (const shard of shards.handles) await redecideOwed(shard, redeciding);
  }
}
