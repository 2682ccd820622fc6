/** A token that is renewed well before it expires, and those who are told of each new one. */
import type { AccessToken } from '@azure/identity';

export interface KeptTokenOptions {
  /** Asks for a token; it may be the one that is known, where the issuer has no newer one. */
  readonly ask: () => Promise<AccessToken>;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Calls back after so many milliseconds, once; what is returned takes it back. */
  readonly after?: (ms: number, then: () => void) => () => void;
  /** It could not be renewed, and is tried again; until `expiresAt` (ms since the Unix epoch) it is good. */
  readonly onFailed: (error: unknown, expiresAt: number) => void;
}

export interface KeptToken {
  /** The newest there is, be it past its time. */
  readonly token: string;
  /** Calls the listener after each renewal; what is returned ends that. */
  onRenewed(listener: () => void): () => void;
  close(): void;
}

/** Of its life so much may pass before it is renewed, where its issuer does not say when. */
const LIFE_PART = 0.75;
/** What is shown once and holds a connection open must be renewed some minutes before its end: later is too late for the server. */
const EARLY_MS = 10 * 60_000;
/** Between two questions where the first brought nothing new. */
const AGAIN_MS_MIN = 1_000;
const AGAIN_MS_MAX = 30_000;

const later = (ms: number, then: () => void): (() => void) => {
  const timer = setTimeout(then, ms);
  // What waits for the next token is no reason for a process to stay.
  timer.unref();
  return () => clearTimeout(timer);
};

/** Rejects where there is none to begin with. */
export async function keepToken({ ask, now, after = later, onFailed }: KeptTokenOptions): Promise<KeptToken> {
  const listeners = new Set<() => void>();
  let current = await ask();
  let isClosed = false;
  let cancel = after(dueMs(current, now()), () => void renew());

  async function renew(): Promise<void> {
    try {
      const next = await ask();
      if (isClosed) return;
      if (next.expiresOnTimestamp > current.expiresOnTimestamp) {
        current = next;
        cancel = after(dueMs(current, now()), () => void renew());
        for (const listener of listeners) listener();
        return;
      }
    } catch (error) {
      if (isClosed) return;
      onFailed(error, current.expiresOnTimestamp);
    }
    cancel = after(againMs(current, now()), () => void renew());
  }

  return {
    get token() {
      return current.token;
    },
    onRenewed(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      isClosed = true;
      cancel();
    },
  };
}

/** How long a token that came just now is left alone. */
function dueMs({ expiresOnTimestamp, refreshAfterTimestamp }: AccessToken, now: number): number {
  const lifeMs = expiresOnTimestamp - now;
  const wished = refreshAfterTimestamp === undefined ? lifeMs * LIFE_PART : refreshAfterTimestamp - now;
  // One that lives no longer than that would be asked for without end.
  const latest = lifeMs > 2 * EARLY_MS ? lifeMs - EARLY_MS : lifeMs * LIFE_PART;
  return Math.max(AGAIN_MS_MIN, Math.min(wished, latest));
}

/** The nearer its end, the sooner. */
const againMs = ({ expiresOnTimestamp }: AccessToken, now: number): number =>
  Math.min(AGAIN_MS_MAX, Math.max(AGAIN_MS_MIN, (expiresOnTimestamp - now) / 10));
