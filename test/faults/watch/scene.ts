/** What those who look on are tried on: a crew with a webhook on a stage of its own, and whoever is asked for to look on. */
import { BlobServiceClient } from '@azure/storage-blob';
import { Redis } from 'ioredis';
import { FAST, onStage, type Servers, type Stage } from '../../e2e/support.ts';
import { arrangeEvents, hostileScenario } from '../../oracle/hostile.ts';
import type { SentItem } from '../../oracle/naive.ts';
import { type Crew, LAYOUTS, openCrew } from '../process/crew.ts';
import { type Reader, type ReaderOptions, startReader } from './reader.ts';
import { type Sampler, startSampler } from './sampler.ts';
import { type Hook, openHook } from './webhook.ts';

export interface Scene {
  readonly crew: Crew;
  readonly stage: Stage;
  readonly redis: Redis;
  readonly hook: Hook;
  read(options: Partial<ReaderOptions>): Reader;
  sample(): Sampler;
}

export function itemsFor(stage: Stage, seed: number, count: number): SentItem[] {
  const { records, arrangement } = hostileScenario(seed, count, { base: Date.now() - 49 * 3_600_000 });
  return arrangeEvents(records, arrangement, { hubs: stage.hubs, packMax: 3 });
}

/** A crew that is ready, and whatever is started on it; all of it ends with the test. */
export const onScene = (
  servers: Servers,
  number: number,
  layout: keyof typeof LAYOUTS,
  run: (scene: Scene) => Promise<void>,
): Promise<void> =>
  onStage(servers, number, async (stage) => {
    const redis = new Redis(stage.environment['REDIS_URL']!);
    const closers: (() => unknown)[] = [() => redis.disconnect()];
    const hook = await openHook();
    closers.push(() => hook.close());
    const environment = { ...stage.environment, WEBHOOKS_FILE: hook.file };
    const crew = await openCrew({ environment, layout: LAYOUTS[layout], tuning: FAST });
    closers.push(() => crew.killAll());
    const read: Scene['read'] = (options) => {
      const reader = startReader({ name: 'reader', urls: crew.urls, from: 'begin', waitSeconds: 0, ...options });
      closers.push(() => reader.cut());
      return reader;
    };
    const sample = (): Sampler => {
      const sampler = startSampler({
        ...{ redis: () => redis, shards: 1, sent: stage.sent, intervalMs: 50 },
        container: BlobServiceClient.fromConnectionString(servers.azurite.connectionString).getContainerClient(
          stage.environment['CHECKPOINT_CONTAINER']!,
        ),
      });
      closers.push(() => sampler.stop());
      return sampler;
    };
    try {
      await crew.ready();
      await run({ crew, stage, redis, hook, read, sample });
    } finally {
      for (const closer of closers.reverse()) await closer();
    }
  });
