// The plainest sign-in and operation, to be varied by tests in the one point that each is about.

import { createHash } from 'node:crypto';
import type { Facts, ReadOptions } from './facts.ts';
import { readFacts } from './facts.ts';

export const TENANT = '7a1b0c2d-0000-4000-8000-00000000000a';
export const ANN = 'a0000001-00aa-4000-8000-00000000abcd';
export const EXT_UPN = 'ann_partner.example#EXT#@contoso.onmicrosoft.com';

type Json = Record<string, unknown>;

/** A guest's sign-in at 10:00; `properties` are laid over its own, `top` over the record. */
export function signIn(properties: Json = {}, top: Json = {}): Json {
  return {
    time: '2026-03-02T10:00:00Z',
    category: 'SignInLogs',
    tenantId: TENANT,
    resultType: '0',
    properties: {
      id: 's1',
      userType: 'Guest',
      userPrincipalName: 'ann@partner.example',
      userId: ANN,
      ipAddress: '198.51.100.4',
      ...properties,
    },
    ...top,
  };
}

/** An operation at 11:00 by the same guest under the home UPN: both views hold it. */
export function operation(user: Json = {}, properties: Json = {}, top: Json = {}): Json {
  return {
    time: '2026-03-02T11:00:00Z',
    category: 'AuditLogs',
    tenantId: TENANT,
    operationName: 'Add member to role',
    correlationId: 'c1',
    properties: {
      id: 'o1',
      result: 'success',
      initiatedBy: {
        user: { id: ANN, userPrincipalName: 'ann@partner.example', ipAddress: '203.0.113.7', ...user },
      },
      targetResources: [{ displayName: 'Target' }],
      ...properties,
    },
    ...top,
  };
}

/** The facts of some records sent as one event. */
export function factsOf(records: readonly unknown[], options: ReadOptions = {}): Facts {
  return readFacts([{ body: Buffer.from(JSON.stringify({ records })) }], options);
}

export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
