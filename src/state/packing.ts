/** Facts and findings as bytes and text: sign-ins packed tightly, because there are many; the rest as JSON, to be read by eye. */
import type { Operation, SignIn, Source } from '../detection/fact.ts';
import type { Dated, Finding, ItemLabels, Latest } from '../detection/finding.ts';
import type { Label } from '../detection/label.ts';
import { BUILT_IN_RULE, type Rating } from '../detection/rule.ts';
import type { TextSet } from '../detection/textset.ts';
import type { Ticks } from '../detection/time.ts';

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** How the bytes that follow are to be read. */
const FORM = { none: 0, utf8: 1, guid: 2, utf16: 3, tenant: 4 } as const;

/** Appends fields to a buffer that grows. */
class Writer {
  #bytes = Buffer.allocUnsafe(256);
  #length = 0;

  #room(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + size));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  /** A whole number from 0 to 2^53, seven bits to a byte, the least first. */
  number(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  ticks(value: bigint): void {
    this.#room(8);
    this.#bytes.writeBigInt64BE(value, this.#length);
    this.#length += 8;
  }

  hex(digits: string): void {
    const size = digits.length / 2;
    this.#room(size);
    this.#length += this.#bytes.write(digits, this.#length, size, 'hex');
  }

  #write(value: string, size: number, encoding: 'utf8' | 'utf16le'): void {
    this.number(size);
    this.#room(size);
    this.#length += this.#bytes.write(value, this.#length, size, encoding);
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Text or nothing; ids in their usual form take 16 bytes, the tenant's own id one, and text that UTF-8 cannot hold is kept whole. */
  text(value: string | null, tenantId = ''): void {
    if (value === null) {
      this.byte(FORM.none);
    } else if (value !== '' && value === tenantId) {
      this.byte(FORM.tenant);
    } else if (GUID.test(value)) {
      this.byte(FORM.guid);
      this.hex(value.replaceAll('-', ''));
    } else if (value.isWellFormed()) {
      this.byte(FORM.utf8);
      this.#write(value, Buffer.byteLength(value), 'utf8');
    } else {
      this.byte(FORM.utf16);
      this.#write(value, 2 * value.length, 'utf16le');
    }
  }

  done(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** Reads what a Writer wrote, in the same order. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get at(): number {
    return this.#at;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.#at++]!;
  }

  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  ticks(): bigint {
    this.#at += 8;
    return this.#bytes.readBigInt64BE(this.#at - 8);
  }

  raw(length: number): Buffer {
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  text(tenantId = ''): string | null {
    const kind = this.byte();
    if (kind === FORM.none) return null;
    if (kind === FORM.tenant) return tenantId;
    if (kind === FORM.guid) {
      const hex = this.raw(16).toString('hex');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    }
    return this.raw(this.number()).toString(kind === FORM.utf8 ? 'utf8' : 'utf16le');
  }
}

function writeSource(writer: Writer, source: Source): void {
  writer.hex(source.sha256);
  writer.text(source.hub);
  writer.text(source.partition);
  writer.number(source.sequenceNumber);
  writer.number(source.recordIndex);
  writer.number(source.enqueuedAt === null ? 0 : source.enqueuedAt + 1);
}

function readSource(reader: Reader): Source {
  const sha256 = reader.raw(32).toString('hex');
  const hub = reader.text() ?? '';
  const partition = reader.text() ?? '';
  const sequenceNumber = reader.number();
  const recordIndex = reader.number();
  const enqueued = reader.number();
  return { hub, partition, sequenceNumber, recordIndex, enqueuedAt: enqueued === 0 ? null : enqueued - 1, sha256 };
}

/** Sign-ins as they lie packed, without their tenant: on its way into the window one is written twice, and with each that comes after it again. */
const packed = new WeakMap<SignIn, Buffer>();

function packedOf(signIn: SignIn): Buffer {
  const known = packed.get(signIn);
  if (known !== undefined) return known;
  const bytes = packSignIn(signIn);
  packed.set(signIn, bytes);
  return bytes;
}

function packSignIn(signIn: SignIn): Buffer {
  const writer = new Writer();
  const { tenantId } = signIn;
  writer.ticks(signIn.time);
  writer.ticks(signIn.createdDateTime ?? -1n);
  writer.text(signIn.upn);
  writer.text(signIn.objectId);
  writer.text(signIn.ip);
  writer.text(signIn.homeTenantId, tenantId);
  writer.text(signIn.resourceTenantId, tenantId);
  writer.text(signIn.recordId);
  writeSource(writer, signIn.source);
  return writer.done();
}

function readSignIn(reader: Reader, tenantId: string): SignIn {
  const time = reader.ticks();
  const created = reader.ticks();
  return {
    kind: 'signIn',
    tenantId,
    time,
    createdDateTime: created === -1n ? null : created,
    upn: reader.text() ?? '',
    objectId: reader.text(),
    ip: reader.text() ?? '',
    homeTenantId: reader.text(tenantId),
    resourceTenantId: reader.text(tenantId),
    recordId: reader.text() ?? '',
    source: readSource(reader),
    receivedAt: null,
  };
}

/** Sign-ins of one tenant as bytes, behind a byte that says of what kind they are, if any; when they were received is not kept. */
export function packSignIns(tenantId: string, signIns: readonly SignIn[], kind?: number): Buffer {
  const writer = new Writer();
  if (kind !== undefined) writer.byte(kind);
  writer.text(tenantId);
  for (const signIn of signIns) writer.raw(packedOf(signIn));
  return writer.done();
}

export function unpackSignIns(bytes: Buffer): { tenantId: string; signIns: SignIn[] } {
  const reader = new Reader(bytes);
  const tenantId = reader.text() ?? '';
  const signIns: SignIn[] = [];
  while (!reader.atEnd) {
    const from = reader.at;
    const signIn = readSignIn(reader, tenantId);
    packed.set(signIn, bytes.subarray(from, reader.at));
    signIns.push(signIn);
  }
  return { tenantId, signIns };
}

/** JSON with ticks as `{ "ticks": "<digits>" }`, because JSON numbers are doubles. */
const tagTicks = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? { ticks: value.toString() } : value;
const untagTicks = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'ticks' in value ? BigInt((value as { ticks: string }).ticks) : value;

export const packOperation = (operation: Operation): string => JSON.stringify(operation, tagTicks);
export const unpackOperation = (text: string): Operation => JSON.parse(text, untagTicks) as Operation;

/** An evidence item: its variants, and when (milliseconds since the Unix epoch) it entered the finding. */
export interface StoredItem {
  readonly variants: readonly Operation[];
  readonly decidedAt: number | null;
}

export const packItem = (item: StoredItem): string => JSON.stringify(item, tagTicks);
export const unpackItem = (text: string): StoredItem => JSON.parse(text, untagTicks) as StoredItem;

/** A finding less what is kept beside it: members, correlation ids, items and sign-ins. */
export type FindingCore = Omit<Finding, 'members' | 'correlations' | 'items' | 'signIns'>;

/** With how the rule rated it at its last revision; missing in what earlier versions stored. */
export type StoredCore = FindingCore & { readonly rating?: Rating };

export function packCore(finding: FindingCore, rating: Rating): string {
  const { id, createdAt, actor, actorIp, window, firstSeen, lastSeen } = finding;
  const { operations, targets, targetNames, objectIds } = finding;
  const { itemCount, correlationCount, labels, latest, lateUnlisted } = finding;
  const core = {
    id,
    createdAt,
    actor,
    actorIp,
    window,
    firstSeen,
    lastSeen,
    operations,
    targets,
    targetNames,
    objectIds,
    itemCount,
    correlationCount,
  };
  return JSON.stringify({ ...core, labels: [...labels], latest, lateUnlisted, rating }, tagTicks);
}

/** Of a set that nobody kept: it vouches for nothing. */
const NOT_KNOWN: TextSet = { values: [], truncated: true };

export function unpackCore(text: string): StoredCore {
  const core = JSON.parse(text, untagTicks) as Omit<StoredCore, 'labels' | 'latest' | 'window' | 'objectIds'> & {
    /** Missing in what earlier versions stored, which knew no other than the rule's own. */
    window?: Ticks;
    labels: [Label, number][];
    /** Not there in findings of before it was kept. */
    objectIds?: TextSet;
    latest: Latest & { guestUpn?: Dated };
  };
  const { window = BUILT_IN_RULE.window, objectIds = NOT_KNOWN } = core;
  return { ...core, window, objectIds, labels: new Map(core.labels) };
}

/** The labels of an item's variants: `<first 16 digits of SHA-256>=<label>`, one behind another. */
export const packLabels = (labels: ItemLabels): string =>
  [...labels].map(([variant, label]) => `${variant}=${label}`).join(' ');
export const unpackLabels = (text: string): ItemLabels =>
  new Map(text.split(' ').map((part) => [part.slice(0, 16), part.slice(17) as Label]));
