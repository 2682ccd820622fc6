/** YAML that people write, as it stands: parsed within bounds, each fault with its line and column. */
import {
  CST,
  type Document,
  Lexer,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLError,
  type YAMLWarning,
} from 'yaml';

/** A fault in a file: a whole sentence on the mend. Lines and columns count from 1. */
export interface YamlFault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** `line 3, column 5` */
export const placeOf = ({ line, column }: Pick<YamlFault, 'line' | 'column'>): string =>
  `line ${line}, column ${column}`;

export interface YamlOptions {
  /** `failsafe`: every scalar is a text, whatever it looks like. */
  readonly schema?: 'core' | 'failsafe';
  /**
   * What is said where the text is not YAML; null for nothing. The library's own sentences repeat what stands there, which
   * must not be of a file that holds secrets.
   */
  readonly wordsOf: (problem: YAMLError | YAMLWarning) => string | null;
}

/** More faults than this help no one. */
const FAULTS_MAX = 100;

/** A text with what is noted of it. */
export class YamlText {
  /** Null where the text is nested so deeply that it is not parsed. */
  readonly document: Document | null;
  readonly #lines = new LineCounter();
  readonly #faults: { readonly offset: number; readonly message: string }[] = [];

  constructor(written: string, { schema = 'core', wordsOf }: YamlOptions) {
    const text = written.replace(/^\uFEFF/, '');
    this.document = isDeep(text)
      ? null
      : parseDocument(text, { schema, lineCounter: this.#lines, prettyErrors: false });
    if (this.document === null) this.note(null, 'it is nested too deeply');
    // Of several at one place the first tells, and the others follow from it.
    const problems = [...(this.document?.errors ?? []), ...(this.document?.warnings ?? [])].reverse();
    for (const [offset, message] of new Map(problems.map((problem) => [problem.pos[0], wordsOf(problem)])))
      if (message !== null) this.note(offset, message);
  }

  get root(): Node | null {
    return (this.document?.contents ?? null) as Node | null;
  }

  get isFaulty(): boolean {
    return this.#faults.length > 0;
  }

  /** In the order of the file. */
  get faults(): readonly YamlFault[] {
    const sorted = [...this.#faults].sort((a, b) => a.offset - b.offset);
    return sorted.slice(0, FAULTS_MAX).map(({ offset, message }) => ({
      ...this.#placeAt(offset),
      message: /[.?]$/.test(message) ? message : `${message}.`,
    }));
  }

  /** How many faults there are beside those that are told. */
  get faultsMore(): number {
    return Math.max(0, this.#faults.length - FAULTS_MAX);
  }

  /** Notes a fault of a value, or at an offset; null for the beginning. */
  note(at: Node | number | null, message: string): void {
    this.#faults.push({ offset: offsetOf(at), message });
  }

  placeOf(node: Node | null): Pick<YamlFault, 'line' | 'column'> {
    return this.#placeAt(offsetOf(node));
  }

  #placeAt(offset: number): Pick<YamlFault, 'line' | 'column'> {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }
}

const offsetOf = (at: Node | number | null): number => (typeof at === 'number' ? at : (at?.range?.[0] ?? 0));

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
