/** Bounds how many bytes of events are in work at once: whoever wants more than is left waits, first come first served. */

interface Waiter {
  readonly bytes: number;
  readonly admit: () => void;
}

export class ByteBudget {
  readonly #bytesMax: number;
  readonly #waiters: Waiter[] = [];
  #used = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get used(): number {
    return this.#used;
  }

  /**
   * Runs the work once its bytes are free, and frees them when it has ended. What is larger than the whole budget runs
   * when nothing else does. If the signal is aborted while waiting, rejects with its reason and runs nothing.
   */
  async spend<T>(bytes: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const cost = Math.min(bytes, this.#bytesMax);
    await this.#admit(cost, signal);
    try {
      return await work();
    } finally {
      this.#used -= cost;
      this.#admitNext();
    }
  }

  #admit(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#waiters.length === 0 && this.#used + bytes <= this.#bytesMax) {
      this.#used += bytes;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(signal.reason);
        this.#admitNext();
      };
      const waiter: Waiter = {
        bytes,
        admit: () => {
          signal.removeEventListener('abort', giveUp);
          resolve();
        },
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiters.push(waiter);
    });
  }

  #admitNext(): void {
    for (let next = this.#waiters[0]; next; next = this.#waiters[0]) {
      if (this.#used + next.bytes > this.#bytesMax) return;
      this.#waiters.shift();
      this.#used += next.bytes;
      next.admit();
    }
  }
}
