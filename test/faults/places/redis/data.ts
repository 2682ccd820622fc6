/** Faults that take data from a server that goes on: emptied, put back in time, or robbed to make room. */
import fs from 'node:fs';
import path from 'node:path';
import type { Fault } from '../../fault.ts';
import { type Arrangement, nothing, pickFull, until, within } from './arrangement.ts';
import { CHANGED_SETTINGS, type RedisNode } from './node.ts';

const LOSES_STATE = { losesState: true, losesEvents: false } as const;

/** Everything is gone, on all servers. */
export const flushed = (place: Arrangement): Fault => ({
  ...{ name: 'redis.flushed', ...LOSES_STATE },
  async begin() {
    const free = place.serving().filter(({ isHeld }) => !isHeld);
    await Promise.all(free.map(({ client }) => client.flushall()));
    return nothing;
  },
});

/** One server of several is emptied. */
export const nodeEmptied = (place: Arrangement): Fault => ({
  ...{ name: 'redis.node-emptied', ...LOSES_STATE },
  async begin(dice) {
    await (await pickFull(place, dice))?.client.flushall();
    return nothing;
  },
});

/** Data as of the beginning come back at the end, on one server or on all; what was written between them is gone. */
export const restored = (place: Arrangement): Fault => ({
  ...{ name: 'redis.restored', ...LOSES_STATE },
  async begin(dice) {
    const indexes = place.serving().map((_, i) => i);
    const chosen = dice.chance(0.5) ? indexes : [dice.pick(indexes)];
    const copies = chosen.map((index) => ({ index, folder: folderBeside(place.serving()[index]!) }));
    // While it writes: the copy ends with a piece of a command at worst, which a server leaves out when it starts.
    for (const { index, folder } of copies) {
      const node = place.serving()[index]!;
      if (!node.isHeld) await until(() => node.isKeptWhole());
      copyFolder(node.dataFiles, folder);
    }
    return async () => {
      await Promise.all(
        copies.map(async ({ index, folder }) => {
          const node = place.serving()[index]!;
          await node.changeFiles(() => {
            node.deleteData();
            copyFolder(folder, node.dataFiles);
          });
          fs.rmSync(folder, { recursive: true });
        }),
      );
      await place.whole();
    };
  },
});

/** It goes with those of the servers, also where the fault is never ended. */
const folderBeside = ({ server }: RedisNode): string => fs.mkdtempSync(path.join(server.dir, '..', 'copy-'));

/** There may be none: of a server that has lost everything and has not started again. */
function copyFolder(from: string, to: string): void {
  if (fs.existsSync(from)) fs.cpSync(from, to, { recursive: true });
}

/**
 * A server has less room than it needs and leave to drop what it likes: at first some of what there is, and until the end
 * whatever is too much. A service that starts meanwhile refuses that server, and is right to.
 *
 * Nothing else strikes it until the services have seen what was evicted: a server that is started anew has forgotten, and of
 * what is dropped so shortly before its end nobody can know.
 */
export const evict = (place: Arrangement): Fault => ({
  ...{ name: 'redis.evict', ...LOSES_STATE },
  async begin(dice) {
    const node = await pickFull(place, dice);
    if (node === undefined) return nothing;
    const { client } = node;
    const before = await node.info('evicted_keys');
    const parts = await partsOn(node);
    const [used, data] = [Number(await node.info('used_memory')), Number(await node.info('used_memory_dataset'))];
    await node.set({ 'maxmemory-policy': 'allkeys-lru' });
    // Dropping keys frees less than the measure of data says: the rest of the keys may have to go too.
    await node.set({ maxmemory: String(Math.max(1, used - Math.ceil(data * (0.05 + 0.1 * dice.below(6))))) });
    await until(async () => (await node.info('evicted_keys')) !== before || (await client.dbsize()) === 0);
    const letGo = node.hold();
    return () =>
      letGo(async () => {
        const { maxmemory, 'maxmemory-policy': policy } = CHANGED_SETTINGS;
        await node.set({ maxmemory, 'maxmemory-policy': policy });
        // Where all services are gone or stand still nobody sees it; what they find then has no other fault in it.
        await within(SEEN_MS_MAX, () => isEvictionSeen(node, parts));
      });
  },
});

/** Services look every five seconds. */
const SEEN_MS_MAX = 12_000;

/** The parts of the state on this server that have a generation, by what says so. */
async function partsOn({ client }: RedisNode): Promise<string[]> {
  const parts: string[] = [];
  for (const name of await client.keys('*}meta')) if (await client.hexists(name, 'generation')) parts.push(name);
  return parts;
}

/** Whether every part that was there is there again, and it is noted in it how many keys were evicted. */
async function isEvictionSeen(node: RedisNode, parts: readonly string[]): Promise<boolean> {
  const evicted = Number(await node.info('evicted_keys'));
  for (const name of new Set([...parts, ...(await partsOn(node))])) {
    const [generation, seen] = await node.client.hmget(name, 'generation', 'evicted');
    if (!generation || Number(seen?.split(' ')[1] ?? -1) < evicted) return false;
  }
  return true;
}

export const dataFaults = (place: Arrangement): Fault[] => [flushed(place), restored(place), evict(place)];
