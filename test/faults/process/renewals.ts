/**
 * The client library of Event Hubs forgets the timer of a token's renewal (45 minutes) each time that it opens a link again
 * or closes one while it opens. Nothing waits for such a timer; it would only hold a process up that has closed everything.
 *
 * So timers of ten minutes and more which that library sets, and no others, do not hold the process up, and are counted.
 */

/** Later than anything that a test waits for, and than any other timer of the library. */
const RENEWAL_MS_MIN = 10 * 60_000;
const LIBRARY = /node_modules[\\/]@azure[\\/](event-hubs|core-amqp)[\\/]/;

/** Deaf to what becomes of them, so that counting keeps none alive. */
const renewals = new Set<WeakRef<NodeJS.Timeout>>();

/** How many of them are still to come. */
export function renewalsPending(): number {
  const timers = [...renewals].map((ref) => ref.deref());
  // A timer that is over or cleared has lost its place in Node's lists.
  return timers.filter((timer) => timer !== undefined && !(timer as unknown as { _destroyed: boolean })._destroyed)
    .length;
}

let isDone = false;

export function letRenewalsGo(): void {
  if (isDone) return;
  isDone = true;
  globalThis.setTimeout = new Proxy(globalThis.setTimeout, {
    apply(target, self, args: Parameters<typeof setTimeout>) {
      const timer = Reflect.apply(target, self, args) as NodeJS.Timeout;
      if ((args[1] ?? 0) < RENEWAL_MS_MIN || !LIBRARY.test(new Error().stack ?? '')) return timer;
      renewals.add(new WeakRef(timer));
      return timer.unref();
    },
  });
}
