/** The command `erase`: all that is kept of an actor goes, or is counted. */
import { pino } from 'pino';
import { type Config, readConfig, StartFault } from '../config.ts';
import { formatTicks, ticksOfMs } from '../detection/time.ts';
import { log, withEvent } from '../log.ts';
import type { Erasing, Erasure } from '../service/erasure.ts';
import type { Arguments } from './arguments.ts';
import { EXIT, type Io, sayFaults } from './io.ts';

/** Opens what erases. */
export type OpenErasing = (config: Config, now: () => number) => Erasing;

const openLater = async (): Promise<OpenErasing> => (await import('../service/erasure.ts')).openErasing;

interface Wanted {
  readonly tenantId: string;
  readonly actor: string;
}

export async function erase(args: Arguments, io: Io, open?: OpenErasing): Promise<number> {
  const { wanted, faults } = readWanted(args);
  // Neither hubs nor storage are asked for: no role is to run.
  const settings = readConfig(io.env, { roles: [] });
  const all = [...faults, ...('problems' in settings ? settings.problems.map(({ message }) => message) : [])];
  if (all.length > 0 || 'problems' in settings) {
    sayFaults(io, all);
    return EXIT.fault;
  }
  const isDry = args.flags.has('dry-run');
  const erasing = (open ?? (await openLater()))(settings.config, () => io.now());
  try {
    const erasure = await erasing.erase(wanted, { isDry });
    if (erasure.kind === 'several') {
      sayFaults(io, severalOf(wanted, erasure));
      return EXIT.no;
    }
    if (!isDry) tellLog(io, settings.config, erasure);
    io.stdout.write(`${told(erasure, isDry).join('\n')}\n`);
    return EXIT.good;
  } catch (error) {
    if (!(error instanceof StartFault)) throw error;
    sayFaults(io, error.faults);
    return error.kind === 'settings' ? EXIT.fault : EXIT.unreachable;
  } finally {
    erasing.close();
  }
}

function readWanted({ flags, positionals, faults }: Arguments): { wanted: Wanted; faults: string[] } {
  const all = [...faults];
  const [tenant = '', actor = ''] = ['tenant', 'actor'].map((name) => flags.get(name)?.trim());
  const isFaulty = (name: string): boolean => faults.some((fault) => fault.includes(`--${name}`));
  if (tenant === '' && !isFaulty('tenant')) all.push('erase needs the tenant: --tenant ID.');
  if (actor === '' && !isFaulty('actor')) all.push('erase needs to know whom: --actor ID, a UPN or an object id.');
  if (positionals.length > 0) all.push('erase takes no arguments besides its flags.');
  return { wanted: { tenantId: tenant.toLowerCase(), actor }, faults: all };
}

type Erased = Extract<Erasure, { kind: 'erased' }>;
type Several = Extract<Erasure, { kind: 'several' }>;

/** The audit log: that it was done, and of how much; not who it was. */
function tellLog(io: Io, config: Config, { person, until, counts }: Erased): void {
  const logger = pino(
    {
      ...{ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime },
      formatters: { log: withEvent },
    },
    io.stderr,
  );
  const { findings, notes, ...numbers } = counts;
  log(logger, 'actor_erased', {
    ...{ tenantId: person.tenantId, until: new Date(until).toISOString() },
    ...{ ...numbers, findings: findings.length, notes: notes.length },
  });
}

const severalOf = ({ actor }: Wanted, { objectIds }: Several): string[] => [
  `${actor} is, or was, the name of several accounts. Say which one is meant by its object id:`,
  ...objectIds.map((id) => `  --actor ${id}`),
];

function told({ person, until, counts }: Erased, isDry: boolean): string[] {
  const { signIns, operations, findings, revisions, deliveries, deadLetters, suppressions, notes } = counts;
  const rows: [string, number][] = [
    ['sign-ins', signIns],
    ['privileged operations', operations],
    ['findings', findings.length],
    ['revisions in the feed', revisions],
    ['deliveries', deliveries],
    ['dead letters', deadLetters],
    ['suppressions', suppressions],
    ['findings of others with notes that name them', notes.length],
  ];
  const width = Math.max(...rows.map(([what]) => what.length));
  return [
    `${isDry ? 'Would erase' : 'Erased'}, of tenant ${person.tenantId}:`,
    `  object id  ${person.objectId ?? 'none is known'}`,
    `  UPN        ${person.homes.join(', ') || 'none is known'}`,
    '',
    ...rows.map(([what, count]) => `  ${what.padEnd(width)}  ${count}`),
    '',
    ...(findings.length === 0
      ? []
      : ['Findings, as whoever was sent them knows them:', ...findings.map((id) => `  ${id}`), '']),
    ...(isDry
      ? ['Nothing was written.']
      : [
          `What was enqueued before ${formatTicks(ticksOfMs(until))} is not taken in again for 90 days.`,
          'Copies elsewhere are not reached: backups of Redis, what was sent to others, the event hub itself. See docs/operations.md.',
        ]),
  ];
}
