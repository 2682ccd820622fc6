/**
 * Watches the links over which the client library receives: bounds what may come over them, and sees when they close.
 *
 * Credit. Before each receive the library grants as many events as its queue has room for, on top of what it granted before
 * and what has not been used: a partition that is quiet for a day has credit for hundreds of thousands, and a flood then
 * fills the memory while one handler runs. Here the number that it asks for is taken as the level to fill up to, and the
 * level shrinks as events grow, so that the events under way have a bound in bytes too.
 *
 * Closing. A link that is closed while a handler runs is opened again by the library without a word to anyone: taken over by
 * another owner, that steals the partition back; of a hub that was made anew, it passes over the first events.
 *
 * The library has no option for the one and no event for the other, so the one method through which all credit passes is
 * wrapped, in the very copy of `rhea-promise` that the library has loaded.
 */
import { createRequire } from 'node:module';

interface AmqpReceiver {
  readonly name: string;
  readonly credit: number;
  /** As the link was asked for; its target is the consumer's own name. */
  readonly linkOptions?: { readonly target?: unknown };
  isOpen(): boolean;
  addCredit(credit: number): void;
}

interface AmqpLibrary {
  readonly Receiver: { readonly prototype: AmqpReceiver };
}

/** The size of an event that is assumed before any has been seen. */
const eventBytesFirst = 256 * 1024;
/**
 * Smaller events count as this large. Credit is granted in events, before anyone knows their size: after a quiet time of
 * small ones may come a flood of the largest there are, and then eight times the bound is under way.
 */
const eventBytesMin = 128 * 1024;
/**
 * And as this large in full flow, where what comes next is like what came: twice as many in a batch cost a tenth less each. Credit is
 * not taken back: a flood of the largest right after such a flow may be sixteen times the bound.
 */
const eventBytesInFlow = 64 * 1024;
/** How much of the estimate is left after each batch of smaller events: large ones are remembered for some batches. */
const decay = 0.8;
/** The library calls a link by its address, a dash and a UUID. */
const uuidCharacters = 37;

/** The link of one consumer to one partition, whichever it is just now. */
export class Link {
  readonly #bytesMax: number;
  #eventBytes = eventBytesFirst;
  #receiver: AmqpReceiver | undefined;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Events that may be under way at once; at least one, whatever its size. */
  get eventsMax(): number {
    return Math.max(1, Math.floor(this.#bytesMax / this.#eventBytes));
  }

  /** Whether the link over which was last received has been closed since. */
  get isClosed(): boolean {
    return this.#receiver !== undefined && !this.#receiver.isOpen();
  }

  /** Tells of a batch how many events it had, and the size of the largest, in bytes. */
  note(events: number, largestBytes: number): void {
    // At least half of what came at once while there was no flow.
    const isInFlow = events >= this.#bytesMax / eventBytesMin / 2;
    const least = isInFlow ? eventBytesInFlow : eventBytesMin;
    this.#eventBytes = Math.max(largestBytes, this.#eventBytes * decay, least);
  }

  use(receiver: AmqpReceiver): void {
    this.#receiver = receiver;
  }
}

const links = new Map<string, Link>();
const wrapped = new WeakSet<AmqpReceiver>();

/** The link of a consumer at an address (`HUB/ConsumerGroups/GROUP/Partitions/ID`), to be asked for before it is opened. */
export function linkOf(address: string, ownerId: string, bytesMax: number): Link {
  const key = `${ownerId} ${address}`;
  let link = links.get(key);
  if (!link) {
    link = new Link(bytesMax);
    links.set(key, link);
  }
  return link;
}

/** Forgets the links of a consumer. */
export function forgetLinks(ownerId: string): void {
  for (const key of links.keys()) if (key.startsWith(`${ownerId} `)) links.delete(key);
}

/** Begins to watch, once for the process, in each copy of the AMQP library that the client library uses. */
export function watchLinks(): void {
  for (const { Receiver } of amqpLibraries()) {
    const receiver = Receiver.prototype;
    if (wrapped.has(receiver)) continue;
    wrapped.add(receiver);
    const addCredit = receiver.addCredit;
    receiver.addCredit = function (this: AmqpReceiver, wanted: number): void {
      const link = links.get(`${this.linkOptions?.target} ${this.name.slice(0, -uuidCharacters)}`);
      link?.use(this);
      const missing = Math.min(wanted, link?.eventsMax ?? wanted) - this.credit;
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
