/** The command line of the endpoint alone, and the file that names its hubs: that of the official emulator, so that one file serves both. */
import { readFileSync } from 'node:fs';
import type { Arguments } from '../../src/cli/arguments.ts';
import type { HubOptions } from '../eventhubs/hubs.ts';
import { AUDIT_HUB, SIGN_IN_HUB } from '../hubNames.ts';
import { PREFERRED_PORTS } from '../stack/freePorts.ts';
import { type Command, PARTITIONS_DEFAULT, PARTITIONS_MAX } from '../stack/options.ts';

export const HUBS_COMMAND: Command = {
  usage: 'node --import tsx local/hubs.ts [FLAGS]',
  about: [
    'Starts the local Event Hubs endpoint and nothing else, and prints one line of JSON when it listens. It takes any key.',
    'Its control port, for faults and state, is on loopback alone.',
  ],
  flags: {
    config: {
      value: 'FILE',
      about: "the hubs, in the form of the official emulator's Config.json; else the two of Entra",
    },
    data: { value: 'FOLDER', about: 'where events lie; else in memory, and gone at the end' },
    host: { value: 'ADDRESS', about: 'where to listen (127.0.0.1)' },
    port: { value: 'PORT', about: `for AMQP (${PREFERRED_PORTS.eventHubs})` },
    'control-port': { value: 'PORT', about: `(${PREFERRED_PORTS.control})` },
    check: {
      about: 'start nothing: end with 0 where an endpoint of this machine answers on its control port, else with 1',
    },
  },
};

export interface EndpointOptions {
  readonly hubs: readonly HubOptions[];
  readonly host: string;
  readonly port: number;
  readonly controlPort: number;
  readonly dataDir?: string;
  readonly check: boolean;
}

const DEFAULT_HUBS: readonly HubOptions[] = [SIGN_IN_HUB, AUDIT_HUB].map((name) => ({
  name,
  partitions: PARTITIONS_DEFAULT,
}));

/** What is asked for, or all that is wrong with it. */
export function readHubs({ flags }: Arguments): EndpointOptions | { readonly faults: string[] } {
  const faults: string[] = [];
  const port = (name: string, usual: number): number => {
    const text = flags.get(name) ?? String(usual);
    if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
    faults.push(`--${name} takes a port from 0 to 65535, not '${text}'.`);
    return usual;
  };
  const config = flags.get('config');
  const named = config === undefined ? { hubs: DEFAULT_HUBS } : hubsIn(config);
  if ('faults' in named) faults.push(...named.faults);
  const options = {
    hubs: 'hubs' in named ? named.hubs : [],
    host: flags.get('host') ?? '127.0.0.1',
    port: port('port', PREFERRED_PORTS.eventHubs),
    controlPort: port('control-port', PREFERRED_PORTS.control),
    ...(flags.has('data') && { dataDir: flags.get('data')! }),
    check: flags.has('check'),
  };
  return faults.length > 0 ? { faults } : options;
}

interface Entity {
  readonly Name?: unknown;
  readonly PartitionCount?: unknown;
  readonly ConsumerGroups?: readonly { readonly Name?: unknown }[];
}

function hubsIn(path: string): { readonly hubs: HubOptions[] } | { readonly faults: string[] } {
  let config: { UserConfig?: { NamespaceConfig?: readonly { Entities?: readonly Entity[] }[] } };
  try {
    config = JSON.parse(readFileSync(path, 'utf8')) as typeof config;
  } catch (error) {
    return { faults: [`--config ${path} cannot be read as JSON: ${(error as Error).message}`] };
  }
  const entities = config?.UserConfig?.NamespaceConfig?.[0]?.Entities;
  if (!Array.isArray(entities) || entities.length === 0)
    return { faults: [`--config ${path} names no hub: put them into UserConfig.NamespaceConfig[0].Entities.`] };
  const faults = entities.flatMap((entity: Entity, i) =>
    entityFaults(entity).map((fault) => `--config ${path}: UserConfig.NamespaceConfig[0].Entities[${i}]${fault}`),
  );
  if (faults.length > 0) return { faults };
  return {
    hubs: entities.map(({ Name, PartitionCount, ConsumerGroups = [] }: Entity) => ({
      name: Name as string,
      partitions: Number(PartitionCount),
      consumerGroups: ConsumerGroups.map((group) => group.Name as string),
    })),
  };
}

function entityFaults({ Name, PartitionCount, ConsumerGroups = [] }: Entity): string[] {
  const faults: string[] = [];
  if (typeof Name !== 'string' || Name === '') faults.push('.Name must be the name of a hub.');
  const partitions = Number(PartitionCount);
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > PARTITIONS_MAX)
    faults.push(`.PartitionCount must be a whole number from 1 to ${PARTITIONS_MAX}.`);
  if (!Array.isArray(ConsumerGroups) || ConsumerGroups.some(({ Name: name }) => typeof name !== 'string'))
    faults.push('.ConsumerGroups must be a list of { "Name": … }.');
  return faults;
}
