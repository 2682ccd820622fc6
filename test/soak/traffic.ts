/** What is sent: the parts, each event in its time, and beside them a crowd that nobody has to judge. */
import { setTimeout as delay } from 'node:timers/promises';
import { eventOf } from '../bench/work.ts';
import type { HubsPlace } from '../faults/places/hubs.ts';
import { type Course, pause } from './course.ts';
import type { OpenPart } from './part.ts';
import { PARTITIONS } from './stage.ts';
import type { Told } from './told.ts';

const TICK_MS = 100;

export class Traffic {
  events = 0;
  records = 0;
  readonly #hubs: HubsPlace;
  readonly #course: Course;
  readonly #told: Told;

  constructor(hubs: HubsPlace, course: Course, told: Told) {
    this.#hubs = hubs;
    this.#course = course;
    this.#told = told;
  }

  async send(part: OpenPart): Promise<void> {
    await this.#sendAll(part);
    this.records += part.records;
  }

  async #sendAll(part: OpenPart): Promise<void> {
    const { ended } = this.#course;
    const origin = performance.now();
    for (const { item, atMs, probe } of part.sendings) {
      const wait = origin + atMs - performance.now();
      if (wait > 0) await pause(wait, ended);
      if (ended.aborted) return;
      const one = this.#hubs.send(item);
      part.sent.push(one);
      this.events++;
      if (probe !== undefined) this.#told.expect(probe, one.enqueuedAt);
    }
  }

  /** Members' sign-ins, and those of guests who do nothing else: what a consumer passes over all day long. */
  async crowd(rate: number): Promise<void> {
    const { endpoint, names } = this.#hubs;
    const { records: perEvent } = eventOf(0, 0);
    let last = performance.now();
    let owed = 0;
    for (let n = 0; !this.#course.over.aborted; ) {
      const now = performance.now();
      // What could not be sent in a second is let go: a test that is out of breath does not catch up by a flood.
      owed = Math.min(owed + (rate * (now - last)) / 1_000, rate);
      last = now;
      for (; owed >= perEvent; owed -= perEvent, n++) {
        // Each fifth of that work would be of the audit log, whose operations are no one's here.
        const { body, records } = eventOf(n + Math.floor(n / 4), Date.now());
        endpoint.enqueue(names[n % names.length]!, String(Math.floor(n / names.length) % PARTITIONS), body);
        this.events++;
        this.records += records;
      }
      await delay(TICK_MS);
    }
  }
}
