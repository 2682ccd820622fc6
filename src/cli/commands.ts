/** The commands by name: what their help says, which flags they take, and where their code is. */
import { FINDING_VIEWS } from '../detection/views.ts';
import type { Arguments, Flags } from './arguments.ts';
import type { Io } from './io.ts';

/** Runs with arguments that may still hold faults, so that all faults are told at once; resolves with the exit code. */
export type Run = (args: Arguments, io: Io) => Promise<number>;

export interface Command {
  /** What follows `guestwatch`. */
  readonly usage: string;
  readonly summary: string;
  readonly flags: Flags;
  /** More lines for its own help. */
  readonly notes: readonly string[];
  /** Loaded only when it runs: the help must not wait for the service's packages. */
  readonly load: () => Promise<Run>;
}

const EVERYWHERE: Flags = {
  help: { about: 'say what there is, and end' },
  version: { about: 'say which version this is, and end' },
};

export const COMMANDS: Readonly<Record<string, Command>> = {
  serve: {
    usage: 'serve [--roles ROLES]',
    summary: 'run the service',
    flags: {
      roles: {
        value: 'ROLES',
        about: 'of consumer, api and delivery those to run, parted by commas (all, unless said)',
      },
      ...EVERYWHERE,
    },
    notes: ['Settings come from the environment; the README lists them. Logs are JSON lines on standard error.'],
    load: async () => (await import('./serve.ts')).serve,
  },
  replay: {
    usage: 'replay [FLAGS] FILE…',
    summary: 'the same engine over files of records, without any server',
    flags: {
      findings: { about: 'give findings (the default)' },
      rows: { about: "give the rule's own rows over its window up to --at" },
      view: { value: 'VIEW', about: `findings: ${FINDING_VIEWS.join(', ')}; rows: strict (the default), resolved` },
      at: { value: 'TIME', about: 'use what happened up to this time; else the newest time that is not in the future' },
      format: {
        value: 'FORMAT',
        about:
          'table (the default on a terminal), json (the default elsewhere), ndjson, csv, ocsf (findings alone, one array)',
      },
      expect: {
        value: 'FILE',
        about: 'compare with the expectations in a file of YAML; end with 1 and the difference where one does not hold',
      },
      junit: { value: 'FILE', about: 'with --expect: write what came of each expectation as JUnit XML, too' },
      'strict-input': { about: 'end with 1 where a record could not be understood' },
      ...EVERYWHERE,
    },
    notes: [
      'FILE holds records as Entra writes them: JSON or newline-delimited JSON, in any envelope, plain or gzip; - is standard input.',
      'Records that cannot be understood are counted by reason on standard error.',
      'An expectation is `{ actor, view?, exactly | at_least | at_most: N }`; actor is a UPN, a home UPN or an object id, in any case.',
      'RULE_FILE adds operations and sets window and severity, as it does for the service.',
    ],
    load: async () => (await import('./replay.ts')).replay,
  },
  rule: {
    usage: 'rule show|adopt',
    summary: 'tell which rule is in force, or put that of RULE_FILE in force',
    flags: EVERYWHERE,
    notes: [
      'show works without Redis, too, and says so then. adopt asks nothing: it says what it changed, and changes nothing',
      'where the rule is in force already. It needs the settings of Redis and the state (REDIS_URL, STATE_SHARDS, …).',
    ],
    load: async () => (await import('./rule.ts')).rule,
  },
  erase: {
    usage: 'erase --tenant ID --actor ID [--dry-run]',
    summary: 'remove all that is kept of an actor, and what was enqueued of it for good',
    flags: {
      tenant: { value: 'ID', about: 'the tenant that it is known in' },
      actor: { value: 'ID', about: 'its UPN, at home or as a guest, or its object id' },
      'dry-run': { about: 'only count what would go' },
      ...EVERYWHERE,
    },
    notes: [
      'Services may run meanwhile. To do it again is safe, and ends what was cut short. It needs the settings of Redis and the',
      'state (REDIS_URL, STATE_SHARDS, …). docs/operations.md says what it reaches and what it does not.',
    ],
    load: async () => (await import('./erase.ts')).erase,
  },
  reshard: {
    usage: 'reshard --shards N',
    summary: 'give the state that is there another number of shards',
    flags: {
      shards: { value: 'N', about: 'how many there are to be: STATE_SHARDS from then on' },
      ...EVERYWHERE,
    },
    notes: [
      'Stop all services first, and start them with the new number after it: docs/operations.md. To do it again is safe, and ends what',
      'was cut short; until then no service starts. It needs the settings of Redis.',
    ],
    load: async () => (await import('./reshard.ts')).reshard,
  },
  keys: {
    usage: 'keys new NAME --scope SCOPE [FLAGS]',
    summary: 'make an API key: print it once, and its line for the file of keys',
    flags: {
      scope: {
        value: 'SCOPE',
        about: 'findings:read, findings:triage (which includes it) or admin (which includes both)',
      },
      tenant: { value: 'ID', about: 'the tenants that it may see, parted by commas; else all' },
      expires: { value: 'WHEN', about: 'a span such as 90d, a day, a time, or never; else 365d' },
      ...EVERYWHERE,
    },
    notes: [
      'The key is the first line of standard output; the second line goes into the file that API_KEYS_FILE names.',
    ],
    load: async () => (await import('./keys.ts')).keys,
  },
  healthcheck: {
    usage: 'healthcheck',
    summary: 'ask a running service whether it is ready: 0 if so, else 1',
    flags: EVERYWHERE,
    notes: ['It asks OPS_HOST and OPS_PORT.'],
    load: async () => (await import('./healthcheck.ts')).healthcheck,
  },
};

const EXIT_CODES =
  'Exit codes: 0 good, 1 the answer is no, 2 bad arguments or settings, 3 something needed cannot be reached.';

/** Two columns, the first as wide as its widest. */
function columns(pairs: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...pairs.map(([left]) => left.length));
  return pairs.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

export function generalHelp(): string {
  return [
    'guestwatch finds privileged Microsoft Entra ID operations by guest accounts.',
    '',
    'Usage: guestwatch COMMAND',
    '',
    ...columns([
      ...Object.values(COMMANDS).map(({ usage, summary }) => [usage, summary] as const),
      ['--help, --version', 'also after a command'],
    ]),
    '',
    EXIT_CODES,
    '',
  ].join('\n');
}

export function commandHelp({ usage, summary, flags, notes }: Command): string {
  const rows = Object.entries(flags).map(
    ([name, { value, about }]) => [`--${name}${value ? ` ${value}` : ''}`, about] as const,
  );
  return [
    `Usage: guestwatch ${usage}`,
    '',
    `${summary[0]!.toUpperCase()}${summary.slice(1)}.`,
    '',
    ...columns(rows),
    '',
    ...notes,
    EXIT_CODES,
    '',
  ].join('\n');
}
