/** Reads YAML that people write: each value with the place where it stands, and every fault by line and column. */
import { isMap, isScalar, isSeq, type Node, visit, type YAMLError } from 'yaml';
import { nearest } from '../nearest.ts';
import { placeOf, type YamlFault, YamlText } from './text.ts';

/** `line 3, column 5: …` */
export const wordsOf = (fault: YamlFault): string => `${placeOf(fault)}: ${fault.message}`;

export interface YamlLimits {
  /** Length of the file in UTF-16 code units. */
  readonly lengthMax: number;
}

/** Words farther away than this are not what was meant. */
const MEANT_LETTERS_MAX = 3;

/** One value of a file. `key` is what stands before the colon, if anything does: an empty value has no place of its own. */
export interface Place {
  readonly value: Node | null;
  readonly key: Node | null;
}

/** A file that is read piece by piece: what is wrong with each is noted, and reading goes on. */
export class YamlReader {
  readonly root: Place;
  readonly #text: YamlText;

  constructor(text: string, { lengthMax }: YamlLimits) {
    const isLong = text.length > lengthMax;
    this.#text = new YamlText(isLong ? '' : text, { wordsOf: wordsOfLibrary });
    if (isLong)
      this.#text.note(null, `the file is longer than ${lengthMax} characters: it is the wrong file, or too much.`);
    else this.#refuseAliases();
    this.root = { value: this.#text.root, key: null };
  }

  /** In the order of the file. */
  get faults(): readonly YamlFault[] {
    return this.#text.faults;
  }

  note({ value, key }: Place, message: string): void {
    this.#text.note(value?.range?.[0] ?? key?.range?.[0] ?? 0, message);
  }

  lineOf({ value, key }: Place): number {
    return this.#text.placeOf(value ?? key).line;
  }

  /** The values of a mapping by key; null, and noted, where something else stands. Unknown keys are noted. */
  mapping(place: Place, known: readonly string[], what: string): Map<string, Place> | null {
    const { value } = place;
    if (!isMap(value)) {
      this.note(place, `${what} must be a mapping with the keys ${known.join(', ')}.`);
      return null;
    }
    const found = new Map<string, Place>();
    for (const pair of value.items) {
      const key = pair.key as Node;
      const name = isScalar(key) ? String(key.value) : '';
      if (known.includes(name)) found.set(name, { value: pair.value as Node | null, key });
      else this.note({ value: key, key }, `there is no key ${quoted(name)}.${meant(name, known)}`);
    }
    return found;
  }

  /** The members of a list; null, and noted, where something else stands. */
  list(place: Place, what: string): Place[] | null {
    const { value } = place;
    if (isSeq(value)) return value.items.map((item) => ({ value: item as Node | null, key: value }));
    this.note(place, `${what} must be a list: one line for each, with a hyphen and a space before it.`);
    return null;
  }

  isMapping({ value }: Place): boolean {
    return isMap(value);
  }

  /** A text on one line; null, and noted, where something else stands. */
  text(place: Place, what: string, lengthMax: number): string | null {
    const text = isScalar(place.value) ? place.value.value : undefined;
    if (typeof text === 'number' || typeof text === 'boolean')
      return this.#refuse(place, `${what} must be text: put it in quotes.`);
    if (typeof text !== 'string' || text.trim() === '') return this.#refuse(place, `${what} must be a text.`);
    if (text.length > lengthMax) return this.#refuse(place, `${what} is longer than ${lengthMax} characters.`);
    if (/\p{Cc}/u.test(text)) return this.#refuse(place, `${what} holds a line end or another control character.`);
    return text;
  }

  /** One of some words; null, and noted, where something else stands. */
  word<Word extends string>(place: Place, words: readonly Word[], what: string): Word | null {
    const text = isScalar(place.value) ? String(place.value.value) : '';
    const word = words.find((one) => one === text);
    return word ?? this.#refuse(place, `${what} must be one of ${words.join(', ')}.${meant(text, words)}`);
  }

  /** A whole number; null, and noted, where something else stands. */
  count(place: Place, what: string): number | null {
    const number = isScalar(place.value) ? place.value.value : undefined;
    if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
    return this.#refuse(place, `${what} must be a whole number, 0 or more.`);
  }

  #refuse(place: Place, message: string): null {
    this.note(place, message);
    return null;
  }

  /** What stands once and counts many times is how a small file becomes a large one. */
  #refuseAliases(): void {
    if (this.#text.document === null) return;
    const note = (node: Node, message: string): void => this.#text.note(node, message);
    visit(this.#text.document, {
      Alias: (_, node) => note(node, 'aliases are not read: write the value out.'),
      Node: (_, node) => {
        if ('anchor' in node && node.anchor) note(node, 'anchors are not read: leave it out.');
      },
    });
  }
}

function wordsOfLibrary({ code, message }: YAMLError): string {
  const said = code === 'MULTIPLE_DOCS' ? 'there is more than one document.' : message.replace(/\.?$/, '.');
  return `this is not YAML as it is read here: ${said}`;
}

export const quoted = (text: string): string => `"${text.length > 60 ? `${text.slice(0, 60)}…` : text}"`;

function meant(written: string, known: Iterable<string>): string {
  const max = Math.min(MEANT_LETTERS_MAX, Math.max(1, Math.floor(written.length / 2)));
  const word = written.length > 60 ? undefined : nearest(written.toLowerCase(), known, max);
  return word === undefined ? '' : ` Did you mean ${word}?`;
}
