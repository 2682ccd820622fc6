/** What a record costs: our consumer, one that discards, and the plain way, each on a hub of its own, in turn. */
import { type Figure, median, medianRatio, type Row, round } from '../figure.ts';
import { type Closers, inLab, openBlobs, openHub, openRedis, PARTITIONS, settings, untilDone } from '../lab.ts';
import { cpuSeconds, type HubProcess, Peer, startService } from '../process.ts';

/** Events in one pass: long enough that hundredths of a second do not count. */
export const EVENTS_PER_PASS = 4_000;
/** So many records pass before V8 has compiled what is hot in the larger of the programs, a fact being seldom: 18 in 1,000. */
const PASSES_TO_GET_WARM = 4;
const HUBS = ['ours', 'discard', 'plain'];

/** Something that reads a hub. */
export interface Contestant {
  readonly hub: string;
  readonly pids: readonly number[];
  reached(lasts: Readonly<Record<string, number>>): Promise<void>;
}

export interface Pass {
  /** Of its processes, for a million records. */
  readonly cpuPerMillion: number;
  readonly recordsPerSecond: number;
}

/** Lets a contestant read so many events that it has not seen. */
export async function pass(
  hub: HubProcess,
  contestant: Contestant,
  from: number,
  events = EVENTS_PER_PASS,
): Promise<Pass> {
  const { pids } = contestant;
  const before = pids.map(cpuSeconds);
  const begun = performance.now();
  const { records, lasts } = await hub.send({ hub: contestant.hub, from, events, partitions: PARTITIONS });
  await contestant.reached(lasts);
  const seconds = (performance.now() - begun) / 1_000;
  const cpu = pids.reduce((sum, pid, i) => sum + cpuSeconds(pid) - before[i]!, 0);
  await hub.forget();
  return { cpuPerMillion: (cpu / records) * 1_000_000, recordsPerSecond: records / seconds };
}

export async function ourConsumer(closers: Closers, hub: HubProcess, name: string, blobs: string): Promise<Contestant> {
  const redis = await openRedis(closers);
  const service = await closers.open(startService('consumer', settings(hub, name, redis.url, blobs)));
  return { hub: name, pids: [service.pid], reached: (lasts) => untilDone(redis.client, name, lasts) };
}

export const consumerRow: Row = {
  name: 'consumer',
  about: 'CPU of the consumer per million records, against one that discards and the plain way',
  measure: (pairs, say) =>
    inLab(async (closers) => {
      const hub = await openHub(closers, HUBS);
      const plainRedis = await openRedis(closers);
      const order = { eventHubs: hub.connectionString, group: '$Default', tellsArrivals: false };
      const discard = await closers.open(Peer.start('processes/discard.ts', { ...order, hub: 'discard', redis: null }));
      const plain = await closers.open(
        Peer.start('processes/plain.ts', { ...order, hub: 'plain', redis: plainRedis.url }),
      );
      const contestants: Contestant[] = [
        await ourConsumer(closers, hub, 'ours', await openBlobs(closers)),
        { hub: 'discard', pids: [discard.pid], reached: (lasts) => discard.reached(lasts) },
        { hub: 'plain', pids: [plain.pid], reached: (lasts) => plain.reached(lasts) },
      ];
      const passes = await inTurn(hub, contestants, pairs, say);
      return figuresOf(passes);
    }),
};

/** Some passes each to get warm, then so many in turn. */
export async function inTurn(
  hub: HubProcess,
  contestants: readonly Contestant[],
  pairs: number,
  say: (progress: string) => void,
): Promise<Pass[][]> {
  const passes: Pass[][] = contestants.map(() => []);
  for (let turn = 0; turn < PASSES_TO_GET_WARM + pairs; turn++) {
    for (const [i, contestant] of contestants.entries()) {
      const done = await pass(hub, contestant, turn * EVENTS_PER_PASS);
      say(`${contestant.hub}: ${round(done.cpuPerMillion)} s a million records`);
      if (turn >= PASSES_TO_GET_WARM) passes[i]!.push(done);
    }
  }
  return passes;
}

function figuresOf([ours = [], discard = [], plain = []]: readonly Pass[][]): Figure[] {
  const cpu = (passes: readonly Pass[]): number[] => passes.map(({ cpuPerMillion }) => cpuPerMillion);
  const seconds = (passes: readonly Pass[]): string => `${round(median(cpu(passes)))} s`;
  const rate = (passes: readonly Pass[]): number[] => passes.map(({ recordsPerSecond }) => recordsPerSecond);
  const perSecond = (passes: readonly Pass[]): string => `${round(median(rate(passes)) / 1_000)} k/s`;
  return [
    {
      what: 'consumer: CPU per million records, against discarding',
      ...{ own: seconds(ours), peer: seconds(discard) },
      ...{ value: medianRatio(cpu(ours), cpu(discard)), unit: 'times', target: { atMost: 1.6 } },
    },
    {
      what: 'consumer: the same, against the plain way',
      ...{ own: seconds(ours), peer: seconds(plain) },
      ...{ value: medianRatio(cpu(ours), cpu(plain)), unit: 'times', target: { atMost: 1 / 3 } },
    },
    {
      what: 'consumer: records per second on this machine, against discarding',
      ...{ own: perSecond(ours), peer: perSecond(discard) },
      ...{ value: medianRatio(rate(ours), rate(discard)), unit: 'times', target: null },
    },
  ];
}
