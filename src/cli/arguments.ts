/** Reads a command's arguments by its table of flags and lists everything that is wrong with them. */
import { parseArgs } from 'node:util';
import { nearest } from '../nearest.ts';

export interface Flag {
  /** A word for the value, such as `TIME`; left out for a flag that is just there or not. */
  readonly value?: string;
  readonly about: string;
}

export type Flags = Readonly<Record<string, Flag>>;

export interface Arguments {
  /** By name without dashes; the empty text for a flag without value. */
  readonly flags: ReadonlyMap<string, string>;
  readonly positionals: readonly string[];
  /** Whole sentences. */
  readonly faults: readonly string[];
}

/** Farther words are not what was meant. */
const SUGGESTION_LETTERS_MAX = 3;

/** ` Did you mean …?`, or nothing where no known word is near. */
export function suggestion(written: string, known: Iterable<string>, prefix = ''): string {
  const max = Math.min(SUGGESTION_LETTERS_MAX, Math.max(1, Math.floor(written.length / 2)));
  const word = nearest(written.toLowerCase(), known, max);
  return word === undefined ? '' : ` Did you mean ${prefix}${word}?`;
}

export function readArguments(argv: readonly string[], known: Flags): Arguments {
  const options = Object.fromEntries(
    Object.entries(known).map(([name, { value }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  // Lenient, because the strict reading stops at the first fault.
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  const flags = new Map<string, string>();
  const positionals: string[] = [];
  const faults: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const fault = flagFault(token, known, flags);
    if (fault === null) flags.set(token.name, token.value ?? '');
    else faults.push(fault);
  }
  return { flags, positionals, faults };
}

interface Token {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function flagFault(token: Token, known: Flags, given: ReadonlyMap<string, string>): string | null {
  const { name, rawName, value, inlineValue } = token;
  const flag = Object.hasOwn(known, name) ? known[name] : undefined;
  if (flag === undefined) return `There is no flag ${rawName}.${suggestion(name, Object.keys(known), '--')}`;
  if (given.has(name)) return `${rawName} is given twice.`;
  if (flag.value === undefined) return value === undefined ? null : `${rawName} takes no value.`;
  // `--at --rows` is a value left out, not a time called --rows.
  const isLeftOut = value === undefined || value === '' || (!inlineValue && /^-./.test(value));
  return isLeftOut ? `${rawName} needs a value: ${rawName} ${flag.value}.` : null;
}
