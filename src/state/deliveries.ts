/**
 * Deliveries as they lie in Redis: for each target its place in the feed and what it is still to be told, each step one script.
 *
 * Of the deliveries of one finding only the first is due. Whoever sends claims it first; a claim has a token and runs out, so
 * that what a killed process had in hand is due again, and what one says that was asleep meanwhile is refused.
 */
import { randomUUID } from 'node:crypto';
import { type Argument, bytesOf, pipeline } from './calls.ts';
import type { ChangeReason } from './queries/feed.ts';
import { loadScript, runScript } from './scripts.ts';
import type { State } from './state.ts';

const setScript = loadScript('settarget');
const takeInScript = loadScript('takein');
const replaceScript = loadScript('replace');
const claimScript = loadScript('claim');
const holdScript = loadScript('hold');
const settleScript = loadScript('settle');
const resendScript = loadScript('resend');
const testScript = loadScript('asktest');
const forgetScript = loadScript('forgettarget');
const noteScript = loadScript('notetarget');

/** Arguments of one step, in bytes: one revision always fits. */
const STEP_BYTES_MAX = 900_000;
/** Deliveries forgotten in one step. */
const FORGOTTEN_PER_STEP_MAX = 500;
/** Tries that are told of one delivery: those of the ladder, and some that did not count. */
const ATTEMPTS_KEPT_MAX = 20;
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

interface TakenIn {
  readonly place: string | null;
  readonly at: number | null;
  readonly delivery: {
    readonly id: string;
    readonly eventId: string;
    readonly findingId: string;
    readonly revision: number;
    readonly tenantId: string;
    readonly reason: string;
    readonly json: string;
  } | null;
}

interface Bounds {
  readonly waitingMax: number;
  readonly waitingBytesMax: number;
  readonly deliveredMax: number;
  readonly failedMax: number;
  readonly failedBytesMax: number;
}

interface Claim {
  readonly id: string;
  readonly token: string;
}

interface Claimed extends Claim {
  readonly eventId: string;
  readonly findingId: string;
  readonly reason: string;
  readonly isTest: boolean;
  readonly json: string;
  readonly tries: number;
  readonly attempts: readonly Attempt[];
}

type Settlement =
  | { readonly kind: 'delivered' | 'failed'; readonly attempt: Attempt }
  | { readonly kind: 'again'; readonly attempt: Attempt; readonly dueAt: number; readonly counts: boolean }
  | { readonly kind: 'released' };

interface Receiver {
  readonly isDown: boolean;
  readonly pausedUntil: number | null;
  readonly isGone: boolean;
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

/** Where deliveries stand among each other, by when they were taken in. */
const orderOf = (now: number): string => new Date(now).toISOString();

const numberOrNull = (text: string | null | undefined): number | null => (text ? Number(text) : null);

export type Deliveries = ReturnType<typeof deliveriesOf>;

export function deliveriesOf(state: State) {
  const { client, keys } = state;
  const tag = keys.deliveries;
  const known = `${keys.service}meta`;
  const run = async (script: Parameters<typeof runScript>[1], args: readonly Argument[]): Promise<string[]> => {
    const reply = await runScript(client, script, tag, args);
    return Array.isArray(reply) ? (reply as Buffer[]).map(String) : [String(reply)];
  };
  const hash = async (key: string): Promise<Record<string, string>> => client.hgetall(key);

  return {
    async lostAt(): Promise<number | null> {
      return (await state.losses()).notedAt;
    },

    async wasKnown(name: string): Promise<boolean> {
      return (await client.hexists(known, `target ${name}`)) === 1;
    },

    async set(
      { name, address, about }: { readonly name: string; readonly address: string; readonly about: string },
      beginning: { readonly place: string; readonly skipBefore: number },
      now: number,
    ): Promise<void> {
      await run(setScript, [name, about, address, now, beginning.place, beginning.skipBefore]);
      // Elsewhere on a Cluster: should the one be lost, the other tells that it is not new.
      await runScript(client, noteScript, keys.service, [name, now]);
    },

    async state(name: string) {
      const target = await hash(`${tag}t:${name}`);
      const { place } = target;
      if (place === undefined) return null;
      const [oldest] = await client.zrange(`${tag}s:${name}:waiting`, '0', '0');
      return {
        place,
        skipBefore: Number(target['skipBefore'] ?? 0),
        takenUntil: Number(target['takenUntil'] ?? 0),
        waiting: Number(target['count'] ?? 0),
        waitingBytes: Number(target['bytes'] ?? 0),
        fullSince: numberOrNull(target['fullSince']),
        disabledAt: numberOrNull(target['disabledAt']),
        oldestWaitingAt: oldest === undefined ? null : Date.parse(oldest.split('|')[0]!),
        pausedUntil: numberOrNull(target['pausedUntil']),
        lastSuccessAt: numberOrNull(target['lastSuccessAt']),
        lastFailureAt: numberOrNull(target['lastFailureAt']),
        dropped: Number(target['dropped'] ?? 0),
        seenAt: Number(target['seenAt'] ?? 0),
        about: target['about'] ?? '{}',
      };
    },

    async takeIn(name: string, from: string, steps: readonly TakenIn[], bounds: Bounds, now: number) {
      let [place, count] = [from, 0];
      for (const page of stepsOf(steps, now)) {
        const args = [name, place, now, bounds.waitingMax, bounds.waitingBytesMax, page.length, ...page.flat()];
        const [outcome, taken, reached] = await run(takeInScript, args);
        if (outcome !== 'taken') {
          if (count > 0) break;
          return { kind: outcome as 'changed' | 'unknown' };
        }
        place = reached!;
        count += Number(taken);
        if (Number(taken) < page.length) break;
      }
      return { kind: 'taken' as const, count, place };
    },

    async replace(name: string, from: string, to: string, skipBefore: number): Promise<boolean> {
      return (await run(replaceScript, [name, from, to, skipBefore]))[0] === '1';
    },

    async claim(
      name: string,
      wanted: {
        readonly claimMs: number;
        readonly parallelMax: number;
        readonly count: number;
        readonly isOpen: boolean;
      },
      now: number,
    ) {
      const token = randomUUID();
      const { claimMs, parallelMax, count, isOpen } = wanted;
      const args = [name, token, claimMs, parallelMax, count, now, isOpen ? 1 : 0];
      const [outcome, nextDue, ...ids] = await run(claimScript, args);
      if (outcome === 'unknown') return { kind: 'unknown' as const };
      const found = await pipeline(
        client,
        ids.map((id) => ['HMGET', `${tag}d:${id}`, 'event', 'finding', 'reason', 'test', 'json', 'tries', 'attempts']),
      );
      const deliveries = found.map((reply, i): Claimed => {
        const [eventId, findingId, reason, test, json, tries, attempts] = (reply as (Buffer | null)[]).map((part) =>
          part === null ? '' : String(part),
        );
        return {
          ...{ id: ids[i]!, token, eventId: eventId!, findingId: findingId!, reason: reason!, json: json! },
          ...{ isTest: test === '1', tries: Number(tries), attempts: JSON.parse(attempts || '[]') },
        };
      });
      return { kind: 'claimed' as const, deliveries, nextDueAt: numberOrNull(nextDue) };
    },

    async hold(name: string, claims: readonly Claim[], claimMs: number): Promise<string[]> {
      if (claims.length === 0) return [];
      return run(holdScript, [name, claimMs, claims.length, ...claims.flatMap(({ id, token }) => [id, token])]);
    },

    async settle(
      name: string,
      claimed: Claim & { readonly tries: number; readonly attempts: readonly Attempt[] },
      settlement: Settlement,
      receiver: Receiver,
      bounds: Bounds,
      now: number,
    ) {
      const { kind } = settlement;
      const isTry = kind !== 'released';
      const counts = isTry && (kind !== 'again' || settlement.counts);
      const attempts = isTry ? [...claimed.attempts, settlement.attempt].slice(-ATTEMPTS_KEPT_MAX) : claimed.attempts;
      const [outcome, dropped] = await run(settleScript, [
        ...[name, claimed.id, claimed.token, kind, now, claimed.tries + (counts ? 1 : 0), JSON.stringify(attempts)],
        ...[kind === 'again' ? settlement.dueAt : now, receiver.isDown ? 1 : 0, receiver.pausedUntil ?? ''],
        ...[receiver.isGone ? 1 : 0, bounds.deliveredMax, bounds.failedMax, bounds.failedBytesMax],
      ]);
      return outcome === 'settled'
        ? { kind: 'settled' as const, dropped: Number(dropped) }
        : { kind: 'refused' as const };
    },

    async resend(id: string, now: number): Promise<'queued' | 'unknown' | 'delivered'> {
      return (await run(resendScript, [id, now]))[0] as 'queued' | 'unknown' | 'delivered';
    },

    /** Asks whoever sends for a test of a target, under an id of the caller's. */
    async askTest(name: string, id: string, now: number): Promise<'asked' | 'unknown' | 'busy'> {
      const args = [name, id, orderOf(now), `test-${id}`, now, TESTS_MAX];
      return (await run(testScript, args))[0] as 'asked' | 'unknown' | 'busy';
    },

    async names(): Promise<string[]> {
      return (await client.smembers(`${tag}targets`)).sort();
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

    /** Forgets targets that no process has had since a time (ms). */
    async forgetUnseen(before: number): Promise<void> {
      for (const name of await client.smembers(`${tag}targets`)) {
        let outcome: string | undefined;
        do [outcome] = await run(forgetScript, [name, before, FORGOTTEN_PER_STEP_MAX]);
        while (outcome === 'more');
        if (outcome === 'forgotten') await runScript(client, noteScript, keys.service, [name, '']);
      }
    },
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

/** What the script is told of each step in the feed, in pages that are small enough for one call. */
function* stepsOf(steps: readonly TakenIn[], now: number): Generator<Argument[][]> {
  let page: Argument[][] = [];
  let bytes = 0;
  for (const { place, at, delivery } of steps) {
    const of = delivery ?? { id: '', findingId: '', revision: '', tenantId: '', reason: '', eventId: '', json: '' };
    const args = [
      ...[place ?? '', of.id, orderOf(now), of.findingId, of.revision, of.tenantId, of.reason, of.eventId],
      ...[at ?? '', of.json],
    ];
    const own = bytesOf(args);
    if (page.length > 0 && bytes + own > STEP_BYTES_MAX) {
      yield page;
      [page, bytes] = [[], 0];
    }
    page.push(args);
    bytes += own;
  }
  if (page.length > 0) yield page;
}
