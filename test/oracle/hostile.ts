// Makes scenarios of hostile records: few people, few tenants, few moments, so that everything collides all the time.

import fc from 'fast-check';
import { diceOf } from './dice.ts';
import {
  type OperationDraft,
  asPersona as operationAsPersona,
  operationDraft,
  operationRecord,
} from './hostile-operations.ts';
import {
  crowded,
  type SignInDraft,
  asPersona as signInAsPersona,
  signInDraft,
  signInRecord,
} from './hostile-sign-ins.ts';
import {
  DEFAULT_BASE,
  type Person,
  type Persona,
  personOf,
  played,
  readableTime,
  turn,
  upTo,
  weighted,
} from './hostile-world.ts';
import { type JsonStyle, PLAIN, spellJson } from './spelling.ts';
import { TICKS_PER_MINUTE, ticksOfMs } from './ticks.ts';

export { type ArrangeOptions, arrangeEvents } from './arrange.ts';
export { DEFAULT_BASE, EXTRA_OPERATIONS, TENANTS } from './hostile-world.ts';

/** One record as it will stand in an event, byte for byte. */
export interface HostileRecord {
  text: string;
  /** The event time it was made for; undefined where it has none that can be read or lies far in the future. */
  time: bigint | undefined;
}

export interface Scenario {
  records: HostileRecord[];
  /** Seed for `arrangeEvents`, so that a failing case shrinks as one value. */
  arrangement: number;
}

export interface ScenarioOptions {
  /** Milliseconds since 1970 at which the event times begin. */
  base?: number;
  days?: number;
  tenants?: 1 | 2 | 3;
  minRecords?: number;
  maxRecords?: number;
  /** Records that can be no fact because something is wrong with them. */
  withBad?: boolean;
  /** Whether one guest's sign-ins crowd one minute: a little, or so that they are most of the records; left out, either. */
  crowd?: 'some' | 'much';
  /** What becomes of each text of a record, before it is spelled: for scenarios that are to share nobody with others. */
  rename?: (text: string) => string;
}

// --- noise -------------------------------------------------------------------------------------------------------------

const NOISE: unknown[] = [
  { category: 'ServicePrincipalSignInLogs', resultType: '0', properties: { userType: 'Guest' } },
  { category: 'Audit', operationName: 'Add member to role', properties: { result: 'success' } },
  { category: null },
  { category: 'SignInLogs' },
  { category: 'AuditLogs', operationName: 'Add member to role', properties: null },
  { unknown: [{ deep: [[[{}]]] }] },
  { category: 'SignInLogs', properties: { userType: 'Member', nested: JSON.parse('['.repeat(500) + ']'.repeat(500)) } },
  null,
  17,
];

// --- scenarios ---------------------------------------------------------------------------------------------------------

type Entry =
  | { kind: 'signIn'; draft: SignInDraft; style: StyleDraft }
  | { kind: 'operation'; draft: OperationDraft; style: StyleDraft }
  | { kind: 'crowd'; draft: SignInDraft; second: number; style: StyleDraft }
  | { kind: 'noise'; which: number; style: StyleDraft }
  | { kind: 'copy'; of: number; how: 'bytes' | 'style' | 'hour' | 'otherUpn'; style: StyleDraft };

interface StyleDraft extends JsonStyle {
  seed: number;
}

const style: fc.Arbitrary<StyleDraft> = fc.record({
  shuffleKeys: weighted([3, false], [1, true]),
  escape: weighted([5, false], [1, true]),
  space: weighted<JsonStyle['space']>([6, 'none'], [1, 'blanks'], [1, 'lines']),
  seed: turn,
});

function entry(days: number, withBad: boolean, crowd: number): fc.Arbitrary<Entry> {
  const signIn = signInDraft(days, withBad);
  const operation = operationDraft(days, withBad);
  const which = upTo(NOISE.length - 1);
  return fc.oneof(
    { weight: 42, arbitrary: fc.record({ kind: fc.constant('signIn' as const), draft: signIn, style }) },
    { weight: 44, arbitrary: fc.record({ kind: fc.constant('operation' as const), draft: operation, style }) },
    {
      weight: crowd,
      arbitrary: fc.record({
        kind: fc.constant('crowd' as const),
        draft: signIn,
        second: upTo(59),
        style,
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('noise' as const), which, style }) },
    {
      weight: 9,
      arbitrary: fc.record({
        kind: fc.constant('copy' as const),
        of: turn,
        how: weighted<'bytes' | 'style' | 'hour' | 'otherUpn'>(
          [2, 'bytes'],
          [2, 'style'],
          [2, 'hour'],
          [1, 'otherUpn'],
        ),
        style,
      }),
    },
  );
}

interface Stage {
  cast: readonly Person[];
  tenants: number;
  base: bigint;
  rename: ((text: string) => string) | undefined;
}

const persona = weighted<Persona>(
  [5, 'free'],
  [2, 'member'],
  [1, 'namesake'],
  [2, 'withoutIds'],
  [2, 'onTheEdge'],
  [2, 'nameless'],
  [1, 'unseen'],
);

/** So many people that each has about a dozen records, whatever the size of the scenario; few scenarios have but one. */
function castOf(records: number): fc.Arbitrary<Person[]> {
  const most = Math.max(2, Math.ceil(records / 12));
  return fc
    .array(persona, { minLength: Math.ceil(most / 2), maxLength: most, size: 'max' })
    .map((personas) => personas.map(personOf));
}

/** Scenarios for property tests; one in eight crowds a minute with one guest's sign-ins. */
export function scenarios(options: ScenarioOptions = {}): fc.Arbitrary<Scenario> {
  const {
    base = DEFAULT_BASE,
    days = 3,
    tenants = 3,
    minRecords = 0,
    maxRecords = 60,
    withBad = true,
    rename,
  } = options;
  const of = (crowd: number) =>
    fc
      .record({
        cast: castOf(maxRecords),
        entries: fc.array(entry(days, withBad, crowd), {
          minLength: minRecords,
          maxLength: maxRecords,
          size: 'max',
        }),
        arrangement: turn,
      })
      .map(({ cast, entries, arrangement }) => {
        const stage = { cast, tenants, base: ticksOfMs(base), rename };
        return { records: recordsOf(entries, stage), arrangement };
      });
  const [some, much] = [of(3), of(60)];
  if (options.crowd !== undefined) return options.crowd === 'some' ? some : much;
  return fc.oneof({ weight: 7, arbitrary: some }, { weight: 1, arbitrary: much });
}

/** A scenario of exactly `count` records, the same for the same arguments. */
export function hostileScenario(seed: number, count: number, options: ScenarioOptions = {}): Scenario {
  const exact = scenarios({ days: 2, tenants: 2, crowd: 'some', ...options, minRecords: count, maxRecords: count });
  return fc.sample(exact, { seed, numRuns: 1 })[0]!;
}

function recordsOf(entries: readonly Entry[], stage: Stage): HostileRecord[] {
  const drafted: Entry[] = [];
  return entries.map((one, index) => {
    const own = one.kind === 'copy' ? copied(one, drafted) : { entry: one, index };
    drafted.push(own.entry);
    const value = renamed(recordOf(own.entry, stage, own.index), stage.rename);
    return { text: spellJson(value, own.entry.style, diceOf(own.entry.style.seed)), time: entryTime(own.entry, stage) };
  });
}

/** The value with its texts renamed; names of keys stay. */
function renamed(value: unknown, rename: Stage['rename']): unknown {
  if (rename === undefined) return value;
  if (typeof value === 'string') return rename(value);
  if (Array.isArray(value)) return value.map((one) => renamed(one, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, renamed(one, rename)]));
}

/** The record again: the same bytes, the same in other bytes, or one that shares its id and says something else. */
function copied(copy: Entry & { kind: 'copy' }, drafted: readonly Entry[]): { entry: Entry; index: number } {
  const index = drafted.length === 0 ? 0 : copy.of % drafted.length;
  const original = drafted[index];
  if (original === undefined || !('draft' in original))
    return { entry: { kind: 'noise', which: 0, style: copy.style }, index };
  if (copy.how === 'bytes') return { entry: original, index };
  if (copy.how === 'style') return { entry: { ...original, style: { ...copy.style, shuffleKeys: true } }, index };
  const changed = {
    ...original,
    draft: {
      ...original.draft,
      ...(copy.how === 'hour' ? { after: earlier(original.draft.after) } : { upn: 'home' as const }),
    },
  };
  return { entry: changed as Entry, index };
}

function earlier(after: bigint): bigint {
  const hour = 60n * TICKS_PER_MINUTE;
  return after >= hour ? after - hour : after + hour;
}

function recordOf(one: Entry, stage: Stage, index: number): unknown {
  const { cast, tenants, base } = stage;
  switch (one.kind) {
    case 'signIn':
      return signInRecord(signInAsPersona(played(one.draft, cast, tenants)), base, index);
    case 'operation':
      return operationRecord(operationAsPersona(played(one.draft, cast, tenants)), base, index);
    case 'crowd':
      return signInRecord(played(crowded(one.draft, one.second), cast, tenants), base, index);
    case 'noise':
      return NOISE[one.which];
    case 'copy':
      throw new Error('a copy stands for the record that it copies');
  }
}

function entryTime(one: Entry, { cast, tenants, base }: Stage): bigint | undefined {
  if (one.kind === 'signIn') return readableTime(signInAsPersona(played(one.draft, cast, tenants)), base);
  if (one.kind === 'operation') return readableTime(operationAsPersona(played(one.draft, cast, tenants)), base);
  if (one.kind === 'crowd') return base + crowded(one.draft, one.second).after;
  return undefined;
}

/** A value in the plainest spelling, for examples written by hand. */
export function plainText(value: unknown): string {
  return spellJson(value, PLAIN, diceOf(0));
}
