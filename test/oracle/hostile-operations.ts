// Hostile operations: names, actors and targets in every shape that the logs have, and some that they had better not.

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
  oneOf,
  type Played,
  recordIdOf,
  sharedDraft,
  spellId,
  spellUpn,
  tenantFields,
  timeOf,
  type UpnForm,
  weighted,
} from './hostile-world.ts';
import { TICKS_PER_MINUTE, TICKS_PER_SECOND } from './ticks.ts';

const LISTED = [
  'Add member to role',
  'Add member to role.',
  'Add service principal credentials',
  'Add service principal credentials.',
  'Update application - Certificates and secrets management',
  'Add owner to service principal',
  'Add owner to service principal.',
  'Set domain authentication',
  'Set domain authentication.',
  'Add policy.',
  'Delete policy.',
];

/** Equal in meaning to a listed name and not to the letter. */
const SPELLED = [
  'Update application – Certificates and secrets management ',
  ...['\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2015', '\u2212', '\ufe58', '\uff0d'].map(
    (dash) => `Update application ${dash} Certificates and secrets management`,
  ),
  'Update application - Certificates and secrets management.',
  'Add policy',
  'Delete policy',
  'delete policy ',
  ' Add member to role',
  'Add member to role. ',
  'Add\u00a0member to role',
  'Add  member\tto role',
  'Add member\u3000to\u2003role',
  'SET DOMAIN AUTHENTICATION ',
  // NFC makes a Kelvin sign a K and leaves a long s to the folding of case.
  'Add owner to \u017fervice principal',
];

/** Like a listed name and equal to none in either view. */
const NEAR = [
  'Addmember to role',
  'Add member to role..',
  'Add-member to role',
  'Add policy .',
  'Add member to role\u200b',
  'Update application Certificates and secrets management',
  'Add member to role (PIM)',
];

const EXTRA = [
  'Add app role assignment to service principal',
  'ADD APP ROLE ASSIGNMENT TO SERVICE PRINCIPAL.',
  'Ajouter un rôle protégé',
  'Ajouter un ro\u0302le prote\u0301ge\u0301',
];

const UNLISTED = ['Update user', 'Add user', 'Consent to application', '', 'Add member to group'];

const operationName = fc.oneof(
  {
    weight: 50,
    arbitrary: oneOf(LISTED),
  },
  {
    weight: 6,
    arbitrary: oneOf(LISTED).map((name) => name.toUpperCase()),
  },
  {
    weight: 4,
    arbitrary: oneOf(LISTED).map((name) => name.toLowerCase()),
  },
  {
    weight: 24,
    arbitrary: oneOf(SPELLED),
  },
  {
    weight: 4,
    arbitrary: oneOf(NEAR),
  },
  {
    weight: 6,
    arbitrary: oneOf(EXTRA),
  },
  {
    weight: 5,
    arbitrary: oneOf(UNLISTED),
  },
);

const roleProperty = (name: string, value: unknown) => ({ displayName: name, oldValue: null, newValue: value });

/** One element of a target list: what it is called stands in one place, in another, or in none. */
const target = weighted<unknown>(
  [4, { id: 'f0000001', displayName: 'Reporting app', type: 'Application', modifiedProperties: [] }],
  [3, { id: 'f0000002', displayName: 'reporting app', type: 'ServicePrincipal' }],
  [
    5,
    {
      id: 'f0000003',
      displayName: null,
      type: 'User',
      userPrincipalName: 'User1@contoso.onmicrosoft.com',
      modifiedProperties: [
        roleProperty('Role.ObjectID', '"f00"'),
        roleProperty('Role.DisplayName', '"Global Administrator"'),
      ],
    },
  ],
  [
    2,
    {
      id: 'f0000004',
      displayName: '',
      modifiedProperties: [roleProperty('Application.DisplayName', '"CloudForge \\"2\\""')],
    },
  ],
  [
    1,
    {
      id: 'f0000005',
      modifiedProperties: [
        roleProperty('Role.DisplayName', null),
        roleProperty('Role.DisplayName', 'User Administrator'),
      ],
    },
  ],
  [1, { displayName: null, modifiedProperties: [roleProperty('ServicePrincipal.DisplayName', '"Nightly job"')] }],
  [2, { id: 'F0000006', displayName: null, userPrincipalName: 'Target.User@contoso.onmicrosoft.com' }],
  [2, { id: 'f0000007', displayName: null, type: 'Role', modifiedProperties: [] }],
  [1, { type: 'Policy', modifiedProperties: null }],
  [1, { displayName: 'émigré', id: null }],
  [1, { displayName: 'e\u0301migre\u0301' }],
  [1, { displayName: 'ends in \\ and "}]' }],
  [1, { displayName: 'smile \u{1f600} and \uffff' }],
  [1, { displayName: 'nul \u0000 within' }],
  [1, { displayName: 42 }],
  [1, { displayName: true }],
  [1, {}],
  [1, null],
  [1, 'text'],
  [1, 7],
);

const targetList = fc.oneof(
  { weight: 12, arbitrary: fc.array(target, { minLength: 1, maxLength: 3 }) },
  { weight: 2, arbitrary: fc.constant<unknown>(null) },
  { weight: 2, arbitrary: fc.constant<unknown>(ABSENT) },
  { weight: 2, arbitrary: fc.constant<unknown>([]) },
  { weight: 2, arbitrary: fc.constant<unknown>({}) },
  { weight: 2, arbitrary: fc.constant<unknown>({ id: 'f0000008', displayName: 'Bag app', type: 'Application' }) },
  {
    weight: 1,
    arbitrary: fc.constant<unknown>({ id: null, modifiedProperties: [roleProperty('Role.DisplayName', '"Bag role"')] }),
  },
);

type ActorShape = 'user' | 'both' | 'appNull' | 'userNull' | 'app' | 'empty' | 'null' | 'absent';

export interface OperationDraft extends Draft {
  actor: ActorShape;
  upn: UpnForm;
  id: IdForm;
  ip: string | null | undefined;
  appIp: string | null | undefined;
  name: string;
  result: unknown;
  targets: unknown;
  wrapped: 'none' | 'initiatedBy' | 'targets' | 'both';
  clientIp: 'absent' | 'v4' | 'v6' | 'otherKey' | 'empty' | 'text';
  category: string;
}

export function operationDraft(days: number, withBad: boolean): fc.Arbitrary<OperationDraft> {
  const userIp = fc.oneof(
    { weight: 8, arbitrary: address },
    { weight: 1, arbitrary: fc.constant('<null>') },
    { weight: 1, arbitrary: fc.constant('') },
  );
  return fc.record({
    ...sharedDraft(days, withBad),
    actor: weighted<ActorShape>(
      [60, 'user'],
      [12, 'both'],
      [6, 'appNull'],
      [2, 'userNull'],
      [2, 'app'],
      [1, 'empty'],
      [1, 'null'],
      [1, 'absent'],
    ),
    upn: weighted<UpnForm>(
      [30, 'ext'],
      [26, 'home'],
      [5, 'extUpper'],
      [3, 'extMixed'],
      [5, 'homeUpper'],
      [3, 'homeNfd'],
      [3, 'live'],
      [3, 'liveExt'],
      [2, 'guestPrefix'],
      [2, 'bareExt'],
      [2, 'guid'],
      [1, 'nobody'],
      [1, 'blank'],
      [5, 'empty'],
      [3, 'null'],
      [3, 'absent'],
    ),
    id: idForm,
    ip: userIp,
    appIp: address,
    name: operationName,
    result: weighted<unknown>(
      [50, 'success'],
      [4, 'Success'],
      [2, 'SUCCESS'],
      [2, 'failure'],
      [1, 'timeout'],
      [1, 0],
      [1, 'succeſs'],
      [1, null],
    ),
    targets: targetList,
    wrapped: weighted<OperationDraft['wrapped']>([8, 'none'], [1, 'initiatedBy'], [1, 'targets'], [1, 'both']),
    clientIp: weighted<OperationDraft['clientIp']>(
      [8, 'absent'],
      [3, 'v4'],
      [1, 'v6'],
      [1, 'otherKey'],
      [1, 'empty'],
      [1, 'text'],
    ),
    category: weighted([20, 'AuditLogs'], [2, 'auditlogs'], [1, 'AUDITLOGS'], [1, 'Auditlogs']),
  });
}

/** The operation as its person would have it. */
export function asPersona(d: Played<OperationDraft>): Played<OperationDraft> {
  if (!keepsToPersona(d)) return d;
  // The first of the cast also acts in the midst of the crowded minute, where it matters which sign-ins were kept.
  if (d.person.number === 0 && d.turn % 4 === 1)
    return { ...d, after: CROWDED_AFTER + BigInt(d.turn % 60) * TICKS_PER_SECOND };
  switch (d.person.persona) {
    case 'free':
      return d;
    case 'member':
      return { ...d, upn: 'home' };
    case 'namesake':
      return { ...d, upn: 'home', id: 'own' };
    case 'withoutIds':
      return { ...d, id: (['own', 'own', 'absent', 'null', 'zero'] as const)[d.turn % 5]! };
    case 'onTheEdge':
      return { ...d, after: edgeOf(d.person).operation + BigInt((d.turn % 3) - 1) };
    case 'nameless':
      // At one moment and from one address, so that rows without UPN tie and their ids decide.
      return { ...d, upn: 'empty', id: 'own', after: d.turn % 2 === 0 ? d.after : 30n * 60n * TICKS_PER_MINUTE };
    case 'unseen':
      return { ...d, upn: 'ext' };
  }
}

export function operationRecord(d: Played<OperationDraft>, base: bigint, index: number): Json {
  const columns = operationColumns(d, base, index);
  return isFlatShape(d) ? flatRow(d, columns) : diagnosticRecord(d, columns);
}

type Columns = ReturnType<typeof operationColumns>;

function operationColumns(d: Played<OperationDraft>, base: bigint, index: number) {
  const wraps = (what: OperationDraft['wrapped']) => isFlatShape(d) || d.wrapped === what || d.wrapped === 'both';
  const asText = (value: unknown, when: boolean) => (when && value !== undefined ? JSON.stringify(value) : value);
  return {
    time: timeOf(d, base),
    tenant: tenantFields(d),
    recordId: recordIdOf(d, index),
    initiatedBy: asText(initiator(d), wraps('initiatedBy')),
    targets: asText(d.targets, wraps('targets')),
    details: DETAILS[d.clientIp],
  };
}

const DETAILS: Record<OperationDraft['clientIp'], unknown> = {
  absent: [],
  v4: [
    { key: 'User-Agent', value: 'x' },
    { key: 'ipaddr', value: '198.51.100.77' },
  ],
  v6: [{ key: 'ipaddr', value: '2001:db8::77' }],
  otherKey: [{ key: 'IpAddr', value: '198.51.100.78' }],
  empty: [null, { key: 'ipaddr', value: '' }],
  text: 'None',
};

function diagnosticRecord(d: OperationDraft, c: Columns): Json {
  const properties = {
    id: c.recordId,
    category: 'RoleManagement',
    result: d.result,
    activityDisplayName: d.name,
    initiatedBy: c.initiatedBy,
    targetResources: c.targets,
    additionalDetails: c.details,
  };
  return {
    time: c.time,
    resourceId: c.tenant.resource,
    operationName: d.name,
    operationVersion: '1.0',
    category: d.category,
    tenantId: c.tenant.id,
    correlationId: d.correlationId,
    Level: '4',
    properties: d.shape === 'propertiesText' ? JSON.stringify(properties) : properties,
  };
}

function flatRow(d: OperationDraft, c: Columns): Json {
  return {
    TenantId: ELSEWHERE,
    TimeGenerated: c.time,
    ResourceId: c.tenant.resource,
    AADTenantId: c.tenant.id,
    OperationName: d.name,
    Category: 'RoleManagement',
    CorrelationId: d.correlationId,
    Id: c.recordId,
    Result: d.result,
    // Without `Type` the table is known by these two columns, which must then stand.
    InitiatedBy: d.shape === 'flat' ? c.initiatedBy : (c.initiatedBy ?? null),
    TargetResources: d.shape === 'flat' ? c.targets : (c.targets ?? null),
    AdditionalDetails: JSON.stringify(c.details),
    Type: { flat: 'AuditLogs', flatOverwritten: 'ServicePrincipal' }[d.shape as string],
  };
}

function initiator(d: Played<OperationDraft>): unknown {
  const user = {
    id: spellId(d.id, d.person),
    displayName: null,
    userPrincipalName: d.fault === 'upnObject' ? { upn: 'x' } : spellUpn(d.upn, d.person, d.tenant),
    ipAddress: d.fault === 'ipArray' ? ['203.0.113.7'] : d.ip,
    roles: d.turn % 2 === 0 ? [] : '',
  };
  const app = { displayName: 'PIM', ipAddress: d.appIp };
  // A fault in the user must stand where the rule reads it.
  switch (d.fault === 'none' ? d.actor : 'user') {
    case 'user':
      return { user };
    case 'both':
      return { user, app };
    case 'appNull':
      return { user, app: null };
    case 'userNull':
      return { user: null, app };
    case 'app':
      return { app };
    case 'empty':
      return {};
    case 'null':
      return null;
    case 'absent':
      return ABSENT;
  }
}
