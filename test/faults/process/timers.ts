/** Remembers who set a timer, so that one that is left over says whose it is. */

/** Shorter ones are over before anybody looks. */
const KNOWN_MS_MIN = 900;

interface Known {
  readonly timer: WeakRef<NodeJS.Timeout>;
  readonly ms: number;
  readonly stack: string;
}

let known: Known[] = [];

export function rememberTimers(): void {
  globalThis.setTimeout = new Proxy(globalThis.setTimeout, {
    apply(target, self, args: Parameters<typeof setTimeout>) {
      const timer = Reflect.apply(target, self, args) as NodeJS.Timeout;
      const ms = Number(args[1] ?? 0);
      if (ms >= KNOWN_MS_MIN) known.push({ timer: new WeakRef(timer), ms, stack: new Error().stack ?? '' });
      if (known.length > 20_000) known = known.filter(isPending);
      return timer;
    },
  });
}

const isPending = ({ timer }: Known): boolean => {
  const there = timer.deref() as unknown as { _destroyed: boolean; hasRef(): boolean } | undefined;
  return there !== undefined && !there._destroyed && there.hasRef();
};

/** Each timer that still holds the process up: how long it was set for, and by whom. */
export const timersPending = (): string[] =>
  known.filter(isPending).map(({ ms, stack }) => `timer of ${ms} ms set ${placeOf(stack)}`);

/** The frames nearest to the timer, without those of this file. */
const placeOf = (stack: string): string =>
  stack
    .split('\n')
    .slice(2)
    .filter((line) => !line.includes('/process/timers.ts') && !line.includes('/process/renewals.ts'))
    .slice(0, 3)
    .map((line) => line.trim().replace(/\(?(file:\/\/)?\/.*\/(node_modules|src|test)\//, '($2/'))
    .join(' ');
