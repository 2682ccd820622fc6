/** Faults of the server's process: it ends, keeping all, most or nothing of its data, or stands still. */
import fs from 'node:fs';
import path from 'node:path';
import type { Dice } from '../../../oracle/dice.ts';
import { type Fault, HARMLESS } from '../../fault.ts';
import { type Arrangement, nothing, pickFull, pickServing } from './arrangement.ts';
import type { RedisNode } from './node.ts';

/** What a second of writing may be, which a power cut takes from a server that syncs its file every second. */
const unsyncedBytesMax = 64 * 1024;

export function processFaults(place: Arrangement): Fault[] {
  const ended = (
    name: string,
    losesState: boolean,
    how: 'kill9' | 'stop' = 'kill9',
    change: (node: RedisNode, dice: Dice) => void = () => {},
    pick: (place: Arrangement, dice: Dice) => Promise<RedisNode | undefined> = async (...of) => pickServing(...of),
  ): Fault => ({
    ...{ name, losesState, losesEvents: false },
    async begin(dice) {
      const node = await pick(place, dice);
      if (node === undefined) return nothing;
      await node.end(how);
      change(node, dice);
      return async () => {
        await node.start();
        await place.whole();
      };
    },
  });
  const paused: Fault = {
    ...{ name: 'redis.paused', ...HARMLESS },
    async begin(dice) {
      const goOn = pickServing(place, dice)?.pause();
      return async () => {
        await goOn?.();
        await place.whole();
      };
    },
  };
  return [
    ended('redis.kill9', false),
    ended('redis.kill9.everysec', true, 'kill9', cutTail),
    // One that holds something: of another there is nothing to tell.
    ended('redis.kill9.memory', true, 'kill9', (node) => node.deleteData(), pickFull),
    ended('redis.stopped', false, 'stop'),
    paused,
  ];
}

/**
 * Takes off the end of the append-only file. A killed process alone would lose nothing of what the system has taken, also
 * where the file is synced every second only: this is what a power cut does to it.
 */
function cutTail(node: RedisNode, dice: Dice): void {
  const name = fs.readdirSync(node.dataFiles).find((one) => one.endsWith('.incr.aof'));
  if (name === undefined) return;
  const file = path.join(node.dataFiles, name);
  const { size } = fs.statSync(file);
  fs.truncateSync(file, size - dice.below(Math.min(size, unsyncedBytesMax) + 1));
}
