/**
 * Continuous load: two services that are replaced one after the other again and again, traffic without end, and all that they
 * answer and tell held against a pure fold, one part of the traffic after the other. What was judged is forgotten.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Finding } from '../../client/index.js';
import { thisMachine } from '../bench/figure.ts';
import { eventOf } from '../bench/work.ts';
import { askFor, findingsIn } from '../e2e/asking.ts';
import { comes, eventually } from '../e2e/waiting.ts';
import { type Broken, broken, judgeEnding } from '../faults/judge.ts';
import type { Sent } from '../faults/places/hubs.ts';
import { type Crew, LAYOUTS, openCrew } from '../faults/process/crew.ts';
import { memoryOf } from '../faults/process/memory.ts';
import { lastWords, today } from '../faults/run.ts';
import { feedViolation } from '../faults/watch/feedLaws.ts';
import { type Reader, startReaders } from '../faults/watch/reader.ts';
import { type Sampler, startSampler } from '../faults/watch/sampler.ts';
import { feedAt, hookViolation, isKnownAt, stillMissing } from '../faults/watch/webhookLaws.ts';
import { openWorld, type Servers, type World } from '../faults/world.ts';
import { latencyOf, type Report, Trend } from './figures.ts';
import { Judge } from './judge.ts';
import type { Options } from './options.ts';
import { type Part, partOfTenant } from './part.ts';

export interface SoakOptions extends Omit<Options, 'json'> {
  /** How long one part is sent. */
  readonly partMs?: number;
  /** Ends it before its time. */
  readonly signal?: AbortSignal;
  /** Told the figures now and then while it runs. */
  readonly onProgress?: (report: Report) => void;
}

const PART_MS = 15_000;
const PARTITIONS = 4;
/** What each partition keeps: minutes of the traffic, all of it long read. */
const HUB_BYTES_MAX = 32 * 1024 * 1024;
/** Parts that are sent and not yet forgotten: where judging is slower than sending, sending waits. */
const OPEN_MAX = 5;
/** What waits for sign-ins alone must be told before a part is forgotten. */
const SIGN_IN_REVISION_DELAY_MS = 3_000;
const REST_MS = 2 * SIGN_IN_REVISION_DELAY_MS;
const TOLD_MS_MAX = 60_000;
/** A machine that is out of breath has services that are, too: they say so, which is no wrong answer. */
const TRIES_MAX = 20;
const TICK_MS = 100;
const MEMORY_MS = 1_000;
const PROGRESS_MS = 10_000;
const LOOK_MS = 1_000;

export async function soak(servers: Servers, options: SoakOptions): Promise<Report> {
  const judge = new Judge();
  let world: World | undefined;
  let crew: Crew | undefined;
  try {
    world = await openWorld(servers, { redis: 'single', partitions: PARTITIONS }, HUB_BYTES_MAX);
    const environment = { ...world.environment, SIGN_IN_REVISION_DELAY: `${SIGN_IN_REVISION_DELAY_MS / 1_000}s` };
    crew = await openCrew({ environment, layout: LAYOUTS.two });
    await crew.ready();
    return await new Soak(options, world, crew, judge).run();
  } finally {
    await crew?.killAll();
    await world?.close();
    await judge.close();
  }
}

/** A part that is sent, or is to be judged. */
interface OpenPart extends Part {
  readonly number: number;
  readonly sent: Sent[];
  /** The end of the feed before any of it was sent. */
  readonly cursor: string;
}

class Soak {
  readonly #options: SoakOptions;
  readonly #world: World;
  readonly #crew: Crew;
  readonly #judge: Judge;
  readonly #readers: readonly Reader[];
  readonly #sampler: Sampler;
  readonly #begun = performance.now();
  /** No more is sent from then on. */
  readonly #over = new AbortController();
  #overAt = Number.POSITIVE_INFINITY;
  /** Nothing goes on from then on. */
  readonly #ended = new AbortController();
  #broken: Broken | null = null;

  readonly #open = new Map<number, OpenPart>();
  /** When the event was enqueued that completes a finding, by `TENANT ACTOR`. */
  readonly #probes = new Map<string, number>();
  readonly #latencies: number[] = [];
  readonly #services = new Map<string, Trend>();
  readonly #redis = new Trend();
  readonly #own = new Trend();
  readonly #judges = new Trend();
  readonly #counts = { events: 0, records: 0, parts: 0, findings: 0, revisions: 0, rolls: 0, unavailable: 0 };
  #rolling: Promise<void> | null = null;

  constructor(options: SoakOptions, world: World, crew: Crew, judge: Judge) {
    this.#options = options;
    this.#world = world;
    this.#crew = crew;
    this.#judge = judge;
    this.#readers = startReaders(
      () => crew.urls(),
      (finding, at) => this.#told(finding, at),
    );
    this.#sampler = startSampler({
      redis: () => world.redis.look(),
      shards: 1,
      container: world.blobs.look().getContainerClient(world.container),
      sent: world.hubs.sent,
      intervalMs: LOOK_MS,
    });
  }

  async run(): Promise<Report> {
    const { forMs, signal } = this.#options;
    this.#over.signal.addEventListener('abort', () => {
      this.#overAt = performance.now();
    });
    const end = (): void => this.#over.abort();
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted) end();
    const late = setTimeout(end, forMs);
    try {
      // A webhook begins with what comes from then on.
      await eventually(() => isKnownAt(this.#crew.urls()[0]!, this.#world.hook), 'the webhook is written down');
      const beside = [this.#crowd(), this.#rolls(), this.#memory(), this.#progress()].map((loop) =>
        this.#guarded(loop),
      );
      await this.#guarded(this.#parts());
      this.#over.abort();
      await this.#rolling?.catch(() => {}); // Told of by its loop.
      await this.#guarded(this.#judgeAll());
      this.#ended.abort();
      await Promise.all(beside);
      this.#found(await judgeEnding({ crew: this.#crew, done: [] }));
      return this.#report();
    } finally {
      clearTimeout(late);
      signal?.removeEventListener('abort', end);
      this.#over.abort();
      this.#ended.abort();
      for (const reader of this.#readers) reader.cut();
      await this.#sampler.stop();
    }
  }

  // --- what is broken --------------------------------------------------------------------------------------------------

  /** The first is what is reported; nothing more is sent then. */
  #found(found: Broken | null): boolean {
    if (found === null) return false;
    this.#broken ??= found;
    this.#over.abort();
    this.#ended.abort();
    return true;
  }

  async #guarded(loop: Promise<void>): Promise<void> {
    this.#found(await broken('the run comes to its end', () => loop));
  }

  // --- what is sent ----------------------------------------------------------------------------------------------------

  /** Sends part after part, and has each judged as soon as it is sent. */
  async #parts(): Promise<void> {
    const { hubs } = this.#world;
    const { seed, partMs: ms = PART_MS } = this.#options;
    const judging = new Set<Promise<void>>();
    for (let number = 0; !this.#over.signal.aborted; number++) {
      const plan = { seed, number, ms, hubs: hubs.names, partitions: PARTITIONS, now: today() };
      const drawn = await this.#judge.draw(plan);
      const part: OpenPart = { ...drawn, number, sent: [], cursor: await this.#cursor() };
      this.#open.set(number, part);
      await this.#send(part);
      this.#counts.records += part.records;
      const one = this.#guarded(this.#judgePart(part)).finally(() => judging.delete(one));
      judging.add(one);
      while (judging.size >= OPEN_MAX) await Promise.race(judging);
    }
    await Promise.all(judging);
  }

  async #send(part: OpenPart): Promise<void> {
    const origin = performance.now();
    for (const { item, atMs, probe } of part.sendings) {
      const wait = origin + atMs - performance.now();
      if (wait > 0) await delay(wait, undefined, { signal: this.#ended.signal }).catch(() => {}); // Something is broken.
      if (this.#ended.signal.aborted) return;
      const one = this.#world.hubs.send(item);
      part.sent.push(one);
      this.#counts.events++;
      if (probe !== undefined) this.#probes.set(probe, one.enqueuedAt);
    }
  }

  async #cursor(): Promise<string> {
    const page = await this.#asked((url) => askFor<{ cursor: string }>(url, '/v1/changes', { after: 'now' }));
    return page.cursor;
  }

  /** Members' sign-ins, and those of guests who do nothing else: what a consumer passes over all day long. */
  async #crowd(): Promise<void> {
    const { rate } = this.#options;
    const { endpoint, names } = this.#world.hubs;
    const { records: perEvent } = eventOf(0, 0);
    let last = performance.now();
    let owed = 0;
    for (let n = 0; !this.#over.signal.aborted; ) {
      const now = performance.now();
      // What could not be sent in a second is let go: a test that is out of breath does not catch up by a flood.
      owed = Math.min(owed + (rate * (now - last)) / 1_000, rate);
      last = now;
      for (; owed >= perEvent; owed -= perEvent, n++) {
        // Each fifth of that work would be of the audit log, whose operations are no one's here.
        const { body, records } = eventOf(n + Math.floor(n / 4), Date.now());
        endpoint.enqueue(names[n % names.length]!, String(Math.floor(n / names.length) % PARTITIONS), body);
        this.#counts.events++;
        this.#counts.records += records;
      }
      await delay(TICK_MS);
    }
  }

  // --- what is done to the services ------------------------------------------------------------------------------------

  async #rolls(): Promise<void> {
    for (;;) {
      await this.#pause(this.#options.restartMs, this.#over.signal);
      if (this.#over.signal.aborted) return;
      this.#rolling = this.#crew.roll();
      await this.#rolling;
      this.#rolling = null;
      this.#counts.rolls++;
    }
  }

  /** Asks a process that lives; again where it was being replaced meanwhile, or says that it cannot answer just now. */
  async #asked<T>(ask: (url: string) => Promise<T>): Promise<T> {
    for (let tries = 1; ; ) {
      await this.#rolling;
      const { rolls } = this.#counts;
      try {
        return await ask(this.#crew.urls()[0]!);
      } catch (error) {
        if (this.#rolling !== null || this.#counts.rolls !== rolls) continue;
        if (!isUnavailable(error) || ++tries > TRIES_MAX) throw error;
        this.#counts.unavailable++;
        await this.#pause(LOOK_MS, this.#ended.signal);
      }
    }
  }

  // --- what is told and answered ---------------------------------------------------------------------------------------

  #told({ tenantId, actorUpn, id, revision }: Finding, at: number): void {
    this.#counts.revisions++;
    if (!this.#open.has(partOfTenant(tenantId) ?? -1))
      this.#found({
        law: 'nothing is told but of what was sent, and nothing once that was settled',
        difference: `revision ${revision} of ${id}, of ${tenantId}, came at ${new Date(at).toISOString()}`,
      });
    const probe = `${tenantId} ${actorUpn}`;
    const enqueuedAt = this.#probes.get(probe);
    if (enqueuedAt === undefined) return;
    this.#probes.delete(probe);
    this.#latencies.push(at - enqueuedAt);
  }

  async #judgePart(part: OpenPart): Promise<void> {
    if (this.#ended.signal.aborted) return;
    const { sent, tenants } = part;
    const findings = await this.#asked(async (url) => {
      const judged = await this.#judge.judge({ url, sent, tenants });
      if (judged.broken !== null) throw new BrokenLaw(judged.broken);
      return judged.findings;
    }).catch((error: unknown) => {
      if (!(error instanceof BrokenLaw)) throw error;
      this.#found(error.found);
      return 0;
    });
    await this.#pause(REST_MS, this.#ended.signal);
    if (this.#ended.signal.aborted) return;
    for (const look of [this.#feedOf, this.#hookOf, this.#stateOf])
      if (this.#found(await this.#asked((url) => look.call(this, part, url)))) return;
    this.#counts.parts++;
    this.#counts.findings += findings;
    this.#forget(part);
  }

  async #feedOf({ number, tenants }: OpenPart, url: string): Promise<Broken | null> {
    const listed = await findingsIn(url, 'any', tenants);
    for (const reader of this.#readers) {
      const look = (): string | null => feedViolation(partOf(reader, number), { listed, lossFrom: null });
      if (!(await comes(() => look() === null, TOLD_MS_MAX)))
        return { law: 'each reader has every revision once and in order', difference: look()! };
    }
    return null;
  }

  async #hookOf({ cursor, number }: OpenPart, url: string): Promise<Broken | null> {
    const { came, oddities } = this.#world.hook;
    const isOwn = (tenantId: string): boolean => partOfTenant(tenantId) === number;
    const feed = (await feedAt(url, cursor)).filter(({ data }) => isOwn(data.tenantId));
    const received = () => ({ oddities, came: came.filter(({ tenantId }) => isOwn(tenantId)) });
    await comes(() => stillMissing(received(), feed) === null, TOLD_MS_MAX);
    const difference = hookViolation(received(), { feed, mayHaveLost: false });
    return difference === null
      ? null
      : { law: 'a webhook is sent what the feed has, in order per finding', difference };
  }

  async #stateOf({ sent }: OpenPart): Promise<Broken | null> {
    const isDone = (): boolean =>
      this.#sampler.violation !== null || sent.every((one) => this.#sampler.isConfirmed(one));
    if (!(await comes(isDone, TOLD_MS_MAX)))
      return { law: 'positions reach what was sent', difference: `${sent.length} events, some of them not passed` };
    return violationOf(this.#sampler);
  }

  #forget({ number, tenants, sent }: OpenPart): void {
    this.#world.hubs.forget(new Set(sent));
    this.#world.hook.forget(new Set(tenants));
    for (const reader of this.#readers) reader.forget(new Set(tenants));
    this.#open.delete(number);
  }

  /** What only the whole can show: that there is not more than the parts have, and that readers come to an end. */
  async #judgeAll(): Promise<void> {
    if (this.#broken !== null) return;
    for (const reader of this.#readers) {
      await reader.close();
      const difference = feedViolation(reader, { listed: [], lossFrom: null });
      if (
        this.#found(
          difference === null ? null : { law: 'each reader has every revision once and in order', difference },
        )
      )
        return;
    }
    await this.#sampler.finish();
    if (this.#found(violationOf(this.#sampler))) return;
    const listed = await this.#asked((url) => findingsIn(url, 'any'));
    if (listed.length !== this.#counts.findings)
      this.#found({
        law: 'there are as many findings as all parts have',
        difference: `${listed.length} are listed, the parts have ${this.#counts.findings}`,
      });
    const [stranger] = this.#world.hook.came;
    if (stranger !== undefined)
      this.#found({ law: 'a webhook is sent nothing but what the parts have', difference: stranger.body });
  }

  // --- figures ---------------------------------------------------------------------------------------------------------

  async #memory(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      const at = performance.now();
      for (const { name, pid } of this.#crew.processes) {
        const trend = this.#services.get(name) ?? new Trend();
        this.#services.set(name, trend);
        const held = memoryOf(pid);
        if (held !== null) trend.add(at, held.rss);
      }
      // One server, as was asked for.
      const info = await (this.#world.redis.look() as Redis).info('memory');
      this.#redis.add(at, Number(/^used_memory:(\d+)/m.exec(info)![1]));
      this.#own.add(at, process.memoryUsage.rss());
      this.#judges.add(at, memoryOf(this.#judge.pid)?.rss ?? 0);
      await this.#pause(MEMORY_MS, this.#ended.signal);
    }
  }

  async #progress(): Promise<void> {
    for (;;) {
      await this.#pause(PROGRESS_MS, this.#ended.signal);
      if (this.#ended.signal.aborted) return;
      this.#options.onProgress?.(this.#report());
      if (this.#found(violationOf(this.#sampler))) return;
    }
  }

  #report(): Report {
    const { rolls, ...counts } = this.#counts;
    const stops = this.#crew.reports.map(({ ms }) => ms);
    const secondsUntil = (at: number): number => Math.round((at - this.#begun) / 1_000);
    const now = performance.now();
    return {
      seed: this.#options.seed,
      seconds: secondsUntil(now),
      sendingSeconds: secondsUntil(Math.min(now, this.#overAt)),
      machine: thisMachine(),
      broken: this.#broken === null ? null : { ...this.#broken, log: lastWords(this.#crew) },
      ...counts,
      restarts: {
        rolling: rolls,
        processes: this.#crew.everyone.length,
        stopMsMax: stops.length === 0 ? null : Math.max(...stops),
      },
      latency: latencyOf(this.#latencies),
      memory: {
        services: [...this.#services].map(([name, trend]) => ({ name, ...trend.held() })),
        redis: this.#redis.held(),
        own: this.#own.held(),
        judge: this.#judges.held(),
      },
    };
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    await delay(ms, undefined, { signal }).catch(() => {}); // It is over.
  }
}

/** Carries what the judge found out of an answer that may have to be asked for again. */
class BrokenLaw extends Error {
  readonly found: Broken;

  constructor(found: Broken) {
    super(found.difference);
    this.found = found;
  }
}

const isUnavailable = (error: unknown): boolean =>
  error instanceof Error && error.message.includes('urn:guestwatch:problem:unavailable');

/** What a reader was told of one part. */
const partOf = ({ name, oddities, generations }: Reader, number: number) => ({
  ...{ name, oddities },
  generations: generations.map((generation) => ({
    ...generation,
    told: generation.told.filter(({ tenantId }) => partOfTenant(tenantId) === number),
  })),
});

function violationOf({ violation }: Sampler): Broken | null {
  if (violation === null) return null;
  const { law, place, detail, way } = violation;
  return {
    law: 'positions and checkpoints are never ahead of facts',
    difference: [`${law} at ${place}: ${detail}`, ...way].join('\n'),
  };
}
