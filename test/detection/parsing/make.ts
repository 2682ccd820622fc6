/** Made-up records in the shapes that the logs have, and short ways to read them. */
import assert from 'node:assert/strict';
import { type EventReading, type Origin, type ReadOptions, readEvent } from '../../../src/detection/event.ts';
import type { Operation, SignIn } from '../../../src/detection/fact.ts';
import { BUILT_IN_RULE, nameTable } from '../../../src/detection/rule.ts';

export const TENANT = '5f0c2d1e-7a3b-4c58-9d21-0b6f8e4a9c77';
export const GUEST_ID = '1b9e0d54-33c7-4f0a-8e66-2a7d5c91f3b8';
export const TABLE = nameTable({ ...BUILT_IN_RULE, extraOperations: ['Reset everything'] });

/** 2026-11-23T04:00:00Z. */
export const REFERENCE_MS = Date.UTC(2026, 10, 23, 4);
export const TIME = '2026-11-23T03:12:09.1234567Z';

export const ORIGIN: Origin = {
  hub: 'insights-logs-signinlogs',
  partition: '3',
  sequenceNumber: 41,
  enqueuedAt: REFERENCE_MS,
  receivedAt: REFERENCE_MS + 20,
  referenceMs: REFERENCE_MS,
};

export type Json = Record<string, unknown>;

/** A guest's successful sign-in; `undefined` takes a key away. */
export function signIn(top: Json = {}, properties: Json = {}): Json {
  return {
    time: TIME,
    resourceId: `/tenants/${TENANT}/providers/Microsoft.aadiam`,
    operationName: 'Sign-in activity',
    category: 'SignInLogs',
    tenantId: TENANT,
    resultType: '0',
    resultSignature: 'None',
    durationMs: '0',
    correlationId: '6a4f3a30-8c7e-4f6f-9c1d-5a7e0d1b2c3d',
    properties: {
      id: '9d2c7a10-0000-4b7e-a111-7c5b2e8f6a00',
      createdDateTime: '2026-11-23T03:05:00.5Z',
      userPrincipalName: 'Ann@Partner.com',
      userId: GUEST_ID.toUpperCase(),
      ipAddress: '198.51.100.4',
      userType: 'Guest',
      homeTenantId: 'AAAAAAAA-1111-2222-3333-444444444444',
      resourceTenantId: TENANT.toUpperCase(),
      ...properties,
    },
    ...top,
  };
}

/** A privileged operation that succeeded. */
export function operation(top: Json = {}, properties: Json = {}): Json {
  return {
    time: TIME,
    resourceId: `/tenants/${TENANT}/providers/Microsoft.aadiam`,
    operationName: 'Add member to role',
    category: 'AuditLogs',
    tenantId: TENANT,
    correlationId: 'b1e7c5d9-4a8f-4d0c-8a55-0f6b1c2d3e4f',
    properties: {
      id: 'Directory_b1e7c5d9_FLAW0_1',
      result: 'success',
      activityDisplayName: 'Add member to role',
      initiatedBy: {
        user: {
          id: GUEST_ID,
          displayName: null,
          userPrincipalName: 'Ann_Partner.com#EXT#@contoso.onmicrosoft.com',
          ipAddress: '203.0.113.7',
          roles: [],
        },
      },
      targetResources: [{ id: 'T1', displayName: 'Bob', type: 'User', modifiedProperties: [] }],
      additionalDetails: [],
      ...properties,
    },
    ...top,
  };
}

/** The sign-in as Log Analytics exports it. */
export function signInRow(changes: Json = {}): Json {
  return {
    TenantId: '99999999-9999-9999-9999-999999999999',
    TimeGenerated: TIME,
    Category: 'SignInLogs',
    ResultType: '0',
    UserType: 'Guest',
    UserPrincipalName: 'Ann@Partner.com',
    UserId: GUEST_ID,
    IPAddress: '198.51.100.4',
    Id: 'row-sign-in',
    AADTenantId: TENANT,
    Type: 'SigninLogs',
    ...changes,
  };
}

/** The operation as Log Analytics exports it. */
export function operationRow(changes: Json = {}): Json {
  return {
    TenantId: '99999999-9999-9999-9999-999999999999',
    TimeGenerated: TIME,
    ResourceId: `/tenants/${TENANT}/providers/Microsoft.aadiam`,
    OperationName: 'Update application \u2013 Certificates and secrets management ',
    Category: 'ApplicationManagement',
    CorrelationId: 'row-correlation',
    AdditionalDetails: '[{"key":"User-Agent","value":"curl"},{"key":"ipaddr","value":"192.0.2.9"}]',
    Id: 'row-operation',
    InitiatedBy: JSON.stringify({ user: { id: GUEST_ID, userPrincipalName: 'ann@partner.com', ipAddress: null } }),
    Result: 'success',
    TargetResources: '[{"id":"T2","displayName":"Shop","type":"Application","modifiedProperties":[]}]',
    AADTenantId: TENANT,
    Type: 'AuditLogs',
    ...changes,
  };
}

export const bytesOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** Reads records as one event. */
export const read = (records: readonly unknown[], options: ReadOptions = {}): EventReading =>
  readEvent(bytesOf({ records }), ORIGIN, TABLE, options);

/** What became of one record: a reason, the kind of its fact, or a word for the rest. */
export function fate(record: unknown, options: ReadOptions = {}): string {
  const { facts, nonInteractive, deadLetters, counts } = read([record], options);
  assert.equal(facts.length + nonInteractive.length + deadLetters.length + counts.irrelevant, 1);
  if (counts.nameNearMisses > 0) return 'near miss';
  return deadLetters[0]?.reason ?? facts[0]?.kind ?? nonInteractive[0]?.kind ?? 'irrelevant';
}

export function signInFact(record: unknown): SignIn {
  const fact = read([record]).facts[0];
  assert.equal(fact?.kind, 'signIn');
  return fact as SignIn;
}

export function operationFact(record: unknown): Operation {
  const fact = read([record]).facts[0];
  assert.equal(fact?.kind, 'operation');
  return fact as Operation;
}
