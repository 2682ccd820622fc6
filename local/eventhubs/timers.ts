/** Timers that are all cancelled together, so that a closed endpoint leaves no handle behind. */

export class Timers {
  readonly #pending = new Set<NodeJS.Timeout>();

  /** Runs `task` in `ms` milliseconds; the returned function calls that off. */
  after(ms: number, task: () => void): () => void {
    const timer = setTimeout(() => {
      this.#pending.delete(timer);
      task();
    }, ms);
    this.#pending.add(timer);
    return () => {
      clearTimeout(timer);
      this.#pending.delete(timer);
    };
  }

  /** Cancels all that are pending. */
  clear(): void {
    for (const timer of this.#pending) clearTimeout(timer);
    this.#pending.clear();
  }
}
