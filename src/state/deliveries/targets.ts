/** Targets as they lie in Redis: what each is, its place in the feed, and how it stands. */
import { loadScript, runScript } from '../redis/scripts.ts';
import type { State } from '../state.ts';
import { type DeliveriesPlace, numberOrNull } from './place.ts';

const setScript = loadScript('settarget');
const replaceScript = loadScript('replace');
const forgetScript = loadScript('forgettarget');
const noteScript = loadScript('notetarget');
const mendScript = loadScript('mend');

/** Deliveries forgotten in one step. */
const FORGOTTEN_PER_STEP_MAX = 500;

export function targetsOf(state: State, { client, tag, run }: DeliveriesPlace) {
  const { keys } = state;
  return {
    async lostAt(): Promise<number | null> {
      return (await state.losses()).notedAt;
    },

    async wasKnown(name: string): Promise<boolean> {
      return (await client.hexists(`${keys.service}meta`, `target ${name}`)) === 1;
    },

    async set(
      { name, address, about }: { readonly name: string; readonly address: string; readonly about: string },
      beginning: { readonly place: string; readonly takenUntil: number },
      now: number,
    ): Promise<void> {
      await run(setScript, [name, about, address, now, beginning.place, beginning.takenUntil]);
      // Elsewhere on a Cluster: should the one be lost, the other tells that it is not new.
      await runScript(client, noteScript, keys.service, [name, now]);
    },

    async state(name: string) {
      const erased = (await client.hget(`${tag}meta`, 'erased')) ?? '';
      const target = await client.hgetall(`${tag}t:${name}`);
      const { place } = target;
      if (place === undefined) return null;
      const [oldest] = await client.zrange(`${tag}s:${name}:waiting`, '0', '0');
      return {
        ...{ place, erased },
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

    async replace(name: string, from: string, to: string, skipBefore: number): Promise<boolean> {
      return (await run(replaceScript, [name, from, to, skipBefore]))[0] === '1';
    },

    /** Notices keys that were evicted, and makes what is left a whole again. */
    async mend(now: number): Promise<void> {
      await run(mendScript, [now]);
    },

    async names(): Promise<string[]> {
      return (await client.smembers(`${tag}targets`)).sort();
    },

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
}
