/** The feed of changes. */
import type * as finding from '../schema/finding.ts';
import type { BadCursor, Caller, JsonText } from './common.ts';

/** Where to read on: `begin` is the oldest revision kept, `now` is past the newest. */
export type After =
  | { readonly kind: 'begin' }
  | { readonly kind: 'now' }
  | { readonly kind: 'cursor'; readonly cursor: string };

export interface ChangeText {
  /** Names this revision for good, whoever reads it and from where: no other has it, also after a loss of state. */
  readonly id: string;
  /** The place after this change. */
  readonly cursor: string;
  readonly reason: (typeof finding.CHANGE_REASONS)[number];
  /** The `Finding` as of that revision. */
  readonly json: JsonText;
}

export interface Changes {
  readonly kind: 'changes';
  readonly items: readonly ChangeText[];
  /** The place after the last item, or after all that was passed over; never null. */
  readonly cursor: string;
}

/** The place is not in the feed: trimmed away, ahead of it, or of a generation that was lost. */
export interface Resync {
  readonly kind: 'resync';
  readonly why: 'trimmed' | 'ahead' | 'lost';
}

export type FeedFound = Changes | Resync | BadCursor;

export interface FeedPort {
  /** At most `limit` revisions after a place: each once, none skipped, in order within a tenant. Does not wait. */
  read(caller: Caller, after: After, limit: number): Promise<FeedFound>;
  /**
   * The same as `read` at once, and then each time that more comes, until the signal is aborted, which is no rejection. It
   * ends behind a resync or a bad cursor. Changes without items say that the cursor has moved on. What comes is given to
   * all who follow as the same objects.
   */
  follow(caller: Caller, after: After, limit: number, signal: AbortSignal): AsyncIterable<FeedFound>;
}
