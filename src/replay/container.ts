/** A list, or an envelope with a list of records, whose elements can be given apart, in an envelope of the same kind. */
import type { Pending } from './pending.ts';

export class Container {
  /** How many brackets are open around an element. */
  readonly depth: number;
  readonly #opening: Buffer;
  readonly #closing: Buffer;
  /** Where the first element that is not given yet begins. */
  #from: number;
  /** The comma behind the last whole element; -1 for none. */
  #comma = -1;

  constructor(kind: 'list' | 'records', from: number) {
    const isList = kind === 'list';
    this.depth = isList ? 1 : 2;
    this.#opening = Buffer.from(isList ? '[' : '{"records":[');
    this.#closing = Buffer.from(isList ? ']' : ']}');
    this.#from = from;
  }

  sawComma(at: number): void {
    this.#comma = at;
  }

  /** Elements have been given: what is pending begins with the next one. */
  isGivenApart({ start }: Pending): boolean {
    return this.#from === start;
  }

  /** The whole elements so far, which are no longer pending then; undefined where there are none. */
  takeWhole(pending: Pending): Buffer | undefined {
    if (this.#comma < 0) return undefined;
    const piece = this.lastOf(pending, this.#comma);
    this.#from = this.#comma + 1;
    this.#comma = -1;
    pending.start = this.#from;
    return piece;
  }

  /** The elements that are left, up to a place. */
  lastOf(pending: Pending, to: number): Buffer {
    return Buffer.concat([this.#opening, pending.view(this.#from, to), this.#closing]);
  }

  /** What is left of a list that breaks, as the broken list that it is. */
  brokenOff(rest: Buffer): Buffer {
    return Buffer.concat([this.#opening, rest]);
  }
}
