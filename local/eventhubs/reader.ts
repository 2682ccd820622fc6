/** One reader link: delivers a partition's events in order, as far as the client's credit goes. */
import {
  type AmqpError,
  creditLeft,
  creditLimit,
  cutWithinNextFrame,
  frameBytesMax,
  gatherWrites,
  isDraining,
  type Sender,
  type Session,
  socketOf,
  types,
} from './amqp.ts';
import type { Broker } from './broker.ts';
import type { LogEntry, PartitionLog } from './log.ts';
import type { Contender } from './ownership.ts';
import type { HubLink, Peer } from './peers.ts';
import { withDeliveryAnnotations } from './sections.ts';

/** Bytes queued before other links get their turn. */
const turnBytesMax = 512 * 1024;
/** Bytes waiting in a socket above which its readers wait for it to drain. */
const socketBytesMax = 4 * 1024 * 1024;
/** What a frame has besides the message, at most: only a frame larger than the rest is the one to cut. */
const frameOverheadBytes = 128;

/** What a reader asked for when it attached. */
export interface ReaderOptions extends Contender {
  readonly hub: string;
  readonly group: string;
  readonly partition: string;
  /** Sequence number of the first event to deliver. */
  readonly start: number;
  /** Whether each event tells how far the partition's end is. */
  readonly hasRuntimeMetric: boolean;
}

export class Reader implements HubLink, Contender {
  readonly kind = 'reader';
  readonly hub: string;
  readonly group: string;
  readonly partition: string;
  readonly epoch: number | undefined;
  readonly consumerId: string | undefined;
  readonly peer: Peer;
  readonly session: Session;
  /** Sequence number of the next event to deliver. */
  next: number;
  /** Deliveries so far, doubles included. */
  delivered = 0;
  readonly #broker: Broker;
  readonly #sender: Sender;
  readonly #log: PartitionLog;
  readonly #hasRuntimeMetric: boolean;
  /** Messages queued on the link, or credit given back by draining. */
  #queued = 0;
  /** Set while a later turn is already arranged. */
  #isWaiting = false;
  #isReleased = false;
  #isDouble = false;

  constructor(broker: Broker, peer: Peer, sender: Sender, log: PartitionLog, options: ReaderOptions) {
    this.#broker = broker;
    this.#sender = sender;
    this.#log = log;
    this.#hasRuntimeMetric = options.hasRuntimeMetric;
    this.hub = options.hub;
    this.group = options.group;
    this.partition = options.partition;
    this.epoch = options.epoch;
    this.consumerId = options.consumerId;
    this.next = options.start;
    this.peer = peer;
    this.session = sender.session;
    for (const event of ['sender_flow', 'sendable']) sender.on(event, () => this.wake());
  }

  /** Credit that the client gave and that is not used yet. */
  get credit(): number {
    return this.#isReleased ? 0 : Math.max(0, creditLimit(this.#sender) - this.#queued);
  }

  wake(): void {
    if (this.#isWaiting || this.#isReleased) return;
    const entry = this.#upcoming();
    if (!entry || creditLeft(this.#sender, this.#queued) < 1) {
      this.#drain();
      return;
    }
    const delayMs = this.#broker.faults.take('delay', this)?.ms;
    if (delayMs === undefined) this.#turn();
    else
      this.#later(
        (go) => this.#broker.timers.after(delayMs, go),
        () => this.#turn(),
      );
  }

  detach(error: AmqpError): void {
    this.#sender.close(error);
  }

  release(): void {
    this.#isReleased = true;
  }

  /** The next event to deliver, if it is there; skips what retention has taken meanwhile. */
  #upcoming(): LogEntry | undefined {
    this.#log.expire();
    if (this.next < this.#log.begin) this.next = this.#log.begin;
    return this.#log.entry(this.next);
  }

  #turn(): void {
    let bytes = 0;
    gatherWrites(this.peer.connection);
    while (!this.#isReleased && !this.#broker.faults.isActive('freezeCredit', this)) {
      const entry = this.#upcoming();
      if (!entry || creditLeft(this.#sender, this.#queued) < 1) {
        this.#drain();
        return;
      }
      if (bytes >= turnBytesMax) {
        this.#later(
          (go) => this.#whenWritable(go),
          () => this.wake(),
        );
        return;
      }
      if (this.#broker.faults.isCutNow(this)) {
        // In a turn of its own, so that what was delivered before it has left.
        this.#later(
          (go) => setImmediate(go),
          () => this.#deliverHalf(entry),
        );
        return;
      }
      bytes += this.#deliver(entry);
      this.#advance();
    }
  }

  #later(arrange: (go: () => void) => void, then: () => void): void {
    this.#isWaiting = true;
    arrange(() => {
      this.#isWaiting = false;
      if (!this.#isReleased) then();
    });
  }

  #whenWritable(go: () => void): void {
    const socket = socketOf(this.peer.connection);
    if (socket && socket.writableLength > socketBytesMax) {
      // All readers of a connection may wait for it at once.
      socket.setMaxListeners(0);
      socket.once('drain', go);
    } else setImmediate(go);
  }

  #deliver(entry: LogEntry): number {
    const message = this.#messageOf(entry);
    this.#sender.send(message, undefined, 0);
    this.#queued += 1;
    this.delivered += 1;
    return message.length;
  }

  #advance(): void {
    this.#isDouble = !this.#isDouble && this.#broker.faults.take('duplicate', this) !== undefined;
    if (!this.#isDouble) this.next += 1;
  }

  #deliverHalf(entry: LogEntry): void {
    const message = this.#messageOf(entry);
    const bytesMin = Math.min(message.length, frameBytesMax - frameOverheadBytes);
    cutWithinNextFrame(this.peer.connection, bytesMin);
    this.#sender.send(message, undefined, 0);
    this.#queued += 1;
  }

  #messageOf(entry: LogEntry): Buffer {
    const message = this.#log.message(entry);
    if (!this.#hasRuntimeMetric) return message;
    return withDeliveryAnnotations(message, entry.headerBytes, [
      types.wrap_symbol('last_enqueued_sequence_number'),
      types.Long(this.#log.last),
      types.wrap_symbol('last_enqueued_offset'),
      types.wrap_string(this.#log.lastOffset),
      types.wrap_symbol('last_enqueued_time_utc'),
      types.wrap_timestamp(this.#log.lastEnqueuedTime ?? 0),
      types.wrap_symbol('runtime_info_retrieval_time_utc'),
      types.wrap_timestamp(this.#broker.now()),
    ]);
  }

  /** Gives unused credit back when the client asked for that. */
  #drain(): void {
    if (!isDraining(this.#sender)) return;
    this.#queued = creditLimit(this.#sender);
    this.#sender.set_drained(true);
  }
}
