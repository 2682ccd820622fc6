/** Which findings a view shows, over every set of labels that a finding can have. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Label } from '../../src/detection/label.ts';
import { FINDING_VIEWS, selects } from '../../src/detection/views.ts';

const label = fc.constantFrom<Label>(
  'both',
  'resolved:object_id',
  'resolved:no_upn+no_targets',
  'strict:other_object',
  'strict:outbound_guest',
);
const labels = fc.array(label, { minLength: 1, maxLength: 4 });

test('any shows every finding; each of the others shows those with an operation of its kind', () => {
  fc.assert(
    fc.property(labels, (own) => {
      const some = (start: string): boolean => own.some((one) => one.startsWith(start));
      const shown = Object.fromEntries(FINDING_VIEWS.map((view) => [view, selects(view, own)]));
      assert.deepEqual(shown, {
        any: true,
        strict: some('both') || some('strict'),
        resolved: some('both') || some('resolved'),
        missed: some('resolved'),
        accused: some('strict'),
      });
    }),
  );
});

test('a finding with operations of both kinds is missed and accused at once', () => {
  const mixed: Label[] = ['resolved:object_id', 'strict:other_object'];
  assert.deepEqual(
    FINDING_VIEWS.map((view) => selects(view, mixed)),
    [true, true, true, true, true],
  );
});

test('an operation that matches nothing puts a finding in no view', () => {
  assert.deepEqual(
    FINDING_VIEWS.map((view) => selects(view, [''])),
    [false, false, false, false, false],
  );
});
