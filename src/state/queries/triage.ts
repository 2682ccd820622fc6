/** Triage for those who do it: what they ask to be changed, and the history of a finding. */
import { describeSuppressed } from '../../detection/describe.ts';
import type { Note } from '../../detection/history.ts';
import { ratingOf } from '../../detection/rule.ts';
import { COMMENTS_MAX, decideTriage, type TriagePatch } from '../../detection/triage.ts';
import { HISTORY_PLACE, readHistoryMember } from '../noted/notes.ts';
import { revise } from '../noted/revising.ts';
import type { State } from '../state.ts';
import { type Caller, mayObserve } from './caller.ts';
import { type Found, findBody, survivorOf, toldBody } from './stored.ts';

interface FindingNow {
  readonly id: string;
  readonly revision: number;
  readonly json: string;
}

type Unknown = { readonly kind: 'unknown' };

export type PatchOutcome =
  | ({ readonly kind: 'finding' } & FindingNow)
  /** The finding is at another revision than was expected. */
  | ({ readonly kind: 'moved_on' } & FindingNow)
  | ({ readonly kind: 'superseded'; readonly by: string } & FindingNow)
  | { readonly kind: 'too_many_comments'; readonly most: number }
  | Unknown;

/** How often a finding is looked up again because it was merged, or state was lost, meanwhile. */
const LOOKUPS_MAX = 5;

/** Entries of a history read in one round trip: each holds some kilobytes at the most. */
const ENTRIES_PER_READ_MAX = 100;

export function triageQueries(state: State) {
  return {
    /** Changes the triage of a finding, if it is at one of the revisions expected. */
    async patch(
      caller: Caller & { readonly name: string },
      id: string,
      patch: TriagePatch,
      expected: readonly number[] | 'any',
    ): Promise<PatchOutcome> {
      for (let lookup = 1; lookup <= LOOKUPS_MAX; lookup++) {
        const found = await findBody(state, id);
        if (found === null || !mayObserve(caller, found.parsed.tenantId)) return { kind: 'unknown' };
        const superseded = await supersededOf(found);
        if (superseded !== null) return superseded;
        const now = state.options.now();
        const context = { now, by: caller.name, rating: ratingOf(state.options.rule) };
        const outcome = await revise<PatchOutcome>(found.shard, found.id, context, (current) => {
          const { revision, json } = current;
          const standing: FindingNow = { id: found.id, revision, json };
          if (expected !== 'any' && !expected.includes(revision)) return { refusal: { kind: 'moved_on', ...standing } };
          const decided = decideTriage(current.triage, patch, caller.name, now);
          if (decided.kind === 'unchanged') return { refusal: { kind: 'finding', ...standing } };
          if (decided.kind === 'too_many_comments') return { refusal: { ...decided, most: COMMENTS_MAX } };
          const { comment } = patch;
          const note: Note = { kind: 'triage', ...decided.moves, ...(comment !== undefined && { comment }) };
          return { reason: 'triage', triage: decided.triage, notes: [note] };
        });
        switch (outcome.kind) {
          case 'refused':
            return outcome.refusal;
          case 'revised':
            state.tellRevised('triage', outcome);
            return { kind: 'finding', id: found.id, revision: outcome.revision, json: outcome.json };
          case 'lost':
            await state.reopen(found.shard);
        }
      }
      throw new Error(`a finding was ${LOOKUPS_MAX} times in a row another than it had just been`);
    },

    /** What happened to a finding, oldest first; of a superseded one, of the finding that took it over. */
    async history(
      caller: Caller,
      id: string,
      query: { readonly limit: number; readonly cursor: string | null },
    ): Promise<
      | { kind: 'page'; items: ReturnType<typeof describeTold>[]; nextCursor: string | null }
      | Unknown
      | { kind: 'bad_cursor' }
    > {
      if (query.cursor !== null && !HISTORY_PLACE.test(query.cursor)) return { kind: 'bad_cursor' };
      const found = await findBody(state, id);
      if (found === null || !mayObserve(caller, found.parsed.tenantId)) return { kind: 'unknown' };
      const { client, key } = found.shard;
      const history = `${key}fh:${await survivorOf(found.shard, found.id)}`;
      // One more than the page shows whether it is the last.
      const told: ReturnType<typeof readHistoryMember>[] = [];
      for (let after = query.cursor; told.length <= query.limit; after = told.at(-1)!.place) {
        const count = Math.min(ENTRIES_PER_READ_MAX, query.limit + 1 - told.length);
        const from = after === null ? '-' : `(${after}|~`;
        const members = await client.zrangebylex(history, from, '+', 'LIMIT', 0, count);
        told.push(...members.map(readHistoryMember));
        if (members.length < count) break;
      }
      const isLast = told.length <= query.limit;
      told.splice(query.limit);
      const nextCursor = isLast ? null : told.at(-1)!.place;
      return { kind: 'page', items: told.map(describeTold), nextCursor };
    },
  };
}

async function supersededOf(found: Found): Promise<PatchOutcome | null> {
  const { json, supersededBy } = await toldBody(found);
  const { id, revision } = found;
  return supersededBy === null ? null : { kind: 'superseded', by: supersededBy, id, revision, json };
}

const describeTold = ({ at, by, note }: ReturnType<typeof readHistoryMember>) => ({
  at: new Date(at).toISOString(),
  by,
  change: 'suppression' in note ? { ...note, suppression: describeSuppressed(note.suppression) } : note,
});
