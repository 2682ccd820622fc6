/** Faults of the network between services and what they connect to through proxies. */
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
    fault('halfOpen', (proxy) => proxy.halfOpen()),
    fault('hold', (proxy) => proxy.hold()),
    fault('trickle', (proxy) => proxy.trickle()),
    fault('delay', (proxy, dice) => proxy.delay(10 + dice.below(290))),
  ];
}
