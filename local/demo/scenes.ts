/** The scenes of the sample traffic: each guest who does something privileged, in a shape in which real logs tell it. */
import { AUDIT_HUB, SIGN_IN_HUB } from '../hubNames.ts';
import type { Sending } from './crowd.ts';
import {
  type AuditOptions,
  auditRecord,
  type DiagnosticRecord,
  namedTarget,
  roleTargets,
  signInRecord,
} from './records.ts';
import { externalUpn, guest, guestIp, idOf, member, type Person, strangeIp } from './world.ts';

/** What becomes of it: both the rule as written and we find it, the rule misses it, the rule alone accuses someone, or it is nothing. */
export type Outcome = 'found' | 'missed' | 'accused' | 'nothing';

export interface Scene {
  readonly outcome: Outcome;
  /** In the order in which they are sent. */
  readonly sendings: readonly Sending[];
}

const MINUTE_MS = 60_000;

/** How the two logs speak of a guest: what each calls the person, and whether they give the object id. */
export interface Naming {
  readonly signInUpn: string;
  readonly auditUpn: string;
  readonly signInId: string | null;
  readonly auditId: string | null;
}

/** As real logs do it: each log has its own name for a guest, and the object id is the same. */
export function usualNaming(person: Person): Naming {
  const { upn, objectId } = person;
  return { signInUpn: upn, auditUpn: externalUpn(person), signInId: objectId, auditId: objectId };
}

/** The one naming that the rule as written understands. */
export function sameNaming(person: Person): Naming {
  return { ...usualNaming(person), signInUpn: externalUpn(person) };
}

export interface Deed {
  readonly operation: string;
  readonly targets: readonly unknown[];
}

export const ROLE_GIVEN = 'Add member to role';
export const giveRole = (to: string, role: string): Deed => ({ operation: ROLE_GIVEN, targets: roleTargets(to, role) });
export const addSecret = (application: string): Deed => ({
  operation: 'Add service principal credentials',
  targets: namedTarget('ServicePrincipal', application),
});
export const addOwner = (application: string): Deed => ({
  operation: 'Add owner to service principal',
  targets: namedTarget('ServicePrincipal', application),
});
/** Entra's own spelling: a long dash, and a space at the end. */
export const changeSecrets = (application: string): Deed => ({
  operation: 'Update application – Certificates and secrets management ',
  targets: namedTarget('Application', application),
});
export const federate = (domain: string): Deed => ({
  operation: 'Set domain authentication',
  targets: namedTarget('Domain', domain),
});

/** Makes the two records of a guest: minutes are before now, of the sign-in and of each deed. */
export class Guest {
  readonly #person: Person;
  readonly #naming: Naming;
  readonly #now: number;
  readonly #n: number;

  constructor(person: Person, naming: Naming, now: number) {
    this.#person = person;
    this.#naming = naming;
    this.#now = now;
    this.#n = Number.parseInt(person.objectId.slice(0, 4), 16);
  }

  signIn(minutesAgo: number, more: { readonly resultType?: string; readonly resourceTenant?: string } = {}): Sending {
    const { signInUpn: upn, signInId: objectId } = this.#naming;
    const at = this.#now - minutesAgo * MINUTE_MS;
    const who = { person: this.#person, upn, objectId, userType: 'Guest' as const };
    return { hub: SIGN_IN_HUB, records: [signInRecord({ ...who, at, ip: guestIp(this.#n), ...more })] };
  }

  deed(minutesAgo: number, deed: Deed, more: Pick<AuditOptions, 'result'> = {}): DiagnosticRecord {
    const { auditUpn: upn, auditId: objectId } = this.#naming;
    const by = { upn, objectId, ip: strangeIp(this.#n) };
    return auditRecord({ at: this.#now - minutesAgo * MINUTE_MS, by, ...deed, ...more });
  }

  does(minutesAgo: number, deed: Deed, more: Pick<AuditOptions, 'result'> = {}): Sending {
    return { hub: AUDIT_HUB, records: [this.deed(minutesAgo, deed, more)] };
  }
}

/** All scenes, in the order in which they are played at a time. */
export function scenes(now: number): Scene[] {
  return [...plainScenes(now), ...missedScenes(now), ...accusedScenes(now), ...quietScenes(now), poisonScene(now)];
}

function plainScenes(now: number): Scene[] {
  const carl = guest('Carl', 'fabrikam.example');
  const dora = guest('Dora', 'supplier.example');
  const [asCarl, asDora] = [carl, dora].map((person) => new Guest(person, sameNaming(person), now)) as [Guest, Guest];
  return [
    { outcome: 'found', sendings: [asCarl.signIn(9), asCarl.does(4, giveRole('Bob Meyer', 'Helpdesk Administrator'))] },
    // The usual order of arrival: the audit log is quicker than the sign-in log.
    { outcome: 'found', sendings: [asDora.does(6, addSecret('Payroll Export')), asDora.signIn(3)] },
  ];
}

function missedScenes(now: number): Scene[] {
  const ann = guest('Ann', 'partner.example');
  const asAnn = new Guest(ann, usualNaming(ann), now);
  const erik = guest('Erik', 'agency.example');
  const asErik = new Guest(erik, { ...usualNaming(erik), signInId: null, auditId: null }, now);
  const fay = guest('Fay', 'auditor.example');
  const asFay = new Guest(fay, { ...usualNaming(fay), auditUpn: '' }, now);
  const gus = guest('Gus', 'fabrikam.example');
  const asGus = new Guest(gus, sameNaming(gus), now);
  const hana = guest('Hana', 'supplier.example');
  const asHana = new Guest(hana, sameNaming(hana), now);
  const dee = guest('Dee', 'outlook.example');
  const asDee = new Guest(
    dee,
    { ...usualNaming(dee), auditUpn: `live.com#${dee.upn}`, signInId: null, auditId: null },
    now,
  );
  return [
    { outcome: 'missed', sendings: [asAnn.signIn(8), asAnn.does(4, giveRole('Bob Meyer', 'Global Administrator'))] },
    { outcome: 'missed', sendings: [asErik.does(5, addOwner('Backup Robot')), asErik.signIn(2)] },
    { outcome: 'missed', sendings: [asFay.signIn(12), asFay.does(3, addSecret('Invoice Archive'))] },
    { outcome: 'missed', sendings: [asGus.signIn(7), asGus.does(5, changeSecrets('Customer Portal'))] },
    { outcome: 'missed', sendings: [asHana.signIn(6), asHana.does(2, { operation: ROLE_GIVEN, targets: [] })] },
    { outcome: 'missed', sendings: [asDee.signIn(11), asDee.does(9, federate('contoso.example'))] },
  ];
}

function accusedScenes(now: number): Scene[] {
  const maria = member('Maria Silva');
  const { upn, objectId } = maria;
  const asMaria = new Guest(maria, { signInUpn: upn, auditUpn: upn, signInId: objectId, auditId: objectId }, now);
  const lee = guest('Lee', 'agency.example');
  const asLee = new Guest(lee, { ...sameNaming(lee), auditId: idOf('the Lee who came later') }, now);
  const elsewhere = { resourceTenant: idOf('tenant partner.example') };
  return [
    // One of our own, whom a partner invited: that sign-in is in our log too.
    {
      outcome: 'accused',
      sendings: [asMaria.signIn(10, elsewhere), asMaria.does(4, giveRole('Bob Meyer', 'User Administrator'))],
    },
    { outcome: 'accused', sendings: [asLee.signIn(13), asLee.does(2, addSecret('Travel Booking'))] },
  ];
}

/** What looks like it and is not: it failed, nobody signed in, or no guest did it. */
function quietScenes(now: number): Scene[] {
  const kai = guest('Kai', 'partner.example');
  const asKai = new Guest(kai, usualNaming(kai), now);
  const mona = guest('Mona', 'agency.example');
  const asMona = new Guest(mona, usualNaming(mona), now);
  const bob = member('Bob Meyer');
  const byBob = { upn: bob.upn, objectId: bob.objectId, ip: '192.0.2.10' };
  const records = [
    auditRecord({ at: now - 3 * MINUTE_MS, by: byBob, ...giveRole('Ada Adler', 'Reports Reader') }),
    auditRecord({ at: now - 2 * MINUTE_MS, by: { app: 'Provisioning' }, ...giveRole('Ben Braun', 'Reports Reader') }),
  ];
  return [
    {
      outcome: 'nothing',
      sendings: [asKai.signIn(9), asKai.does(3, giveRole('Kai', 'Global Administrator'), { result: 'failure' })],
    },
    { outcome: 'nothing', sendings: [asMona.signIn(8, { resultType: '50126' }), asMona.does(2, addSecret('Wiki'))] },
    { outcome: 'nothing', sendings: [{ hub: AUDIT_HUB, records }] },
  ];
}

/** How many things in the poison scene cannot be read. */
export const POISON_COUNT = 2;

/** A guest's two deeds with a record between them whose time is none, and an event that is no JSON. */
function poisonScene(now: number): Scene {
  const ivan = guest('Ivan', 'supplier.example');
  const asIvan = new Guest(ivan, usualNaming(ivan), now);
  const broken = { ...asIvan.deed(4, addSecret('Broken Record')), time: 'yesterday' };
  const deeds = [asIvan.deed(5, addOwner('Build Server')), broken, asIvan.deed(3, addSecret('Build Server'))];
  return {
    outcome: 'missed',
    sendings: [
      asIvan.signIn(9),
      { hub: AUDIT_HUB, records: deeds },
      { hub: AUDIT_HUB, records: [], junk: '{"records": [{"time": "2026-' },
      asIvan.does(1, giveRole('Ivan', 'Application Administrator')),
    ],
  };
}
