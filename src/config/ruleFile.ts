/** A rule of one's own: the built-in rule with what a file adds to it and sets otherwise. */
import { BUILT_IN_RULE, normaliseName, type Rule, SEVERITIES } from '../detection/rule.ts';
import { TICKS_PER_HOUR, TICKS_PER_MS } from '../detection/time.ts';
import { type Place, quoted, wordsOf, YamlReader } from '../yaml/reader.ts';
import { durationMs } from './values.ts';

/** A rule's file is some hundreds of lines. */
const LENGTH_MAX = 131_072;
const OPERATIONS_MAX = 1_000;
const NAME_LENGTH_MAX = 256;
const NOTE_LENGTH_MAX = 1_000;
/** The query is written in hours; and facts are kept for twice the window, in memory. */
const WINDOW_HOURS_MIN = 1;
const WINDOW_HOURS_MAX = 168;

/** The rule that a file describes, or everything that is wrong with the file, each fault with its line and column. */
export function readRuleFile(text: string): { readonly rule: Rule } | { readonly faults: readonly string[] } {
  const reader = new YamlReader(text, { lengthMax: LENGTH_MAX });
  const rule = reader.faults.length > 0 ? BUILT_IN_RULE : ruleOf(reader);
  return reader.faults.length > 0 ? { faults: reader.faults.map(wordsOf) } : { rule };
}

function ruleOf(reader: YamlReader): Rule {
  const { root } = reader;
  if (root.value === null || (!reader.isMapping(root) && String(root.value) === 'null')) {
    reader.note(root, 'the file holds nothing: give it severity, window or operations, or leave RULE_FILE unset.');
    return BUILT_IN_RULE;
  }
  const parts = reader.mapping(root, ['operations', 'severity', 'window'], 'a rule');
  const read = <T>(name: string, of: (place: Place) => T | null, byDefault: T): T => {
    const place = parts?.get(name);
    return (place && of(place)) ?? byDefault;
  };
  return {
    ...BUILT_IN_RULE,
    severity: read('severity', (place) => reader.word(place, SEVERITIES, 'severity'), BUILT_IN_RULE.severity),
    window: read('window', (place) => windowIn(reader, place), BUILT_IN_RULE.window),
    extraOperations: read('operations', (place) => operationsIn(reader, place), BUILT_IN_RULE.extraOperations),
  };
}

function windowIn(reader: YamlReader, place: Place): bigint | null {
  const text = reader.text(place, 'window', NAME_LENGTH_MAX);
  if (text === null) return null;
  const hours = (durationMs(text) ?? Number.NaN) / 3_600_000;
  if (Number.isInteger(hours) && hours >= WINDOW_HOURS_MIN && hours <= WINDOW_HOURS_MAX)
    return BigInt(hours) * TICKS_PER_HOUR;
  reader.note(
    place,
    `window must be whole hours from ${WINDOW_HOURS_MIN}h to ${WINDOW_HOURS_MAX}h, such as 24h or 2d.`,
  );
  return null;
}

/** The names that are added, none of them twice and none that the rule has of its own, however they are spelled. */
function operationsIn(reader: YamlReader, place: Place): string[] | null {
  const items = reader.list(place, 'operations');
  if (items === null) return null;
  if (items.length > OPERATIONS_MAX) reader.note(place, `operations are more than ${OPERATIONS_MAX}.`);
  const own = new Map(BUILT_IN_RULE.operations.map((name) => [normaliseName(name), name]));
  const listed = new Map<string, number>();
  const names: string[] = [];
  for (const item of items.slice(0, OPERATIONS_MAX)) {
    const name = nameIn(reader, item);
    if (name === null) continue;
    const normal = normaliseName(name);
    const builtIn = own.get(normal);
    const line = listed.get(normal);
    if (normal === '') reader.note(item, `${quoted(name)} has no letters that are compared.`);
    else if (builtIn !== undefined)
      reader.note(item, `${quoted(name)} is one of the rule's own, as ${quoted(builtIn)}: leave it out.`);
    else if (line !== undefined)
      reader.note(item, `${quoted(name)} stands on line ${line} already, but for its spelling: leave one out.`);
    else {
      listed.set(normal, reader.lineOf(item));
      names.push(name);
    }
  }
  return names;
}

/** An operation is its name, or a mapping of its name and a note for whoever reads the file. */
function nameIn(reader: YamlReader, item: Place): string | null {
  if (!reader.isMapping(item)) return reader.text(item, 'the name of an operation', NAME_LENGTH_MAX);
  const parts = reader.mapping(item, ['name', 'note'], 'an operation');
  const note = parts?.get('note');
  if (note !== undefined) reader.text(note, 'note', NOTE_LENGTH_MAX);
  const name = parts?.get('name');
  if (name !== undefined) return reader.text(name, 'name', NAME_LENGTH_MAX);
  reader.note(item, 'the operation has no name: add name.');
  return null;
}

/** Twice the window, below which facts would go that can still match. */
export const retentionLeastMs = (rule: Rule): number => Number((2n * rule.window) / TICKS_PER_MS);
