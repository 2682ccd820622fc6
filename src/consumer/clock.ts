/** Time as the consumer sees it: two clocks and a wait, given from outside so that a test can hold them. */

export interface Clock {
  /** Milliseconds since the Unix epoch. It may jump. */
  now(): number;
  /** Milliseconds since some moment; it never goes back. Everything that lasts is measured by it. */
  elapsed(): number;
  /** Resolves after so many milliseconds, or as soon as the signal is aborted; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep(ms, signal) {
    return new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal?.addEventListener('abort', end, { once: true });
    });
  },
};

/** Whether the work ended within the time. A rejection of the work counts as its end. */
export async function endsWithin(clock: Clock, ms: number, work: Promise<unknown>): Promise<boolean> {
  const over = new AbortController();
  const ended = work.then(
    () => true,
    () => true,
  );
  const late = clock.sleep(Math.max(0, ms), over.signal).then(() => false);
  const isInTime = await Promise.race([ended, late]);
  over.abort();
  return isInTime;
}
