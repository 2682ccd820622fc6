/** The parts of a run: drawn and sent one after the other, each judged as soon as it is sent, and forgotten once it was found right. */
import { askFor } from '../e2e/asking.ts';
import type { Broken } from '../faults/judge.ts';
import { today } from '../faults/run.ts';
import { type Course, pause } from './course.ts';
import type { Onlookers } from './onlookers.ts';
import type { OpenPart } from './part.ts';
import { PART_LAWS } from './partLaws.ts';
import type { Services } from './services.ts';
import { PARTITIONS, SIGN_IN_REVISION_DELAY_MS, type Stage } from './stage.ts';
import type { Told } from './told.ts';
import type { Traffic } from './traffic.ts';

/** Who has to do with a part. */
export interface Hands {
  readonly course: Course;
  readonly services: Services;
  readonly traffic: Traffic;
  readonly told: Told;
  readonly onlookers: Onlookers;
}

/** Parts that are sent and not yet forgotten: where judging is slower than sending, sending waits. */
const OPEN_MAX = 5;
const REST_MS = 2 * SIGN_IN_REVISION_DELAY_MS;

export class Parts {
  /** Those that were found right, and how many findings they have. */
  right = 0;
  findings = 0;
  readonly #stage: Stage;
  readonly #hands: Hands;

  constructor(stage: Stage, hands: Hands) {
    this.#stage = stage;
    this.#hands = hands;
  }

  /** Resolves when no more is to be sent and all that was is judged. `ms` is how long one part is sent. */
  async send(seed: number, ms: number): Promise<void> {
    const { hubs } = this.#stage.world;
    const { course, traffic, told } = this.#hands;
    const judging = new Set<Promise<void>>();
    for (let number = 0; !course.over.aborted; number++) {
      const plan = { seed, number, ms, hubs: hubs.names, partitions: PARTITIONS, now: today() };
      const drawn = await this.#stage.judge.draw(plan);
      const part: OpenPart = { ...drawn, number, sent: [], cursor: await this.#cursor() };
      told.opens(number);
      await traffic.send(part);
      const one = course.guarded(this.#judge(part)).finally(() => judging.delete(one));
      judging.add(one);
      while (judging.size >= OPEN_MAX) await Promise.race(judging);
    }
    await Promise.all(judging);
  }

  async #cursor(): Promise<string> {
    const { services } = this.#hands;
    const page = await services.asked((url) => askFor<{ cursor: string }>(url, '/v1/changes', { after: 'now' }));
    return page.cursor;
  }

  async #judge(part: OpenPart): Promise<void> {
    const { course, services, onlookers } = this.#hands;
    if (course.ended.aborted) return;
    const findings = await this.#judgeAnswers(part);
    await pause(REST_MS, course.ended);
    if (course.ended.aborted) return;
    for (const law of PART_LAWS) if (course.found(await services.asked((url) => law(part, onlookers, url)))) return;
    this.right++;
    this.findings += findings;
    this.#forget(part);
  }

  /** How many findings the part has, where its answers are right. */
  async #judgeAnswers({ sent, tenants }: OpenPart): Promise<number> {
    const { course, services } = this.#hands;
    try {
      return await services.asked(async (url) => {
        const judged = await this.#stage.judge.judge({ url, sent, tenants });
        if (judged.broken !== null) throw new BrokenLaw(judged.broken);
        return judged.findings;
      });
    } catch (error) {
      if (!(error instanceof BrokenLaw)) throw error;
      course.found(error.found);
      return 0;
    }
  }

  #forget({ number, tenants, sent }: OpenPart): void {
    const { told, onlookers } = this.#hands;
    this.#stage.world.hubs.forget(new Set(sent));
    onlookers.forget(new Set(tenants));
    told.closes(number);
  }
}

/** Carries what the judge found out of an answer that may have to be asked for again. */
class BrokenLaw extends Error {
  readonly found: Broken;

  constructor(found: Broken) {
    super(found.difference);
    this.found = found;
  }
}
