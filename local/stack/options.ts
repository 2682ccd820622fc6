/** The command lines of the two commands that start a stack: what they take, their help, and all that is wrong with them. */
import { fileURLToPath } from 'node:url';
import { type Arguments, type Flags, readArguments } from '../../src/cli/arguments.ts';

/** The folder of the checkout where everything that is made here lies, with a slash at its end. */
export const LOCAL_FOLDER = fileURLToPath(new URL('../../.local/', import.meta.url));

export const PARTITIONS_DEFAULT = 4;
/** More than that is slow to claim, and no namespace outside the dearest tier has them. */
export const PARTITIONS_MAX = 32;

export interface Command {
  /** What to type. */
  readonly usage: string;
  readonly about: readonly string[];
  readonly flags: Flags;
}

export type Reading =
  | { readonly kind: 'run'; readonly args: Arguments }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

const HELP: Flags = { help: { about: 'say this, and end' } };

/** Reads a command line; `check` gives what is wrong with the values. */
export function readCommand(command: Command, argv: readonly string[], check: (args: Arguments) => string[]): Reading {
  const args = readArguments(
    argv.map((word) => (word === '-h' ? '--help' : word)),
    { ...command.flags, ...HELP },
  );
  if (args.flags.has('help')) return { kind: 'help', text: helpOf(command) };
  const strays = args.positionals.map((word) => `'${word}' means nothing here: there are only flags.`);
  const faults = [...args.faults, ...strays, ...check(args)];
  return faults.length > 0 ? { kind: 'faults', faults } : { kind: 'run', args };
}

function helpOf({ usage, about, flags }: Command): string {
  const rows = Object.entries({ ...flags, ...HELP }).map(
    ([name, flag]) => [`--${name}${flag.value ? ` ${flag.value}` : ''}`, flag.about] as const,
  );
  const width = Math.max(...rows.map(([left]) => left.length));
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
  return [`Usage: ${usage}`, '', ...about, '', ...lines, ''].join('\n');
}

/** A number of partitions, or what is wrong with it. */
export function partitionsOf(text: string | undefined): number | string {
  if (text === undefined) return PARTITIONS_DEFAULT;
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return number >= 1 && number <= PARTITIONS_MAX
    ? number
    : `--partitions takes a whole number from 1 to ${PARTITIONS_MAX}, not '${text}'.`;
}
