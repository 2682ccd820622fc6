/** Reads a Dockerfile as far as tests need it: its stages, and in each its instructions in order. */
import { readFileSync } from 'node:fs';

export const ROOT = new URL('../../', import.meta.url);
export const readText = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

export interface Instruction {
  /** In upper case. */
  readonly verb: string;
  readonly flags: ReadonlyMap<string, string>;
  /** What follows verb and flags. */
  readonly rest: string;
}

export interface Stage {
  /** What comes after FROM: an image or another stage. */
  readonly base: string;
  /** Empty for one without a name. */
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** Before the first stage: `ARG NAME=default`. */
  readonly args: ReadonlyMap<string, string>;
  readonly stages: readonly Stage[];
}

export function readDockerfile(path: string): Dockerfile {
  const instructions = readText(path)
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .flatMap((line) => (line.trim() === '' ? [] : [instructionOf(line.trim())]));
  const first = instructions.findIndex(({ verb }) => verb === 'FROM');
  const stages: { base: string; name: string; instructions: Instruction[] }[] = [];
  for (const instruction of instructions.slice(first)) {
    const [, base = '', name = ''] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(instruction.rest) ?? [];
    if (instruction.verb === 'FROM') stages.push({ base, name, instructions: [] });
    else stages.at(-1)!.instructions.push(instruction);
  }
  return { args: new Map(instructions.slice(0, first).map(({ rest }) => pairOf(rest))), stages };
}

function instructionOf(line: string): Instruction {
  const [, verb = '', given = '', rest = ''] = /^(\w+)\s+((?:--\S+\s+)*)(.*)$/.exec(line) ?? [];
  const flags = new Map(given.split(/\s+/).flatMap((flag) => (flag === '' ? [] : [pairOf(flag.slice(2))])));
  return { verb: verb.toUpperCase(), flags, rest };
}

/** `NAME=value`; a value that is left out is empty. */
export function pairOf(text: string): [string, string] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1).replace(/^"(.*)"$/, '$1')];
}

/** The pairs of an `ENV` or `LABEL`. */
export const pairsOf = (rest: string): Map<string, string> =>
  new Map([...rest.matchAll(/(\S+?=(?:"[^"]*"|\S*))/g)].map(([, pair]) => pairOf(pair!)));
