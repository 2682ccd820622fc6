/** The hubs of the endpoint: their partitions and consumer groups, on disk or in memory, and their being made anew. */
import fs from 'node:fs';
import path from 'node:path';
import { Journal } from './journal.ts';
import { PartitionLog, type Retention } from './log.ts';

/** A hub to serve. Names are compared without regard to case. */
export interface HubOptions {
  readonly name: string;
  /** Number of partitions; their ids are '0' up to one less. */
  readonly partitions: number;
  /** Consumer groups besides `$Default`, which always exists. */
  readonly consumerGroups?: readonly string[];
}

export interface Partition {
  readonly id: string;
  readonly log: PartitionLog;
}

export interface Hub {
  readonly name: string;
  /** When the hub was made, in milliseconds since 1970. */
  readonly created: number;
  readonly consumerGroups: readonly string[];
  readonly partitions: readonly Partition[];
}

const defaultGroup = '$Default';
const partitionsMax = 1024;

interface Settings {
  readonly retention: Retention;
  readonly now: () => number;
  readonly dataDir: string | undefined;
}

/** All hubs by name. */
export class Hubs {
  readonly #hubs = new Map<string, Hub>();
  readonly #options = new Map<string, HubOptions>();
  readonly #settings: Settings;

  /** Opens or makes every hub. Throws when the options contradict themselves or what `dataDir` holds. */
  constructor(hubs: readonly HubOptions[], settings: Settings) {
    this.#settings = settings;
    for (const options of hubs) {
      const key = options.name.toLowerCase();
      if (this.#hubs.has(key)) throw new Error(`The hub ${options.name} is named twice.`);
      if (!(Number.isInteger(options.partitions) && options.partitions >= 1 && options.partitions <= partitionsMax)) {
        throw new Error(`The hub ${options.name} cannot have ${options.partitions} partitions: 1 to ${partitionsMax}.`);
      }
      this.#options.set(key, options);
      this.#hubs.set(key, this.#open(options));
    }
  }

  get all(): readonly Hub[] {
    return [...this.#hubs.values()];
  }

  find(name: string): Hub | undefined {
    return this.#hubs.get(name.toLowerCase());
  }

  /** Deletes the hub with all events and makes it anew: another creation time, sequence numbers from 0. */
  recreate(hub: Hub): Hub {
    for (const partition of hub.partitions) partition.log.close();
    const directory = this.#directory(hub.name);
    if (directory !== undefined) fs.rmSync(directory, { recursive: true, force: true });
    const key = hub.name.toLowerCase();
    const anew = this.#open(this.#options.get(key)!, hub.created + 1);
    this.#hubs.set(key, anew);
    return anew;
  }

  /** Gives the hub one partition more; the others stay as they are. */
  grow(hub: Hub): Hub {
    const key = hub.name.toLowerCase();
    const options = { ...this.#options.get(key)!, partitions: hub.partitions.length + 1 };
    const directory = this.#directory(hub.name);
    if (directory !== undefined) createdIn(directory, options, hub.created);
    const added = this.#openPartition(hub.name, hub.partitions.length, hub.created);
    const grown = { ...hub, partitions: [...hub.partitions, added] };
    this.#options.set(key, options);
    this.#hubs.set(key, grown);
    return grown;
  }

  close(): void {
    for (const hub of this.#hubs.values()) for (const partition of hub.partitions) partition.log.close();
  }

  #directory(name: string): string | undefined {
    const { dataDir } = this.#settings;
    return dataDir === undefined ? undefined : path.join(dataDir, encodeURIComponent(name.toLowerCase()));
  }

  #open(options: HubOptions, createdMin = 0): Hub {
    const directory = this.#directory(options.name);
    const fresh = Math.max(this.#settings.now(), createdMin);
    const created = directory === undefined ? fresh : createdIn(directory, options, fresh);
    const indices = Array.from({ length: options.partitions }, (_, index) => index);
    const partitions = indices.map((index) => this.#openPartition(options.name, index, created));
    const groups = (options.consumerGroups ?? []).filter((group) => !isSameName(group, defaultGroup));
    return { name: options.name, created, consumerGroups: [defaultGroup, ...groups], partitions };
  }

  #openPartition(name: string, index: number, created: number): Partition {
    const { retention, now } = this.#settings;
    const directory = this.#directory(name);
    const disk = directory === undefined ? undefined : Journal.open(path.join(directory, String(index)));
    return { id: String(index), log: new PartitionLog(created, retention, now, disk) };
  }
}

/** Whether two names of hubs or consumer groups mean the same. */
export function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** The creation time that the hub's directory tells, or `fresh`, which is then written there. */
function createdIn(directory: string, options: HubOptions, fresh: number): number {
  const file = path.join(directory, 'hub.json');
  let created = fresh;
  if (fs.existsSync(file)) {
    const known = JSON.parse(fs.readFileSync(file, 'utf8')) as { created: number; partitions: number };
    if (known.partitions > options.partitions) {
      throw new Error(
        `${directory} holds ${options.name} with ${known.partitions} partitions; it cannot be opened with ${options.partitions}. Delete it or ask for as many.`,
      );
    }
    if (known.partitions === options.partitions) return known.created;
    created = known.created;
  }
  fs.mkdirSync(directory, { recursive: true });
  // Renamed into place, so that a kill in between leaves either the old file or the new one.
  fs.writeFileSync(`${file}.new`, JSON.stringify({ name: options.name, created, partitions: options.partitions }));
  fs.renameSync(`${file}.new`, file);
  return created;
}
