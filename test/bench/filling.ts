/** What is in Redis before anything is measured: guests and what they did, put there by the state that the service has. */
import type { Fact, Operation, SignIn } from '../../src/detection/fact.ts';
import { openState, type State } from '../../src/state/state.ts';
import { settle, stateOptions } from '../state/redis.ts';
import { batchOf, operation, signIn } from '../state/samples.ts';
import { type Closers, type OpenRedis, redisCpuSeconds } from './lab.ts';

/** Facts of one batch. */
const STEP = 2_000;

const idOf = (kind: string, n: number): string => `${kind}000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const upnOf = (n: number): string => `guest${n}@partner${n % 300}.example`;

/** A sign-in with all its fields; guests come over the four hours before. */
export const guestSignIn = (n: number, now: number): SignIn =>
  signIn(idOf('a1', n), now - (n % 14_400) * 1_000, {
    upn: upnOf(n),
    objectId: idOf('b1', n),
    ip: `198.51.${n % 200}.${n % 250}`,
    createdDateTime: 638_000_000_000_000_000n + BigInt(n),
    homeTenantId: idOf('e1', n % 300),
    resourceTenantId: '11111111-1111-1111-1111-111111111111',
  });

/** The n-th operation of all, by a guest. */
export const guestOperation = (n: number, guest: number, at: number): Operation =>
  operation(`c${n}`, at, { actorUpn: upnOf(guest), actorObjectId: idOf('b1', guest) });

/** A state such as the service's own, under the names that the service looks for. */
export async function openOwnState(closers: Closers, redis: OpenRedis): Promise<State> {
  const state = await openState(stateOptions(redis.url, { prefix: 'guestwatch' }));
  closers.add(() => state.close());
  return state;
}

/** Batches that follow one another. */
export class Filler {
  readonly #state: State;
  #sequenceNumber = 0;

  constructor(state: State) {
    this.#state = state;
  }

  async put(facts: readonly Fact[]): Promise<void> {
    const { kind } = await this.#state.apply(batchOf(facts, this.#sequenceNumber++));
    if (kind !== 'applied') throw new Error('the state was lost');
  }

  /** So many facts, some at a time. */
  async putAll(count: number, factOf: (n: number) => Fact, step = STEP): Promise<void> {
    for (let at = 0; at < count; at += step)
      await this.put(Array.from({ length: Math.min(step, count - at) }, (_, i) => factOf(at + i)));
  }

  /** Resolves when all findings are made. */
  settled(): Promise<void> {
    return settle([this.#state]);
  }
}

/** Seconds of CPU that some work takes, here and in Redis. */
export async function cpuDuring({ client }: OpenRedis, work: () => Promise<unknown>): Promise<number> {
  const before = { own: process.cpuUsage(), redis: await redisCpuSeconds(client) };
  await work();
  const { user, system } = process.cpuUsage(before.own);
  return (user + system) / 1_000_000 + (await redisCpuSeconds(client)) - before.redis;
}
