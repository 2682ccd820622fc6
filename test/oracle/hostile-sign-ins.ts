// Hostile guest sign-ins: every way in which a record of one may be written, or fail to be one.

import fc from 'fast-check';
import {
  ABSENT,
  address,
  CROWDED_AFTER,
  type Draft,
  ELSEWHERE,
  edgeOf,
  type IdForm,
  idForm,
  isFlatShape,
  type Json,
  keepsToPersona,
  type Played,
  recordIdOf,
  sharedDraft,
  spellId,
  spellUpn,
  TENANTS,
  tenantFields,
  timeOf,
  type UpnForm,
  weighted,
} from './hostile-world.ts';
import { spellTime } from './spelling.ts';
import { TICKS_PER_MINUTE, TICKS_PER_SECOND } from './ticks.ts';

export interface SignInDraft extends Draft {
  upn: UpnForm;
  id: IdForm;
  ip: string | null | undefined;
  userType: unknown;
  resultType: unknown;
  resource: 'absent' | 'same' | 'upper' | 'other' | 'null' | 'empty';
  home: boolean;
  created: 'before' | 'absent' | 'null' | 'odd';
  category: string;
}

export function signInDraft(days: number, withBad: boolean): fc.Arbitrary<SignInDraft> {
  return fc.record({
    ...sharedDraft(days, withBad),
    upn: weighted<UpnForm>(
      [40, 'home'],
      [20, 'ext'],
      [6, 'homeUpper'],
      [3, 'homeNfd'],
      [4, 'extUpper'],
      [3, 'extMixed'],
      [3, 'live'],
      [2, 'liveExt'],
      [2, 'guestPrefix'],
      [2, 'bareExt'],
      [3, 'guid'],
      [1, 'nobody'],
      [1, 'blank'],
      [4, 'empty'],
      [3, 'null'],
      [3, 'absent'],
    ),
    id: idForm,
    ip: address,
    userType: weighted<unknown>(
      [80, 'Guest'],
      [8, 'guest'],
      [5, 'GUEST'],
      [3, 'gUEst'],
      [2, 'Member'],
      [1, 'Gueſt'],
      [1, 'Guest '],
      [1, null],
      [1, ABSENT],
      [1, true],
    ),
    resultType: weighted<unknown>(
      [70, '0'],
      [14, 0],
      [1, '50126'],
      [1, 50126],
      [1, '00'],
      [1, ' 0'],
      [1, null],
      [1, ABSENT],
      [1, false],
    ),
    resource: weighted<SignInDraft['resource']>(
      [45, 'absent'],
      [20, 'same'],
      [8, 'upper'],
      [15, 'other'],
      [4, 'null'],
      [4, 'empty'],
    ),
    home: fc.boolean(),
    created: weighted<SignInDraft['created']>([6, 'before'], [1, 'absent'], [1, 'null'], [1, 'odd']),
    category: weighted([20, 'SignInLogs'], [2, 'signinlogs'], [1, 'SIGNINLOGS'], [2, 'SigninLogs']),
  });
}

/** The sign-in as its person would have it. */
export function asPersona(d: Played<SignInDraft>): Played<SignInDraft> {
  if (!keepsToPersona(d)) return d;
  switch (d.person.persona) {
    case 'free':
      return d;
    case 'member':
      return { ...d, upn: 'home', resource: 'other' };
    case 'namesake':
      return { ...d, upn: 'home', id: 'second', resource: 'same' };
    case 'withoutIds':
      return { ...d, id: (['absent', 'null', 'zero', 'own'] as const)[d.turn % 4]! };
    case 'onTheEdge':
      return { ...d, after: edgeOf(d.person).signIn };
    case 'nameless':
      return { ...d, upn: 'empty', id: 'own' };
    case 'unseen':
      return { ...d, shape: 'record', fault: 'none', category: 'NonInteractiveUserSignInLogs' };
  }
}

export function signInRecord(d: Played<SignInDraft>, base: bigint, index: number): Json {
  const columns = signInColumns(d, base, index);
  return isFlatShape(d) ? flatRow(d, columns) : diagnosticRecord(d, columns);
}

type Columns = ReturnType<typeof signInColumns>;

function signInColumns(d: Played<SignInDraft>, base: bigint, index: number) {
  const { id: ownTenant } = TENANTS[d.tenant]!;
  const created = base + d.after - BigInt(d.turn % 12) * TICKS_PER_MINUTE;
  const { absent, same, upper, other, empty } = {
    absent: ABSENT,
    same: ownTenant,
    upper: ownTenant.toUpperCase(),
    other: ELSEWHERE,
    empty: '',
  };
  return {
    time: timeOf(d, base),
    tenant: tenantFields(d),
    recordId: recordIdOf(d, index),
    upn: d.fault === 'upnObject' ? { upn: 'ann' } : spellUpn(d.upn, d.person, d.tenant),
    userId: spellId(d.id, d.person),
    ip: d.fault === 'ipArray' ? ['203.0.113.7'] : d.ip,
    created: { before: spellTime(created, d.timeForm, d.turn), absent, null: null, odd: 'soon' }[d.created],
    homeTenant: d.home ? ELSEWHERE.toUpperCase() : ABSENT,
    resourceTenant: { absent, same, upper, other, null: null, empty }[d.resource],
  };
}

function diagnosticRecord(d: SignInDraft, c: Columns): Json {
  const properties = {
    id: c.recordId,
    createdDateTime: c.created,
    userPrincipalName: c.upn,
    userId: c.userId,
    userType: d.userType,
    ipAddress: c.ip,
    homeTenantId: c.homeTenant,
    resourceTenantId: c.resourceTenant,
    crossTenantAccessType: d.turn % 2 === 0 ? 'b2bCollaboration' : ABSENT,
    // What looks like structure, and half a character: nobody reads them, and nobody may stumble over them.
    status: { errorCode: 0, additionalDetails: '"}],[{\\', failureReason: d.turn % 5 === 0 ? '\ud83d' : '' },
  };
  return {
    time: c.time,
    resourceId: c.tenant.resource,
    operationName: 'Sign-in activity',
    category: d.category,
    tenantId: c.tenant.id,
    resultType: d.resultType,
    resultSignature: 'None',
    durationMs: d.turn % 2 === 0 ? 0 : '0',
    correlationId: d.correlationId,
    Level: 4,
    properties: d.shape === 'propertiesText' ? JSON.stringify(properties) : properties,
  };
}

function flatRow(d: SignInDraft, c: Columns): Json {
  return {
    TenantId: ELSEWHERE,
    TimeGenerated: c.time,
    ResourceId: c.tenant.resource,
    AADTenantId: c.tenant.id,
    OperationName: 'Sign-in activity',
    Category: 'SignInLogs',
    // Without `Type` the table is known by two columns that must then stand, be they null.
    ResultType: d.shape === 'flat' ? d.resultType : (d.resultType ?? null),
    UserType: d.shape === 'flat' ? d.userType : (d.userType ?? null),
    CorrelationId: d.correlationId,
    CreatedDateTime: c.created,
    Id: c.recordId,
    UserPrincipalName: c.upn,
    UserId: c.userId,
    IPAddress: c.ip,
    HomeTenantId: c.homeTenant,
    ResourceTenantId: c.resourceTenant,
    Type: { flat: d.turn % 2 === 0 ? 'SigninLogs' : 'SignInLogs', flatOverwritten: 'User' }[d.shape as string],
  };
}

/** The plainest sign-in there is. */
export const CALM: SignInDraft = {
  away: 0,
  tenantForm: 'plain',
  who: 0,
  after: 0n,
  timeForm: 'seven',
  turn: 0,
  shape: 'record',
  recordId: 'own',
  correlationId: ABSENT,
  fault: 'none',
  upn: 'home',
  id: 'own',
  ip: '203.0.113.7',
  userType: 'Guest',
  resultType: '0',
  resource: 'absent',
  home: false,
  created: 'before',
  category: 'SignInLogs',
};

/** One guest in one minute, the address and the second alone free: two per second share a tick. */
export function crowded(d: SignInDraft, second: number): SignInDraft {
  const after = CROWDED_AFTER + BigInt(second) * TICKS_PER_SECOND;
  // Outbound sign-ins are thinned apart from the others.
  const resource = d.resource === 'other' ? 'other' : 'absent';
  return {
    ...CALM,
    after,
    resource,
    ip: d.ip,
    turn: d.turn,
    recordId: d.recordId,
    shape: d.shape,
    timeForm: d.timeForm,
  };
}
