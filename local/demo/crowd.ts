/** What a directory logs all day and nobody needs to look at: members signing in, other kinds of sign-in, changes that harm nobody. */
import { AUDIT_HUB, SIGN_IN_HUB } from '../hubNames.ts';
import { auditRecord, type DiagnosticRecord, namedTarget, signInRecord } from './records.ts';
import { guest, guestIp, member, officeIp, someCompany, someName } from './world.ts';

/** One event to be sent. */
export interface Sending {
  readonly hub: string;
  readonly records: readonly DiagnosticRecord[];
  /** What is sent in place of the records' envelope: bytes that nobody can read. */
  readonly junk?: string;
}

/** Entra's own events hold some hundreds of records. */
const RECORDS_PER_EVENT = 200;
const HOUR_MS = 3_600_000;
/** One in so many sign-ins is of another kind. */
const OTHERS_EVERY = 8;
const OTHER_CATEGORIES = ['NonInteractiveUserSignInLogs', 'ServicePrincipalSignInLogs', 'ManagedIdentitySignInLogs'];
const APPS = ['Office 365 Exchange Online', 'Microsoft Teams', 'SharePoint Online', 'Azure Portal', 'My Apps'];
const QUIET_CHANGES = ['Update user', 'Add member to group', 'Change user license', 'Update device', 'Reset password'];

/** So many sign-ins of the last hour with some audit records among them, in events as large as Entra's. */
export function crowd(signIns: number, now: number): Sending[] {
  const step = HOUR_MS / signIns;
  const records = Array.from({ length: signIns }, (_, n) => someSignIn(n, now - HOUR_MS + n * step));
  const changes = Array.from({ length: signIns / 40 }, (_, n) => someChange(n, now - HOUR_MS + n * 40 * step));
  return [...inEvents(SIGN_IN_HUB, records), ...inEvents(AUDIT_HUB, changes)];
}

/** The n-th sign-in: a member, mostly; now and then a failed one, one of another category, or a guest who does nothing else. */
export function someSignIn(n: number, at: number): DiagnosticRecord {
  const app = APPS[n % APPS.length]!;
  if (n % OTHERS_EVERY === 3) {
    const category = OTHER_CATEGORIES[n % OTHER_CATEGORIES.length]!;
    return signInRecord({ person: member(someName(n)), at, ip: officeIp(n), app, category });
  }
  if (n % 100 === 50) {
    const person = guest(someName(n), someCompany(n));
    return signInRecord({ person, at, ip: guestIp(n), app, userType: 'Guest' });
  }
  const resultType = n % 25 === 9 ? '50126' : '0';
  return signInRecord({ person: member(someName(n)), at, ip: officeIp(n), app, resultType });
}

function someChange(n: number, at: number): DiagnosticRecord {
  const { upn, objectId } = member(someName(n));
  const operation = QUIET_CHANGES[n % QUIET_CHANGES.length]!;
  const targets = namedTarget('User', someName(n + 7));
  return auditRecord({ at, operation, by: { upn, objectId, ip: officeIp(n) }, targets });
}

function inEvents(hub: string, records: readonly DiagnosticRecord[]): Sending[] {
  const sendings: Sending[] = [];
  for (let i = 0; i < records.length; i += RECORDS_PER_EVENT) {
    sendings.push({ hub, records: records.slice(i, i + RECORDS_PER_EVENT) });
  }
  return sendings;
}
