/** Revisions as CloudEvents 1.0. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHANGE_REASONS } from '../../src/api/schema/finding.ts';
import { CLOUD_EVENT_SOURCE, cloudEvent } from '../../src/formats/cloudEvent.ts';
import { findingOf } from './samples.ts';

test('an event has all that the standard demands, is named by its revision, and carries the finding', () => {
  const finding = findingOf();
  assert.deepEqual(cloudEvent({ id: 'r-1', reason: 'new', finding }, 'urn:example:here'), {
    specversion: '1.0',
    id: 'r-1',
    source: 'urn:example:here',
    type: 'guestwatch.finding.created',
    subject: finding.id,
    time: finding.updatedAt,
    datacontenttype: 'application/json',
    reason: 'new',
    data: finding,
  });
});

test('each reason has its type, and one that was taken over says so whatever the reason', () => {
  const typeOf = (reason: string, supersededBy: string | null = null) =>
    cloudEvent({ id: 'r', reason, finding: findingOf({ supersededBy }) }).type.replace('guestwatch.finding.', '');
  assert.deepEqual(
    CHANGE_REASONS.map((reason) => [reason, typeOf(reason)]),
    [
      ['rebuilt', 'rebuilt'],
      ['merge', 'merged'],
      ['new', 'created'],
      ['late_operation', 'updated'],
      ['operation', 'updated'],
      ['late_sign_in', 'updated'],
      ['sign_in', 'updated'],
      ['triage', 'triaged'],
    ],
  );
  for (const reason of CHANGE_REASONS) assert.equal(typeOf(reason, 'f-2'), 'superseded');
});

test('a time that nobody knows is left out, and so is no member by the name of none', () => {
  const event = cloudEvent({ id: 'r', reason: 'new', finding: findingOf({ updatedAt: null }) });
  assert.equal('time' in event, false);
  assert.equal(event.source, CLOUD_EVENT_SOURCE);
  // Names of attributes are lower-case letters and digits, twenty at most.
  for (const name of Object.keys(event)) assert.match(name, /^[a-z0-9]{1,20}$/);
});
