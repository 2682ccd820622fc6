/** The whole service on real parts for one test file: servers, a stage of its own for each test, and services on it. */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { EventHubProducerClient, RetryMode } from '@azure/event-hubs';
import { pino } from 'pino';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { type EventHubsOptions, type LocalEventHubs, startEventHubs } from '../../local/eventhubs/endpoint.ts';
import { freePort } from '../../local/ports.ts';
import { startRedis } from '../../local/redis.ts';
import { type Config, type Environment, type Role, readConfig } from '../../src/config.ts';
import type { Tuning } from '../../src/consumer/options.ts';
import { groupBy } from '../../src/detection/group.ts';
import { startService } from '../../src/service.ts';
import type { Step } from '../faults/process/protocol.ts';
import { letRenewalsGo } from '../faults/process/renewals.ts';
import { spawnService } from '../faults/process/service.ts';
import type { SentItem } from '../oracle/naive.ts';
import { Follower } from './asking.ts';

export { STEPS, type Step } from '../faults/process/protocol.ts';
export { comes, eventually } from './waiting.ts';

export const PARTITIONS = 4;

/** The consumer's limits on a smaller scale: what a killed process owned is free after seconds instead of half a minute. */
export const FAST: Partial<Tuning> = {
  ...{ balanceMs: 400, renewMs: 1_000, ownershipMs: 4_000, ownershipFreshMs: 1_500 },
  ...{ receiveWaitMs: 500, positionMs: 200, checkpointMs: 500, pollMs: 1_000 },
  ...{ retryFirstMs: 50, retryMaxMs: 500, restartFirstMs: 100, restartMaxMs: 1_000 },
};

/** The library's own producer waits half a minute between attempts where nothing else is said. */
const retryOptions = { timeoutInMs: 5_000, maxRetries: 3, retryDelayInMs: 50, mode: RetryMode.Exponential };

// The library forgets timers when it closes, and one of them would hold the test process up.
letRenewalsGo();

// --- servers -----------------------------------------------------------------------------------------------------------

export interface Servers {
  readonly azurite: Azurite;
  readonly endpoint: LocalEventHubs;
  /** A part of the servers that no other stage shares, by its number. */
  stage(number: number): Stage;
  stop(): Promise<void>;
}

export interface ServersOptions extends Partial<EventHubsOptions> {
  /** Stages that can be asked for. */
  readonly stages?: number;
  /** A Redis that is there already, such as a Cluster, where stages cannot have databases of their own. */
  readonly redis?: { readonly url: string; readonly environment: Environment };
}

/** Starts one Redis, one Azurite and one endpoint; leaves nothing running if any of them fails. */
export async function openServers({ stages = 1, redis: given, ...options }: ServersOptions = {}): Promise<Servers> {
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const redis = given ?? (await startRedis());
    if ('stop' in redis) closers.push(() => redis.stop());
    const azurite = await startAzurite({ port: await freePort() });
    closers.push(() => azurite.stop());
    const hubs = Array.from({ length: stages }, (_, number) => hubsOf(number)).flat();
    const endpoint = await startEventHubs({
      port: 0,
      hubs: hubs.map((name) => ({ name, partitions: PARTITIONS })),
      ...options,
    });
    closers.push(() => endpoint.close());
    const place = (number: number): Environment => ({
      REDIS_URL: given ? given.url : `${redis.url}/${number}`,
      ...given?.environment,
    });
    const open: Stage[] = [];
    closers.push(() => Promise.all(open.map((stage) => stage.close())));
    return {
      ...{ azurite, endpoint, stop },
      stage(number) {
        const stage = openStage({ azurite, endpoint }, number, place(number));
        open.push(stage);
        return stage;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs a test on a stage, and ends everything that it started there, whatever happens. */
export async function onStage(servers: Servers, number: number, run: (stage: Stage) => Promise<void>): Promise<void> {
  const stage = servers.stage(number);
  try {
    await run(stage);
  } finally {
    await stage.close();
  }
}

const hubsOf = (number: number): string[] => [`signins-${number}`, `audit-${number}`];

// --- a stage -----------------------------------------------------------------------------------------------------------

/** Two hubs, a database and a container of one test. */
export interface Stage {
  readonly hubs: readonly string[];
  readonly environment: Environment;
  /** Everything sent so far, as it stands in the hubs. */
  readonly sent: readonly SentItem[];
  /** Sends through the client library, each item to its partition and in the order given there. */
  send(items: readonly SentItem[]): Promise<void>;
  /** Starts the service in this process. */
  start(options?: ServiceOptions): Promise<Running>;
  /** Starts the service as a process of its own, which can be killed. */
  spawn(options?: SpawnOptions): Promise<Spawned>;
  /** Follows the feed from its beginning, first at this service. */
  follow(url: string): Follower;
  /** Ends everything started here; also called by the servers' `stop`. */
  close(): Promise<void>;
}

export interface ServiceOptions {
  readonly roles?: readonly Role[];
  readonly environment?: Environment;
  readonly tuning?: Partial<Tuning>;
}

interface Place {
  readonly azurite: Azurite;
  readonly endpoint: LocalEventHubs;
}

function openStage({ azurite, endpoint }: Place, number: number, redis: Environment): Stage {
  const hubs = hubsOf(number);
  const environment: Environment = {
    ...redis,
    EVENTHUB_CONNECTION_STRING: endpoint.connectionString,
    EVENTHUB_NAMES: hubs.join(','),
    CHECKPOINT_STORAGE_CONNECTION_STRING: azurite.connectionString,
    CHECKPOINT_CONTAINER: `stage-${number}`,
    API_PORT: '0',
    OPS_PORT: '0',
  };
  const sender = createSender(endpoint, hubs);
  const running: { close(): Promise<unknown> }[] = [sender];
  const noted = <Service extends { close(): Promise<unknown> }>(service: Service): Service => {
    running.push(service);
    return service;
  };
  return {
    ...{ hubs, environment, sent: sender.sent, send: sender.send },
    start: async (options = {}) => noted(await startHere(environment, options)),
    spawn: async (options = {}) => noted(await spawnHere(environment, options)),
    follow: (url) => {
      const follower = new Follower(url);
      running.push({ close: async () => follower.cut() });
      return follower;
    },
    close: async () => void (await Promise.all(running.splice(0).map((service) => service.close()))),
  };
}

function createSender({ connectionString }: LocalEventHubs, hubs: readonly string[]) {
  const producers = new Map(
    hubs.map((hub) => [hub, new EventHubProducerClient(connectionString, hub, { retryOptions })]),
  );
  const sent: SentItem[] = [];
  const next = new Map<string, number>();
  const sendInOrder = async (items: readonly SentItem[]): Promise<void> => {
    for (const item of items) {
      const place = `${item.hub}/${item.partition}`;
      const sequenceNumber = next.get(place) ?? 0;
      next.set(place, sequenceNumber + 1);
      await producers.get(item.hub!)!.sendBatch([{ body: item.body }], { partitionId: item.partition! });
      sent.push({ ...item, sequenceNumber, enqueuedAt: Date.now() });
    }
  };
  return {
    sent,
    async send(items: readonly SentItem[]) {
      const places = groupBy(items, ({ hub, partition }) => `${hub}/${partition}`);
      await Promise.all([...places.values()].map(sendInOrder));
    },
    close: () => Promise.all([...producers.values()].map((producer) => producer.close())),
  };
}

// --- services ----------------------------------------------------------------------------------------------------------

export interface Line {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface Running {
  readonly apiUrl: string;
  readonly opsUrl: string;
  readonly ready: Promise<void>;
  /** What it has logged. */
  readonly lines: readonly Line[];
  close(): Promise<void>;
}

async function startHere(base: Environment, options: ServiceOptions): Promise<Running> {
  const { roles = ['consumer', 'api'], tuning = FAST } = options;
  const lines: Line[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line) as Line) });
  const config = configOf({ ...base, ...options.environment });
  const { apiUrl, opsUrl, ready, close } = await startService(config, { roles, logger, tuning });
  return { apiUrl: apiUrl ?? '', opsUrl, ready, lines, close };
}

export function configOf(environment: Environment): Config {
  const read = readConfig(environment);
  if ('problems' in read) throw new Error(read.problems.map(({ message }) => message).join('\n'));
  return read.config;
}

export interface SpawnOptions extends ServiceOptions {
  /** Where the process stands still, and at which passing: at the first is 1. */
  readonly stopAt?: { readonly step: Step; readonly passing: number };
  /** Its first file, where it is that of another checkout. */
  readonly entry?: string;
}

/** A service that is a process of its own. */
export interface Spawned {
  readonly apiUrl: string;
  readonly opsUrl: string;
  /** Resolves when it has printed such a line, which may be long ago; rejects if it ends without. */
  printed(line: string): Promise<void>;
  /** Ends it as a power cut would. */
  kill9(): Promise<void>;
  /** Lets it have no time at all until it is thawed. */
  freeze(): void;
  thaw(): void;
  /** Asks it to stop, and resolves with its exit code. */
  stop(): Promise<number | null>;
  /** Ends it in whatever state it is. */
  close(): Promise<void>;
}

async function spawnHere(base: Environment, { environment, ...options }: SpawnOptions): Promise<Spawned> {
  const service = await spawnService({ ...base, LOG_LEVEL: 'warn', ...environment }, { tuning: FAST, ...options });
  return {
    ...{ apiUrl: service.apiUrl, opsUrl: service.opsUrl },
    printed: (line) => service.printed(line),
    kill9: () => service.kill9(),
    freeze: () => service.freeze(),
    thaw: () => service.thaw(),
    stop: async () => (await service.stop()).code,
    close: () => service.kill9(),
  };
}

/** Reads a child's lines, and keeps its last words for whoever waits for a line that never comes. */
export function watch(child: ChildProcess) {
  const lines: string[] = [];
  const lastWords: string[] = [];
  const waiting = new Set<() => void>();
  let hasEnded = false;
  const look = (): void => {
    for (const check of [...waiting]) check();
  };
  createInterface({ input: child.stdout! }).on('line', (line) => {
    lines.push(line);
    look();
  });
  createInterface({ input: child.stderr! }).on('line', (line) => {
    lastWords.push(line);
    if (lastWords.length > 50) lastWords.shift();
  });
  child.once('close', () => {
    hasEnded = true;
    look();
  });
  return {
    lines,
    lastWords,
    /** The first group of the first line that fits. */
    line: (pattern: RegExp): Promise<string> =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => check(true), 60_000);
        const check = (isLate = false): void => {
          const found = lines.map((line) => pattern.exec(line)?.[1]).find((group) => group !== undefined);
          if (found === undefined && !hasEnded && !isLate) return;
          clearTimeout(late);
          waiting.delete(check);
          if (found !== undefined) resolve(found);
          else reject(new Error(`No line like ${pattern}. Printed:\n${[...lines, ...lastWords].join('\n')}`));
        };
        waiting.add(check);
        check();
      }),
  };
}
