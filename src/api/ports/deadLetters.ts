/** What could not be understood. */

import type * as deadLetter from '../schema/deadLetter.ts';
import type { View } from '../schema/words.ts';
import type { BadCursor, Busy, Caller, Page, PageQuery } from './common.ts';

export type DeadLetter = View<typeof deadLetter.DeadLetter>;

export interface DeadLettersQuery extends PageQuery {
  readonly reason: DeadLetter['reason'] | null;
  readonly tenantId: string | null;
}

export type RetryAnswer = View<typeof deadLetter.RetryAnswer>;
export type NotRetryable = RetryAnswer['notRetryable'][number];

export interface RetryQuery {
  /** At most 100; null for all, page by page. */
  readonly ids: readonly string[] | null;
  readonly reason: DeadLetter['reason'] | null;
  /** Null for the first page. */
  readonly cursor: string | null;
}

export interface DeadLettersPort {
  /** Newest first. A page may be cut short so that its contents stay within a bound in bytes. */
  list(caller: Caller, query: DeadLettersQuery): Promise<Page<DeadLetter> | BadCursor>;
  /**
   * Reads letters again, newest first, applies what they hold, and takes off those that are understood. Bounded in number
   * and in time; safe to do again, also at once.
   */
  retry(caller: Caller, query: RetryQuery): Promise<({ readonly kind: 'retried' } & RetryAnswer) | BadCursor | Busy>;
}
