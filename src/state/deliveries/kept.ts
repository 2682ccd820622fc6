/** Deliveries as they are kept, for those who ask for them, have one sent again or a target tested. */

import type { ChangeReason } from '../queries/feed.ts';
import { pipeline } from '../redis/calls.ts';
import { loadScript } from '../redis/scripts.ts';
import { type DeliveriesPlace, orderOf } from './place.ts';

const resendScript = loadScript('resend');
const testScript = loadScript('asktest');

/** Tests that may wait for one target. */
const TESTS_MAX = 5;

export const STATUSES = ['waiting', 'failed', 'delivered'] as const;
export type Status = (typeof STATUSES)[number];

/** Why a revision is told: `resync` where the reason was read too late, `test` for no revision at all. */
export type DeliveryReason = ChangeReason | 'resync' | 'test';

export type Failure =
  | 'status'
  | 'redirect'
  | 'gone'
  | 'timeout'
  | 'connection'
  | 'tls'
  | 'name_not_resolved'
  | 'address_refused'
  | 'too_large'
  | 'hub'
  | 'fault';

export interface Attempt {
  readonly at: string;
  readonly ms: number;
  readonly status: number | null;
  readonly failure: Failure | null;
  readonly detail: string;
}

/** How much is kept of a target. */
export interface Bounds {
  readonly waitingMax: number;
  readonly waitingBytesMax: number;
  readonly deliveredMax: number;
  readonly failedMax: number;
  readonly failedBytesMax: number;
}

/** A delivery as it lies there, without its body. */
export interface KeptDelivery {
  readonly id: string;
  readonly target: string;
  readonly findingId: string;
  readonly revision: number;
  /** Empty for a test. */
  readonly tenantId: string;
  readonly reason: DeliveryReason;
  readonly status: Status;
  readonly isTest: boolean;
  readonly bytes: number;
  /** When it was taken in, RFC 3339. */
  readonly createdAt: string;
  /** When it is due (ms), while it waits. */
  readonly due: number;
  readonly tries: number;
  readonly attempts: readonly Attempt[];
  /** Where it stands in lists: newest last. */
  readonly place: string;
}

const FIELDS = [
  ...['target', 'finding', 'revision', 'tenant', 'reason', 'status', 'test', 'bytes', 'order', 'due', 'tries'],
  'attempts',
] as const;

export function keptOf({ client, tag, run }: DeliveriesPlace) {
  return {
    async resend(id: string, now: number): Promise<'queued' | 'unknown' | 'delivered'> {
      return (await run(resendScript, [id, now]))[0] as 'queued' | 'unknown' | 'delivered';
    },

    /** Asks whoever sends for a test of a target, under an id of the caller's. */
    async askTest(name: string, id: string, now: number): Promise<'asked' | 'unknown' | 'busy'> {
      const args = [name, id, orderOf(now), `test-${id}`, now, TESTS_MAX];
      return (await run(testScript, args))[0] as 'asked' | 'unknown' | 'busy';
    },

    async get(id: string): Promise<KeptDelivery | null> {
      return (await readKept([id]))[0] ?? null;
    },

    /** Deliveries of a target in a status, newest first, from behind a place on. */
    async places(name: string, status: Status, after: string | null, limit: number): Promise<string[]> {
      const from = after === null ? '+' : `(${after}`;
      return client.zrevrangebylex(`${tag}s:${name}:${status}`, from, '-', 'LIMIT', 0, limit);
    },

    read: (ids: readonly string[]): Promise<(KeptDelivery | null)[]> => readKept(ids),
  };

  async function readKept(ids: readonly string[]): Promise<(KeptDelivery | null)[]> {
    const found = await pipeline(
      client,
      ids.map((id) => ['HMGET', `${tag}d:${id}`, ...FIELDS]),
    );
    return found.map((reply, i) => {
      const [target, finding, revision, tenant, reason, status, test, bytes, order, due, tries, attempts] = (
        reply as (Buffer | null)[]
      ).map((part) => (part === null ? '' : String(part)));
      if (target === '') return null;
      return {
        ...{ id: ids[i]!, target: target!, findingId: finding!, revision: Number(revision), tenantId: tenant! },
        ...{ reason: reason as DeliveryReason, status: status as Status, isTest: test === '1', bytes: Number(bytes) },
        ...{ createdAt: order!, due: Number(due), tries: Number(tries), attempts: JSON.parse(attempts || '[]') },
        place: `${order}|${ids[i]}`,
      };
    });
  }
}
