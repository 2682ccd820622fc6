/** Faults of the network between services and what they connect to through proxies. */
import { setTimeout as delay } from 'node:timers/promises';
import type { EndMode, TcpProxy } from '../../../local/proxy.ts';
import type { Dice } from '../../oracle/dice.ts';
import { type Fault, HARMLESS } from '../fault.ts';

/** Each strikes one of the proxies or all of them. Nothing is lost by any of them: whoever sends is not told that it arrived. */
export function networkFaults(where: 'redis' | 'hubs' | 'blobs', proxies: readonly TcpProxy[]): Fault[] {
  const fault = (kind: string, strike: (proxy: TcpProxy, dice: Dice) => EndMode): Fault => ({
    ...{ name: `network.${where}.${kind}`, ...HARMLESS },
    async begin(dice) {
      const struck = dice.chance(0.5) ? proxies : [dice.pick(proxies)];
      const ends = struck.map((proxy) => strike(proxy, dice));
      return async () => {
        for (const end of ends) end();
      };
    },
  });
  return [
    fault('cut', (proxy) => {
      proxy.cut();
      return () => {};
    }),
    fault('refuse', (proxy) => {
      const end = proxy.refuse();
      proxy.cut();
      return end;
    }),
    forgotten(where, proxies),
    fault('halfOpen', (proxy) => proxy.halfOpen()),
    fault('hold', (proxy) => proxy.hold()),
    fault('trickle', (proxy) => proxy.trickle()),
    fault('delay', (proxy, dice) => proxy.delay(10 + dice.below(290))),
  ];
}

/** Longer than anything waits on a connection that is silent; a process that is frozen gives up nothing. */
const GIVEN_UP_MS_MAX = 20_000;

/** Connections that are gone without a word. It ends when those who had them have noticed and opened others. */
const forgotten = (where: string, proxies: readonly TcpProxy[]): Fault => ({
  ...{ name: `network.${where}.forget`, ...HARMLESS },
  async begin(dice) {
    const struck = dice.chance(0.5) ? proxies : [dice.pick(proxies)];
    const given = Promise.all(struck.map((proxy) => proxy.forget()));
    return async () => {
      const late = new AbortController();
      await Promise.race([given, delay(GIVEN_UP_MS_MAX, undefined, { signal: late.signal }).catch(() => {})]);
      late.abort();
      for (const proxy of struck) proxy.cut();
    };
  },
});
