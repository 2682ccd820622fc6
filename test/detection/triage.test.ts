/** Triage as pure functions: what a patch makes of it, what meeting makes of it, what opens it again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  CLASSIFICATIONS,
  COMMENTS_MAX,
  type Comment,
  decideTriage,
  movesOf,
  reopen,
  STATUSES,
  type Triage,
  type TriagePatch,
  UNTOUCHED,
  uniteTriage,
} from '../../src/detection/triage.ts';

/** Two that say the same are one, whichever is kept: so none is told from another by what it inherits. */
const asRead = { noNullPrototype: true };
const comment: fc.Arbitrary<Comment> = fc.record(
  {
    at: fc.integer({ min: 0, max: 5 }),
    by: fc.constantFrom('ann', 'bob'),
    text: fc.string({ minLength: 1, maxLength: 2 }),
  },
  asRead,
);
const inOrder = (a: Comment, b: Comment): number =>
  a.at - b.at || (a.by < b.by ? -1 : a.by > b.by ? 1 : 0) || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0);
const triage: fc.Arbitrary<Triage> = fc.record(
  {
    status: fc.constantFrom(...STATUSES),
    classification: fc.constantFrom(null, ...CLASSIFICATIONS),
    assignedTo: fc.constantFrom(null, 'ann', 'bob'),
    comments: fc.array(comment, { maxLength: COMMENTS_MAX }).map((all) => all.sort(inOrder)),
  },
  asRead,
);
const patch: fc.Arbitrary<TriagePatch> = fc.record(
  {
    status: fc.constantFrom(...STATUSES),
    classification: fc.constantFrom(null, ...CLASSIFICATIONS),
    assignedTo: fc.constantFrom(null, 'ann', 'bob'),
    comment: fc.string({ minLength: 1 }),
  },
  { requiredKeys: [] },
);

test('findings that meet one by one, the oldest first, have the triage of all that meet at once', () => {
  fc.assert(
    fc.property(fc.array(triage, { minLength: 2, maxLength: 5 }), fc.nat(3), (all, cut) => {
      const [first, ...others] = all as [Triage, ...Triage[]];
      const atOnce = others.reduce(uniteTriage, first);
      const some = others.slice(0, cut).reduce(uniteTriage, first);
      assert.deepEqual(others.slice(cut).reduce(uniteTriage, some), atOnce);
      // Also where those younger have met before the oldest comes.
      const [second, ...rest] = others as [Triage, ...Triage[]];
      assert.deepEqual(uniteTriage(first, rest.reduce(uniteTriage, second)), atOnce);
    }),
  );
});

test('of those that meet the most open status stays, a verdict only where all agree, and every comment up to the bound', () => {
  fc.assert(
    fc.property(fc.array(triage, { minLength: 2, maxLength: 4 }), (all) => {
      const [first, ...others] = all as [Triage, ...Triage[]];
      const met = others.reduce(uniteTriage, first);
      assert.equal(
        met.status,
        STATUSES.find((status) => all.some((one) => one.status === status)),
      );
      const verdicts = new Set(all.map(({ classification }) => classification));
      assert.equal(met.classification, verdicts.size === 1 ? first.classification : null);
      assert.equal(met.assignedTo, all.find(({ assignedTo }) => assignedTo !== null)?.assignedTo ?? null);
      const comments = all.flatMap((one) => one.comments).sort(inOrder);
      assert.deepEqual(met.comments, comments.slice(-COMMENTS_MAX));
    }),
  );
});

test('status, verdict and comments of those that meet hang on no order', () => {
  fc.assert(
    fc.property(triage, triage, (a, b) => {
      const { assignedTo: _a, ...one } = uniteTriage(a, b);
      const { assignedTo: _b, ...other } = uniteTriage(b, a);
      assert.deepEqual(one, other);
    }),
  );
});

test('a patch gives what it asks for, leaves the rest, and says what moved', () => {
  fc.assert(
    fc.property(triage, patch, (before, asked) => {
      const decided = decideTriage(before, asked, 'carol', 7);
      const isFull = asked.comment !== undefined && before.comments.length >= COMMENTS_MAX;
      if (isFull) return assert.equal(decided.kind, 'too_many_comments');
      const { comment, ...fields } = asked;
      const wanted = { ...before, ...fields };
      const isSame = comment === undefined && Object.keys(movesOf(before, wanted)).length === 0;
      if (isSame) return assert.equal(decided.kind, 'unchanged');
      assert.ok(decided.kind === 'changed');
      const added = comment === undefined ? [] : [{ at: 7, by: 'carol', text: comment }];
      assert.deepEqual(decided.triage, { ...wanted, comments: [...before.comments, ...added] });
      for (const [name, { from, to }] of Object.entries(decided.moves)) {
        assert.equal(from, before[name as keyof Triage]);
        assert.equal(to, decided.triage[name as keyof Triage]);
        assert.notEqual(from, to);
      }
      // Asked again it changes nothing, but that a comment is said twice.
      assert.equal(decideTriage(decided.triage, fields, 'carol', 8).kind, 'unchanged');
    }),
  );
});

test('what opens a finding again moves a resolved status and nothing else', () => {
  fc.assert(
    fc.property(triage, (before) => {
      const after = reopen(before);
      assert.deepEqual(after, before.status === 'resolved' ? { ...before, status: 'new' } : before);
      assert.deepEqual(reopen(after), after);
    }),
  );
  assert.equal(reopen(UNTOUCHED), UNTOUCHED);
});
