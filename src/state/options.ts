/** What a state is opened with: where it lies, how long it keeps what, and who is told of what happens in it. */
import type { Rule } from '../detection/rule.ts';
import type { Applied } from './facts/apply.ts';
import type { Published } from './folding/published.ts';
import type { LossReason } from './partitions/losses.ts';
import type { LoginSource } from './redis/login.ts';
import type { Ruling } from './ruling.ts';
import type { MissingSignIns } from './sweep.ts';

export interface StateOptions {
  readonly url: string;
  readonly cluster: boolean;
  /** Who we are to Redis, where the address does not say it once and for all. */
  readonly login?: LoginSource | null;
  readonly tlsServerName?: string | null;
  readonly shards: number;
  /** Before every key; another prefix is another state. */
  readonly prefix: string;
  readonly rule: Rule;
  readonly retentionMs: number;
  readonly findingRetentionMs: number;
  readonly feedRetentionMs: number;
  readonly quietDelayMs: number;
  readonly deadLettersMax: number;
  /** The name by which this process is known in coverage. */
  readonly reader: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly events: StateEvents;
  /** For tests: places to stop at, and time. */
  readonly hooks?: StateHooks;
}

export interface StateHooks {
  readonly beforeApply?: () => Promise<void>;
  readonly afterApply?: () => Promise<void>;
  readonly beforeStore?: () => Promise<void>;
  readonly afterStore?: () => Promise<void>;
  /** Between two rounds of what is done again and again. */
  readonly pauseMs?: number;
}

/** What happens in the state, for the log and the metrics. */
export interface StateEvents {
  readonly onApplied: (counts: Omit<Applied, 'kind' | 'actors' | 'mark'>) => void;
  readonly onLetters: (counts: { added: number; dropped: number; reasons: readonly string[] }) => void;
  /** A revision was made. */
  readonly onPublished: (published: Published) => void;
  readonly onMissingSignIns: (counts: MissingSignIns) => void;
  readonly onLost: (detail: string, reason: LossReason) => void;
  /** The rule of this process has come into force, or another has: it then writes nothing. */
  readonly onRuling: (ruling: Ruling) => void;
  readonly onError: (error: unknown) => void;
}
