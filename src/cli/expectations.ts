/** What `replay --expect` and `--junit` are about: the file of what is expected of whom, and what is said of what came of it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { FindingView } from '../detection/views.ts';
import { BOUNDS, type Bound, type Expectation, wordsOf } from '../replay/expect.ts';
import { InputFault } from '../replay/input.ts';
import { junitOf, type Suite } from '../replay/junit.ts';
import { type Place, wordsOf as wordsOfFault, YamlReader } from '../yaml/reader.ts';
import type { Arguments } from './arguments.ts';
import { type Io, sayFaults } from './io.ts';

const LENGTH_MAX = 262_144;
const ACTOR_LENGTH_MAX = 1_000;

export interface Expected {
  /** As it was written. */
  readonly file: string;
  readonly expectations: readonly Expectation<FindingView>[];
  /** Where the report goes; null where none is asked for. */
  readonly junit: string | null;
}

interface Views {
  readonly views: readonly FindingView[];
  /** The one that is meant where an expectation names none. */
  readonly view: FindingView;
}

/** The expectations that the flags ask for; null where they ask for none. What is wrong is added to the faults. */
export function readExpected(flags: Arguments['flags'], views: Views, { cwd }: Io, faults: string[]): Expected | null {
  const file = flags.get('expect');
  const junit = flags.get('junit') ?? null;
  if (file === undefined) {
    if (junit !== null) faults.push('--junit tells what came of expectations: give --expect, too.');
    return null;
  }
  const read = readFile(file, cwd, views);
  faults.push(...read.faults);
  return { file, expectations: read.expectations, junit };
}

/** Says the difference, and writes the report if one is asked for; true where all holds. Throws an InputFault where it cannot be written. */
export function sayOutcomes({ junit, ...suite }: Suite & Pick<Expected, 'junit'>, io: Io): boolean {
  const { file, what, outcomes } = suite;
  if (junit !== null) writeReport(junit, junitOf(suite), io);
  const failed = outcomes.filter(({ holds }) => !holds);
  if (failed.length === 0) return true;
  const noun = `expectation${outcomes.length === 1 ? '' : 's'}`;
  sayFaults(io, [
    ...failed.map((outcome) => `${file} line ${outcome.expectation.line}: ${wordsOf(outcome, what)}`),
    `${failed.length} of ${outcomes.length} ${noun} not met`,
  ]);
  return false;
}

function writeReport(name: string, text: string, { cwd }: Io): void {
  try {
    writeFileSync(resolve(cwd, name), text);
  } catch (error) {
    throw new InputFault(`--junit ${name} cannot be written${codeOf(error)}.`, { cause: error });
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';

function readFile(
  name: string,
  cwd: string,
  { views, view }: Views,
): { readonly expectations: Expectation<FindingView>[]; readonly faults: string[] } {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, name), 'utf8');
  } catch (error) {
    return { expectations: [], faults: [`--expect ${name} cannot be read${codeOf(error)}.`] };
  }
  const reader = new YamlReader(text, { lengthMax: LENGTH_MAX });
  const items = reader.faults.length > 0 ? [] : (reader.list(reader.root, 'a file of expectations') ?? []);
  const expectations = items.flatMap((item) => expectationIn(reader, item, views, view) ?? []);
  if (reader.faults.length === 0 && items.length === 0) reader.note(reader.root, 'the file expects nothing.');
  return { expectations, faults: reader.faults.map((fault) => `--expect ${name}: ${wordsOfFault(fault)}`) };
}

function expectationIn(
  reader: YamlReader,
  item: Place,
  views: readonly FindingView[],
  byDefault: FindingView,
): Expectation<FindingView> | null {
  const parts = reader.mapping(item, ['actor', 'view', ...BOUNDS], 'an expectation');
  if (parts === null) return null;
  const written = parts.get('actor');
  if (written === undefined) reader.note(item, 'it says nothing of whom: add actor.');
  const actor = written === undefined ? null : reader.text(written, 'actor', ACTOR_LENGTH_MAX);
  const asked = parts.get('view');
  const view = asked === undefined ? byDefault : reader.word(asked, views, 'view');
  const bounds = BOUNDS.filter((bound) => parts.has(bound));
  if (bounds.length !== 1) reader.note(item, `it must have one of ${BOUNDS.join(', ')}, and no other.`);
  const [bound] = bounds as [Bound, ...Bound[]];
  const count = bounds.length === 1 ? reader.count(parts.get(bound)!, bound) : null;
  if (actor === null || view === null || count === null) return null;
  return { actor: actor.trim(), view, bound, count, line: reader.lineOf(item) };
}
