/** The command line of `npm run local`; apart from what it does, so that its help need not wait for that. */
import { type Command, partitionsOf, type Reading, readCommand } from './options.ts';

export interface LocalOptions {
  readonly partitions: number;
  readonly withService: boolean;
  /** Null for the usual one. */
  readonly dataFolder: string | null;
  readonly fresh: boolean;
}

const COMMAND: Command = {
  usage: 'npm run local [-- FLAGS]',
  about: [
    'Starts an Event Hubs endpoint, blob storage (Azurite), Redis and the service on this machine, without traffic,',
    'and prints one line of JSON with their addresses when all are ready. Ctrl-C ends all of it; the data stay.',
    'The service takes its other settings, such as LOG_LEVEL, from the environment, and logs to standard error.',
  ],
  flags: {
    partitions: { value: 'N', about: 'partitions of each hub (4)' },
    'no-service': { about: 'leave the service out, to start any number of them by hand' },
    data: {
      value: 'FOLDER',
      about: 'where the data lie (.local/local of the checkout, or the next one that is not in use)',
    },
    fresh: { about: 'begin without the data of earlier runs' },
  },
};

/** Reads the command line (without program and script). */
export function readLocal(
  argv: readonly string[],
): Exclude<Reading, { kind: 'run' }> | { kind: 'run'; options: LocalOptions } {
  const reading = readCommand(COMMAND, argv, ({ flags }) => {
    const partitions = partitionsOf(flags.get('partitions'));
    return typeof partitions === 'string' ? [partitions] : [];
  });
  if (reading.kind !== 'run') return reading;
  const { flags } = reading.args;
  return {
    kind: 'run',
    options: {
      partitions: partitionsOf(flags.get('partitions')) as number,
      withService: !flags.has('no-service'),
      dataFolder: flags.get('data') ?? null,
      fresh: flags.has('fresh'),
    },
  };
}
