/** The services of a run: replaced one after the other again and again, and asked all the same. */
import type { Crew } from '../faults/process/crew.ts';
import { type Course, pause } from './course.ts';

/** A machine that is out of breath has services that are, too: they say so, which is no wrong answer. */
const TRIES_MAX = 20;
const RETRY_MS = 1_000;

export class Services {
  /** Rolling restarts that were brought to their end. */
  rolls = 0;
  /** Answers that could not be had just then, by a service's own word. */
  unavailable = 0;
  readonly #crew: Crew;
  readonly #course: Course;
  #rolling: Promise<void> | null = null;

  constructor(crew: Crew, course: Course) {
    this.#crew = crew;
    this.#course = course;
  }

  async roll(everyMs: number): Promise<void> {
    for (;;) {
      await pause(everyMs, this.#course.over);
      if (this.#course.over.aborted) return;
      this.#rolling = this.#crew.roll();
      await this.#rolling;
      this.#rolling = null;
      this.rolls++;
    }
  }

  /** Resolves once none is being replaced. */
  async settled(): Promise<void> {
    await this.#rolling?.catch(() => {}); // Told of by its loop.
  }

  /** Asks a process that lives; again where it was being replaced meanwhile, or says that it cannot answer just now. */
  async asked<T>(ask: (url: string) => Promise<T>): Promise<T> {
    for (let tries = 1; ; ) {
      await this.#rolling;
      const { rolls } = this;
      try {
        return await ask(this.#crew.urls()[0]!);
      } catch (error) {
        if (this.#rolling !== null || this.rolls !== rolls) continue;
        if (!isUnavailable(error) || ++tries > TRIES_MAX) throw error;
        this.unavailable++;
        await pause(RETRY_MS, this.#course.ended);
      }
    }
  }
}

const isUnavailable = (error: unknown): boolean =>
  error instanceof Error && error.message.includes('urn:guestwatch:problem:unavailable');
