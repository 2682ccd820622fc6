/** What `npm run soak` was asked for, out of its arguments. */
import { parseArgs } from 'node:util';
import { durationMs, wholeNumber } from '../faults/arguments.ts';

export interface Options {
  readonly forMs: number;
  readonly seed: number;
  readonly restartMs: number;
  /** Records a second that are no facts, beside those that are judged. */
  readonly rate: number;
  readonly json: boolean;
}

/** `help` is to be printed; a `fault` says in one sentence what is wrong. */
export type Asked = { readonly options: Options } | { readonly help: string } | { readonly fault: string };

const MINUTE_MS = 60_000;
const FOR_MS = 5 * MINUTE_MS;
const RESTART_MS = 5 * MINUTE_MS;
const RATE = 1_000;
/** One process sends and looks on, too: more than this it could not send. */
const RATE_MAX = 20_000;

export const HELP = `Keeps two services under load, replaces them one after the other again and again, and holds all that they answer and tell
against a pure fold over what was sent, part by part. Prints figures while it runs and at its end; Ctrl-C ends it early.

  npm run soak -- [--for DURATION] [--seed S] [--restart-every DURATION] [--rate N] [--json]

  --for DURATION            how long events are sent, such as 90s, 30m or 2h (5m)
  --seed S                  of what is sent: the same seed means the same records all day long (1)
  --restart-every DURATION  between two rolling restarts (5m, or half of the whole if that is less)
  --rate N                  so many members' sign-ins a second beside what is judged, up to ${RATE_MAX} (${RATE})
  --json                    prints the figures at the end as JSON, and the rest on standard error

Ends with 0 where every law held, with 1 at the first that did not, with 2 for bad arguments.
`;

export function readOptions(argv: readonly string[]): Asked {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        for: { type: 'string' },
        seed: { type: 'string', default: '1' },
        'restart-every': { type: 'string' },
        rate: { type: 'string', default: String(RATE) },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return { help: HELP };
    const forMs = values.for === undefined ? FOR_MS : durationMs('--for', values.for);
    const every = values['restart-every'];
    const restartMs = every === undefined ? Math.min(RESTART_MS, forMs / 2) : durationMs('--restart-every', every);
    const rate = wholeNumber('--rate', values.rate, 0);
    if (rate > RATE_MAX) throw new Error(`--rate ${rate} is more than ${RATE_MAX}.`);
    return { options: { forMs, restartMs, rate, seed: wholeNumber('--seed', values.seed, 0), json: values.json } };
  } catch (error) {
    return { fault: (error as Error).message };
  }
}
