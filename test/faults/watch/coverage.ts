/**
 * Keeps what the processes say of themselves while all happens: losses and gaps in coverage, partitions that stand still,
 * what keeps a process from being ready, and the count of losses in the metrics; each with the times at which it was seen.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { ask } from '../../e2e/asking.ts';
import type { ServiceProcess } from '../process/service.ts';

/** What is asked, under a name that no other ever had. */
type Asked = Pick<ServiceProcess, 'name' | 'apiUrl' | 'opsUrl'>;

export interface CoverageOptions {
  /** Those that live now. */
  readonly processes: () => readonly Asked[];
  readonly intervalMs?: number;
}

/** Times in milliseconds since the Unix epoch, by the machine's clock, as all here. */
export interface Seen {
  readonly kind: 'loss' | 'gap' | 'stalled' | 'not_ready' | 'losses_counted';
  /** Of what: a partition as `hub/partition`, or a process. */
  readonly of: string;
  readonly detail: string;
  readonly first: number;
  /** Seen again and again up to here. */
  last: number;
}

export interface CoverageWatch {
  readonly seen: readonly Seen[];
  /** Rounds in which at least one process answered. */
  readonly rounds: number;
  /** What was first seen at or after a moment, oldest first. */
  since(at: number, kind?: Seen['kind']): Seen[];
  stop(): Promise<void>;
}

const INTERVAL_MS = 300;
const ANSWER_MS_MAX = 2_000;
/** What was not seen for so long and is seen again is another one. */
const APART_MS = 3_000;

export function watchCoverage({ processes, intervalMs = INTERVAL_MS }: CoverageOptions): CoverageWatch {
  const seen: Seen[] = [];
  const newest = new Map<string, Seen>();
  const counted = new Map<string, number>();
  const stopped = new AbortController();
  let rounds = 0;

  const see = (kind: Seen['kind'], of: string, detail: string, isLasting: boolean): void => {
    const at = Date.now();
    const known = newest.get(`${kind} ${of} ${detail}`);
    // What stays in a list for good is one thing, however long nobody could be asked for it.
    if (known !== undefined && (isLasting || at - known.last < APART_MS)) {
      known.last = at;
      return;
    }
    const one: Seen = { kind, of, detail, first: at, last: at };
    seen.push(one);
    newest.set(`${kind} ${of} ${detail}`, one);
  };

  const lookAt = async (process: Asked): Promise<boolean> => {
    const { name, apiUrl, opsUrl } = process;
    const signal = AbortSignal.any([AbortSignal.timeout(ANSWER_MS_MAX), stopped.signal]);
    const asked = await Promise.allSettled([
      ask(opsUrl, '/readyz', {}, signal),
      fetch(`${opsUrl}/metrics`, { signal }).then((response) => response.text()),
      ...(apiUrl === '' ? [] : [ask(apiUrl, '/v1/coverage', {}, signal)]),
    ] as const);
    const [ready, metrics, coverage] = asked.map((one) => (one.status === 'fulfilled' ? one.value : undefined));
    if (typeof ready === 'object')
      for (const { code, detail } of (ready.body as Partial<Readiness>).reasons ?? [])
        see('not_ready', name, `${code}: ${detail}`, false);
    if (typeof metrics === 'string') {
      const count = lossesIn(metrics);
      // A new process begins at nothing, and has a name of its own.
      if (count > (counted.get(name) ?? 0)) see('losses_counted', name, `${counted.get(name) ?? 0} to ${count}`, true);
      counted.set(name, count);
    }
    if (typeof coverage === 'object' && coverage.status === 200) seeCoverage(coverage.body as Coverage, see);
    return asked.some(({ status }) => status === 'fulfilled');
  };

  const run = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      if ((await Promise.all(processes().map(lookAt))).includes(true)) rounds++;
      // Nothing tells when it changes: whoever operates the service asks as well.
      await delay(intervalMs, undefined, { signal: stopped.signal }).catch(() => {});
    }
  };
  const running = run();
  return {
    seen,
    get rounds() {
      return rounds;
    },
    since: (at, kind) => seen.filter((one) => one.first >= at && (kind === undefined || one.kind === kind)),
    async stop() {
      stopped.abort();
      await running;
    },
  };
}

type See = (kind: Seen['kind'], of: string, detail: string, isLasting: boolean) => void;

function seeCoverage({ losses, hubs }: Coverage, see: See): void {
  for (const { at, detail } of losses) see('loss', detail.slice(0, detail.indexOf(':')), `${at} ${detail}`, true);
  for (const { hub, partitions } of hubs) {
    for (const { partition, gaps, stalled } of partitions) {
      const of = `${hub}/${partition}`;
      for (const gap of gaps) see('gap', of, JSON.stringify(gap), true);
      if (stalled !== null) see('stalled', of, stalled, false);
    }
  }
}

function lossesIn(metrics: string): number {
  const lines = metrics.split('\n').filter((one) => one.startsWith('guestwatch_state_losses_total'));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

interface Readiness {
  readonly reasons: readonly { readonly code: string; readonly detail: string }[];
}

interface Coverage {
  readonly losses: readonly { readonly at: string; readonly detail: string }[];
  readonly hubs: readonly {
    readonly hub: string;
    readonly partitions: readonly {
      readonly partition: string;
      readonly gaps: readonly unknown[];
      readonly stalled: string | null;
    }[];
  }[];
}
