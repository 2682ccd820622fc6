/** What `npm run bench` was asked for, out of its arguments. */
import { parseArgs } from 'node:util';
import type { Row } from './figure.ts';

export interface Options {
  readonly rows: readonly Row[];
  readonly pairs: number;
  readonly check: boolean;
  readonly json: boolean;
}

/** `help` is to be printed; a `fault` says in one sentence what is wrong. */
export type Asked = { readonly options: Options } | { readonly help: string } | { readonly fault: string };

/** Fewer than five say nothing on a machine that others use, too. */
const PAIRS = 5;
const PAIRS_MAX = 100;

export const helpOf = (
  rows: readonly Row[],
): string => `Measures how fast guestwatch is, each figure against a floor or a peer in the same run.

  npm run bench -- [ROW...] [--check] [--json] [--pairs N]

  --check     ends with 1 where a target is missed
  --json      prints the figures as JSON
  --pairs N   so many pairs of measurements for each ratio, of which the median is taken (${PAIRS})

Rows, all of them unless some are named:
${rows.map(({ name, about }) => `  ${name.padEnd(Math.max(...rows.map((row) => row.name.length)))}  ${about}`).join('\n')}
`;

/** Reads the arguments; `rows` are those that there are. */
export function readOptions(argv: readonly string[], rows: readonly Row[]): Asked {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        check: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        pairs: { type: 'string', default: String(PAIRS) },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return { help: helpOf(rows) };
    const known = rows.map(({ name }) => name);
    const stranger = positionals.find((name) => !known.includes(name));
    if (stranger !== undefined) throw new Error(`There is no row ${stranger}; there are ${known.join(', ')}.`);
    const pairs = /^\d{1,3}$/.test(values.pairs) ? Number(values.pairs) : 0;
    if (pairs < 1 || pairs > PAIRS_MAX)
      throw new Error(`--pairs ${values.pairs} is no whole number from 1 to ${PAIRS_MAX}.`);
    const chosen = positionals.length === 0 ? rows : rows.filter(({ name }) => positionals.includes(name));
    return { options: { rows: chosen, pairs, check: values.check, json: values.json } };
  } catch (error) {
    return { fault: (error as Error).message };
  }
}
