/** What the ports have in common: on whose behalf something is asked, pages, and outcomes. */

/** Ready JSON text. */
export type JsonText = string;
/** The same as UTF-8, as it lies stored: it is handed on without being read. */
export type JsonBytes = Buffer;

/** On whose behalf something is asked. */
export interface Caller {
  /** What its key or token is known by: it stands in histories and in the log. */
  readonly name: string;
  /** Ids in lower case. */
  readonly tenants: 'all' | readonly string[];
}

export interface PageQuery {
  /** From 1 to 1,000. */
  readonly limit: number;
  /** Null for the first page. */
  readonly cursor: string | null;
}

export interface Page<Item> {
  readonly kind: 'page';
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

export interface BadCursor {
  readonly kind: 'bad_cursor';
}

export interface Unknown {
  readonly kind: 'unknown';
}

/** The tenant was left out and cannot be inferred: none is known to the caller, or several are. Sorted. */
export interface TenantNeeded {
  readonly kind: 'tenant_needed';
  readonly tenants: readonly string[];
}

/** A moment that what is kept does not reach back to. */
export interface BeyondRetention {
  readonly kind: 'beyond_retention';
  /** The earliest moment that could have been answered, RFC 3339. */
  readonly earliest: string;
}

/** Too many such calls are under way. */
export interface Busy {
  readonly kind: 'busy';
}
