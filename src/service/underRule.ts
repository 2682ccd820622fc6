/** Runs a part of the service for as long as the rule of this process is the one in force, and only then. */

import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { log } from '../log.ts';

/** Before a part is started again that could not be: what it needs may come back. */
const RETRY_MS = 5_000;

export interface Part {
  stop(): Promise<unknown>;
}

/**
 * Runs come and go one after the other. The first one is started by `begin`, whose failure is that of the start; later ones
 * are tried again until they can be, because by then someone may have done something elsewhere.
 */
export class UnderRule<Running extends Part> {
  /** What the log calls it. */
  readonly #name: string;
  readonly #start: () => Promise<Running>;
  readonly #logger: Logger;
  readonly #ending = new AbortController();
  #current: Running | null = null;
  #isWanted: boolean;
  #turns: Promise<void> = Promise.resolve();

  constructor(name: string, start: () => Promise<Running>, logger: Logger, isWanted: boolean) {
    this.#name = name;
    this.#start = start;
    this.#logger = logger;
    this.#isWanted = isWanted;
  }

  /** The one that runs; null while none does. */
  get current(): Running | null {
    return this.#current;
  }

  /** Starts the first one, if it is wanted by then. Rejects as the start does. */
  async begin(): Promise<void> {
    if (this.#isWanted) this.#current = await this.#start();
    this.#turn();
  }

  /** To be told whether the rule of this process is in force. */
  want(isWanted: boolean): void {
    this.#isWanted = isWanted;
    this.#turn();
  }

  async close(): Promise<void> {
    this.#ending.abort();
    this.#isWanted = false;
    this.#turn();
    await this.#turns;
  }

  /** Does what is wanted once what is under way has ended. */
  #turn(): void {
    this.#turns = this.#turns.then(() => this.#reach());
  }

  async #reach(): Promise<void> {
    const { signal } = this.#ending;
    if (!this.#isWanted) {
      const stopped = this.#current;
      await stopped?.stop();
      this.#current = null;
      return;
    }
    while (this.#isWanted && this.#current === null) {
      try {
        this.#current = await this.#start();
      } catch (error) {
        log(this.#logger, 'part_not_started', { err: error, what: this.#name }, this.#name);
        await setTimeout(RETRY_MS, undefined, { signal }).catch(() => {}); // Aborted: none is wanted any more.
      }
    }
  }
}
