/** Ports that keep everything in memory: the other side of the seam, small enough to be read at a glance. */
import { EventEmitter } from 'node:events';
import type {
  After,
  ApiPorts,
  BadCursor,
  Caller,
  ChangeText,
  FeedFound,
  FeedPort,
  FindingsQuery,
  NewSuppression,
  Page,
  PageQuery,
} from '../../src/api/ports.ts';
import * as samples from './samples.ts';

/** One page of a list whose cursors are indices. */
function pageOf<Item>(items: readonly Item[], { limit, cursor }: PageQuery): Page<Item> | BadCursor {
  const from = cursor === null ? 0 : Number(cursor);
  if (!Number.isInteger(from)) return { kind: 'bad_cursor' };
  const to = from + limit;
  return { kind: 'page', items: items.slice(from, to), nextCursor: to < items.length ? String(to) : null };
}

/** A feed whose cursors are indices; it tells when someone begins and ceases to wait. */
export class MemoryFeed implements FeedPort {
  readonly changes: ChangeText[] = [];
  /** Emits `waiting` and `released`. */
  readonly events = new EventEmitter();
  readonly #arrivals = new EventEmitter();
  trimmed = 0;
  reads = 0;
  /** True: who follows is given what there is, and no more. */
  isOver = false;

  constructor() {
    this.events.setMaxListeners(0);
    this.#arrivals.setMaxListeners(0);
  }

  append(json: string): void {
    this.changes.push({ id: `0-${this.changes.length}`, cursor: String(this.changes.length + 1), reason: 'new', json });
    this.#arrivals.emit('change');
  }

  /** Wakes all that wait though nothing came. */
  wakeForNothing(): void {
    this.#arrivals.emit('change');
  }

  get listeners(): number {
    return this.#arrivals.listenerCount('change');
  }

  async read(_caller: Caller, after: After, limit: number): Promise<FeedFound> {
    this.reads++;
    const from =
      after.kind === 'begin' ? this.trimmed : after.kind === 'now' ? this.changes.length : Number(after.cursor);
    if (!Number.isInteger(from)) return { kind: 'bad_cursor' };
    if (from < this.trimmed) return { kind: 'resync', why: 'trimmed' };
    if (from > this.changes.length) return { kind: 'resync', why: 'ahead' };
    const items = this.changes.slice(from, from + limit);
    return { kind: 'changes', items, cursor: String(from + items.length) };
  }

  async *follow(caller: Caller, after: After, limit: number, signal: AbortSignal): AsyncGenerator<FeedFound> {
    for (let place = after; ; ) {
      const found = await this.read(caller, place, limit);
      yield found;
      if (found.kind !== 'changes' || this.isOver) return;
      place = { kind: 'cursor', cursor: found.cursor };
      if (found.items.length === 0) await this.#arrival(signal);
      if (signal.aborted) return;
    }
  }

  async #arrival(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        this.#arrivals.off('change', end);
        signal.removeEventListener('abort', end);
        this.events.emit('released');
        resolve();
      };
      this.#arrivals.on('change', end);
      signal.addEventListener('abort', end);
      this.events.emit('waiting');
    });
  }
}

export interface Memory {
  readonly ports: ApiPorts;
  readonly feed: MemoryFeed;
  /** JSON of findings, in order. */
  readonly findings: Map<string, string>;
  readonly evidence: string[];
  /** What `findings.list` was last asked. */
  asked: FindingsQuery | null;
  /** What `suppressions.make` was last asked. */
  made: NewSuppression | null;
}

/** Ports over one finding, one guest and so on; `changed` replaces single ports. */
export function memory(changed: Partial<ApiPorts> = {}): Memory {
  const feed = new MemoryFeed();
  const findings = new Map([['f-1', JSON.stringify(samples.findingOf('f-1'))]]);
  const evidence = [JSON.stringify(samples.evidenceItem)];
  const held: Memory = { ports: null as unknown as ApiPorts, feed, findings, evidence, asked: null, made: null };
  const ports: ApiPorts = {
    feed,
    findings: {
      async list(_caller, query) {
        held.asked = query;
        const page = pageOf([...findings.values()], query);
        if (page.kind !== 'page') return page;
        return { kind: 'page', findings: Buffer.from(page.items.join()), nextCursor: page.nextCursor };
      },
      async get(_caller, asked) {
        const id = asked === 'f-forgotten' ? 'f-1' : asked;
        const json = findings.get(id);
        return json === undefined
          ? { kind: 'unknown' }
          : { kind: 'finding', id, revision: JSON.parse(json).revision, json };
      },
      async evidence(_caller, id, query) {
        return findings.has(id) ? pageOf(evidence, query) : { kind: 'unknown' };
      },
      async patch(caller, id, patch, expected) {
        const json = findings.get(id);
        if (json === undefined) return { kind: 'unknown' };
        const { comments, ...finding } = JSON.parse(json);
        const { revision, supersededBy } = finding;
        if (supersededBy !== null) return { kind: 'superseded', by: supersededBy, id, revision, json };
        if (expected !== 'any' && !expected.includes(revision)) return { kind: 'moved_on', id, revision, json };
        if (comments.length === 2) return { kind: 'too_many_comments', most: 2 };
        const { comment, ...moved } = patch;
        const more = comment === undefined ? [] : [{ at: finding.updatedAt, by: caller.name, text: comment }];
        const next = { ...finding, ...moved, revision: revision + 1, comments: [...comments, ...more] };
        findings.set(id, JSON.stringify(next));
        return { kind: 'finding', id, revision: revision + 1, json: JSON.stringify(next) };
      },
      async history(_caller, id, query) {
        return findings.has(id) ? pageOf(samples.history, query) : { kind: 'unknown' };
      },
    },
    suppressions: {
      list: async (_caller, query) => pageOf([samples.suppression, samples.suppression], query),
      get: async (_caller, id) =>
        id === 'p-1' ? { kind: 'suppression', suppression: samples.suppression } : { kind: 'unknown' },
      async make(caller, { tenantId, expiresAt, ...asked }) {
        held.made = { tenantId, expiresAt, ...asked };
        if (tenantId === null) return { kind: 'tenant_needed', tenants: ['t-1', 't-2'] };
        if (tenantId === 'full') return { kind: 'too_many', most: 100 };
        if (asked.matcher.ipRange === '0.0.0.0/0')
          return { kind: 'faulty', faults: [{ name: 'matcher.ipRange', detail: 'is too wide' }] };
        const own = { ...asked, tenantId, expiresAt: new Date(expiresAt).toISOString(), createdBy: caller.name };
        return { kind: 'made', suppression: { ...samples.suppression, ...own } };
      },
      end: async (_caller, id) => ({ kind: id === 'p-1' ? 'ended' : 'unknown' }),
      findings: async (_caller, id, query) =>
        id === 'p-1' ? pageOf([...findings.values()], query) : { kind: 'unknown' },
    },
    rule: { current: () => samples.theRule },
    rows: {
      async at(_caller, { tenantId, at }) {
        if (at === 0n) return { kind: 'beyond_retention', earliest: '2026-11-22T00:00:00.0000000Z' };
        if (tenantId === null) return { kind: 'tenant_needed', tenants: ['t-1', 't-2'] };
        return { kind: 'rows', at: '2026-11-23T03:12:09.1234567Z', tenantId, complete: true, rows: [samples.ruleRow] };
      },
    },
    guests: {
      list: async (_caller, query) => pageOf([samples.guest, samples.guest], query),
      async get(_caller, who, tenantId) {
        if (who === 'twice@partner.com' && tenantId === null) return { kind: 'tenant_needed', tenants: ['t-1', 't-2'] };
        return who === samples.guest.upn ? { kind: 'guest', guest: samples.guest } : { kind: 'unknown' };
      },
    },
    explain: {
      async actor(_caller, { actor, at, tenantId }) {
        if (at === 0n) return { kind: 'beyond_retention', earliest: '2026-11-22T00:00:00.0000000Z' };
        if (actor === 'twice@partner.com' && tenantId === null)
          return { kind: 'tenant_needed', tenants: ['t-1', 't-2'] };
        return { kind: 'explanation', explanation: { ...samples.explanation, actor } };
      },
    },
    coverage: { now: async () => samples.coverage },
    deadLetters: {
      list: async (_caller, query) => pageOf([samples.deadLetter, samples.deadLetter], query),
      async retry(_caller, { ids, cursor }) {
        if (cursor === 'stale') return { kind: 'bad_cursor' };
        if (ids?.includes('busy')) return { kind: 'busy' };
        const notRetryable = (ids ?? []).slice(1).map((id) => ({ id, reason: 'unknown' as const }));
        const counts = { retried: 2, resolved: 1, remaining: 1 };
        return { kind: 'retried', ...counts, notRetryable, nextCursor: cursor === null ? 'stale' : null };
      },
    },
    webhooks: {
      list: async (_caller, query) => pageOf([samples.webhook], query),
      async test(_caller, name) {
        if (name === 'busy') return { kind: 'busy' };
        return name === samples.webhook.name ? { kind: 'tested', delivery: samples.testDelivery } : { kind: 'unknown' };
      },
    },
    deliveries: {
      list: async (_caller, query) => pageOf([samples.delivery, samples.testDelivery], query),
      async retry(_caller, id) {
        if (id === samples.testDelivery.id) return { kind: 'delivered' };
        return id === samples.delivery.id ? { kind: 'queued', delivery: samples.delivery } : { kind: 'unknown' };
      },
    },
    ...changed,
  };
  return Object.assign(held, { ports });
}

/** A port none of whose calls is answered but by this error. */
export const failing = (error: Error): never =>
  new Proxy(
    {},
    {
      get: () => () => {
        throw error;
      },
    },
  ) as never;

/** What the state throws while it cannot be reached; its message must never be seen. */
export const unreachable = (): Error =>
  Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:6379 SECRET'), { code: 'state_unavailable' });
