/** Gathers the facts of all inputs: a set, so that neither their order nor a record that comes twice can matter. */
import { type DeadLetterReason, type Origin, readEvent } from '../detection/event.ts';
import { type Fact, factKey, type Operation, type SignIn } from '../detection/fact.ts';
import { lesserSource } from '../detection/finding.ts';
import type { NameTable } from '../detection/rule.ts';
import { type Ticks, ticksOfMs } from '../detection/time.ts';

/** Takes pieces of files as events, and keeps what is a fact. Its memory grows with the facts that differ, not with the files. */
export class Collector {
  readonly #table: NameTable;
  readonly #referenceMs: number;
  readonly #operations = new Map<string, Operation>();
  readonly #signIns = new Map<string, SignIn>();
  readonly #bad = new Map<DeadLetterReason, number>();
  #records = 0;
  #futureTimes = 0;

  /** `referenceMs` is the wall clock at the start, which decides what lies in the future. */
  constructor(table: NameTable, referenceMs: number) {
    this.#table = table;
    this.#referenceMs = referenceMs;
  }

  /** Reads one piece of a file; `index` is its place there. */
  add(piece: Uint8Array, file: string, index: number): void {
    const origin: Origin = {
      hub: file,
      partition: '0',
      sequenceNumber: index,
      enqueuedAt: null,
      receivedAt: null,
      referenceMs: this.#referenceMs,
    };
    const { facts, deadLetters, counts } = readEvent(piece, origin, this.#table);
    this.#records += counts.records;
    this.#futureTimes += counts.futureTimes;
    for (const { reason } of deadLetters) this.#bad.set(reason, (this.#bad.get(reason) ?? 0) + 1);
    for (const fact of facts) {
      if (fact.kind === 'operation') keep(this.#operations, fact);
      else keep(this.#signIns, fact);
    }
  }

  get operations(): Iterable<Operation> {
    return this.#operations.values();
  }

  get signIns(): Iterable<SignIn> {
    return this.#signIns.values();
  }

  /** Records that could not be understood, by reason, the most frequent first. */
  get bad(): [DeadLetterReason, number][] {
    return [...this.#bad].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  }

  get counts(): { readonly records: number; readonly futureTimes: number } {
    return { records: this.#records, futureTimes: this.#futureTimes };
  }

  /** The newest event time among the facts that is not in the future; null without such facts. */
  newestTime(): Ticks | null {
    const now = ticksOfMs(this.#referenceMs);
    let newest: Ticks | null = null;
    for (const facts of [this.#operations, this.#signIns] as const) {
      for (const { time } of facts.values()) {
        if (time <= now && (newest === null || time > newest)) newest = time;
      }
    }
    return newest;
  }
}

function keep<F extends Fact & (Operation | SignIn)>(facts: Map<string, F>, fact: F): void {
  const key = factKey(fact);
  const known = facts.get(key);
  facts.set(key, known === undefined ? fact : lesserSource(known, fact));
}
