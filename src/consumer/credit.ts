/**
 * Bounds what the client library lets Event Hubs send ahead.
 *
 * Before each receive the library grants as many events as its queue has room for, on top of what it granted before and
 * what has not been used: a partition that is quiet for a day has credit for hundreds of thousands, and a flood then fills
 * the memory while one handler runs. Here the number that it asks for is taken as the level to fill up to, and the level
 * shrinks as events grow, so that the events under way have a bound in bytes too. The library has no option for either, so
 * the one method through which credit passes is wrapped, in the very copy of `rhea-promise` that the library has loaded.
 */
import { createRequire } from 'node:module';

interface CreditReceiver {
  readonly name: string;
  readonly credit: number;
  addCredit(credit: number): void;
}

interface AmqpLibrary {
  readonly Receiver: { readonly prototype: CreditReceiver };
}

/** The size of an event that is assumed before any has been seen. */
const eventBytesFirst = 256 * 1024;
/** Smaller events count as this large: credit must not grow without end where they are tiny. */
const eventBytesMin = 4 * 1024;
/** How much of the estimate is left after each batch of smaller events: large ones are remembered for some batches. */
const decay = 0.8;
/** The library calls a link by its address, a dash and a UUID. */
const uuidCharacters = 37;

/** How large the events of one partition have lately been, and how many of them may be under way. */
export class CreditLevel {
  readonly #bytesMax: number;
  #eventBytes = eventBytesFirst;
  /** How often credit was asked for through the wrapped method. */
  asked = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Events that may be under way at once; at least one, whatever its size. */
  get eventsMax(): number {
    return Math.max(1, Math.floor(this.#bytesMax / this.#eventBytes));
  }

  /** Tells the size of the largest event of a batch, in bytes. */
  note(largestBytes: number): void {
    this.#eventBytes = Math.max(largestBytes, this.#eventBytes * decay, eventBytesMin);
  }
}

const levels = new Map<string, CreditLevel>();
const wrapped = new WeakSet<CreditReceiver>();

/** The level of the receivers of one address (`HUB/ConsumerGroups/GROUP/Partitions/ID`), made with this bound if there is none. */
export function creditLevelOf(address: string, bytesMax: number): CreditLevel {
  let level = levels.get(address);
  if (!level) {
    level = new CreditLevel(bytesMax);
    levels.set(address, level);
  }
  return level;
}

/** Wraps the granting of credit, once for the process, in each copy of the AMQP library that the client library uses. */
export function boundCredit(): void {
  for (const { Receiver } of amqpLibraries()) {
    const receiver = Receiver.prototype;
    if (wrapped.has(receiver)) continue;
    wrapped.add(receiver);
    const addCredit = receiver.addCredit;
    receiver.addCredit = function (this: CreditReceiver, wanted: number): void {
      const level = levels.get(this.name.slice(0, -uuidCharacters));
      if (level) level.asked += 1;
      const missing = Math.min(wanted, level?.eventsMax ?? wanted) - this.credit;
      if (missing > 0) addCredit.call(this, missing);
    };
  }
}

/** Links are made by the connection of `core-amqp`; its copy and that of the client library are one unless npm kept two. */
function amqpLibraries(): Set<AmqpLibrary> {
  const hubs = createRequire(createRequire(import.meta.url).resolve('@azure/event-hubs'));
  const core = createRequire(hubs.resolve('@azure/core-amqp'));
  return new Set([hubs('rhea-promise') as AmqpLibrary, core('rhea-promise') as AmqpLibrary]);
}
