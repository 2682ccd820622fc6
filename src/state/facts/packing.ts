/** Facts and findings as bytes and text: sign-ins packed tightly, because there are many; the rest as JSON, to be read by eye. */
import type { Operation, SignIn, Source } from '../../detection/fact.ts';
import type { Dated, Finding, ItemLabels, Latest } from '../../detection/finding.ts';
import type { Label } from '../../detection/label.ts';
import { BUILT_IN_RULE, type Rating } from '../../detection/rule.ts';
import type { TextSet } from '../../detection/textset.ts';
import type { Ticks } from '../../detection/time.ts';
import { Reader, Writer } from './bytes.ts';

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
