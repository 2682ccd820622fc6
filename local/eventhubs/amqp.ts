/** Narrows rhea to what this endpoint uses: the one file that knows fields of rhea which its typings leave out. */
import type { Socket } from 'node:net';
import rhea, { type Connection, type Delivery, type Message, type Receiver, type Sender, type Session } from 'rhea';

/** An AMQP error as it travels in a detach, a rejection or a management answer. */
export interface AmqpError {
  readonly condition: string;
  readonly description: string;
}

/** Largest message (one event or one batch envelope, encoded) that a producer may send, in bytes. */
export const messageBytesMax = 1_048_576;
/** Largest frame that either side may send, in bytes. */
export const frameBytesMax = 65_536;

/** A transfer from a client: raw bytes, or a message that rhea decoded because the transfer named format 0. */
export interface Arrival {
  readonly content: Buffer | Message;
  readonly format: number | undefined;
  readonly delivery: Delivery;
}

interface LinkFields {
  credit: number;
  delivery_count: number;
  _draining?: boolean;
  local: { attach: { max_message_size: unknown } };
}

interface SessionFields {
  outgoing: { available(): number };
}

interface ConnectionFields {
  socket?: Socket;
  remote: { open?: { max_frame_size: unknown } };
}

/** A value together with its AMQP type. */
export type Typed = ReturnType<typeof rhea.types.wrap_string>;

interface TypesFields {
  Long(value: number): Typed;
  Map32(items: Typed[]): Typed;
  Reader: new (bytes: Buffer) => { read(): Typed };
  Writer: new () => { write(value: Typed): void; toBuffer(): Buffer };
}

export const types = rhea.types as typeof rhea.types & TypesFields;
export const messageCodec = rhea.message;
export type { Connection, Message, Receiver, Sender, Session };

/** A container of its own, so that two endpoints in one process share nothing. */
export function createContainer(id: string): ReturnType<typeof rhea.create_container> {
  const container = rhea.create_container({ id });
  container.sasl_server_mechanisms.enable_anonymous();
  // Claims come later through $cbs, so each of these mechanisms only has to say yes.
  for (const name of ['MSSBCBS', 'EXTERNAL']) {
    container.sasl_server_mechanisms[name] = () => ({ outcome: undefined, username: undefined, start: agree });
  }
  return container;
}

function agree(this: { outcome: boolean | undefined }): void {
  this.outcome = true;
}

/** Messages that may still be queued on the link, given that `queued` were queued since it was attached. */
export function creditLeft(link: Sender, queued: number): number {
  const fields = link as unknown as LinkFields;
  const session = link.session as unknown as SessionFields;
  // rhea lowers `credit` and raises `delivery_count` only when a frame leaves, a tick after `send`: their sum is the limit.
  return Math.min(fields.credit + fields.delivery_count - queued, session.outgoing.available());
}

/** The number of messages queued at which the client's present credit would be used up. */
export function creditLimit(link: Sender): number {
  const fields = link as unknown as LinkFields;
  return fields.credit + fields.delivery_count;
}

/** Whether the client asked that its credit be used up now. */
export function isDraining(link: Sender): boolean {
  return (link as unknown as LinkFields)._draining === true;
}

/** Announces the size limit in the attach that is about to be written. */
export function limitMessageSize(link: Receiver): void {
  (link as unknown as LinkFields).local.attach.max_message_size = messageBytesMax;
}

/** Splits large messages over frames, as the service does, although the client's `open` names no limit. */
export function limitFrameSize(connection: Connection): void {
  const open = (connection as unknown as ConnectionFields).remote.open;
  if (open && !connection.max_frame_size) open.max_frame_size = frameBytesMax;
}

/** The connection's socket, while there is one. */
export function socketOf(connection: Connection): Socket | undefined {
  return (connection as unknown as ConnectionFields).socket;
}

/** Gathers what is written until the event loop has gone round once: one system call instead of one for each frame. */
export function gatherWrites(connection: Connection): void {
  const socket = socketOf(connection);
  if (!socket || socket.writableCorked > 0) return;
  socket.cork();
  setImmediate(() => socket.uncork());
}

/** Cuts the connection without a farewell. rhea frees its timers only when the socket reports an error, hence the error. */
export function cut(connection: Connection, reason: string): void {
  socketOf(connection)?.destroy(new Error(reason));
}

/** A string out of a link property or filter value, which rhea may leave wrapped. */
export function textOf(value: unknown): string | undefined {
  const plain = value !== null && typeof value === 'object' && 'value' in value ? value.value : value;
  return typeof plain === 'string' ? plain : undefined;
}

/** Several values out of a field that AMQP lets a client send alone or as a list. */
export function listOf(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}

/**
 * Cuts the connection within the next frame of at least `bytesMin` bytes: half of it is sent, then the socket is closed.
 * rhea writes one frame at a time, which is what makes this possible.
 */
export function cutWithinNextFrame(connection: Connection, bytesMin: number): void {
  const socket = socketOf(connection);
  if (!socket) return;
  const write = socket.write.bind(socket) as (chunk: Buffer) => boolean;
  const cutting = (chunk: Buffer): boolean => {
    if (chunk.length < bytesMin) return write(chunk);
    socket.write = () => false;
    // Not destroyed: that would reset the connection, and the client's system would throw away what came before the cut.
    socket.end(chunk.subarray(0, chunk.length >>> 1));
    return false;
  };
  socket.write = cutting as Socket['write'];
}
