/** Reads the file of `replay --expect`: what is expected of whom, with the line that each expectation stands on. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Place, wordsOf, YamlReader } from '../config/yaml.ts';
import { BOUNDS, type Bound, type Expectation } from '../replay/expect.ts';

const LENGTH_MAX = 262_144;
const ACTOR_LENGTH_MAX = 1_000;

/** `views` are those that can be asked for, `view` the one meant where an expectation names none. Faults are sentences. */
export function readExpectations<View extends string>(
  name: string,
  cwd: string,
  { views, view }: { readonly views: readonly View[]; readonly view: View },
): { readonly expectations: Expectation<View>[]; readonly faults: string[] } {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, name), 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    return { expectations: [], faults: [`--expect ${name} cannot be read${code}.`] };
  }
  const reader = new YamlReader(text, { lengthMax: LENGTH_MAX });
  const items = reader.faults.length > 0 ? [] : (reader.list(reader.root, 'a file of expectations') ?? []);
  const expectations = items.flatMap((item) => expectationIn(reader, item, views, view) ?? []);
  if (reader.faults.length === 0 && items.length === 0) reader.note(reader.root, 'the file expects nothing.');
  return { expectations, faults: reader.faults.map((fault) => `--expect ${name}: ${wordsOf(fault)}`) };
}

function expectationIn<View extends string>(
  reader: YamlReader,
  item: Place,
  views: readonly View[],
  byDefault: View,
): Expectation<View> | null {
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
