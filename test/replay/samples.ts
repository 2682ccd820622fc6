/** Records for the replay's tests: a few guests, one of each kind of finding, in the shape in which Entra writes them. */

export const TENANT = '11111111-2222-3333-4444-555555555555';
export type Sample = Record<string, unknown>;

interface SignInOptions {
  readonly upn: string;
  readonly time: string;
  readonly objectId?: string;
  readonly ip?: string;
  readonly id: string;
}

export function signIn({ upn, time, objectId = '', ip = '198.51.100.4', id }: SignInOptions): Sample {
  return {
    time,
    category: 'SignInLogs',
    operationName: 'Sign-in activity',
    tenantId: TENANT,
    resultType: '0',
    correlationId: id,
    properties: {
      id,
      userType: 'Guest',
      userPrincipalName: upn,
      userId: objectId,
      ipAddress: ip,
      createdDateTime: time,
    },
  };
}

interface OperationOptions {
  readonly upn: string;
  readonly time: string;
  readonly objectId?: string;
  readonly ip?: string;
  readonly name?: string;
  readonly target?: string;
  readonly id: string;
}

export function operation({
  upn,
  time,
  objectId = '',
  ip = '203.0.113.7',
  name = 'Add member to role',
  target = 'Global Administrator',
  id,
}: OperationOptions): Sample {
  return {
    time,
    category: 'AuditLogs',
    operationName: name,
    tenantId: TENANT,
    correlationId: `c-${id}`,
    properties: {
      id,
      result: 'success',
      initiatedBy: { user: { id: objectId, userPrincipalName: upn, ipAddress: ip } },
      targetResources: [{ displayName: target }],
    },
  };
}

const ANN = 'aaaaaaaa-0000-0000-0000-000000000001';

/** Ann is what the rule misses, Bob what both views see, Cid (the id says someone else) what the rule accuses wrongly. */
export const SAMPLES: readonly Sample[] = [
  operation({
    upn: 'ann_partner.com#EXT#@contoso.onmicrosoft.com',
    objectId: ANN,
    time: '2025-11-14T01:48:53.1234567Z',
    id: 'op-ann',
  }),
  signIn({ upn: 'ann@partner.com', objectId: ANN, time: '2025-11-14T01:50:00Z', id: 'in-ann' }),
  signIn({ upn: 'bob@partner.com', time: '2025-11-14T02:00:00Z', id: 'in-bob', ip: '198.51.100.9' }),
  operation({
    upn: 'Bob@Partner.com',
    time: '2025-11-14T09:00:00Z',
    name: 'Add policy.',
    target: 'Allow "all", really',
    id: 'op-bob',
  }),
  signIn({
    upn: 'cid@partner.com',
    objectId: 'cccccccc-0000-0000-0000-000000000001',
    time: '2025-11-14T03:00:00Z',
    id: 'in-cid',
  }),
  operation({
    upn: 'cid@partner.com',
    objectId: 'cccccccc-0000-0000-0000-000000000002',
    time: '2025-11-14T04:00:00Z',
    id: 'op-cid',
  }),
];

/** As event hubs carry them: one envelope of many records. */
export const envelope = (records: readonly unknown[]): string => JSON.stringify({ records });
