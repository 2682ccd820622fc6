/** Hears when someone wants the process to stop: the first time it is asked, the second time it is ended. */

export interface Stop {
  /** Aborted at the first request. */
  readonly signal: AbortSignal;
  /** Resolves at the first request. */
  readonly asked: Promise<void>;
  /** Asks from within. */
  ask(): void;
}

/**
 * Listens for signals from now on. At a second one the process ends at once: the servers and the service that it started notice that
 * and end by themselves.
 */
export function listenForStop(): Stop {
  const controller = new AbortController();
  const { signal } = controller;
  const asked = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  const onSignal = () => {
    if (signal.aborted) process.exit(1);
    controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  return { signal, asked, ask: () => controller.abort() };
}
