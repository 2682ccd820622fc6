/** What the tests of triage and suppressions ask of a state, in few words. */
import assert from 'node:assert/strict';
import type { Matcher } from '../../src/detection/suppression.ts';
import type { TriagePatch } from '../../src/detection/triage.ts';
import { findingQueries } from '../../src/state/queries/findings.ts';
import { suppressionQueries } from '../../src/state/queries/suppressions.ts';
import { triageQueries } from '../../src/state/queries/triage.ts';
import type { State } from '../../src/state/state.ts';
import { feedOf } from './redis.ts';
import { HOUR_MS, TENANT } from './samples.ts';

export const ANN = { name: 'ann', tenants: 'all' } as const;

export interface Body {
  readonly id: string;
  readonly tenantId: string;
  readonly revision: number;
  readonly supersededBy: string | null;
  readonly status: string;
  readonly classification: string | null;
  readonly assignedTo: string | null;
  readonly comments: readonly { readonly at: string; readonly by: string; readonly text: string }[];
  readonly suppressed: { readonly id: string } | null;
  readonly operations: readonly string[];
}

export async function patch(
  state: State,
  id: string,
  asked: TriagePatch,
  expected: readonly number[] | 'any' = 'any',
  by = 'ann',
) {
  const outcome = await triageQueries(state).patch({ ...ANN, name: by }, id, asked, expected);
  return { ...outcome, body: 'json' in outcome ? (JSON.parse(outcome.json) as Body) : null };
}

/** The findings that a list gives, by its filters. */
export async function listed(
  state: State,
  filters: Partial<Parameters<ReturnType<typeof findingQueries>['list']>[1]> = {},
): Promise<Body[]> {
  const none = { tenantId: null, actorUpn: null, actorIp: null, operation: null, severity: null };
  const all = { ...none, status: null, since: null, until: null, view: 'any', suppressed: 'include' } as const;
  const page = await findingQueries(state).list(ANN, { ...all, limit: 100, cursor: null, ...filters });
  assert.ok(page.kind === 'page');
  return JSON.parse(`[${page.findings}]`) as Body[];
}

export async function only(state: State): Promise<Body> {
  const found = await listed(state);
  assert.equal(found.length, 1);
  return found[0]!;
}

/** What the history tells, in one line each. */
export async function historyOf(state: State, id: string): Promise<string[]> {
  const page = await triageQueries(state).history(ANN, id, { limit: 1_000, cursor: null });
  assert.ok(page.kind === 'page');
  return page.items.map(({ by, change }) => `${by} ${change.kind}`);
}

export const reasonsOf = async (state: State): Promise<string[]> => (await feedOf(state)).map(({ reason }) => reason);

export const NO_MATCHER: Matcher = { actorUpn: null, actorObjectId: null, operations: null, ipRange: null };

/** Puts a suppression in force, for an hour unless said. */
export async function suppress(
  state: State,
  { tenantId = TENANT, ...matcher }: Partial<Matcher> & { readonly tenantId?: string },
  forMs = HOUR_MS,
) {
  const outcome = await suppressionQueries(state).make(ANN, {
    ...{ tenantId, matcher: { ...NO_MATCHER, ...matcher }, owner: 'team', reason: 'expected' },
    expiresAt: state.options.now() + forMs,
  });
  assert.ok(outcome.kind === 'made', JSON.stringify(outcome));
  return outcome.suppression;
}
