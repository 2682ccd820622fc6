/**
 * Known holes of packages in production that are lived with for a while: each with a reason and the day on which it is looked at again.
 * From that day on it is a fault like any other.
 */
export interface Acceptance {
  /** `GHSA-…`, as the audit names it. */
  readonly advisory: string;
  /** Why it cannot be used against this service, or what stands in its way. */
  readonly reason: string;
  /** `2027-03-01`: the first day on which it no longer counts. */
  readonly until: string;
}

export const ACCEPTED: readonly Acceptance[] = [];
