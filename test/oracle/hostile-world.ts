// The small world in which hostile records play: tenants, people, moments, and what both kinds of record draw alike.

import fc from 'fast-check';
import { spellTime, TIME_FORMS, type TimeForm } from './spelling.ts';
import { TICKS_PER_MINUTE, TICKS_PER_SECOND, WINDOW_TICKS } from './ticks.ts';

/** Crosses the end of a February, where dates read wrongly show. */
export const DEFAULT_BASE = Date.UTC(2026, 1, 26, 21, 30);

/** Names that a wider rule could add; one is written with an accent that has two spellings. */
export const EXTRA_OPERATIONS = ['Add app role assignment to service principal', 'Ajouter un rôle protégé'];

export const TENANTS = [
  { id: '7a1b0c2d-0000-4000-8000-00000000000a', domain: 'contoso.onmicrosoft.com' },
  { id: '7a1b0c2d-0000-4000-8000-00000000000b', domain: 'fabrikam.onmicrosoft.com' },
  { id: 'c0ffee00-0000-4000-8000-00000000000c', domain: 'adatum.onmicrosoft.com' },
];

export const ELSEWHERE = 'dddddddd-0000-4000-8000-00000000000d';
const ZERO_ID = '00000000-0000-0000-0000-000000000000';

/** What is peculiar about a person, kept to in most of the person's records. */
export type Persona = 'free' | 'member' | 'namesake' | 'withoutIds' | 'onTheEdge' | 'nameless' | 'unseen';

export interface Person {
  persona: Persona;
  /** The UPN at home; a member's own is the tenant's. */
  home: (tenantDomain: string) => string;
  /** The same in every tenant, so that a join across tenants would find something. */
  id: string;
  /** Another object's id, of one who was given the UPN before or after. */
  second: string;
  number: number;
}

const HOMES = ['ann@partner.example', 'bob_lee@supplier.example', 'cho@mail.example', 'dóra@partner.example'];

export function personOf(persona: Persona, number: number): Person {
  const digits = number.toString(16).padStart(4, '0');
  const [local, domain] = HOMES[number % HOMES.length]!.split('@');
  return {
    persona,
    home: (tenantDomain) => (persona === 'member' ? `admin${number}@${tenantDomain}` : `${local}${number}@${domain}`),
    id: `a000${digits}-00aa-4000-8000-00000000abcd`,
    second: `b000${digits}-00aa-4000-8000-00000000abcd`,
    number,
  };
}

// --- choosing ----------------------------------------------------------------------------------------------------------

/** One of some values by weight; shrinks towards the first. */
export function weighted<T>(...choices: [weight: number, value: T][]): fc.Arbitrary<T> {
  const bag = choices.flatMap(([weight, value]) => Array.from({ length: weight }, () => value));
  return upTo(bag.length - 1).map((i) => bag[i]!);
}

/** Any number from 0 to `max`, none more often than another. */
export function upTo(max: number): fc.Arbitrary<number> {
  return fc.noBias(fc.nat({ max }));
}

/** One of a list, each as often. */
export function oneOf<T>(values: readonly T[]): fc.Arbitrary<T> {
  return upTo(values.length - 1).map((i) => values[i]!);
}

export const turn = upTo(1_000_000);

/** Stands for a key that is left out. */
export const ABSENT = undefined;

export type UpnForm =
  | 'home'
  | 'ext'
  | 'extUpper'
  | 'extMixed'
  | 'homeUpper'
  | 'homeNfd'
  | 'live'
  | 'liveExt'
  | 'guestPrefix'
  | 'bareExt'
  | 'guid'
  | 'nobody'
  | 'blank'
  | 'empty'
  | 'null'
  | 'absent';

export function spellUpn(form: UpnForm, person: Person, tenant: number): string | null | undefined {
  const { domain } = TENANTS[tenant]!;
  const home = person.home(domain);
  const ext = `${home.replace('@', '_')}#EXT#@${domain}`;
  switch (form) {
    case 'home':
      return home;
    case 'ext':
      return ext;
    case 'extUpper':
      return ext.toUpperCase();
    case 'extMixed':
      return ext.replace('#EXT#', '#eXt#');
    case 'homeUpper':
      return home.toUpperCase();
    case 'homeNfd':
      return home.normalize('NFD');
    case 'live':
      return `live.com#${home}`;
    case 'liveExt':
      return `Live.com#${ext}`;
    case 'guestPrefix':
      return `GUEST#${home}`;
    case 'bareExt':
      return `#EXT#@${domain}`;
    case 'guid':
      return `e${person.id.slice(1)}`;
    case 'nobody':
      return `no.at.sign.${person.number}`;
    case 'blank':
      return ' ';
    case 'empty':
      return '';
    case 'null':
      return null;
    case 'absent':
      return ABSENT;
  }
}

export type IdForm = 'own' | 'upper' | 'second' | 'null' | 'absent' | 'empty' | 'zero';

export function spellId(form: IdForm, person: Person): string | null | undefined {
  const { id, second } = person;
  switch (form) {
    case 'own':
      return id;
    case 'upper':
      return id.toUpperCase();
    case 'second':
      return second;
    case 'null':
      return null;
    case 'absent':
      return ABSENT;
    case 'empty':
      return '';
    case 'zero':
      return ZERO_ID;
  }
}

export const idForm = weighted<IdForm>(
  [60, 'own'],
  [8, 'upper'],
  [8, 'second'],
  [7, 'null'],
  [8, 'absent'],
  [4, 'empty'],
  [5, 'zero'],
);

/** As texts they sort otherwise than as numbers. */
export const address = weighted<string | null | undefined>(
  [14, '203.0.113.7'],
  [3, '203.0.113.70'],
  [2, '198.51.100.4'],
  [2, '192.0.2.9'],
  [1, '192.0.2.10'],
  [1, '2001:db8::7'],
  [1, '2001:DB8::7'],
  [1, ''],
  [1, null],
  [1, ABSENT],
);

const correlation = weighted<string | null | undefined>(
  [5, '5e000001-0000-4000-8000-000000000001'],
  [4, '5e000002-0000-4000-8000-000000000002'],
  [3, '5e000003-0000-4000-8000-000000000003'],
  [1, '5E000003-0000-4000-8000-000000000003'],
  [2, ''],
  [2, ZERO_ID],
  [1, null],
  [1, ABSENT],
);

// --- when --------------------------------------------------------------------------------------------------------------

/** A moment of the scenario in ticks after its base: edges to the tick first, then minutes, then anything. */
function moment(days: number): fc.Arbitrary<bigint> {
  const span = BigInt(days) * WINDOW_TICKS;
  const hour = 60n * TICKS_PER_MINUTE;
  const anchors = [0n, 2n * hour, 20n * hour, 24n * hour, 26n * hour, 44n * hour, 48n * hour, 50n * hour, 68n * hour];
  const near = [0n, 0n, 0n, 1n, -1n, 2n, TICKS_PER_SECOND, TICKS_PER_MINUTE - 1n, TICKS_PER_MINUTE];
  const anchored = fc.tuple(upTo(anchors.length - 1), upTo(near.length - 1)).map(([a, n]) => anchors[a]! + near[n]!);
  const minute = upTo(days * 24 * 60).map((m) => BigInt(m) * TICKS_PER_MINUTE);
  const any = fc.noBias(fc.bigInt({ min: 0n, max: span }));
  return fc
    .oneof({ weight: 5, arbitrary: anchored }, { weight: 3, arbitrary: minute }, { weight: 2, arbitrary: any })
    .map((ticks) => (ticks < 0n ? 0n : ticks > span ? span : ticks));
}

const timeForm = weighted<TimeForm>(
  [6, 'seven'],
  ...TIME_FORMS.filter((form) => form !== 'seven').map((form): [number, TimeForm] => [1, form]),
);

// --- what both kinds share ---------------------------------------------------------------------------------------------

type Fault =
  | 'none'
  | 'noTime'
  | 'nullTime'
  | 'badTime'
  | 'timeObject'
  | 'noTenant'
  | 'upnObject'
  | 'ipArray'
  | 'farFuture';

const BAD_TIMES: unknown[] = [
  'yesterday',
  '2026-02-30T10:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-03-01T25:00:00Z',
  12345,
  true,
];

export interface Draft {
  /** How many tenants away from the person's own. */
  away: number;
  tenantForm: 'plain' | 'upper' | 'resource' | 'resourceEmpty';
  /** The person's place in the cast. */
  who: number;
  after: bigint;
  timeForm: TimeForm;
  turn: number;
  shape: 'record' | 'propertiesText' | 'flat' | 'flatOverwritten' | 'flatNoType';
  recordId: 'own' | 'shared' | 'empty' | 'absent' | 'null';
  correlationId: string | null | undefined;
  fault: Fault;
}

/** A draft whose person and tenant are known. */
export type Played<D extends Draft> = D & { person: Person; tenant: number };

export function played<D extends Draft>(d: D, cast: readonly Person[], tenants: number): Played<D> {
  const person = cast[d.who % cast.length]!;
  return { ...d, person, tenant: (person.number + d.away) % tenants };
}

/** Now and then everyone does what anyone might. */
export function keepsToPersona(d: Draft): boolean {
  return d.turn % 6 !== 0;
}

/** The minute that one guest's sign-ins crowd. */
export const CROWDED_AFTER = 20n * 60n * TICKS_PER_MINUTE;

/** Where the one on the edge signs in: a day before or after it some operation fits into two days. */
export function edgeOf(person: Person): { signIn: bigint; operation: bigint } {
  const hour = 60n * TICKS_PER_MINUTE;
  return person.number % 2 === 0
    ? { signIn: 23n * hour, operation: 47n * hour }
    : { signIn: 25n * hour, operation: hour };
}

export function sharedDraft(days: number, withBad: boolean) {
  return {
    away: weighted([8, 0], [1, 1], [1, 2]),
    tenantForm: weighted<Draft['tenantForm']>([7, 'plain'], [1, 'upper'], [1, 'resource'], [1, 'resourceEmpty']),
    who: turn,
    after: moment(days),
    timeForm,
    turn,
    shape: weighted<Draft['shape']>(
      [14, 'record'],
      [2, 'propertiesText'],
      [2, 'flat'],
      [1, 'flatOverwritten'],
      [1, 'flatNoType'],
    ),
    recordId: weighted<Draft['recordId']>([15, 'own'], [3, 'shared'], [1, 'empty'], [1, 'absent'], [1, 'null']),
    correlationId: correlation,
    fault: withBad
      ? weighted<Fault>(
          [92, 'none'],
          [1, 'noTime'],
          [1, 'nullTime'],
          [1, 'badTime'],
          [1, 'timeObject'],
          [1, 'noTenant'],
          [1, 'upnObject'],
          [1, 'ipArray'],
          [1, 'farFuture'],
        )
      : fc.constant<Fault>('none'),
  };
}

export type Json = Record<string, unknown>;

export function timeOf(d: Draft, base: bigint): unknown {
  switch (d.fault) {
    case 'noTime':
      return ABSENT;
    case 'nullTime':
      return d.turn % 2 === 0 ? null : '';
    case 'badTime':
      return BAD_TIMES[d.turn % BAD_TIMES.length];
    case 'timeObject':
      return { at: spellTime(base + d.after, 'seven', 0) };
    case 'farFuture':
      return spellTime(base + d.after + 60n * WINDOW_TICKS, d.timeForm, d.turn);
    default:
      return spellTime(base + d.after, d.timeForm, d.turn);
  }
}

export function readableTime(d: Draft, base: bigint): bigint | undefined {
  return ['noTime', 'nullTime', 'badTime', 'timeObject', 'farFuture'].includes(d.fault) ? undefined : base + d.after;
}

/** The tenant in its own field, or in the resource's path alone, or nowhere. */
export function tenantFields(d: Played<Draft>): { id: string | null | undefined; resource: string | undefined } {
  const { id } = TENANTS[d.tenant]!;
  if (d.fault === 'noTenant')
    return { id: d.turn % 2 === 0 ? ABSENT : '', resource: d.turn % 3 === 0 ? '/subscriptions/x' : ABSENT };
  const path = `/tenants/${id}/providers/Microsoft.aadiam`;
  switch (d.tenantForm) {
    case 'plain':
      return { id, resource: path };
    case 'upper':
      return { id: id.toUpperCase(), resource: `/tenants/${ELSEWHERE}/providers/Microsoft.aadiam` };
    case 'resource':
      return { id: ABSENT, resource: d.turn % 2 === 0 ? path : path.toUpperCase() };
    case 'resourceEmpty':
      return { id: d.turn % 2 === 0 ? '' : null, resource: path };
  }
}

export function recordIdOf(d: Played<Draft>, index: number): string | null | undefined {
  switch (d.recordId) {
    case 'own':
      return `Directory_${d.turn}_${index}`;
    case 'shared':
      return `Directory_shared_${d.person.number % 4}`;
    case 'empty':
      return '';
    case 'null':
      return null;
    case 'absent':
      return ABSENT;
  }
}

/** The rows of the Log Analytics export, known by `Type`, or by the columns that stand in them. */
export function isFlatShape(d: Draft): boolean {
  return d.shape === 'flat' || d.shape === 'flatOverwritten' || d.shape === 'flatNoType';
}
