/** Findings, what people do with them, and what happened to each. */
import type { Ticks } from '../../detection/time.ts';
import type { TriagePatch } from '../../detection/triage.ts';
import type * as triage from '../schema/triage.ts';
import type { View } from '../schema/words.ts';
import type { BadCursor, Caller, JsonBytes, JsonText, Page, PageQuery, Unknown } from './common.ts';

export type FindingsView = 'strict' | 'resolved' | 'missed' | 'accused' | 'any';

/** All filters hold together; null does not filter. */
export interface FindingsQuery extends PageQuery {
  /** `missed`: some operation resolved and not strict; `accused`: some operation strict and not resolved. */
  readonly view: FindingsView;
  /** Lower case. */
  readonly tenantId: string | null;
  /** Lower case; equal to the finding's `actorUpn`. */
  readonly actorUpn: string | null;
  /** Equal to the finding's `actorIp` as written. */
  readonly actorIp: string | null;
  /** One of the finding's `operations`, compared as the resolved view compares names. */
  readonly operation: string | null;
  readonly status: 'new' | 'inProgress' | 'resolved' | null;
  readonly severity: 'informational' | 'low' | 'medium' | 'high' | null;
  readonly suppressed: 'exclude' | 'include' | 'only';
  /** lastSeen at or after it. */
  readonly since: Ticks | null;
  /** lastSeen at or before it. */
  readonly until: Ticks | null;
}

export interface FindingFound {
  readonly kind: 'finding';
  /** Differs from the id asked for where that is no longer stored and its first operation now stands in this one. */
  readonly id: string;
  readonly revision: number;
  /** A `Finding`. */
  readonly json: JsonText;
}

export interface ListPage {
  readonly kind: 'page';
  /** `Finding`s, commas between them. */
  readonly findings: JsonBytes;
  readonly nextCursor: string | null;
}

export interface FindingsPort {
  /**
   * Findings that stand (superseded ones are left out) by `firstSeen` descending, then id ascending by code unit. A
   * finding that neither comes, goes nor moves between two pages is given exactly once.
   */
  list(caller: Caller, query: FindingsQuery): Promise<ListPage | BadCursor>;
  /** A finding that stands, or a superseded one, which says so in `supersededBy`. */
  get(caller: Caller, id: string): Promise<FindingFound | Unknown>;
  /** `EvidenceItem`s, oldest operation first; ids are followed as by `get`, superseded ones to the finding that stands. */
  evidence(caller: Caller, id: string, query: PageQuery): Promise<Page<JsonText> | Unknown | BadCursor>;
  /**
   * Changes the triage of a finding that is at one of the revisions expected, as one revision of reason `triage`; a patch that
   * changes nothing makes none. The caller's name is the author. Ids are followed as by `get`.
   */
  patch(
    caller: Caller,
    id: string,
    patch: TriagePatch,
    expected: readonly number[] | 'any',
  ): Promise<FindingFound | MovedOn | Superseded | TooManyComments | Unknown>;
  /** What happened beside the facts, oldest first; ids are followed as by `evidence`. */
  history(caller: Caller, id: string, query: PageQuery): Promise<Page<HistoryItem> | Unknown | BadCursor>;
}

/** The finding is at another revision than was expected: as it is now. */
export interface MovedOn extends Omit<FindingFound, 'kind'> {
  readonly kind: 'moved_on';
}

/** The finding was merged: as it is now, and the one that stands. */
export interface Superseded extends Omit<FindingFound, 'kind'> {
  readonly kind: 'superseded';
  readonly by: string;
}

export interface TooManyComments {
  readonly kind: 'too_many_comments';
  readonly most: number;
}

export type HistoryItem = View<typeof triage.HistoryItem>;
