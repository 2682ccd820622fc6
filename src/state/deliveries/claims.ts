/**
 * Deliveries for those who send them. Of the deliveries of one finding only the first is due. Whoever sends claims it first; a
 * claim has a token and runs out, so that what a killed process had in hand is due again, and what one says that was asleep
 * meanwhile is refused.
 */
import { randomUUID } from 'node:crypto';
import { pipeline } from '../redis/calls.ts';
import { loadScript } from '../redis/scripts.ts';
import type { Attempt, Bounds } from './kept.ts';
import { type DeliveriesPlace, numberOrNull } from './place.ts';

const claimScript = loadScript('claim');
const holdScript = loadScript('hold');
const settleScript = loadScript('settle');

/** Tries that are told of one delivery: those of the ladder, and some that did not count. */
const ATTEMPTS_KEPT_MAX = 20;

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

export function claimsOf({ client, tag, run }: DeliveriesPlace) {
  return {
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
  };
}
