/** What each process of a run holds, looked at every second. */
import type { Redis } from 'ioredis';
import { memoryOf } from '../faults/process/memory.ts';
import { type Course, pause } from './course.ts';
import { type Report, Trend } from './figures.ts';
import type { Stage } from './stage.ts';

const LOOK_MS = 1_000;

export class Memory {
  readonly #stage: Stage;
  readonly #services = new Map<string, Trend>();
  readonly #redis = new Trend();
  readonly #own = new Trend();
  readonly #judge = new Trend();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async follow({ ended }: Course): Promise<void> {
    const { world, crew, judge } = this.#stage;
    while (!ended.aborted) {
      const at = performance.now();
      for (const { name, pid } of crew.processes) {
        const trend = this.#services.get(name) ?? new Trend();
        this.#services.set(name, trend);
        const held = memoryOf(pid);
        if (held !== null) trend.add(at, held.rss);
      }
      // One server, as was asked for.
      const info = await (world.redis.look() as Redis).info('memory');
      this.#redis.add(at, Number(/^used_memory:(\d+)/m.exec(info)![1]));
      this.#own.add(at, process.memoryUsage.rss());
      this.#judge.add(at, memoryOf(judge.pid)?.rss ?? 0);
      await pause(LOOK_MS, ended);
    }
  }

  held(): Report['memory'] {
    return {
      services: [...this.#services].map(([name, trend]) => ({ name, ...trend.held() })),
      redis: this.#redis.held(),
      own: this.#own.held(),
      judge: this.#judge.held(),
    };
  }
}
