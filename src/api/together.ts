/** Questions that many ask at once: one reading answers all who asked the same before it began. */

interface Reading<T> {
  /** Resolves when it has ended, whatever came of it. */
  readonly ended: Promise<void>;
  /** The answer of the reading that follows it, once somebody waits for that. */
  next: Promise<T> | null;
}

export class Together<T> {
  readonly #readings = new Map<string, Reading<T>>();

  /**
   * Reads, or shares the next reading of the same question with all who ask while one is under way, and so waits for two at the most.
   * No answer is older than its question: whoever has changed something sees it. Rejects as the reading does.
   */
  ask(question: string, read: () => Promise<T>): Promise<T> {
    const reading = this.#readings.get(question);
    if (reading === undefined) return this.#begin(question, read);
    reading.next ??= reading.ended.then(() => this.#begin(question, read));
    return reading.next;
  }

  #begin(question: string, read: () => Promise<T>): Promise<T> {
    // Whatever it throws is its answer, or nobody could ask any more.
    const answer = (async () => read())();
    const end = (): void => {
      if (reading.next === null) this.#readings.delete(question);
    };
    const reading: Reading<T> = { ended: answer.then(end, end), next: null };
    this.#readings.set(question, reading);
    return answer;
  }
}
