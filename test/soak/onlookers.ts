/** Whoever looks on while a run goes on: readers of the feed, a receiver of webhooks, and one who looks at positions. */
import type { Finding } from '../../client/index.js';
import type { FindingAnswer } from '../e2e/asking.ts';
import type { Broken } from '../faults/judge.ts';
import { feedViolation } from '../faults/watch/feedLaws.ts';
import { type Reader, startReaders } from '../faults/watch/reader.ts';
import { type Sampler, startSampler } from '../faults/watch/sampler.ts';
import type { Hook } from '../faults/watch/webhook.ts';
import type { Stage } from './stage.ts';

const LOOK_MS = 1_000;

export class Onlookers {
  readonly readers: readonly Reader[];
  readonly sampler: Sampler;
  readonly hook: Hook;

  /** `onTold` is told what the stream brings. */
  constructor({ world, crew }: Stage, onTold: (finding: Finding, at: number) => void) {
    this.readers = startReaders(() => crew.urls(), onTold);
    this.sampler = startSampler({
      redis: () => world.redis.look(),
      shards: 1,
      container: world.blobs.look().getContainerClient(world.container),
      sent: world.hubs.sent,
      intervalMs: LOOK_MS,
    });
    this.hook = world.hook;
  }

  /** What they have of some tenants. */
  forget(tenants: ReadonlySet<string>): void {
    this.hook.forget(tenants);
    for (const reader of this.readers) reader.forget(tenants);
  }

  async stop(): Promise<void> {
    for (const reader of this.readers) reader.cut();
    await this.sampler.stop();
  }
}

type Has = Parameters<typeof feedViolation>[0];

/** Nothing is ever lost here. */
export function brokenFeed(reader: Has, listed: readonly FindingAnswer[]): Broken | null {
  const difference = feedViolation(reader, { listed, lossFrom: null });
  return difference === null ? null : { law: 'each reader has every revision once and in order', difference };
}

export function brokenPositions({ violation }: Sampler): Broken | null {
  if (violation === null) return null;
  const { law, place, detail, way } = violation;
  return {
    law: 'positions and checkpoints are never ahead of facts',
    difference: [`${law} at ${place}: ${detail}`, ...way].join('\n'),
  };
}
