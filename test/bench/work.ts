/**
 * The work that is measured, made of nothing but numbers: sign-in events of 20 records of 3 KB, 2 in 100 by a guest, and audit
 * events of 10 records, 1 in 1,000 a privileged operation of a guest.
 */

export const SIGN_INS_PER_EVENT = 20;
export const AUDITS_PER_EVENT = 10;
const GUEST_EVERY = 50;
const PRIVILEGED_EVERY = 1_000;
/** Of five events one is of the audit log. */
const AUDIT_EVERY = 5;
/** On the average. */
export const RECORDS_PER_EVENT = (SIGN_INS_PER_EVENT * (AUDIT_EVERY - 1) + AUDITS_PER_EVENT) / AUDIT_EVERY;
const RECORD_BYTES = 3 * 1024;
/** What one policy adds to a record. */
const POLICY_BYTES = 240;
/** Guests take turns. */
const GUESTS = 20_000;

export const TENANT = '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11';

const digits = (n: number, width: number): string => String(n).padStart(width, '0');
const idOf = (kind: string, n: number): string => `${kind}000000-0000-4000-8000-${digits(n, 12)}`;

/** The n-th event of all. */
export function eventOf(n: number, at: number): { readonly body: Buffer; readonly records: number } {
  if (n % AUDIT_EVERY === AUDIT_EVERY - 1) return auditEvent(Math.floor(n / AUDIT_EVERY), at);
  const index = n - Math.floor(n / AUDIT_EVERY);
  const records = range(SIGN_INS_PER_EVENT, (i) => signInText(index * SIGN_INS_PER_EVENT + i, at));
  return { body: envelopeOf(records), records: SIGN_INS_PER_EVENT };
}

function auditEvent(index: number, at: number): { readonly body: Buffer; readonly records: number } {
  const records = range(AUDITS_PER_EVENT, (i) => {
    const n = index * AUDITS_PER_EVENT + i;
    return n % PRIVILEGED_EVERY === 0 ? privilegedText(n, n / PRIVILEGED_EVERY, at) : auditText(n, at);
  });
  return { body: envelopeOf(records), records: AUDITS_PER_EVENT };
}

const range = (count: number, make: (i: number) => string): string[] =>
  Array.from({ length: count }, (_, i) => make(i));
export const envelopeOf = (records: readonly string[]): Buffer => Buffer.from(`{"records":[${records.join(',')}]}`);

/** The n-th sign-in: of a member, or every fiftieth time of a guest. */
const signInText = (n: number, at: number): string =>
  n % GUEST_EVERY === 0 ? guestSignInText(n, (n / GUEST_EVERY) % GUESTS, at) : signInWith(memberFrame, n, n, at);

/** A guest's sign-in; `n` makes the record one of its own. */
export const guestSignInText = (n: number, guest: number, at: number): string => signInWith(guestFrame, n, guest, at);

const signInWith = (frame: Frame, n: number, who: number, at: number): string =>
  frame([
    new Date(at + (n % 60_000)).toISOString().replace('Z', '0000Z'),
    idOf('a1', n),
    digits(who, 9),
    idOf('b1', who),
  ]);

const auditText = (n: number, at: number): string =>
  auditFrame([
    new Date(at + (n % 60_000)).toISOString().replace('Z', '0000Z'),
    idOf('c1', n),
    digits(n, 9),
    idOf('b3', n),
  ]);

/** A guest adds somebody to a role; `n` makes the record one of its own. */
export const privilegedText = (n: number, guest: number, at: number): string =>
  privilegedFrame([
    new Date(at).toISOString().replace('Z', '0000Z'),
    idOf('c2', n),
    digits(guest, 9),
    idOf('b1', guest),
  ]);

/** A record's text with four places: time, id, number and object id of the person. */
type Frame = (values: readonly [string, string, string, string]) => string;

const ANYBODY = ['2026-11-23T04:00:00.0000000Z', idOf('a1', 1), digits(1, 9), idOf('b1', 1)] as const;
const PLACES = ['<<time>>', '<<id>>', '<<who>>', '<<object>>'];

function frameOf(record: object): Frame {
  const parts = JSON.stringify(record).split(/(<<\w+>>)/);
  const places = parts.map((part) => PLACES.indexOf(part));
  return (values) => parts.map((part, i) => (places[i]! < 0 ? part : values[places[i]!]!)).join('');
}

const common = (category: string, operationName: string) => ({
  time: '<<time>>',
  resourceId: `/tenants/${TENANT}/providers/Microsoft.aadiam`,
  operationName,
  operationVersion: '1.0',
  category,
  tenantId: TENANT,
  resultType: '0',
  resultSignature: 'None',
  durationMs: 0,
  callerIpAddress: '203.0.113.7',
  correlationId: '<<id>>',
  Level: 4,
});

/** What makes a real record large: policies that were looked at, one like another. */
function filled<R extends { readonly properties: Readonly<Record<string, unknown>> }>(record: R): R {
  const policies: object[] = [];
  const grown = () => ({ ...record, properties: { ...record.properties, appliedConditionalAccessPolicies: policies } });
  // Up to the size that is nearest.
  while (frameOf(grown())(ANYBODY).length < RECORD_BYTES - POLICY_BYTES / 2) {
    policies.push({
      id: idOf('d1', policies.length),
      displayName: `Require multifactor authentication for group ${policies.length}`,
      enforcedGrantControls: ['Mfa'],
      enforcedSessionControls: [],
      result: policies.length % 3 === 0 ? 'notApplied' : 'success',
      conditionsSatisfied: 3,
      conditionsNotSatisfied: 0,
    });
  }
  return grown();
}

function signInRecord(userType: 'Member' | 'Guest', upn: string) {
  return filled({
    ...common('SignInLogs', 'Sign-in activity'),
    identity: 'Person <<who>>',
    properties: {
      id: '<<id>>',
      createdDateTime: '<<time>>',
      userDisplayName: 'Person <<who>>',
      userPrincipalName: upn,
      userId: '<<object>>',
      userType,
      appDisplayName: 'Azure Portal',
      ipAddress: '203.0.113.7',
      status: { errorCode: 0 },
      clientAppUsed: 'Browser',
      deviceDetail: { deviceId: '', operatingSystem: 'Windows 10', browser: 'Edge 130.0.0' },
      location: { city: 'Example', countryOrRegion: 'NO', geoCoordinates: { latitude: 59.9, longitude: 10.7 } },
      isInteractive: true,
      homeTenantId: userType === 'Guest' ? idOf('e1', 1) : TENANT,
      resourceTenantId: TENANT,
      crossTenantAccessType: userType === 'Guest' ? 'b2bCollaboration' : 'none',
    },
  });
}

function auditRecord(operationName: string, upn: string) {
  return filled({
    ...common('AuditLogs', operationName),
    properties: {
      id: 'Directory_<<id>>',
      correlationId: '<<id>>',
      result: 'success',
      resultReason: '',
      activityDisplayName: operationName,
      activityDateTime: '<<time>>',
      loggedByService: 'Core Directory',
      initiatedBy: {
        user: { id: '<<object>>', displayName: null, userPrincipalName: upn, ipAddress: '198.51.100.4', roles: [] },
      },
      targetResources: [
        { id: '<<object>>', displayName: 'Person <<who>>', type: 'User', modifiedProperties: [] },
        { id: idOf('f1', 1), displayName: 'Global Administrator', type: 'Role', modifiedProperties: [] },
      ],
      additionalDetails: [],
    },
  });
}

const memberFrame = frameOf(signInRecord('Member', 'person<<who>>@contoso.example'));
const guestFrame = frameOf(signInRecord('Guest', 'guest<<who>>@partner.example'));
const auditFrame = frameOf(auditRecord('Update user', 'person<<who>>@contoso.example'));
const privilegedFrame = frameOf(
  auditRecord('Add member to role', 'guest<<who>>_partner.example#EXT#@contoso.onmicrosoft.com'),
);
