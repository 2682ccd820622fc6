/** How long a finding takes from the hub to a reader of the stream, against the arrival of the same event in a consumer that discards. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { type Figure, quantile, type Row, round } from '../figure.ts';
import { inLab, openBlobs, openHub, openRedis, PARTITIONS, settings, untilDone } from '../lab.ts';
import { Peer, startService } from '../process.ts';
import { envelopeOf, guestSignInText, privilegedText } from '../work.ts';

const HUB = 'latency';
const FINDINGS = 200;
const GAP_MS = 50;
/** Of the work, sent beside it in small portions: some 1,800 records a second. */
const EVENTS_EACH = 5;

export const latencyRow: Row = {
  name: 'latency',
  about: 'time from enqueued to the finding on the stream, against the arrival in a consumer that discards',
  measure: (_pairs, say) =>
    inLab(async (closers) => {
      const hub = await openHub(closers, [HUB]);
      const redis = await openRedis(closers);
      const service = await closers.open(
        startService('consumer,api', settings(hub, HUB, redis.url, await openBlobs(closers))),
      );
      const arrivals = new Map<string, number>();
      const order = { eventHubs: hub.connectionString, group: 'second', hub: HUB, redis: null, tellsArrivals: true };
      await closers.open(
        Peer.start('processes/discard.ts', order, ({ at, body }) => {
          for (const name of namesIn(body)) arrivals.set(name, at);
        }),
      );
      const signedIn = Array.from({ length: FINDINGS }, (_, i) => guestSignInText(i, GUEST_FROM + i, Date.now()));
      await hub.put(HUB, '0', envelopeOf(signedIn).toString());
      await untilDone(redis.client, HUB, { 0: 0 });
      const told = new Map<string, number>();
      const stream = await follow(service.apiUrl, (text) => {
        for (const name of namesIn(text)) if (!told.has(name)) told.set(name, Date.now());
      });
      closers.add(async () => void stream.destroy());
      const enqueued = new Map<string, number>();
      for (let i = 0; i < FINDINGS; i++) {
        const at = Date.now();
        const body = envelopeOf([privilegedText(i, GUEST_FROM + i, at)]).toString();
        const [name] = namesIn(body);
        enqueued.set(name!, await hub.put(HUB, String(i % PARTITIONS), body));
        await hub.send({ hub: HUB, from: i * EVENTS_EACH, events: EVENTS_EACH, partitions: PARTITIONS });
        await pause(GAP_MS);
      }
      for (let waited = 0; told.size < FINDINGS && waited < 30_000; waited += 50) await pause(50);
      say(`${told.size} of ${FINDINGS} findings were told`);
      return figuresOf(enqueued, arrivals, told);
    }),
};

/** Guests of the work beside it have lower numbers. */
const GUEST_FROM = 500_000;
const namesIn = (text: string): string[] => text.match(/guest0005\d{5}(?=_partner)/g) ?? [];

function figuresOf(
  enqueued: ReadonlyMap<string, number>,
  arrivals: ReadonlyMap<string, number>,
  told: ReadonlyMap<string, number>,
): Figure[] {
  const since = (times: ReadonlyMap<string, number>): number[] =>
    [...enqueued].flatMap(([name, at]) => (times.has(name) ? [times.get(name)! - at] : []));
  const [own, peer] = [since(told), since(arrivals)];
  return (
    [
      [0.5, 10],
      [0.99, 50],
    ] as const
  ).map(([part, atMost]) => ({
    what: `latency: p${part * 100} from enqueued to the stream, beyond the arrival in a consumer that discards`,
    ...{ own: `${round(quantile(own, part))} ms`, peer: `${round(quantile(peer, part))} ms` },
    ...{ value: quantile(own, part) - quantile(peer, part), unit: 'ms', target: { atMost } },
  }));
}

async function follow(apiUrl: string, onText: (text: string) => void): Promise<IncomingMessage> {
  const [answer] = (await once(get(`${apiUrl}/v1/stream`), 'response')) as [IncomingMessage];
  let rest = '';
  answer.on('data', (chunk: Buffer) => {
    rest += chunk;
    const end = rest.lastIndexOf('\n\n');
    if (end === -1) return;
    onText(rest.slice(0, end));
    rest = rest.slice(end);
  });
  return answer;
}
