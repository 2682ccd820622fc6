/** Whether something costs more where there is more: the same work beside much and beside little, in turn. */
import type { Fact } from '../../src/detection/fact.ts';
import { type Figure, median, medianRatio, round, type Target } from './figure.ts';
import { cpuDuring, Filler, openOwnState } from './filling.ts';
import { type Closers, type OpenRedis, openRedis } from './lab.ts';

/** A state on a Redis of its own. */
export interface Side {
  readonly redis: OpenRedis;
  readonly filler: Filler;
}

export async function openSide(closers: Closers): Promise<Side> {
  const redis = await openRedis(closers);
  return { redis, filler: new Filler(await openOwnState(closers, redis)) };
}

/** Milliseconds of CPU that a fact costs, here and in Redis, up to the finding that is made of it. */
export async function costOf({ redis, filler }: Side, facts: readonly Fact[], step: number): Promise<number> {
  const seconds = await cpuDuring(redis, async () => {
    await filler.putAll(facts.length, (n) => facts[n]!, step);
    await filler.settled();
  });
  return (seconds / facts.length) * 1_000;
}

/** Both sides in turn, once to get warm and then so many times; `measure` gives the cost of that turn. */
export async function compareGrowth(
  what: string,
  pairs: number,
  say: (progress: string) => void,
  measure: { readonly much: (turn: number) => Promise<number>; readonly little: (turn: number) => Promise<number> },
  target: Target | null = null,
): Promise<Figure> {
  const much: number[] = [];
  const little: number[] = [];
  for (let turn = 0; turn <= pairs; turn++) {
    const costs = [await measure.much(turn), await measure.little(turn)] as const;
    say(`${round(costs[0])} ms, beside little ${round(costs[1])} ms`);
    if (turn === 0) continue;
    much.push(costs[0]);
    little.push(costs[1]);
  }
  const sides = { own: `${round(median(much))} ms`, peer: `${round(median(little))} ms` };
  return { what, ...sides, value: medianRatio(much, little), unit: 'times', target };
}
