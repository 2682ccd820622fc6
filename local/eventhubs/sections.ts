/** Cuts encoded AMQP messages into their sections by length alone, so that an event is stored and sent without decoding its body. */
import { type Typed, types } from './amqp.ts';

/** Thrown for bytes that are no AMQP message; the sender gets `amqp:decode-error`. */
export class DecodeError extends Error {}

const headerCode = 0x70;
const deliveryAnnotationsCode = 0x71;
const messageAnnotationsCode = 0x72;
const dataCode = 0x75;
const footerCode = 0x78;

const symbolicCodes: Readonly<Record<string, number>> = {
  'amqp:header:list': headerCode,
  'amqp:delivery-annotations:map': deliveryAnnotationsCode,
  'amqp:message-annotations:map': messageAnnotationsCode,
  'amqp:properties:list': 0x73,
  'amqp:application-properties:map': 0x74,
  'amqp:data:binary': dataCode,
  'amqp:amqp-sequence:list': 0x76,
  'amqp:amqp-value:*': 0x77,
  'amqp:footer:map': footerCode,
};

interface Section {
  readonly code: number;
  /** Where the section begins, descriptor included. */
  readonly start: number;
  /** Where its value's type code stands. */
  readonly value: number;
  readonly end: number;
}

/** One event as a producer sent it, cut into the parts that the endpoint stores. */
export interface EventParts {
  /** The header section, or nothing. */
  readonly header: Buffer;
  /** Annotations as alternating keys and values, types kept. */
  readonly annotations: readonly Typed[];
  /** Properties, application properties, body and footer, byte for byte. */
  readonly bare: Buffer;
}

const partitionKeyAnnotation = 'x-opt-partition-key';

/** Where the AMQP value that begins at `at` ends. The high half of a type code tells how its length is written. */
function endOfValue(buffer: Buffer, at: number): number {
  const code = byteAt(buffer, at);
  if (code === 0) return endOfValue(buffer, endOfValue(buffer, at + 1));
  const kind = code >>> 4;
  if (kind < 0x4) throw new DecodeError(`Type code 0x${code.toString(16)} at byte ${at} is none of AMQP 1.0.`);
  let end: number;
  if (kind === 0x4) end = at + 1;
  else if (kind < 0xa) end = at + 1 + 2 ** (kind - 0x5);
  else if (kind % 2 === 0) end = at + 2 + byteAt(buffer, at + 1);
  else {
    if (at + 5 > buffer.length) throw new DecodeError('The message ends within a length.');
    end = at + 5 + buffer.readUInt32BE(at + 1);
  }
  if (end > buffer.length) throw new DecodeError('The message ends within a value.');
  return end;
}

function byteAt(buffer: Buffer, at: number): number {
  const byte = buffer[at];
  if (byte === undefined) throw new DecodeError('The message ends too early.');
  return byte;
}

function sectionCode(buffer: Buffer, at: number): number {
  const type = byteAt(buffer, at);
  if (type === 0x53) return byteAt(buffer, at + 1);
  const descriptor = readValue(buffer.subarray(at, endOfValue(buffer, at)));
  return typeof descriptor === 'string' ? (symbolicCodes[descriptor] ?? -1) : Number(descriptor);
}

function sectionsOf(buffer: Buffer): Section[] {
  const sections: Section[] = [];
  let start = 0;
  while (start < buffer.length) {
    if (buffer[start] !== 0) throw new DecodeError(`Byte ${start} begins no section.`);
    const code = sectionCode(buffer, start + 1);
    if (!(code >= headerCode && code <= footerCode)) throw new DecodeError(`Section ${code} is none of a message.`);
    const value = endOfValue(buffer, start + 1);
    const end = endOfValue(buffer, value);
    sections.push({ code, start, value, end });
    start = end;
  }
  return sections;
}

function readValue(bytes: Buffer): unknown {
  try {
    return new types.Reader(bytes).read().value;
  } catch (error) {
    throw new DecodeError(`A value cannot be read: ${(error as Error).message}`);
  }
}

function readMap(bytes: Buffer): Typed[] {
  const value = readValue(bytes);
  if (!Array.isArray(value) || value.length % 2 === 1) throw new DecodeError('Annotations are no map.');
  return value as Typed[];
}

/** Cuts one encoded event. Throws `DecodeError`. */
export function cutEvent(buffer: Buffer): EventParts {
  let header = buffer.subarray(0, 0);
  let annotations: Typed[] = [];
  let bareStart = buffer.length;
  for (const section of sectionsOf(buffer)) {
    if (section.code === headerCode) header = buffer.subarray(section.start, section.end);
    else if (section.code === messageAnnotationsCode) {
      annotations = readMap(buffer.subarray(section.value, section.end));
    } else if (section.code > messageAnnotationsCode) {
      bareStart = section.start;
      break;
    }
  }
  return { header, annotations, bare: buffer.subarray(bareStart) };
}

/** Cuts a batch envelope: the events in its data sections, and the partition key that it carries. Throws `DecodeError`. */
export function cutBatch(buffer: Buffer): { events: Buffer[]; partitionKey: string | undefined } {
  const events: Buffer[] = [];
  let partitionKey: string | undefined;
  for (const section of sectionsOf(buffer)) {
    if (section.code === messageAnnotationsCode) {
      partitionKey = partitionKeyOf(readMap(buffer.subarray(section.value, section.end)));
    } else if (section.code === dataCode) {
      const wide = byteAt(buffer, section.value) === 0xb0;
      events.push(buffer.subarray(section.value + (wide ? 5 : 2), section.end));
    }
  }
  return { events, partitionKey };
}

/** The partition key among annotations, if it is a string. */
export function partitionKeyOf(annotations: readonly Typed[]): string | undefined {
  for (let i = 0; i + 1 < annotations.length; i += 2) {
    if (annotations[i]?.value === partitionKeyAnnotation) {
      const key: unknown = annotations[i + 1]?.value;
      return typeof key === 'string' ? key : undefined;
    }
  }
  return undefined;
}

/** What the log gives an event on arrival. */
export interface Stamp {
  readonly sequenceNumber: number;
  readonly offset: string;
  /** Milliseconds since 1970. */
  readonly enqueuedTime: number;
}

const stampKeys = new Set(['x-opt-sequence-number', 'x-opt-offset', 'x-opt-enqueued-time']);

/** The event as readers get it: its own header and bare message around annotations that carry the stamp. */
export function stampEvent(parts: EventParts, stamp: Stamp, partitionKey: string | undefined): Buffer {
  const items: Typed[] = [
    types.wrap_symbol('x-opt-sequence-number'),
    types.Long(stamp.sequenceNumber),
    types.wrap_symbol('x-opt-offset'),
    types.wrap_string(stamp.offset),
    types.wrap_symbol('x-opt-enqueued-time'),
    types.wrap_timestamp(stamp.enqueuedTime),
  ];
  for (let i = 0; i + 1 < parts.annotations.length; i += 2) {
    const key = parts.annotations[i]!;
    if (!stampKeys.has(String(key.value))) items.push(key, parts.annotations[i + 1]!);
  }
  if (partitionKey !== undefined && partitionKeyOf(parts.annotations) === undefined) {
    items.push(types.wrap_symbol(partitionKeyAnnotation), types.wrap_string(partitionKey));
  }
  return Buffer.concat([parts.header, encodeMapSection(messageAnnotationsCode, items), parts.bare]);
}

/** The event with delivery annotations spliced in after its header of `headerBytes` bytes. */
export function withDeliveryAnnotations(event: Buffer, headerBytes: number, items: Typed[]): Buffer {
  const section = encodeMapSection(deliveryAnnotationsCode, items);
  return Buffer.concat([event.subarray(0, headerBytes), section, event.subarray(headerBytes)]);
}

function encodeMapSection(code: number, items: Typed[]): Buffer {
  const writer = new types.Writer();
  const map = types.Map32(items);
  map.descriptor = types.wrap_ulong(code);
  writer.write(map);
  return writer.toBuffer();
}
