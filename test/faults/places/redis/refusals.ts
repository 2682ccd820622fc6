/** Faults by which a server answers that it will not: busy, out of memory, read-only, unable to write to its disk. */
import fs from 'node:fs';
import path from 'node:path';
import { type Fault, HARMLESS } from '../../fault.ts';
import { type Arrangement, nothing, pickServing, until } from './arrangement.ts';
import { CHANGED_SETTINGS, type RedisNode } from './node.ts';

/** Nobody listens there. */
const nowhere = ['127.0.0.1', 1] as const;

/** A script without end: everything is answered with BUSY, until the script is killed. */
export const busy = (place: Arrangement): Fault => ({
  ...{ name: 'redis.busy', ...HARMLESS },
  async begin(dice) {
    const killScript = await pickServing(place, dice)?.makeBusy();
    return async () => {
      await killScript?.();
      await place.whole();
    };
  },
});

/** What would need memory is answered with OOM; nothing is dropped. */
export const outOfMemory = (place: Arrangement): Fault => ({
  ...{ name: 'redis.oom', ...HARMLESS },
  async begin(dice) {
    const node = pickServing(place, dice);
    if (node === undefined) return nothing;
    await node.set({ maxmemory: '1' });
    const accept = node.refuse();
    return () => {
      accept();
      return node.mend(() => node.set({ maxmemory: CHANGED_SETTINGS.maxmemory }));
    };
  },
});

/** A replica of a server that is not there: all data stay and can be read, and writes are answered with READONLY. */
export const readOnly = (place: Arrangement): Fault => ({
  ...{ name: 'redis.readonly', ...HARMLESS },
  async begin(dice) {
    const node = pickServing(place, dice);
    if (node === undefined) return nothing;
    const letGo = node.hold();
    await node.client.replicaof(...nowhere);
    return async () => {
      await letGo(() => node.client.replicaof('NO', 'ONE'));
      await place.whole();
    };
  },
});

/** A snapshot that cannot be written, as on a full disk: writes are answered with MISCONF. The data stay. */
export const diskFull = (place: Arrangement): Fault => ({
  ...{ name: 'redis.disk-full', ...HARMLESS },
  async begin(dice) {
    const node = pickServing(place, dice);
    if (node === undefined) return nothing;
    // The snapshot is written beside its place and moved there, and a folder with something in it keeps that place.
    const obstacle = path.join(node.server.dir, 'dump.rdb');
    fs.rmSync(obstacle, { recursive: true, force: true });
    fs.mkdirSync(path.join(obstacle, 'full'), { recursive: true });
    await node.set({ save: '3600 1' });
    await until(async () => {
      // Refused while another is being written, be it for a replica.
      await node.client.bgsave().catch(() => {});
      return saveIs(node, 'err');
    });
    const accept = node.refuse();
    return () => {
      accept();
      return node.mend(async () => {
        fs.rmSync(obstacle, { recursive: true, force: true });
        await node.set({ save: CHANGED_SETTINGS.save });
      });
    };
  },
});

/**
 * A disk that is full under the append-only file. Where that is synced every second, writes are answered with MISCONF, and
 * what was answered well before is kept in memory and written when there is room: nothing is lost.
 */
export const fileFull = (place: Arrangement): Fault => ({
  ...{ name: 'redis.file-full', ...HARMLESS },
  async begin(dice) {
    const node = pickServing(place, dice);
    if (node === undefined) return nothing;
    await node.set({ appendfsync: 'everysec' });
    await node.fillDisk();
    const accept = node.refuse();
    return () => {
      accept();
      return node.mend(async () => {
        await node.freeDisk();
        await node.set({ appendfsync: CHANGED_SETTINGS.appendfsync });
      });
    };
  },
});

/** The same where every write is synced before it is answered: then the server ends by itself, before it would say what is not so. */
export const fileFullAlways = (place: Arrangement): Fault => ({
  ...{ name: 'redis.file-full.always', ...HARMLESS },
  async begin(dice) {
    const node = pickServing(place, dice);
    if (node === undefined) return nothing;
    await node.fillDisk();
    await node.end('kill9');
    return async () => {
      await node.start();
      await place.whole();
    };
  },
});

const saveIs = async (node: RedisNode, status: 'ok' | 'err'): Promise<boolean> =>
  (await node.info('rdb_last_bgsave_status')) === status;

export const refusals = (place: Arrangement): Fault[] => [
  ...[busy(place), outOfMemory(place), diskFull(place)],
  ...[fileFull(place), fileFullAlways(place)],
];
