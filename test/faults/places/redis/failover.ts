/** Faults of a primary with a replica: the replica takes over, knowing all, not quite all, or what was known seconds ago. */
import { type Fault, HARMLESS } from '../../fault.ts';
import { nothing, until } from './arrangement.ts';
import type { Pair } from './servers.ts';

const LOSES_STATE = { losesState: true, losesEvents: false } as const;

/** For how long writes are waited for that the replica shall lack. There may be none. */
const writesMsMax = 2_000;

/** One at a time, and only where the replica could take over. */
const canFailOver = ({ primary, replica, isStalled }: Pair): boolean =>
  !primary.isHeld && !replica.isHeld && !isStalled;

/** As operators do it for an upgrade: writers wait until the replica knows all. */
export const failover = (place: Pair): Fault => ({
  ...{ name: 'redis.failover', ...HARMLESS },
  async begin() {
    const { primary } = place;
    if (!canFailOver(place)) return nothing;
    await primary.client.call('CLIENT', 'PAUSE', 60_000, 'WRITE');
    await place.caughtUp();
    await place.promote();
    await primary.client.call('CLIENT', 'UNPAUSE');
    return () => place.whole();
  },
});

async function nextWrite(node: Pair['primary'], late: number): Promise<void> {
  const offset = await node.info('master_repl_offset');
  await until(async () => performance.now() > late || (await node.info('master_repl_offset')) !== offset);
}

/** The replica hears nothing from the beginning on, and takes over at the end, whatever was written meanwhile. Writers go on at once. */
export const failoverBehind = (place: Pair): Fault => ({
  ...{ name: 'redis.failover.behind', ...LOSES_STATE },
  async begin() {
    if (!canFailOver(place)) return nothing;
    await place.caughtUp();
    place.stall();
    return async () => {
      await place.promote();
      await place.whole();
    };
  },
});

/**
 * The primary dies before it has passed on its last writes, and the replica takes over at once; the dead one comes back at the end.
 * It dies at the second write: by then, who writes one after the other holds the answer to the first, and must bear that it is lost.
 */
export const failoverLastWrites = (place: Pair): Fault => ({
  ...{ name: 'redis.failover.last-writes', ...LOSES_STATE },
  async begin() {
    const { primary } = place;
    if (!canFailOver(place)) return nothing;
    await place.caughtUp();
    place.stall();
    const late = performance.now() + writesMsMax;
    await nextWrite(primary, late);
    await nextWrite(primary, late);
    await primary.end('kill9');
    await place.promote();
    return async () => {
      await primary.start();
      await place.whole();
    };
  },
});

export const failoverFaults = (place: Pair): Fault[] => [
  failover(place),
  failoverBehind(place),
  failoverLastWrites(place),
];
