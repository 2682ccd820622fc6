/** Judges one parsed record: a fact, nothing that matters, or a dead letter that says why. */
import type { Fact, Operation, SignIn, Source } from './fact.ts';
import { asciiLower, isOutbound, lowerOrNull, objectIdOf } from './identity.ts';
import { type Column, type RecordView, viewOf } from './record.ts';
import type { NameTable } from './rule.ts';
import { type JsonObject, member, scalarText, unwrapped } from './scalar.ts';
import { clientIpOf, displayNames, expandTargets, spokenNames } from './targets.ts';
import { TICKS_PER_DAY, TICKS_PER_MINUTE, type Ticks, ticksOfMs } from './time.ts';
import { parseTime } from './timeText.ts';

/** Why a record that nothing excludes cannot be read, in the order in which the reasons are looked for. */
export const RECORD_REASONS = ['not_scalar', 'no_time', 'bad_time', 'future_time', 'no_tenant'] as const;
export type RecordReason = (typeof RECORD_REASONS)[number];

/** A guest's successful sign-in without the guest's doing, which the rule does not count. */
export interface NonInteractiveSignIn {
  readonly kind: 'nonInteractive';
  /** Lower case. */
  readonly tenantId: string;
  /** Lower case; empty where only the object id is known. */
  readonly upn: string;
  readonly objectId: string | null;
  readonly time: Ticks;
}

export type Outcome =
  /** `future`: more than 5 minutes after the reference, and accepted. */
  | { readonly kind: 'fact'; readonly fact: Fact; readonly future: boolean }
  /** `nameNearMiss`: an audit record that succeeded and whose operation is named almost like a listed one. */
  | { readonly kind: 'irrelevant'; readonly nameNearMiss: boolean }
  | { readonly kind: 'deadLetter'; readonly reason: RecordReason }
  | NonInteractiveSignIn;

/** What a record is judged by, beside itself. */
export interface Judging {
  readonly table: NameTable;
  /** Milliseconds since the Unix epoch after which a time lies in the future: when the event was enqueued, or a file first opened. */
  readonly referenceMs: number;
  readonly receivedAt: number | null;
  /** Whether non-interactive sign-ins of guests are told apart from what is irrelevant. */
  readonly nonInteractive: boolean;
  /** Asked for once, and only for a fact: it costs a hash. */
  readonly source: () => Source;
}

const FUTURE_ACCEPTED_MAX = TICKS_PER_DAY;
const FUTURE_UNCOUNTED_MAX = 5n * TICKS_PER_MINUTE;

const IRRELEVANT: Outcome = { kind: 'irrelevant', nameNearMiss: false };
const NEAR_MISS: Outcome = { kind: 'irrelevant', nameNearMiss: true };
const DEAD = Object.fromEntries(RECORD_REASONS.map((reason) => [reason, { kind: 'deadLetter', reason }])) as {
  readonly [reason in RecordReason]: Outcome;
};

/** Judges a record. Pure but for asking for the source; never throws, whatever the object holds. */
export function classify(record: JsonObject, judging: Judging): Outcome {
  const view = viewOf(record);
  switch (view.table) {
    case 'signIn':
      return classifySignIn(view, judging);
    case 'operation':
      return classifyOperation(view, judging);
    case 'nonInteractive':
      return judging.nonInteractive ? classifyNonInteractive(view, judging) : IRRELEVANT;
    case 'other':
      return IRRELEVANT;
  }
}

/** An object or array in place of a deciding scalar excludes nothing: it is a dead letter unless another field excludes the record. */
const excludes = (text: string | undefined, holds: (text: string) => boolean): boolean =>
  text !== undefined && !holds(text);

const isGuest = (text: string): boolean => asciiLower(text) === 'guest';
const isZero = (text: string): boolean => text === '0';
const isSuccess = (text: string): boolean => asciiLower(text) === 'success';

const excludedSignIn = (view: RecordView): boolean =>
  excludes(view.text('userType'), isGuest) || excludes(view.text('resultType'), isZero);

const SIGN_IN_TEXTS = [
  'time',
  'userType',
  'resultType',
  'userPrincipalName',
  'userId',
  'ipAddress',
  'recordId',
  'homeTenantId',
  'resourceTenantId',
] as const satisfies readonly Column[];

function classifySignIn(view: RecordView, judging: Judging): Outcome {
  if (excludedSignIn(view)) return IRRELEVANT;
  const texts = textsOf(view, SIGN_IN_TEXTS);
  if (texts === undefined) return DEAD.not_scalar;
  const place = locate(view, texts.time, judging);
  if (typeof place === 'string') return DEAD[place];
  const upn = texts.userPrincipalName.toLowerCase();
  const objectId = objectIdOf(texts.userId);
  if (upn === '' && objectId === null) return IRRELEVANT;
  const fact: SignIn = {
    kind: 'signIn',
    tenantId: place.tenantId,
    time: place.time,
    recordId: texts.recordId,
    source: judging.source(),
    receivedAt: judging.receivedAt,
    upn,
    objectId,
    createdDateTime: parseTime(view.text('createdDateTime') ?? '') ?? null,
    ip: texts.ipAddress,
    homeTenantId: lowerOrNull(texts.homeTenantId),
    resourceTenantId: lowerOrNull(texts.resourceTenantId),
  };
  return { kind: 'fact', fact, future: place.future };
}

/** This table is not the rule's, so what cannot be read is no dead letter; one of our own abroad is no guest. */
function classifyNonInteractive(view: RecordView, judging: Judging): Outcome {
  if (excludedSignIn(view)) return IRRELEVANT;
  const texts = textsOf(view, SIGN_IN_TEXTS);
  const place = texts === undefined ? 'not_scalar' : locate(view, texts.time, judging);
  if (texts === undefined || typeof place === 'string') return IRRELEVANT;
  const upn = texts.userPrincipalName.toLowerCase();
  const objectId = objectIdOf(texts.userId);
  const abroad = isOutbound({ tenantId: place.tenantId, resourceTenantId: lowerOrNull(texts.resourceTenantId) });
  if (abroad || (upn === '' && objectId === null)) return IRRELEVANT;
  return { kind: 'nonInteractive', tenantId: place.tenantId, upn, objectId, time: place.time };
}

const OPERATION_TEXTS = [
  'time',
  'operationName',
  'result',
  'recordId',
  'correlationId',
] as const satisfies readonly Column[];

function classifyOperation(view: RecordView, judging: Judging): Outcome {
  const name = view.text('operationName');
  const result = view.text('result');
  if (excludes(result, isSuccess)) return IRRELEVANT;
  const nameMatch = name === undefined ? 'none' : judging.table.match(name);
  if (name !== undefined && nameMatch === 'none') {
    return result !== undefined && judging.table.nearMiss(name) ? NEAR_MISS : IRRELEVANT;
  }
  const texts = textsOf(view, OPERATION_TEXTS);
  const actor = actorOf(view.value('initiatedBy'));
  const expanded = expandTargets(view.value('targetResources'));
  const targets = displayNames(expanded);
  if (texts === undefined || nameMatch === 'none' || actor === undefined || targets === undefined) {
    return DEAD.not_scalar;
  }
  const place = locate(view, texts.time, judging);
  if (typeof place === 'string') return DEAD[place];
  if (actor.actorUpn === '' && actor.actorObjectId === null) return IRRELEVANT;
  const fact: Operation = {
    kind: 'operation',
    tenantId: place.tenantId,
    time: place.time,
    recordId: texts.recordId,
    source: judging.source(),
    receivedAt: judging.receivedAt,
    ...actor,
    clientIp: clientIpOf(view.value('additionalDetails')),
    operation: texts.operationName,
    nameMatch,
    correlationId: texts.correlationId,
    targets,
    targetNames: spokenNames(expanded),
  };
  return { kind: 'fact', fact, future: place.future };
}

/** The actor's part of an operation; undefined where an object or array stands for a scalar that is read. */
function actorOf(initiatedBy: unknown): Pick<Operation, 'actorUpn' | 'actorObjectId' | 'actorIp'> | undefined {
  const initiator = unwrapped(initiatedBy);
  const user = member(initiator, 'user');
  const upn = scalarText(member(user, 'userPrincipalName'));
  const id = scalarText(member(user, 'id'));
  const userIp = scalarText(member(user, 'ipAddress'));
  const actorIp = userIp === '' ? scalarText(member(member(initiator, 'app'), 'ipAddress')) : userIp;
  if (upn === undefined || id === undefined || actorIp === undefined) return undefined;
  return { actorUpn: upn.toLowerCase(), actorObjectId: objectIdOf(id), actorIp };
}

interface Place {
  readonly tenantId: string;
  readonly time: Ticks;
  readonly future: boolean;
}

/** When and where a record belongs, or why that cannot be said. */
function locate(view: RecordView, timeText: string, { referenceMs }: Judging): Place | RecordReason {
  if (timeText === '') return 'no_time';
  const time = parseTime(timeText);
  if (time === undefined) return 'bad_time';
  const ahead = time - ticksOfMs(referenceMs);
  if (ahead > FUTURE_ACCEPTED_MAX) return 'future_time';
  const tenantId = view.tenantId();
  if (tenantId === undefined) return 'not_scalar';
  if (tenantId === '') return 'no_tenant';
  return { tenantId: tenantId.toLowerCase(), time, future: ahead > FUTURE_UNCOUNTED_MAX };
}

/** The texts of some columns; undefined where one of them holds an object or an array. */
function textsOf<C extends Column>(
  view: RecordView,
  columns: readonly C[],
): { readonly [column in C]: string } | undefined {
  const texts: Partial<Record<C, string>> = {};
  for (const column of columns) {
    const text = view.text(column);
    if (text === undefined) return undefined;
    texts[column] = text;
  }
  return texts as Record<C, string>;
}
