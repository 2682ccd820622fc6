/** One producer link: takes sends, chooses their partition, and acknowledges what the log has. */
import { type AmqpError, type Arrival, messageBytesMax, messageCodec, type Receiver, type Session } from './amqp.ts';
import type { Broker } from './broker.ts';
import { enqueue, readEvent } from './enqueue.ts';
import { internal, messageTooLarge, serverBusy, undecodable } from './errors.ts';
import type { Hub, Partition } from './hubs.ts';
import type { Incoming } from './log.ts';
import { partitionForKey } from './partitionKey.ts';
import type { HubLink, Peer } from './peers.ts';
import { cutBatch, DecodeError } from './sections.ts';

/** The message format that marks a batch envelope. */
const batchFormat = 0x80013700;
/** Sends that a producer may have under way. */
const sendsMax = 300;

/** Where in turn the next event without partition and key goes, by hub. */
const turns = new WeakMap<Hub, number>();

export class Producer implements HubLink {
  readonly kind = 'producer';
  readonly hub: string;
  readonly partition: string | undefined;
  readonly peer: Peer;
  readonly session: Session;
  readonly #broker: Broker;
  readonly #receiver: Receiver;
  readonly #target: Hub;
  /** Sends that arrived while credit was frozen. */
  #held: Arrival[] = [];
  #isGranted = false;
  #isReleased = false;

  constructor(broker: Broker, peer: Peer, receiver: Receiver, hub: Hub, partition: string | undefined) {
    this.#broker = broker;
    this.#receiver = receiver;
    this.#target = hub;
    this.hub = hub.name;
    this.partition = partition;
    this.peer = peer;
    this.session = receiver.session;
    receiver.on('message', (context: unknown) => {
      const {
        message: content,
        format,
        delivery,
      } = context as { message: Arrival['content'] } & Omit<Arrival, 'content'>;
      // What was under way when the link was detached counts as never arrived; its sender is told by the detach.
      if (this.#isReleased) return;
      this.#held.push({ content, format, delivery });
      this.wake();
    });
  }

  wake(): void {
    if (this.#broker.faults.isActive('freezeCredit', this)) return;
    if (!this.#isGranted) {
      // Credit is granted at once: a client without it waits a second, then fails.
      this.#isGranted = true;
      this.#receiver.set_credit_window(sendsMax);
      this.#receiver.add_credit(sendsMax);
    }
    for (const arrival of this.#held.splice(0)) this.#take(arrival);
  }

  detach(error: AmqpError): void {
    this.#receiver.close(error);
  }

  release(): void {
    this.#isReleased = true;
    this.#held = [];
  }

  #take(arrival: Arrival): void {
    const { delivery } = arrival;
    const error = this.#store(arrival);
    const settle = () => {
      if (!this.#receiver.is_open()) return;
      if (error) delivery.reject(error);
      else delivery.accept();
    };
    const delayMs = this.#broker.faults.take('delay', this)?.ms;
    if (delayMs === undefined) settle();
    else this.#broker.timers.after(delayMs, settle);
  }

  #store({ content, format }: Arrival): AmqpError | undefined {
    const bytes = Buffer.isBuffer(content) ? content : messageCodec.encode(content);
    if (bytes.length > messageBytesMax) return messageTooLarge(bytes.length, messageBytesMax);
    let events: Incoming[];
    try {
      events = format === batchFormat ? readBatch(bytes) : [readEvent(bytes, undefined)];
    } catch (error) {
      if (error instanceof DecodeError) return undecodable(error.message);
      throw error;
    }
    const partition = this.#choose(events[0]?.partitionKey);
    const scope = { hub: this.hub, partition: partition.id };
    if (this.#broker.faults.take('serverBusy', scope)) return serverBusy;
    try {
      enqueue(this.#broker, this.hub, partition, events);
    } catch (error) {
      return internal(`The log could not take the events: ${error instanceof Error ? error.message : error}`);
    }
    return undefined;
  }

  #choose(partitionKey: string | undefined): Partition {
    const { partitions } = this.#target;
    if (this.partition !== undefined) return partitions.find(({ id }) => id === this.partition)!;
    if (partitionKey !== undefined) return partitions[partitionForKey(partitionKey, partitions.length)]!;
    const turn = turns.get(this.#target) ?? 0;
    turns.set(this.#target, turn + 1);
    return partitions[turn % partitions.length]!;
  }
}

function readBatch(bytes: Buffer): Incoming[] {
  const { events, partitionKey } = cutBatch(bytes);
  return events.map((event) => readEvent(event, partitionKey));
}
