/** Whoever looks on while a run goes on: readers of the feed, a receiver of webhooks, and those who look at positions, coverage and memory. */
import { findingsIn } from '../e2e/asking.ts';
import { comes, eventually } from '../e2e/support.ts';
import type { Fault } from './fault.ts';
import type { Broken } from './judge.ts';
import type { Sent } from './places/hubs.ts';
import type { Crew } from './process/crew.ts';
import { watchCoverage } from './watch/coverage.ts';
import { feedViolation } from './watch/feedLaws.ts';
import { lossSilence, type Struck, stepBackSilence, tookState } from './watch/lossLaw.ts';
import { watchMemory } from './watch/memory.ts';
import { startReaders } from './watch/reader.ts';
import { startSampler } from './watch/sampler.ts';
import { feedAt, hookViolation, isKnownAt, stillMissing } from './watch/webhookLaws.ts';
import type { World } from './world.ts';

export interface Watches {
  struck(fault: Fault): void;
  ended(fault: Fault): void;
  /** The first event of which something is missing in the state, and how its partition came there. */
  way(): Promise<readonly string[]>;
  /** The first law that did not hold; called once the service has settled. `url` is that of a process that answers. */
  judge(of: { readonly url: string }): Promise<Broken | null>;
  /** The most that one process ever held, in bytes. */
  peak(): number;
  stop(): Promise<void>;
}

/**
 * After these nothing is there any more that was on the servers struck: if that was state, the service must say so in time.
 * Of others it depends on what was being written.
 */
const LOSES_ALL = /^redis\.(flushed|kill9\.memory)$/;

const KNOWABLE = 'but for what a slot took that was moved key by key';
/** After the service has settled. */
const DELIVERED_MS_MAX = 60_000;
/** After the last fault; with what asking takes. */
const NOTICED_MS_MAX = 13_500;
/**
 * What a process may hold, in bytes: twice what was measured, which is some 190 MiB of code, libraries and buffers, whatever
 * strikes. The runs print what they see.
 */
const MEMORY_MAX = 400 * 1024 * 1024;

const isLossy = ({ losesState, losesEvents }: Fault): boolean => losesState || losesEvents;

export async function openWatches({ redis, blobs, hubs, container, hook }: World, crew: Crew): Promise<Watches> {
  const urls = () => crew.urls();
  // A webhook begins with what comes from then on.
  await eventually(() => isKnownAt(urls()[0]!, hook), 'the webhook is written down');
  const readers = startReaders(urls);
  const sampler = startSampler({
    redis: () => redis.look(),
    shards: Number(redis.environment['STATE_SHARDS'] ?? 1),
    container: blobs.look().getContainerClient(container),
    sent: hubs.sent,
    living: () => new Set(crew.processes.map(({ reader }) => reader)),
    isExcused: (item) => hubs.gone.has(item as Sent) || unknowable.some(({ until }) => item.enqueuedAt! <= until),
  });
  const coverage = watchCoverage({ processes: () => crew.processes });
  const memory = watchMemory(() => crew.processes);
  /** Faults that may have taken state, as they ended. */
  const losses: (Struck & { readonly what: string })[] = [];
  /** When that struck of which nobody can know what it took. */
  const unknowable: { readonly from: number; readonly until: number }[] = [];
  const begun = new Map<Fault, number>();
  let lossFrom: number | null = null;
  let lastEnd = 0;

  const feed = async (url: string): Promise<string | null> => {
    const listed = await findingsIn(url, 'any');
    for (const reader of readers) {
      await reader.close();
      const found = feedViolation(reader, { listed, lossFrom });
      if (found !== null) return found;
    }
    return null;
  };
  const sent = async (url: string): Promise<string | null> => {
    if (unknowable.length > 0) return null;
    let feed = await feedAt(url);
    await comes(async () => {
      feed = await feedAt(url);
      return stillMissing(hook, feed) === null;
    }, DELIVERED_MS_MAX);
    return hookViolation(hook, { feed, mayHaveLost: lossFrom !== null });
  };
  const positions = async (): Promise<string | null> => {
    const found = await sampler.finish();
    if (found === null) return null;
    return [`${found.law} at ${found.place}: ${found.detail}`, ...found.way].join('\n');
  };
  const silence = async (): Promise<string | null> => {
    const gone = [...sampler.stepsBack, ...sampler.positionsGone];
    for (const loss of losses.filter(({ what }) => LOSES_ALL.test(what))) {
      const others = losses.filter((other) => other !== loss);
      if (!tookState(loss, others, gone)) continue;
      const look = () => lossSilence({ ...loss, ableFrom: lastEnd }, coverage, crew.log);
      if (await comes(() => look() === null, lastEnd + NOTICED_MS_MAX - Date.now())) continue;
      return look();
    }
    return null;
  };
  const stepsBack = async (): Promise<string | null> => {
    for (const step of sampler.stepsBack) {
      if (step.isForgotten) continue;
      if (unknowable.some(({ from, until }) => step.after <= until && from <= step.before)) continue;
      const look = () => stepBackSilence(step, coverage, crew.log);
      if (!(await comes(() => look() === null, lastEnd + NOTICED_MS_MAX - Date.now()))) return look();
    }
    return null;
  };
  const bounds = async (): Promise<string | null> => {
    const [large] = [...memory.peaks()].filter(([, { peak }]) => peak > MEMORY_MAX);
    return large === undefined ? null : `${large[0]} held ${Math.round(large[1].peak / 2 ** 20)} MiB`;
  };

  return {
    struck(fault) {
      if (!isLossy(fault)) return;
      begun.set(fault, Date.now());
      if (fault.losesState) lossFrom ??= Date.now();
      sampler.lossBegins();
    },
    ended(fault) {
      lastEnd = Date.now();
      if (!isLossy(fault)) return;
      sampler.lossEnds();
      if (fault.isBeyondNotice) unknowable.push({ from: begun.get(fault)!, until: lastEnd });
      if (fault.losesState) losses.push({ what: fault.name, from: begun.get(fault)!, until: lastEnd });
    },
    async way() {
      const found = await positions().catch((error) => `The positions cannot be looked at: ${error}`);
      return found === null ? ['Of every event sent all is in the state.'] : [found];
    },
    async judge({ url }) {
      const laws: [string, () => Promise<string | null>][] = [
        ['positions and checkpoints are never ahead of facts', positions],
        ['each reader has every revision once and in order', () => feed(url)],
        [`a webhook is sent what the feed has, in order per finding, ${KNOWABLE}`, () => sent(url)],
        ['no loss of state passes in silence', silence],
        [`no step back passes in silence, ${KNOWABLE}`, stepsBack],
        ['memory is bounded', bounds],
      ];
      for (const [law, look] of laws) {
        const difference = await look();
        if (difference !== null) return { law, difference };
      }
      return null;
    },
    peak: () => Math.max(0, ...[...memory.peaks().values()].map(({ peak }) => peak)),
    async stop() {
      for (const reader of readers) reader.cut();
      await Promise.all([sampler.stop(), coverage.stop(), memory.stop()]);
    },
  };
}
