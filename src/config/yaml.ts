/** Reads YAML that people write: each value with the place where it stands, and every fault by line and column. */
import { CST, isMap, isScalar, isSeq, Lexer, LineCounter, type Node, parseDocument, visit, type YAMLError } from 'yaml';
import { nearest } from './nearest.ts';

/** A fault in a file: a whole sentence on the mend. Lines and columns count from 1. */
export interface YamlFault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** `line 3, column 5: …` */
export const wordsOf = ({ line, column, message }: YamlFault): string => `line ${line}, column ${column}: ${message}`;

export interface YamlLimits {
  /** Length of the file in UTF-16 code units. */
  readonly lengthMax: number;
}

/** Words farther away than this are not what was meant. */
const MEANT_LETTERS_MAX = 3;
/** More faults than this help no one. */
const FAULTS_MAX = 100;

/** One value of a file. `key` is what stands before the colon, if anything does: an empty value has no place of its own. */
export interface Place {
  readonly value: Node | null;
  readonly key: Node | null;
}

/** A file that is read piece by piece: what is wrong with each is noted, and reading goes on. */
export class YamlReader {
  readonly root: Place;
  readonly #lines = new LineCounter();
  readonly #faults: YamlFault[] = [];

  constructor(text: string, { lengthMax }: YamlLimits) {
    this.root = { value: text.length > lengthMax ? this.#tooLong(lengthMax) : this.#parse(text), key: null };
  }

  /** In the order of the file. */
  get faults(): readonly YamlFault[] {
    return [...this.#faults].sort((a, b) => a.line - b.line || a.column - b.column).slice(0, FAULTS_MAX);
  }

  note({ value, key }: Place, message: string): void {
    this.#noteAt(value?.range?.[0] ?? key?.range?.[0] ?? 0, message);
  }

  lineOf({ value, key }: Place): number {
    return this.#lines.linePos(value?.range?.[0] ?? key?.range?.[0] ?? 0).line;
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

  #noteAt(offset: number, message: string): void {
    const { line, col } = this.#lines.linePos(offset);
    this.#faults.push({ line: Math.max(1, line), column: Math.max(1, col), message });
  }

  #tooLong(lengthMax: number): null {
    this.#noteAt(0, `the file is longer than ${lengthMax} characters: it is the wrong file, or too much.`);
    return null;
  }

  #parse(written: string): Node | null {
    const text = written.replace(/^\uFEFF/, '');
    if (isDeep(text)) {
      this.#noteAt(0, 'it is nested too deeply.');
      return null;
    }
    const document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    // Of several at one place the first tells, and the others follow from it.
    const problems = [...document.errors, ...document.warnings].reverse();
    for (const [offset, message] of new Map(problems.map((problem) => [problem.pos[0], wordsOfLibrary(problem)])))
      this.#noteAt(offset, `this is not YAML as it is read here: ${message}`);
    // What stands once and counts many times is how a small file becomes a large one.
    visit(document, {
      Alias: (_, { range }) => this.#noteAt(range?.[0] ?? 0, 'aliases are not read: write the value out.'),
      Node: (_, { range, ...node }) => {
        if ('anchor' in node && node.anchor) this.#noteAt(range?.[0] ?? 0, 'anchors are not read: leave it out.');
      },
    });
    return document.contents as Node | null;
  }
}

/** Values within values, in brackets, behind hyphens on one line, and by indentation (in spaces). */
const DEPTH_MAX = 32;
const INDENT_MAX = 200;

/** Whether values lie so deep in each other that the library, which calls itself for each, would run out of stack and take the process along. */
function isDeep(text: string): boolean {
  if (new RegExp(`^ {${INDENT_MAX}}`, 'm').test(text)) return true;
  let inBrackets = 0;
  let onLine = 0;
  let isText = false;
  for (const token of new Lexer().lex(text)) {
    const type: string | null = isText ? null : CST.tokenType(token);
    isText = type === 'scalar';
    if (type === 'flow-seq-start' || type === 'flow-map-start') inBrackets += 1;
    else if (type === 'flow-seq-end' || type === 'flow-map-end') inBrackets = Math.max(0, inBrackets - 1);
    else if (type === 'newline') onLine = 0;
    else if (inBrackets === 0 && type !== null && type.endsWith('-ind')) onLine += 1;
    if (inBrackets > DEPTH_MAX || onLine > DEPTH_MAX) return true;
  }
  return false;
}

function wordsOfLibrary({ code, message }: YAMLError): string {
  return code === 'MULTIPLE_DOCS' ? 'there is more than one document.' : message.replace(/\.?$/, '.');
}

export const quoted = (text: string): string => `"${text.length > 60 ? `${text.slice(0, 60)}…` : text}"`;

function meant(written: string, known: Iterable<string>): string {
  const max = Math.min(MEANT_LETTERS_MAX, Math.max(1, Math.floor(written.length / 2)));
  const word = written.length > 60 ? undefined : nearest(written.toLowerCase(), known, max);
  return word === undefined ? '' : ` Did you mean ${word}?`;
}
