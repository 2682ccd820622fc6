/** What is told of a revision once it is in the feed: for those who count, and for those who follow what came of what. */
import type { Fact } from '../../detection/fact.ts';
import type { Change } from '../../detection/fold.ts';
import type { StoredFinding } from './findingStore.ts';
import type { Annotated } from './storing.ts';

/** A finding at one revision, as its feed has it. */
export interface RevisionName {
  readonly id: string;
  readonly revision: number;
  /** When it was decided (ms since the Unix epoch). */
  readonly updatedAt: number;
}

export interface Published extends RevisionName {
  readonly reason: Change | 'triage';
  readonly tenantId: string;
  /** Suppressed ones are told of to those who read the feed, and to nobody else. */
  readonly isSuppressed: boolean;
  /** Findings that it took over, each told of by a revision of its own. */
  readonly absorbed: readonly RevisionName[];
  /** The facts that it has and was made without until now; none where no fold made it. */
  facts(): readonly Fact[];
}

/** Of a finding that a fold has revised. */
export function publishedBy(
  { finding, change, priors: before, added, after }: Annotated,
  stored: ReadonlyMap<string, StoredFinding>,
  updatedAt: number,
): Published {
  const [survivor, ...absorbed] = before.map((prior) => stored.get(prior.id)!);
  const named = (id: string, known: StoredFinding | undefined): RevisionName => ({
    ...{ id, updatedAt, revision: (known?.revision ?? 0) + 1 },
  });
  return {
    ...named(finding.id, survivor),
    ...{ reason: change, tenantId: finding.actor.tenantId, isSuppressed: after.suppressed !== null },
    absorbed: absorbed.map((one) => named(one.finding.id, one)),
    facts: () => [
      ...added,
      ...[...finding.signIns].flatMap(([key, signIn]) =>
        before.some((prior) => prior.signIns.has(key)) ? [] : signIn,
      ),
    ],
  };
}
