/**
 * Whatever is sent to any operation of the document is answered as documented, never by a fault of the service, and never with
 * anything of a tenant that is not the caller's. FUZZ_RUNS says how many requests each operation gets, FUZZ_SEED which.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { appOf } from '../api/ask.ts';
import { memory } from '../api/ports.ts';
import { checkerOf, type Seen } from '../document/answers.ts';
import { requestOf, withQuery } from '../document/cases.ts';
import { operationsOf } from '../document/document.ts';
import { type Loot, requestFor } from './requests.ts';
import { type Door, type Got, type Sent, send } from './send.ts';
import { MARKS, OTHER, OWN, objectIdOf, type World, worldOfFile } from './world.ts';

const RUNS = Number(process.env['FUZZ_RUNS'] || 200);
/** So much for each, on average: a call that is slow is given fewer of them, so that the whole ends in time. */
const RUN_MS = 40;
const SEED = process.env['FUZZ_SEED'] === undefined ? {} : { seed: Number(process.env['FUZZ_SEED']) };

const world = worldOfFile();
const operations = operationsOf((await appOf(memory().ports)).document);

const get = (door: Door, target: string): Promise<Got> =>
  send(door, { method: 'GET', target, headers: {}, body: null });

let loot: Promise<Loot> | undefined;
/** What exists in either tenant, cursors of every list and of the feed among it; had by a caller who may see all. */
const lootOf = (now: World): Promise<Loot> => (loot ??= gather(now));

async function gather({ all, own }: World): Promise<Loot> {
  const ids = new Set<string>();
  const ownIds = new Set<string>();
  const cursors = new Set<string>();
  for (const door of [all, own]) {
    for (const operation of operations.filter(({ method, path }) => method === 'GET' && path.startsWith('/v1/'))) {
      const known = operation.parameters.map(({ name }) => name);
      for (const tenantId of [OWN, OTHER, null]) {
        const limit = known.includes('limit') ? { limit: '2' } : {};
        const tenant = tenantId !== null && known.includes('tenantId') ? { tenantId } : {};
        const { url } = withQuery(
          requestOf(operation, () => [...ids].at(-1) ?? 'none'),
          { ...limit, ...tenant },
        );
        const { body } = await get(door, url);
        for (const [, id] of body.matchAll(/"(?:id|findingId)":"([^"]+)"/g)) (door === own ? ownIds : ids).add(id!);
        for (const [, cursor] of body.matchAll(/"(?:cursor|nextCursor)":"([^"]+)"/g)) cursors.add(cursor!);
      }
    }
  }
  assert.ok(ids.size >= 8 && cursors.size >= 8, 'there is something to find');
  return {
    ids: [...ids],
    ownIds: [...ownIds],
    cursors: [...cursors],
    tenants: [OWN, OTHER],
    names: [
      'own1@partner.example',
      'own2_partner.example#EXT#@contoso.example',
      objectIdOf(OWN, 0),
      objectIdOf(OTHER, 0),
    ],
  };
}

const leak = ({ headers, body }: Got): string | undefined => {
  const text = `${JSON.stringify(headers)}\n${body}`.toLowerCase();
  return MARKS.find((mark) => text.includes(mark));
};

test('who may see the other tenant does: the marks are there to be found', async () => {
  for (const target of [
    '/v1/findings?view=any',
    '/v1/changes',
    `/v1/guests?tenantId=${OTHER}`,
    '/v1/dead-letters',
    '/v1/suppressions?state=all',
    '/v1/stream?after=begin',
    `/v1/rule/rows?tenantId=${OTHER}`,
    `/v1/explain?actor=${objectIdOf(OTHER, 0)}`,
  ]) {
    assert.ok(leak(await get(world.now.all, target)), target);
    assert.equal(leak(await get(world.now.own, target)), undefined, target);
  }
});

describe(`${RUNS} requests of every kind`, () => {
  for (const operation of operations) {
    test(operation.operationId, async () => {
      const { own, document } = world.now;
      const seen: Seen[] = [];
      const checker = checkerOf(document, (one) => void seen.push(one));
      const holds = async (request: Sent): Promise<void> => {
        const got = await send(own, request);
        assert.ok(got.status < 500, `${got.status}: ${got.body}`);
        assert.equal(leak(got), undefined, got.body);
        checker.check({ method: request.method, url: request.target, ...got });
      };
      const any = requestFor(operation, await lootOf(world.now));
      await fc.assert(fc.asyncProperty(any, holds), { numRuns: RUNS, interruptAfterTimeLimit: RUNS * RUN_MS, ...SEED });
      // What is written to may well have nothing here to write to; what is read must have been read.
      const good = seen.filter((one) => one.operationId === operation.operationId && one.status < 300);
      assert.ok(good.length > 0 || operation.method !== 'GET', 'none of these requests was a good one');
    });
  }
});
