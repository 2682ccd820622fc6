/** A real app over a real Redis that holds two tenants: one of its two keys is for the first of them only. */
import { after, before } from 'node:test';
import { pino } from 'pino';
import { startRedis } from '../../local/redis.ts';
import { hashOf, type Key } from '../../src/access/key.ts';
import { KeyRing } from '../../src/access/keyRing.ts';
import { buildApp } from '../../src/api/app.ts';
import { apiPorts } from '../../src/service/asking.ts';
import { feedQueries } from '../../src/state/queries/feed.ts';
import { suppressionQueries } from '../../src/state/queries/suppressions.ts';
import { openState } from '../../src/state/state.ts';
import type { Document } from '../document/document.ts';
import { fetch } from '../document/fetch.ts';
import { applyFacts, stateOptions } from '../state/redis.ts';
import { batchOf, HOUR_MS, MINUTE_MS, operation, PLACE, signIn } from '../state/samples.ts';
import type { Door } from './send.ts';

export const OWN = '11111111-1111-4111-8111-111111111111';
export const OTHER = '99999999-9999-4999-8999-999999999999';
/** Stands in everything of the other tenant, and in nothing that is ever sent. */
export const MARKER = 'zqother';
/** And what else is its alone. */
export const MARKS = [MARKER, '192.0.2.99'];

export interface World {
  readonly document: Document;
  /** With the key of the first tenant. */
  readonly own: Door;
  /** With the key of all tenants. */
  readonly all: Door;
}

/** The world of a test file; it is there once the tests run. */
export function worldOfFile(): { readonly now: World } {
  let world: World | undefined;
  const closers: (() => Promise<unknown>)[] = [];
  before(async () => {
    // One hook for all of it: hooks of a file that has begun run side by side.
    const redis = await startRedis({ appendOnly: false });
    closers.push(() => redis.stop());
    world = await open(redis.url, closers);
  });
  after(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
  return {
    get now() {
      if (world === undefined) throw new Error('The world is there once the tests run.');
      return world;
    },
  };
}

/** Who reads a stream until it is quiet need not wait long. */
const STREAM_QUIET_MS = 20;
/** The fuzz asks more often than anyone may. */
const UNBOUNDED = { address: 1e9, caller: 1e9, failures: 1e9 };

async function open(redisUrl: string, closers: (() => Promise<unknown>)[]): Promise<World> {
  const state = await openState(stateOptions(redisUrl));
  closers.push(() => state.close());
  await fill(state);
  const feed = await feedQueries(state);
  closers.push(() => feed.close());
  const read = () => ({ facts: [], nonInteractive: [], deadLetters: [] });
  const ports = apiPorts(state, feed, () => null, {
    read: read as never,
    openSource: null,
    logger: pino({ level: 'silent' }),
  });
  const ring = new KeyRing();
  const key = (name: string, tenants: Key['tenants']): Key => ({
    ...{ name, sha256: hashOf(name), scopes: ['admin'], tenants, expiresAt: null },
  });
  ring.replace([key('own-key', [OWN]), key('all-key', 'all')]);
  const access = { authenticate: (presented: string) => ring.find(presented, Date.now()) };
  const app = buildApp(ports, { version: '1.0.0', access, rates: UNBOUNDED, streams: { quietMs: STREAM_QUIET_MS } });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  closers.push(() => app.close());
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as Document;
  return { document, own: { url, key: 'own-key' }, all: { url, key: 'all-key' } };
}

/** By which a guest is known in either tenant: it may be asked for, and gives nothing away. */
export const objectIdOf = (tenantId: string, n: number): string =>
  `${tenantId.slice(0, 8)}-aaaa-4000-8000-00000000000${n}`;

/** Findings, guests, dead letters and revisions of both tenants: enough for several pages of each. */
async function fill(state: Awaited<ReturnType<typeof openState>>): Promise<void> {
  const now = Date.now();
  for (const [tenantId, mark, ip] of [
    [OWN, 'own', '198.51.100'],
    [OTHER, MARKER, '192.0.2'],
  ] as const) {
    await suppressionQueries(state).make(
      { name: mark, tenants: [tenantId] },
      {
        tenantId,
        matcher: { actorUpn: `${mark}-job@contoso.example`, actorObjectId: null, operations: null, ipRange: null },
        owner: mark,
        reason: `${mark} expects it`,
        expiresAt: now + 24 * HOUR_MS,
      },
    );
    for (let n = 0; n < 4; n++) {
      const objectId = objectIdOf(tenantId, n);
      const actorUpn = `${mark}${n}_partner.example#ext#@contoso.example`;
      const given = { tenantId, recordId: `${mark}-${n}` };
      await applyFacts(state, [
        signIn(`${mark}-s-${n}`, now - 2 * HOUR_MS, {
          ...given,
          objectId,
          // The last is one whom the strict rule finds too.
          upn: n === 3 ? actorUpn : `${mark}${n}@partner.example`,
          ip: `${ip}.99`,
        }),
        operation(`${mark}-o-${n}`, now - HOUR_MS + n * MINUTE_MS, {
          ...given,
          actorObjectId: objectId,
          actorUpn,
          actorIp: `${ip}.99`,
          correlationId: `${mark}-c-${n}`,
          targets: [`${mark} target`],
          targetNames: [`${mark} target`],
        }),
      ]);
      const letter = {
        reason: 'not_json' as const,
        sequenceNumber: n,
        enqueuedAt: now,
        receivedAt: now,
        recordIndex: n,
      };
      await state.apply({
        ...batchOf([], n, { ...PLACE, partition: tenantId === OWN ? '1' : '2' }),
        deadLetters: [{ ...letter, bytes: Buffer.from(`{"tenantId":"${tenantId}","note":"${mark}"`) }],
      });
    }
  }
}
