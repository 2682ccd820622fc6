/** A Redis to run services against and to strike with faults: one server, a primary with a replica, or a Cluster. */
import type { Cluster, Redis } from 'ioredis';
import type { TcpProxy } from '../../../local/proxy.ts';
import type { Fault } from '../fault.ts';
import { cutAnswers, slow } from './redis/answers.ts';
import type { Arrangement } from './redis/arrangement.ts';
import { openCluster } from './redis/cluster.ts';
import { dataFaults, nodeEmptied } from './redis/data.ts';
import { failoverFaults } from './redis/failover.ts';
import { processFaults } from './redis/process.ts';
import { readOnly, refusals } from './redis/refusals.ts';
import { openPair, openSingle } from './redis/servers.ts';
import { slotFaults } from './redis/slots.ts';

export const REDIS_KINDS = ['single', 'replicated', 'cluster'] as const;
export type RedisKind = (typeof REDIS_KINDS)[number];

export interface RedisPlace {
  readonly kind: RedisKind;
  /** What a service is given: where Redis is, and what it has to know of it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Those that fit its kind, without those of the network: `networkFaults('redis', proxies)`. */
  readonly faults: readonly Fault[];
  /** All that services connect through. */
  readonly proxies: readonly TcpProxy[];
  /**
   * Empties it and removes every trace of faults, also of those that were not ended: they must not be ended after that.
   * Nobody may be connected who would write.
   */
  reset(): Promise<void>;
  /** A client past the proxies, of whoever serves at the moment: to be asked for again after a fault, and not to be closed. */
  look(): Redis | Cluster;
  stop(): Promise<void>;
}

export async function openRedisPlace(kind: RedisKind): Promise<RedisPlace> {
  const { place, faults } = await opening[kind]();
  const { environment, proxies, reset, look, stop } = place;
  return {
    ...{ kind, environment, proxies, reset, look, stop },
    faults: [...commonFaults(place), ...faults],
  };
}

const commonFaults = (place: Arrangement): Fault[] => [
  ...processFaults(place),
  ...dataFaults(place),
  ...refusals(place),
  slow(place),
  cutAnswers(place),
];

/** Each kind, with the faults that only it can have. */
const opening: Record<RedisKind, () => Promise<{ place: Arrangement; faults: Fault[] }>> = {
  async single() {
    const place = await openSingle();
    return { place, faults: [readOnly(place)] };
  },
  async replicated() {
    const place = await openPair();
    return { place, faults: [readOnly(place), ...failoverFaults(place)] };
  },
  async cluster() {
    const place = await openCluster();
    return { place, faults: [nodeEmptied(place), ...slotFaults(place)] };
  },
};
