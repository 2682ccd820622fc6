/** What an operation was done to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientIpOf, displayNames, expandTargets, spokenNames } from '../../../src/detection/targets.ts';
import { operation, operationFact } from './make.ts';

const targetsOf = (targetResources: unknown) => displayNames(expandTargets(targetResources));
const spokenOf = (targetResources: unknown) => spokenNames(expandTargets(targetResources));
const change = (displayName: string, newValue: unknown, oldValue: unknown = null) => ({
  displayName,
  oldValue,
  newValue,
});

test('null or missing targets are one empty name', () => {
  assert.deepEqual(targetsOf(null), ['']);
  assert.deepEqual(targetsOf(undefined), ['']);
  assert.deepEqual(operationFact(operation({}, { targetResources: undefined })).targets, ['']);
});

test('an empty list or object is no target at all', () => {
  assert.deepEqual(targetsOf([]), []);
  assert.deepEqual(targetsOf({}), []);
  assert.deepEqual(targetsOf('[]'), []);
  assert.deepEqual(operationFact(operation({}, { targetResources: [] })).targetNames, []);
});

test('an object is one target per property, which has that property alone', () => {
  assert.deepEqual(targetsOf({ displayName: 'Bob', id: 'T1' }), ['', 'Bob']);
  assert.deepEqual(targetsOf({ displayName: 'Bob' }), ['Bob']);
  assert.deepEqual(targetsOf({ one: { displayName: 'Bob' } }), [''], 'the property is not opened');
});

test('an element that is null, a scalar, a list or has no display name is an empty name', () => {
  assert.deepEqual(targetsOf([null]), ['']);
  assert.deepEqual(targetsOf([1, 'x', ['y'], { displayName: null }, {}]), ['']);
  assert.deepEqual(targetsOf('plain text'), ['']);
});

test('names are distinct as written and sorted by code unit', () => {
  const named = ['b', 'B', 'a', 'b', '\u00e4', '\ud83d\ude00', '\uffee'].map((displayName) => ({ displayName }));
  assert.deepEqual(targetsOf(named), ['B', 'a', 'b', '\u00e4', '\ud83d\ude00', '\uffee']);
});

test('a display name of another type reads as text, and an object in its place is no name', () => {
  assert.deepEqual(targetsOf([{ displayName: 7 }, { displayName: true }]), ['7', 'true']);
  assert.equal(targetsOf([{ displayName: {} }]), undefined);
  assert.equal(targetsOf({ displayName: [] }), undefined);
});

test('a member added to a role, both without a display name, is told by the name of the role alone', () => {
  const targets = [
    {
      id: '0D664D57',
      displayName: null,
      type: 'User',
      userPrincipalName: 'user1@example.com',
      modifiedProperties: [
        change('Role.ObjectID', '"38bf5baf"'),
        change('Role.DisplayName', '"Privileged Role Administrator"'),
        change('Role.TemplateId', '"9b895d92"'),
      ],
    },
    { id: '38BF5BAF', displayName: null, type: 'Role', modifiedProperties: [] },
  ];
  assert.deepEqual(spokenOf(targets), ['Privileged Role Administrator']);
  assert.deepEqual(spokenOf(JSON.stringify(targets)), ['Privileged Role Administrator']);
  assert.deepEqual(targetsOf(targets), ['']);
});

test('a target is told by display name, else by what its change names, else by UPN, else by id', () => {
  const changes = [change('Application.DisplayName', '"Shop"')];
  const full = { displayName: 'Bob', userPrincipalName: 'bob@x', id: 'T1', modifiedProperties: changes };
  assert.deepEqual(spokenOf([full]), ['Bob']);
  assert.deepEqual(spokenOf([{ ...full, displayName: null }]), ['Shop']);
  assert.deepEqual(spokenOf([{ ...full, displayName: '', modifiedProperties: [] }]), ['bob@x']);
  assert.deepEqual(spokenOf([{ id: 'T1' }]), ['T1']);
  assert.deepEqual(spokenOf([{}, null, 'x']), [], 'nothing to call it by');
});

test('an id is told by the name that any target gives it, in either case and order', () => {
  const names = change('ServicePrincipal.DisplayName', '"Shop"');
  const owner = { displayName: 'Ann', modifiedProperties: [change('ServicePrincipal.ObjectID', '"ABC"'), names] };
  assert.deepEqual(spokenOf([{ id: 'abc' }, owner]), ['Ann', 'Shop']);
  assert.deepEqual(spokenOf([owner, { id: 'abd' }]), ['Ann', 'abd']);
});

test('values come quoted, plain, alone in a list, or as the old value of a removal', () => {
  const named = (newValue: unknown, oldValue?: unknown) => [
    { modifiedProperties: [change('Role.DisplayName', newValue, oldValue)] },
  ];
  for (const value of ['"Reader"', 'Reader', '["Reader"]']) assert.deepEqual(spokenOf(named(value)), ['Reader']);
  assert.deepEqual(spokenOf(named(null, '"Reader"')), ['Reader']);
  assert.deepEqual(spokenOf(named('1.10')), ['1.10']);
  assert.deepEqual(spokenOf(named('"Ops \\"A\\""')), ['Ops "A"']);
});

test('only things that an operation is about lend their name', () => {
  const role = [{ userPrincipalName: 'bob@x', modifiedProperties: [change('AppRole.DisplayName', '"Use Mail"')] }];
  assert.deepEqual(spokenOf(role), ['bob@x']);
  assert.deepEqual(spokenOf([{ id: 'T', modifiedProperties: { displayName: 'x' } }]), ['T']);
});

test('the client address is the first that stands under ipaddr', () => {
  const details = [
    { key: 'User-Agent', value: 'x' },
    null,
    { key: 'ipaddr', value: '' },
    { key: 'ipaddr', value: '192.0.2.9' },
  ];
  assert.equal(clientIpOf(details), '192.0.2.9');
  assert.equal(clientIpOf(JSON.stringify(details)), '192.0.2.9');
  for (const none of [
    null,
    undefined,
    [],
    {},
    'None',
    [{ key: 'IPADDR', value: '1' }],
    [{ key: 'ipaddr', value: {} }],
  ]) {
    assert.equal(clientIpOf(none), null);
  }
});
