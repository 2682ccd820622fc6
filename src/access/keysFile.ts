/** Reads the file of keys: a list in YAML. Every fault at once, by line and column, and without any text of the file. */
import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type Range } from 'yaml';
import { isAll, type Read, readExpiry, readHash, readName, readScope, readTenant } from './entry.ts';
import type { Key } from './key.ts';

/** A file that is longer is the wrong file. */
export const KEYS_FILE_LENGTH_MAX = 4 * 1024 * 1024;
const KEYS_MAX = 10_000;
/** A list of findings is put together from one for each of them. */
const TENANTS_MAX = 200;
const FAULTS_MAX = 100;

const MEMBERS = ['name', 'sha256', 'scopes', 'tenants', 'expires'] as const;
type Member = (typeof MEMBERS)[number];
const listed = MEMBERS.map((member) => `\`${member}\``).join(', ');
const FORM = `a list with an entry for each key, as \`guestwatch keys new\` prints it`;

/** All keys, or all faults as whole sentences that begin with their place. */
export function readKeys(text: string): { readonly keys: readonly Key[] } | { readonly faults: readonly string[] } {
  if (text.length > KEYS_FILE_LENGTH_MAX)
    return { faults: [`is longer than ${KEYS_FILE_LENGTH_MAX} characters: it is the wrong file.`] };
  const lines = new LineCounter();
  const faults = new Faults(lines);
  // All scalars are texts: a hash of nothing but digits is no number, and a day no date.
  const document = parseDocument(text, {
    schema: 'failsafe',
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
  });
  for (const { code, pos } of [...document.errors, ...document.warnings]) faults.at(pos[0], wordsOf(code));
  const root = document.contents;
  // Of a text that is no YAML the rest cannot be trusted.
  if (faults.found.length === 0) {
    if (isSeq(root) && root.items.length <= KEYS_MAX) {
      const keys = root.items.map((item) => readEntry(item as Node, faults));
      findDoubles(keys, faults);
      if (faults.found.length === 0) return { keys: keys.map(({ key }) => key as Key) };
    } else if (isSeq(root)) faults.of(root, `holds more than ${KEYS_MAX} keys`);
    else faults.of(root, `must be ${FORM}; \`[]\` for none`);
  }
  return { faults: faults.told() };
}

/** The parser's own sentences repeat what stands in the file, and that may be a key. */
const wordsOf = (code: string): string =>
  code === 'DUPLICATE_KEY' ? 'says this member twice: leave one out' : `is no YAML from here on (${code})`;

interface Entry {
  readonly key: { -readonly [M in keyof Key]?: Key[M] };
  readonly nodes: Partial<Record<Member, Node>>;
}

function readEntry(item: Node, faults: Faults): Entry {
  const entry: Entry = { key: {}, nodes: {} };
  if (!isMap(item)) {
    faults.of(item, `must be an entry with ${listed}`);
    return entry;
  }
  for (const pair of item.items as Pair<Node, Node | null>[]) {
    const member = MEMBERS.find((one) => isScalar(pair.key) && pair.key.value === one);
    if (member === undefined) faults.of(pair.key, `is not a member of a key; there are ${listed}`);
    else entry.nodes[member] = pair.value ?? pair.key;
  }
  const missing = MEMBERS.filter((member) => entry.nodes[member] === undefined);
  if (missing.length > 0) faults.of(item, `lacks ${missing.map((member) => `\`${member}\``).join(', ')}`);

  const { name, sha256, scopes, tenants, expires } = entry.nodes;
  const { key } = entry;
  if (name) key.name = oneOf(name, 'name', readName, faults);
  if (sha256) key.sha256 = oneOf(sha256, 'sha256', readHash, faults);
  if (scopes) key.scopes = listIn(scopes, 'scopes', readScope, faults);
  if (tenants) {
    key.tenants =
      isScalar(tenants) && isAll(String(tenants.value)) ? 'all' : listIn(tenants, 'tenants', readTenant, faults);
  }
  if (key.tenants !== undefined && key.tenants.length > TENANTS_MAX)
    faults.of(tenants!, `\`tenants\` lists at most ${TENANTS_MAX}: make several keys, or one of \`all\``);
  if (expires) key.expiresAt = oneOf(expires, 'expires', readExpiry, faults);
  return entry;
}

/** A scalar's value. Where it is at fault the value is of no more use, as the whole file is refused. */
function oneOf<T>(node: Node, member: string, read: (text: string) => Read<T>, faults: Faults): T {
  const given = isScalar(node) && typeof node.value === 'string' ? read(node.value) : read('');
  if ('value' in given) return given.value;
  faults.of(node, `\`${member}\` ${given.mend}`);
  return undefined as T;
}

function listIn<T>(node: Node, member: string, read: (text: string) => Read<T>, faults: Faults): T[] {
  if (!isSeq(node) || node.items.length === 0) {
    const given = read('');
    faults.of(
      node,
      `\`${member}\` must be a list with at least one, in square brackets; each ${'mend' in given ? given.mend : ''}`,
    );
    return [];
  }
  return node.items.map((item) => oneOf(item as Node, member, read, faults));
}

/** Of two keys under one name nobody could tell who called; of one hash under two names, what it allows. */
function findDoubles(entries: readonly Entry[], faults: Faults): void {
  for (const member of ['name', 'sha256'] as const) {
    const first = new Map<string, Node>();
    for (const { key, nodes } of entries) {
      const value = key[member]?.toLowerCase();
      if (value === undefined) continue;
      const known = first.get(value);
      if (known === undefined) first.set(value, nodes[member]!);
      else faults.of(nodes[member]!, `\`${member}\` stands at ${faults.placeOf(known)} already`);
    }
  }
}

class Faults {
  readonly found: { offset: number; text: string }[] = [];
  readonly #lines: LineCounter;

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  at(offset: number, text: string): void {
    this.found.push({ offset, text });
  }

  of(node: Node | null, text: string): void {
    this.at(offsetOf(node), text);
  }

  placeOf(node: Node): string {
    return this.#place(offsetOf(node));
  }

  /** In the order of the file. */
  told(): string[] {
    const sorted = this.found.sort((a, b) => a.offset - b.offset);
    const told = sorted.slice(0, FAULTS_MAX).map(({ offset, text }) => `${this.#place(offset)} ${text}.`);
    return sorted.length > FAULTS_MAX ? [...told, `and ${sorted.length - FAULTS_MAX} more.`] : told;
  }

  #place(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `line ${Math.max(line, 1)}, column ${Math.max(col, 1)}`;
  }
}

const offsetOf = (node: Node | null): number => (node?.range as Range | null | undefined)?.[0] ?? 0;
