/**
 * The keys that tokens are signed with, fetched from where their issuer publishes them.
 *
 * They are kept for a day and renewed beside the way once an hour, so that no caller waits for it, and an issuer that is away
 * keeps nobody out whose key is known. A token that names another key has them fetched at once, but seldom: made-up names
 * must not become requests to the issuer.
 */
import { createRemoteJWKSet, customFetch, errors, type FetchImplementation, type JWTVerifyGetKey } from 'jose';

const RENEW_AFTER_MS = 3_600_000;
/** Without news for so long, keys that were taken back would still be believed. */
const KEEP_MS = 24 * 3_600_000;
/** Between two fetches for names that are not known, and after one that failed. */
const COOL_DOWN_MS = 30_000;
const FAILED_COOL_DOWN_MS = 5_000;
const FETCH_MS = 5_000;

/** The keys are not known, or may be others by now, and cannot be fetched. */
export class SigningKeysUnreachable extends Error {}

export interface SigningKeys {
  readonly keyOf: JWTVerifyGetKey;
}

export interface SigningKeysEvents {
  /** Fetching failed, for the first time since it last did not. */
  onUnreachable(detail: string): void;
}

/** With what a URL is fetched that is not reached straight; null where it is. */
export type FetchKeys = (url: string) => FetchImplementation | null;

/** `now` never jumps; milliseconds. */
export function signingKeys(
  url: string,
  events: SigningKeysEvents,
  now: () => number,
  fetchThrough: FetchImplementation | null = null,
): SigningKeys {
  // Left to itself it would fetch in the caller's way, and refuse keys that it has while their issuer is away.
  const remote = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: Number.POSITIVE_INFINITY,
    cooldownDuration: Number.POSITIVE_INFINITY,
    timeoutDuration: FETCH_MS,
    ...(fetchThrough && { [customFetch]: fetchThrough }),
  });
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let failedAt = Number.NEGATIVE_INFINITY;
  let isDown = false;

  async function fetchKeys(): Promise<void> {
    if (now() - failedAt < FAILED_COOL_DOWN_MS) throw new SigningKeysUnreachable();
    try {
      await remote.reload();
      fetchedAt = now();
      isDown = false;
    } catch (error) {
      failedAt = now();
      if (!isDown) events.onUnreachable(reasonOf(error));
      isDown = true;
      throw new SigningKeysUnreachable();
    }
  }

  return {
    async keyOf(header, token) {
      if (now() - fetchedAt > KEEP_MS) await fetchKeys();
      // Failing is told by its event, and shows when the keys are too old.
      else if (now() - fetchedAt > RENEW_AFTER_MS) fetchKeys().catch(() => {});
      try {
        return await remote(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey) || now() - fetchedAt < COOL_DOWN_MS) throw error;
        await fetchKeys();
        return await remote(header, token);
      }
    },
  };
}

const reasonOf = (error: unknown): string => {
  const { cause } = error as { readonly cause?: { readonly code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : error instanceof Error ? error.message : String(error);
};
