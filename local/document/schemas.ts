/** What two versions of a schema promise differently, and which of it breaks those who rely on the older one. */

export type Json = Readonly<Record<string, unknown>>;

/** `asked`: what callers send, of which nothing may be refused anew. `answered`: what they are sent, which may not become wider. */
export type Direction = 'asked' | 'answered';

export interface Difference {
  /** Stable name of the place: `listFindings query view`, `Finding.severity`. */
  readonly place: string;
  readonly what: string;
}

type Report = (place: string, what: string) => void;

/** Compares schemas of the same place. References are followed once for each direction and named by the component. */
export class Schemas {
  readonly #older: Json;
  readonly #newer: Json;
  readonly #report: Report;
  readonly #compared = new Set<string>();

  constructor(older: Json, newer: Json, report: Report) {
    this.#older = older;
    this.#newer = newer;
    this.#report = report;
  }

  compare(direction: Direction, place: string, before: Json, after: Json): void {
    const name = nameOf(before);
    if (name !== null && name === nameOf(after)) {
      const key = `${direction} ${name}`;
      if (this.#compared.has(key)) return;
      this.#compared.add(key);
      this.#compareWritten(direction, name, follow(this.#older, before), follow(this.#newer, after));
    } else this.#compareWritten(direction, place, follow(this.#older, before), follow(this.#newer, after));
  }

  #compareWritten(direction: Direction, place: string, before: Json, after: Json): void {
    if (before['anyOf'] !== undefined || after['anyOf'] !== undefined) {
      this.#compareChoices(direction, place, before, after);
      return;
    }
    this.#compareTypes(direction, place, before, after);
    this.#compareValues(direction, place, before, after);
    this.#compareBounds(direction, place, before, after);
    this.#compareMembers(direction, place, before, after);
    if (before['items'] !== undefined && after['items'] !== undefined)
      this.compare(direction, `${place}[]`, before['items'] as Json, after['items'] as Json);
    if (direction === 'asked' && before['default'] !== undefined && before['default'] !== after['default'])
      this.#report(place, `left out it means ${text(after['default'])}, and meant ${text(before['default'])}`);
  }

  #compareTypes(direction: Direction, place: string, before: Json, after: Json): void {
    const [older, newer] = [typesOf(before), typesOf(after)];
    const [kept, within] = direction === 'asked' ? [older, newer] : [newer, older];
    for (const type of kept)
      if (!within.includes(type) && !(type === 'integer' && within.includes('number')))
        this.#report(place, direction === 'asked' ? `may no longer be ${type}` : `may now be ${type}`);
  }

  /** In answers a closed set may grow: programs pass over values that they do not know, as the document tells them to. */
  #compareValues(direction: Direction, place: string, before: Json, after: Json): void {
    const [older, newer] = [before['enum'] as unknown[] | undefined, after['enum'] as unknown[] | undefined];
    if (direction === 'asked') {
      if (older === undefined && newer !== undefined) this.#report(place, `may only be one of ${text(newer)}`);
      for (const value of older ?? [])
        if (newer !== undefined && !newer.includes(value)) this.#report(place, `may no longer be ${text(value)}`);
    } else if (older !== undefined && newer === undefined) this.#report(place, 'is no longer one of a closed set');
  }

  #compareBounds(direction: Direction, place: string, before: Json, after: Json): void {
    for (const [keyword, least] of Object.entries({
      minimum: 1,
      minLength: 1,
      minItems: 1,
      maximum: -1,
      maxLength: -1,
      maxItems: -1,
    })) {
      const [older, newer] = [before[keyword], after[keyword]].map((value) =>
        value === undefined ? -Infinity : Number(value) * least,
      );
      const isBroken = direction === 'asked' ? newer! > older! : newer! < older!;
      if (isBroken) this.#report(place, `${keyword} is ${text(after[keyword])}, and was ${text(before[keyword])}`);
    }
    for (const keyword of ['format', 'pattern', 'const']) {
      const [older, newer] = [before[keyword], after[keyword]];
      if (older !== newer && (direction === 'asked' ? newer : older) !== undefined)
        this.#report(place, `${keyword} is ${text(newer)}, and was ${text(older)}`);
    }
  }

  #compareMembers(direction: Direction, place: string, before: Json, after: Json): void {
    const [older, newer] = [membersOf(before), membersOf(after)];
    const [required, needed] = [requiredOf(before), requiredOf(after)];
    for (const [name, member] of Object.entries(older)) {
      const there = newer[name];
      const inside = `${place}.${name}`;
      if (there === undefined) this.#report(inside, 'is gone');
      else this.compare(direction, inside, member, there);
      if (there !== undefined && direction === 'answered' && required.includes(name) && !needed.includes(name))
        this.#report(inside, 'may now be left out');
    }
    if (direction === 'asked')
      for (const name of needed) if (!required.includes(name)) this.#report(`${place}.${name}`, 'must now be given');
    if (direction === 'asked' && before['additionalProperties'] !== false && after['additionalProperties'] === false)
      this.#report(place, 'no longer takes other members');
  }

  /** Choices are told apart by what they refer to, else by their type. */
  #compareChoices(direction: Direction, place: string, before: Json, after: Json): void {
    const [older, newer] = [choicesOf(before), choicesOf(after)];
    for (const [kind, choice] of older) {
      const there = newer.get(kind);
      if (there !== undefined) this.compare(direction, place, choice, there);
      else if (direction === 'asked') this.#report(place, `may no longer be ${kind}`);
    }
    if (direction === 'answered')
      for (const kind of newer.keys()) if (!older.has(kind)) this.#report(place, `may now be ${kind}`);
  }
}

const nameOf = (schema: Json): string | null => {
  const reference = schema['$ref'];
  return typeof reference === 'string' ? reference.split('/').at(-1)! : null;
};

const follow = (document: Json, schema: Json): Json => {
  const name = nameOf(schema);
  const { schemas } = document['components'] as { readonly schemas: Readonly<Record<string, Json>> };
  return name === null ? schema : (schemas[name] ?? {});
};

const ALL_TYPES = ['array', 'boolean', 'null', 'number', 'object', 'string'];
const typesOf = (schema: Json): readonly string[] =>
  schema['type'] === undefined ? ALL_TYPES : [schema['type'] as string | string[]].flat();
const membersOf = (schema: Json) => (schema['properties'] ?? {}) as Readonly<Record<string, Json>>;
const requiredOf = (schema: Json) => (schema['required'] ?? []) as readonly string[];
const choicesOf = (schema: Json): ReadonlyMap<string, Json> =>
  new Map(
    ((schema['anyOf'] ?? [schema]) as Json[]).map((choice) => [nameOf(choice) ?? typesOf(choice).join(' or '), choice]),
  );

const text = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
