/** What the stream tells: of nothing but parts that are open, and how long it took from what completes a finding. */
import type { Finding } from '../../client/index.js';
import type { Course } from './course.ts';
import { partOfTenant } from './part.ts';

export class Told {
  revisions = 0;
  /** Milliseconds from when an event was enqueued to the finding that it completes. */
  readonly latencies: number[] = [];
  readonly #course: Course;
  readonly #open = new Set<number>();
  /** When the event was enqueued that completes a finding, by `TENANT ACTOR`. */
  readonly #probes = new Map<string, number>();

  constructor(course: Course) {
    this.#course = course;
  }

  /** Of this part something may be told from now on. */
  opens(part: number): void {
    this.#open.add(part);
  }

  closes(part: number): void {
    this.#open.delete(part);
  }

  expect(probe: string, enqueuedAt: number): void {
    this.#probes.set(probe, enqueuedAt);
  }

  take({ tenantId, actorUpn, id, revision }: Finding, at: number): void {
    this.revisions++;
    if (!this.#open.has(partOfTenant(tenantId) ?? -1))
      this.#course.found({
        law: 'nothing is told but of what was sent, and nothing once that was settled',
        difference: `revision ${revision} of ${id}, of ${tenantId}, came at ${new Date(at).toISOString()}`,
      });
    const probe = `${tenantId} ${actorUpn}`;
    const enqueuedAt = this.#probes.get(probe);
    if (enqueuedAt === undefined) return;
    this.#probes.delete(probe);
    this.latencies.push(at - enqueuedAt);
  }
}
