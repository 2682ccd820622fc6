// Reads sent events into facts the slow way: every record parsed whole, every rule of what is a fact asked in turn.

import { createHash } from 'node:crypto';
import { asciiLower, isExtraName, isSpelledName, isStrictName, letters, STRICT_NAMES } from './names.ts';
import { splitBody } from './split.ts';
import { DAY_TICKS, readTime, TICKS_PER_MINUTE, ticksOfMs } from './ticks.ts';

/** One event as it stands in a hub; a file's bytes have no source, and so no enqueued time. */
export interface SentItem {
  body: Buffer;
  hub?: string;
  partition?: string;
  sequenceNumber?: number;
  /** Milliseconds since 1970. */
  enqueuedAt?: number;
}

/** Where a fact came from: no part of any finding's contents. */
export interface Source {
  hub: string;
  partition: string;
  sequenceNumber: number;
  recordIndex: number;
  enqueuedAt: number | undefined;
  sha256: string;
}

/** Empty text stands for what the record does not say; ids of tenants and objects are in lower case. */
export interface SignIn {
  tenantId: string;
  upn: string;
  objectId: string;
  time: bigint;
  created: bigint | undefined;
  ip: string;
  homeTenantId: string;
  resourceTenantId: string;
  recordId: string;
  source: Source;
}

export interface Operation {
  tenantId: string;
  actorUpn: string;
  actorObjectId: string;
  time: bigint;
  /** The user's address, else the application's, as written. */
  actorIp: string;
  clientIp: string;
  operation: string;
  correlationId: string;
  /** One name per row of the expanded target list; none where the list is an empty array or object. */
  targets: string[];
  targetNames: string[];
  recordId: string;
  source: Source;
}

export type DeadReason =
  | 'not_json'
  | 'no_records'
  | 'no_time'
  | 'bad_time'
  | 'no_tenant'
  | 'not_scalar'
  | 'beyond_future';

export interface DeadLetter {
  reason: DeadReason;
  item: SentItem;
  /** Undefined where the event itself could not be split. */
  recordIndex: number | undefined;
}

export interface Facts {
  signIns: SignIn[];
  operations: Operation[];
  deadLetters: DeadLetter[];
  /** Arrivals of records that are neither facts nor dead letters. */
  ignored: number;
  /** Arrivals of facts whose event time lies more than 5 minutes after they were enqueued. */
  futureTime: number;
  /** Distinct successful audit records whose operation name is like a listed one and equal to none. */
  nearNames: number;
  /** Guests (tenant and UPN, or else object id) that were seen in non-interactive sign-ins. */
  nonInteractiveGuests: Set<string>;
  /** Names beyond the rule's that the resolved view adds. */
  extraOperations: readonly string[];
}

export interface ReadOptions {
  /** Stands for the enqueued time where an item has none (files); without it nothing counts as future. */
  wallClock?: number;
  extraOperations?: readonly string[];
}

type Json = Record<string, unknown>;

const ZERO_ID = '00000000-0000-0000-0000-000000000000';
const FUTURE_TICKS = 5n * TICKS_PER_MINUTE;

export function readFacts(items: readonly SentItem[], options: ReadOptions = {}): Facts {
  const facts = noFacts(options.extraOperations ?? []);
  const kept = new Map<string, SignIn | Operation>();
  const near = new Set<string>();
  for (const item of items) {
    const split = splitBody(item.body);
    for (const reason of split.broken) facts.deadLetters.push({ reason, item, recordIndex: undefined });
    for (const [recordIndex, slice] of split.records.entries()) {
      const arrival = { item, recordIndex, slice, wallClock: options.wallClock };
      const read = readRecord(arrival, facts, near);
      if (read === 'ignored') facts.ignored++;
      else if (typeof read === 'string') facts.deadLetters.push({ reason: read, item, recordIndex });
      else keepLeastSource(kept, read);
    }
  }
  facts.nearNames = near.size;
  for (const key of [...kept.keys()].sort()) {
    const fact = kept.get(key)!;
    if ('actorUpn' in fact) facts.operations.push(fact);
    else facts.signIns.push(fact);
  }
  return facts;
}

function noFacts(extraOperations: readonly string[]): Facts {
  return {
    signIns: [],
    operations: [],
    deadLetters: [],
    ignored: 0,
    futureTime: 0,
    nearNames: 0,
    nonInteractiveGuests: new Set(),
    extraOperations,
  };
}

/** Only the facts up to a moment, as a question about the past sees them; what is thinned is thinned among these. */
export function upTo(facts: Facts, at: bigint): Facts {
  return {
    ...facts,
    signIns: facts.signIns.filter((s) => s.time <= at),
    operations: facts.operations.filter((o) => o.time <= at),
  };
}

// --- identity and source -------------------------------------------------------------------------------------------

export function identityOf(fact: SignIn | Operation): string {
  const category = 'actorUpn' in fact ? 'auditlogs' : 'signinlogs';
  return JSON.stringify([fact.tenantId, category, fact.recordId, fact.source.sha256]);
}

/** The same fact again changes nothing but, where it stands lower, its source. */
function keepLeastSource(kept: Map<string, SignIn | Operation>, fact: SignIn | Operation): void {
  const key = identityOf(fact);
  const before = kept.get(key);
  if (before === undefined || sourceIsLess(fact.source, before.source)) kept.set(key, fact);
}

function sourceIsLess(a: Source, b: Source): boolean {
  if (a.enqueuedAt !== b.enqueuedAt) return (a.enqueuedAt ?? 0) < (b.enqueuedAt ?? 0);
  if (a.hub !== b.hub) return a.hub < b.hub;
  if (a.partition !== b.partition) return Number(a.partition) < Number(b.partition);
  if (a.sequenceNumber !== b.sequenceNumber) return a.sequenceNumber < b.sequenceNumber;
  return a.recordIndex < b.recordIndex;
}

// --- one record ----------------------------------------------------------------------------------------------------

interface Arrival {
  item: SentItem;
  recordIndex: number;
  slice: Buffer;
  wallClock: number | undefined;
}

/** The columns of the rule's two tables as the record has them, before anything is made of them. */
interface Columns {
  table: string;
  time: unknown;
  tenantId: unknown;
  resourceId: unknown;
  correlationId: unknown;
  recordId: unknown;
  userType: unknown;
  resultType: unknown;
  upn: unknown;
  userId: unknown;
  ip: unknown;
  created: unknown;
  homeTenantId: unknown;
  resourceTenantId: unknown;
  operationName: unknown;
  result: unknown;
  initiatedBy: unknown;
  targetResources: unknown;
  additionalDetails: unknown;
}

function readRecord(arrival: Arrival, facts: Facts, near: Set<string>): SignIn | Operation | DeadReason | 'ignored' {
  let record: unknown;
  try {
    record = JSON.parse(arrival.slice.toString('utf8'));
  } catch {
    return 'not_json';
  }
  if (!isObject(record)) return 'ignored';
  const columns = isFlat(record) ? flatColumns(record) : diagnosticColumns(record);
  switch (columns.table) {
    case 'signinlogs':
      return readSignIn(columns, arrival, facts);
    case 'auditlogs':
      if (isNearName(columns, facts.extraOperations)) near.add(sha256(arrival.slice));
      return readOperation(columns, arrival, facts);
    case 'noninteractiveusersigninlogs':
      noteNonInteractive(columns, facts);
      return 'ignored';
    default:
      return 'ignored';
  }
}

/** The Log Analytics export has neither `time` nor `properties`; nor has it the diagnostic record's `category`. */
function isFlat(record: Json): boolean {
  return !('time' in record) && !('properties' in record) && !('category' in record);
}

function diagnosticColumns(record: Json): Columns {
  const properties = unwrapped(record['properties']);
  return {
    table: text(record['category']).toLowerCase(),
    time: record['time'],
    tenantId: record['tenantId'],
    resourceId: record['resourceId'],
    correlationId: record['correlationId'],
    recordId: get(properties, 'id'),
    userType: get(properties, 'userType'),
    resultType: record['resultType'],
    upn: get(properties, 'userPrincipalName'),
    userId: get(properties, 'userId'),
    ip: get(properties, 'ipAddress'),
    created: get(properties, 'createdDateTime'),
    homeTenantId: get(properties, 'homeTenantId'),
    resourceTenantId: get(properties, 'resourceTenantId'),
    operationName: record['operationName'],
    result: get(properties, 'result'),
    initiatedBy: unwrapped(get(properties, 'initiatedBy')),
    targetResources: unwrapped(get(properties, 'targetResources')),
    additionalDetails: unwrapped(get(properties, 'additionalDetails')),
  };
}

function flatColumns(row: Json): Columns {
  return {
    table: flatTable(row),
    time: row['TimeGenerated'],
    // `TenantId` is the workspace's and never Entra's.
    tenantId: row['AADTenantId'],
    resourceId: row['ResourceId'],
    correlationId: row['CorrelationId'],
    recordId: row['Id'],
    userType: row['UserType'],
    resultType: row['ResultType'],
    upn: row['UserPrincipalName'],
    userId: row['UserId'],
    ip: row['IPAddress'],
    created: row['CreatedDateTime'],
    homeTenantId: row['HomeTenantId'],
    resourceTenantId: row['ResourceTenantId'],
    operationName: row['OperationName'],
    result: row['Result'],
    initiatedBy: unwrapped(row['InitiatedBy']),
    targetResources: unwrapped(row['TargetResources']),
    additionalDetails: unwrapped(row['AdditionalDetails']),
  };
}

/**
 * `Type` decides where it names one of the two tables; else the columns that stand in the row do. Taken to the letter
 * this reads a row of the non-interactive table as a sign-in too: its `Type` could have been overwritten as well.
 */
function flatTable(row: Json): string {
  const type = text(row['Type']).toLowerCase();
  if (type === 'signinlogs' || type === 'auditlogs') return type;
  if ('InitiatedBy' in row && 'TargetResources' in row) return 'auditlogs';
  if ('UserType' in row && 'ResultType' in row) return 'signinlogs';
  return '';
}

/**
 * Open in the text: whether an object as user type or result excludes. Here only a scalar does, and an object is a dead
 * letter like any other that stands where a scalar is read; so are the two ids that the resolved view reads.
 */
function readSignIn(c: Columns, arrival: Arrival, facts: Facts): SignIn | DeadReason | 'ignored' {
  if (isScalar(c.userType) && !equalsAsciiCase(text(c.userType), 'Guest')) return 'ignored';
  if (isScalar(c.resultType) && text(c.resultType) !== '0') return 'ignored';
  const read = [c.time, c.userType, c.resultType, c.upn, c.userId, c.ip, c.resourceTenantId];
  const common = readCommon(c, arrival, read);
  if (typeof common === 'string') return common;
  const upn = text(c.upn).toLowerCase();
  const objectId = objectIdOf(c.userId);
  if (upn === '' && objectId === '') return 'ignored';
  countFuture(common.time, arrival, facts);
  return {
    ...common,
    upn,
    objectId,
    created: readTime(text(c.created)),
    ip: text(c.ip),
    homeTenantId: text(c.homeTenantId).toLowerCase(),
    resourceTenantId: text(c.resourceTenantId).toLowerCase(),
  };
}

/** A target's name and the correlation id count among the scalars that are read: an object there is a dead letter. */
function readOperation(c: Columns, arrival: Arrival, facts: Facts): Operation | DeadReason | 'ignored' {
  if (isScalar(c.operationName) && !isOperation(text(c.operationName), facts.extraOperations)) return 'ignored';
  if (isScalar(c.result) && !equalsAsciiCase(text(c.result), 'success')) return 'ignored';
  const user = get(c.initiatedBy, 'user');
  const app = get(c.initiatedBy, 'app');
  const elements = expand(c.targetResources);
  const read = [
    c.time,
    c.operationName,
    c.result,
    c.correlationId,
    get(user, 'userPrincipalName'),
    get(user, 'id'),
    get(user, 'ipAddress'),
    get(app, 'ipAddress'),
    ...elements.map((element) => get(element, 'displayName')),
  ];
  const common = readCommon(c, arrival, read);
  if (typeof common === 'string') return common;
  const actorUpn = text(get(user, 'userPrincipalName')).toLowerCase();
  const actorObjectId = objectIdOf(get(user, 'id'));
  if (actorUpn === '' && actorObjectId === '') return 'ignored';
  countFuture(common.time, arrival, facts);
  return {
    ...common,
    actorUpn,
    actorObjectId,
    actorIp: text(get(user, 'ipAddress')) !== '' ? text(get(user, 'ipAddress')) : text(get(app, 'ipAddress')),
    clientIp: clientIpOf(c.additionalDetails),
    operation: text(c.operationName),
    correlationId: text(c.correlationId),
    targets: elements.map((element) => text(get(element, 'displayName'))),
    targetNames: elements.map(targetNameOf).filter((name) => name !== ''),
  };
}

interface Common {
  tenantId: string;
  time: bigint;
  recordId: string;
  source: Source;
}

/** What both kinds share; the order in which the faults are asked decides only which reason a record of several has. */
function readCommon(c: Columns, arrival: Arrival, read: unknown[]): Common | DeadReason {
  if (!read.every(isScalar)) return 'not_scalar';
  if (text(c.time) === '') return 'no_time';
  const time = readTime(text(c.time));
  if (time === undefined) return 'bad_time';
  const tenantId = tenantOf(c);
  if (tenantId === '') return 'no_tenant';
  const seen = arrival.item.enqueuedAt ?? arrival.wallClock;
  if (seen !== undefined && time - ticksOfMs(seen) > DAY_TICKS) return 'beyond_future';
  return { tenantId, time, recordId: text(c.recordId), source: sourceOf(arrival) };
}

function countFuture(time: bigint, arrival: Arrival, facts: Facts): void {
  const seen = arrival.item.enqueuedAt ?? arrival.wallClock;
  if (seen !== undefined && time - ticksOfMs(seen) > FUTURE_TICKS) facts.futureTime++;
}

function sourceOf(arrival: Arrival): Source {
  const { item, recordIndex, slice } = arrival;
  return {
    hub: item.hub ?? '',
    partition: item.partition ?? '0',
    sequenceNumber: item.sequenceNumber ?? 0,
    recordIndex,
    enqueuedAt: item.enqueuedAt,
    sha256: sha256(slice),
  };
}

function tenantOf(c: Columns): string {
  const own = text(c.tenantId).toLowerCase();
  if (own !== '') return own;
  const m = /^\/tenants\/([^/]+)\/providers\//i.exec(text(c.resourceId));
  return (m?.[1] ?? '').toLowerCase();
}

function isOperation(name: string, extra: readonly string[]): boolean {
  return isStrictName(name) || isSpelledName(name) || isExtraName(name, extra);
}

// --- targets -------------------------------------------------------------------------------------------------------

/** `mv-expand`: what is no array and no object is one element, for null and missing the element null. */
function expand(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (isObject(value)) return Object.entries(value).map(([key, part]) => ({ [key]: part }));
  return [null];
}

/**
 * What a person would call a target: its name, else the role or application it was given, else its UPN, else its id.
 * Asked of each element of the expanded list, so that an object instead of an array is named by each of its properties.
 */
function targetNameOf(target: unknown): string {
  const own = [get(target, 'displayName'), namedIn(get(target, 'modifiedProperties'))];
  const rest = [get(target, 'userPrincipalName'), get(target, 'id')];
  return [...own, ...rest].map(text).find((name) => name !== '') ?? '';
}

const NAMING_PROPERTIES = ['Role.DisplayName', 'Application.DisplayName', 'ServicePrincipal.DisplayName'];

/** The first role or application (be it a service principal) that the changed properties name; values are JSON in a string. */
function namedIn(modifiedProperties: unknown): string {
  if (!Array.isArray(modifiedProperties)) return '';
  for (const property of modifiedProperties) {
    if (!NAMING_PROPERTIES.includes(text(get(property, 'displayName')))) continue;
    const name = text(unwrapped(get(property, 'newValue')));
    if (name !== '') return name;
  }
  return '';
}

function clientIpOf(details: unknown): string {
  if (!Array.isArray(details)) return '';
  const addresses = details.filter((detail) => get(detail, 'key') === 'ipaddr').map((d) => text(get(d, 'value')));
  return addresses.find((address) => address !== '') ?? '';
}

// --- near misses ---------------------------------------------------------------------------------------------------

/** Open in the text: what is "like". Here: the same letters and digits as a listed name, and equal to none. */
function isNearName(c: Columns, extra: readonly string[]): boolean {
  const name = text(c.operationName);
  if (!equalsAsciiCase(text(c.result), 'success') || isOperation(name, extra)) return false;
  return [...STRICT_NAMES, ...extra].some((listed) => letters(listed) === letters(name));
}

function noteNonInteractive(c: Columns, facts: Facts): void {
  if (!equalsAsciiCase(text(c.userType), 'Guest') || text(c.resultType) !== '0') return;
  const guest = text(c.upn).toLowerCase() || objectIdOf(c.userId);
  if (guest !== '' && tenantOf(c) !== '') facts.nonInteractiveGuests.add(JSON.stringify([tenantOf(c), guest]));
}

// --- JSON and text -------------------------------------------------------------------------------------------------

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function get(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function isScalar(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

/** `tostring` of a scalar; null, missing, and what is no scalar at all are empty. */
function text(value: unknown): string {
  return value === undefined || value === null || !isScalar(value) ? '' : String(value);
}

/** A value that may have come as a JSON string of itself; a string that is no JSON stays what it is. */
function unwrapped(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function objectIdOf(value: unknown): string {
  const id = text(value).toLowerCase();
  return id === ZERO_ID ? '' : id;
}

/** `=~`: ASCII letters alone lose their case. */
function equalsAsciiCase(a: string, b: string): boolean {
  return asciiLower(a) === asciiLower(b);
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
