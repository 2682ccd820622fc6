/** A receiver of findings: what it is to be told, and how one thing is told to it. */
import type { Failure, Revision, TargetAbout } from './ports.ts';

/** What came of one try. Never an exception: whatever went wrong is said in these words. */
export type Answer =
  | { readonly kind: 'taken'; readonly status: number | null; readonly detail: string }
  | {
      readonly kind: 'failed';
      readonly failure: Failure;
      readonly status: number | null;
      readonly detail: string;
      /** It asks to be left alone for so long. */
      readonly retryAfterMs: number | null;
    }
  /** Broken off because we were asked to. */
  | { readonly kind: 'cut' };

/** What is read of a revision to decide whether a target is to be told. */
export interface Facts {
  readonly tenantId: string;
  readonly severity: string;
  readonly views: readonly string[];
  readonly isSuppressed: boolean;
}

export interface Target extends TargetAbout {
  readonly kind: 'webhook' | 'eventHub';
  /** False where the file says so: what comes waits. */
  readonly isEnabled: boolean;
  /** How many may be under way at once, all processes together. */
  readonly parallelMax: number;
  /** `endless` for a target that cannot refuse. */
  readonly ladder: 'ten' | 'endless';
  /** Differs whenever anything of it does that is told or used, secrets too. Never shown. */
  readonly version: string;
  wants(facts: Facts): boolean;
  /** Opens what it needs to send; nothing is connected yet. */
  open(): Sender;
}

export interface Sent extends Revision {
  readonly isTest: boolean;
  /** W3C, where the try is followed. */
  readonly traceparent?: string;
}

export interface Sender {
  send(revision: Sent, signal: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}
