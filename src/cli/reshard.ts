/** The command `reshard`: another number of shards for the state that is there. */
import { type Config, readConfig, StartFault } from '../config.ts';
import type { Resharded, Resharding } from '../service/resharding.ts';
import type { Arguments } from './arguments.ts';
import { EXIT, type Io, sayFaults } from './io.ts';

/** Opens what changes it. */
export type OpenResharding = (config: Config, now: () => number) => Resharding;

const openLater = async (): Promise<OpenResharding> => (await import('../service/resharding.ts')).openResharding;

export async function reshard(args: Arguments, io: Io, open?: OpenResharding): Promise<number> {
  // As STATE_SHARDS is read, so that what is done here is what services take.
  const shards = args.flags.get('shards')?.trim() ?? '';
  const settings = readConfig({ ...io.env, STATE_SHARDS: shards === '' ? '1' : shards }, { roles: [] });
  const faults = [...args.faults];
  if (!args.flags.has('shards') && faults.length === 0) faults.push('reshard needs the number: --shards N.');
  if (args.positionals.length > 0) faults.push('reshard takes no arguments besides its flags.');
  if ('problems' in settings)
    faults.push(...settings.problems.map(({ message }) => message.replace(/^STATE_SHARDS/, '--shards')));
  if (faults.length > 0 || 'problems' in settings) {
    sayFaults(io, faults);
    return EXIT.fault;
  }
  const to = settings.config.state.shards;
  const resharding = (open ?? (await openLater()))(settings.config, () => io.now());
  try {
    io.stdout.write(`${told(await resharding.reshard(to), to).join('\n')}\n`);
    return EXIT.good;
  } catch (error) {
    if (!(error instanceof StartFault)) throw error;
    sayFaults(io, error.faults);
    return error.kind === 'settings' ? EXIT.fault : EXIT.unreachable;
  } finally {
    resharding.close();
  }
}

function told(outcome: Resharded, to: number): string[] {
  if (outcome.kind === 'same') return [`The state has ${to} already: nothing changes.`];
  const { from, findings, tenants } = outcome;
  return [
    `Shards: ${from} -> ${to}. ${findings} findings of ${tenants.length} tenants have moved, with what was noted of them.`,
    `Set STATE_SHARDS=${to} for every service and start them: facts are read again from the hubs, START_BACK ago or earlier.`,
    'Readers of the feed start over: their cursors are of the shards before.',
  ];
}
