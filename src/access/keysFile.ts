/** Reads the file of keys: a list in YAML. Every fault at once, by line and column, and without any text of the file. */
import { isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import { placeOf, YamlText } from '../yaml/text.ts';
import { isAll, type Read, readExpiry, readHash, readName, readScope, readTenant } from './entry.ts';
import type { Key } from './key.ts';

/** A file that is longer is the wrong file. */
export const KEYS_FILE_LENGTH_MAX = 4 * 1024 * 1024;
const KEYS_MAX = 10_000;
/** A list of findings is put together from one for each of them. */
const TENANTS_MAX = 200;

const MEMBERS = ['name', 'sha256', 'scopes', 'tenants', 'expires'] as const;
type Member = (typeof MEMBERS)[number];
const listed = MEMBERS.map((member) => `\`${member}\``).join(', ');
const FORM = `a list with an entry for each key, as \`guestwatch keys new\` prints it`;

/** All keys, or all faults as whole sentences that begin with their place. */
export function readKeys(text: string): { readonly keys: readonly Key[] } | { readonly faults: readonly string[] } {
  if (text.length > KEYS_FILE_LENGTH_MAX)
    return { faults: [`is longer than ${KEYS_FILE_LENGTH_MAX} characters: it is the wrong file.`] };
  // All scalars are texts: a hash of nothing but digits is no number, and a day no date.
  const file = new YamlText(text, { schema: 'failsafe', wordsOf: ({ code }) => wordsOf(code) });
  const { root } = file;
  // Of a text that is no YAML the rest cannot be trusted.
  if (!file.isFaulty) {
    if (isSeq(root) && root.items.length <= KEYS_MAX) {
      const keys = root.items.map((item) => readEntry(item as Node, file));
      findDoubles(keys, file);
      if (!file.isFaulty) return { keys: keys.map(({ key }) => key as Key) };
    } else if (isSeq(root)) file.note(root, `holds more than ${KEYS_MAX} keys`);
    else file.note(root, `must be ${FORM}; \`[]\` for none`);
  }
  const told = file.faults.map((fault) => `${placeOf(fault)} ${fault.message}`);
  return { faults: file.faultsMore > 0 ? [...told, `and ${file.faultsMore} more.`] : told };
}

/** The parser's own sentences repeat what stands in the file, and that may be a key. */
const wordsOf = (code: string): string =>
  code === 'DUPLICATE_KEY' ? 'says this member twice: leave one out' : `is no YAML from here on (${code})`;

interface Entry {
  readonly key: { -readonly [M in keyof Key]?: Key[M] };
  readonly nodes: Partial<Record<Member, Node>>;
}

function readEntry(item: Node, file: YamlText): Entry {
  const entry: Entry = { key: {}, nodes: {} };
  if (!isMap(item)) {
    file.note(item, `must be an entry with ${listed}`);
    return entry;
  }
  for (const pair of item.items as Pair<Node, Node | null>[]) {
    const member = MEMBERS.find((one) => isScalar(pair.key) && pair.key.value === one);
    if (member === undefined) file.note(pair.key, `is not a member of a key; there are ${listed}`);
    else entry.nodes[member] = pair.value ?? pair.key;
  }
  const missing = MEMBERS.filter((member) => entry.nodes[member] === undefined);
  if (missing.length > 0) file.note(item, `lacks ${missing.map((member) => `\`${member}\``).join(', ')}`);

  const { name, sha256, scopes, tenants, expires } = entry.nodes;
  const { key } = entry;
  if (name) key.name = oneOf(name, 'name', readName, file);
  if (sha256) key.sha256 = oneOf(sha256, 'sha256', readHash, file);
  if (scopes) key.scopes = listIn(scopes, 'scopes', readScope, file);
  if (tenants) {
    key.tenants =
      isScalar(tenants) && isAll(String(tenants.value)) ? 'all' : listIn(tenants, 'tenants', readTenant, file);
  }
  if (key.tenants !== undefined && key.tenants.length > TENANTS_MAX)
    file.note(tenants!, `\`tenants\` lists at most ${TENANTS_MAX}: make several keys, or one of \`all\``);
  if (expires) key.expiresAt = oneOf(expires, 'expires', readExpiry, file);
  return entry;
}

/** A scalar's value. Where it is at fault the value is of no more use, as the whole file is refused. */
function oneOf<T>(node: Node, member: string, read: (text: string) => Read<T>, file: YamlText): T {
  const given = isScalar(node) && typeof node.value === 'string' ? read(node.value) : read('');
  if ('value' in given) return given.value;
  file.note(node, `\`${member}\` ${given.mend}`);
  return undefined as T;
}

function listIn<T>(node: Node, member: string, read: (text: string) => Read<T>, file: YamlText): T[] {
  if (!isSeq(node) || node.items.length === 0) {
    const given = read('');
    file.note(
      node,
      `\`${member}\` must be a list with at least one, in square brackets; each ${'mend' in given ? given.mend : ''}`,
    );
    return [];
  }
  return node.items.map((item) => oneOf(item as Node, member, read, file));
}

/** Of two keys under one name nobody could tell who called; of one hash under two names, what it allows. */
function findDoubles(entries: readonly Entry[], file: YamlText): void {
  for (const member of ['name', 'sha256'] as const) {
    const first = new Map<string, Node>();
    for (const { key, nodes } of entries) {
      const value = key[member]?.toLowerCase();
      if (value === undefined) continue;
      const known = first.get(value);
      if (known === undefined) first.set(value, nodes[member]!);
      else file.note(nodes[member]!, `\`${member}\` stands at ${placeOf(file.placeOf(known))} already`);
    }
  }
}
