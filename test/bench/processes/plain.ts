/** The plain way: the client library parses every body, each guest's sign-in is a call to Redis, and so is each operation. */
import { Redis } from 'ioredis';
import { BUILT_IN_RULE } from '../../../src/detection/rule.ts';
import { consume } from './peer.ts';

interface AnyRecord {
  readonly category?: string;
  readonly operationName?: string;
  readonly resultType?: string;
  readonly time?: string;
  readonly properties?: {
    readonly userType?: string;
    readonly userPrincipalName?: string;
    readonly ipAddress?: string;
    readonly result?: string;
    readonly initiatedBy?: { readonly user?: { readonly userPrincipalName?: string; readonly ipAddress?: string } };
  };
}

const operations = new Set(BUILT_IN_RULE.operations.map((name) => name.toLowerCase()));
const DAY_SECONDS = 86_400;

consume(false, async ({ redis: url }) => {
  const redis = new Redis(url!);

  async function take({
    category,
    operationName = '',
    resultType,
    time = '',
    properties = {},
  }: AnyRecord): Promise<void> {
    if (category === 'SignInLogs' && properties.userType?.toLowerCase() === 'guest' && resultType === '0') {
      const signIn = JSON.stringify({ time, ip: properties.ipAddress });
      await redis.set(`guest:${properties.userPrincipalName?.toLowerCase()}`, signIn, 'EX', DAY_SECONDS);
    }
    if (category === 'AuditLogs' && properties.result === 'success' && operations.has(operationName.toLowerCase())) {
      const { userPrincipalName = '', ipAddress = '' } = properties.initiatedBy?.user ?? {};
      const home = userPrincipalName
        .toLowerCase()
        .replace(/#ext#.*$/, '')
        .replace(/_([^_]*)$/, '@$1');
      const signIn = await redis.get(`guest:${home}`);
      if (signIn !== null)
        await redis.rpush('findings', JSON.stringify({ time, home, ipAddress, operationName, signIn }));
    }
  }

  return async (events) => {
    for (const { body } of events) for (const record of body.records as AnyRecord[]) await take(record);
  };
});
