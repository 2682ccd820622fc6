/** The two shapes of a record, and scalars as the rule reads them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { viewOf } from '../../../src/detection/record.ts';
import { scalarText } from '../../../src/detection/scalar.ts';
import { operationRow, signInRow, TENANT } from './make.ts';

test('scalars are read as tostring reads them', () => {
  assert.deepEqual(['a', '', null, undefined, 0, -0, 1.5, true, false].map(scalarText), [
    'a',
    '',
    '',
    '',
    '0',
    '0',
    '1.5',
    'true',
    'false',
  ]);
  assert.equal(scalarText({}), undefined);
  assert.equal(scalarText([]), undefined);
});

test('a diagnostic record is of the table of its category, in any case, and of no other', () => {
  const tableOf = (category: unknown) => viewOf({ time: '', category }).table;
  assert.equal(tableOf('SignInLogs'), 'signIn');
  assert.equal(tableOf('SIGNINLOGS'), 'signIn');
  assert.equal(tableOf('auditlogs'), 'operation');
  assert.equal(tableOf('NonInteractiveUserSignInLogs'), 'nonInteractive');
  for (const other of [
    'ManagedIdentitySignInLogs',
    'Audit',
    ' AuditLogs',
    'AuditLogs ',
    '',
    null,
    undefined,
    7,
    {},
    [],
  ]) {
    assert.equal(tableOf(other), 'other');
  }
});

test('a record with a time or with properties is no row', () => {
  assert.equal(viewOf(operationRow()).table, 'operation');
  assert.equal(viewOf({ ...operationRow(), time: null }).table, 'other');
  assert.equal(viewOf({ ...operationRow(), properties: null }).table, 'other');
});

test('a row is of the table that its type names, else of the one whose columns stand in it', () => {
  assert.equal(viewOf(signInRow()).table, 'signIn');
  assert.equal(viewOf(signInRow({ Type: 'SIGNINLOGS' })).table, 'signIn');
  assert.equal(viewOf(signInRow({ Type: 'User' })).table, 'signIn');
  assert.equal(viewOf({ UserType: null, ResultType: null }).table, 'signIn');
  assert.equal(viewOf(operationRow({ Type: 'Application' })).table, 'operation');
  assert.equal(viewOf({ InitiatedBy: null, TargetResources: null, UserType: '', ResultType: '' }).table, 'operation');
  assert.equal(viewOf({ ...operationRow(), Type: 'SigninLogs' }).table, 'signIn', 'a type that names one is believed');
  for (const row of [{}, { UserType: '' }, { ResultType: '' }, { InitiatedBy: '' }, { Type: 'Heartbeat' }]) {
    assert.equal(viewOf(row).table, 'other');
  }
});

test('a row of another sign-in table is not taken for one of the rule, though its columns are the same', () => {
  assert.equal(viewOf(signInRow({ Type: 'AADNonInteractiveUserSignInLogs' })).table, 'nonInteractive');
  assert.equal(viewOf(signInRow({ Type: 'x', Category: 'NonInteractiveUserSignInLogs' })).table, 'nonInteractive');
  assert.equal(viewOf(signInRow({ Type: 'AADServicePrincipalSignInLogs' })).table, 'other');
});

test('a tenant is named by its own field, else by the resource, and never by the workspace', () => {
  const diagnostic = (tenantId: unknown, resourceId?: unknown) => viewOf({ time: '', tenantId, resourceId }).tenantId();
  assert.equal(diagnostic('T'), 'T');
  assert.equal(diagnostic(null, '/tenants/T2/providers/Microsoft.aadiam'), 'T2');
  assert.equal(diagnostic('', '/TENANTS/T2/PROVIDERS/MICROSOFT.AADIAM'), 'T2');
  assert.equal(diagnostic(undefined, '/subscriptions/S/tenants/T2/'), '');
  assert.equal(diagnostic(undefined, '/tenants//providers/x'), '');
  assert.equal(diagnostic(undefined), '');
  assert.equal(diagnostic({}, '/tenants/T2/'), undefined);
  assert.equal(diagnostic('', []), undefined);
  assert.equal(viewOf(operationRow()).tenantId(), TENANT);
  assert.equal(viewOf(operationRow({ AADTenantId: '', ResourceId: '/tenants/T3/providers/x' })).tenantId(), 'T3');
  assert.equal(viewOf(signInRow({ AADTenantId: undefined })).tenantId(), '');
});

test('properties may be a JSON string, and are empty where they are no object', () => {
  assert.equal(viewOf({ properties: '{"userType":"Guest"}' }).text('userType'), 'Guest');
  for (const properties of ['{', '[]', '7', 'null', '', null, [{ userType: 'Guest' }], 5]) {
    assert.equal(viewOf({ properties, userType: 'Guest' }).text('userType'), '');
  }
});

test('a key named like a part of every object is a key', () => {
  const hostile = JSON.parse(
    '{"__proto__":{"time":"x","category":"AuditLogs"},"properties":{"__proto__":{"userType":"Guest"}}}',
  );
  assert.equal(viewOf(hostile).table, 'other');
  assert.equal(viewOf(hostile).text('userType'), '');
});
