/** The rule, its rows, guests, explanations, coverage and dead letters. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RowsQuery } from '../../src/api/ports.ts';
import { appOf } from './ask.ts';
import { memory } from './ports.ts';
import * as samples from './samples.ts';

test('what a port gives is what the caller gets', async () => {
  const { ask } = await appOf(memory().ports);
  const { rows: _, ...head } = (await ask('/v1/rule/rows?tenantId=T-1&view=resolved')).data;
  assert.deepEqual(head, { at: '2026-11-23T03:12:09.1234567Z', view: 'resolved', tenantId: 't-1', complete: true });
  for (const [url, expected] of [
    ['/v1/rule', samples.theRule],
    ['/v1/guests/ANN@partner.com', samples.guest],
    ['/v1/guests', { items: [samples.guest, samples.guest], nextCursor: null }],
    ['/v1/explain?actor=ann@partner.com', samples.explanation],
    ['/v1/coverage', samples.coverage],
    ['/v1/dead-letters', { items: [samples.deadLetter, samples.deadLetter], nextCursor: null }],
  ] as const) {
    assert.deepEqual((await ask(url)).data, expected, url);
  }
});

test("rows are given under the rule's own column names", async () => {
  const { ask } = await appOf(memory().ports);
  const { data } = await ask('/v1/rule/rows?tenantId=t-1');
  assert.deepEqual(Object.keys((data['rows'] as object[])[0] ?? {}), [
    'ActorUpn',
    'AccountName',
    'AccountUPNSuffix',
    'ActorIp',
    'LastSignIn',
    'SignInIp',
    'FirstSeen',
    'LastSeen',
    'Operations',
    'Targets',
    'EventCount',
  ]);
});

test('rows are made for one view, at a moment or now', async () => {
  const asked: RowsQuery[] = [];
  const { ports } = memory();
  const { ask } = await appOf({
    ...ports,
    rows: {
      at(caller, query) {
        asked.push(query);
        return ports.rows.at(caller, query);
      },
    },
  });
  await ask('/v1/rule/rows?tenantId=t-1');
  await ask('/v1/rule/rows?tenantId=T-1&view=resolved&at=0001-01-01T00:00:00.0000005Z');
  assert.deepEqual(asked, [
    { tenantId: 't-1', view: 'strict', at: null },
    { tenantId: 't-1', view: 'resolved', at: 5n },
  ]);
  for (const view of ['any', 'missed', 'accused', 'Strict', '']) {
    const { statusCode, data } = await ask(`/v1/rule/rows?tenantId=t-1&view=${view}`);
    assert.equal(statusCode, 400, view);
    assert.deepEqual(data['errors'], [{ in: 'query', name: 'view', detail: 'must be one of `strict`, `resolved`' }]);
  }
});

test('a tenant that cannot be inferred is asked for, and those that there are are named', async () => {
  const { ask } = await appOf(memory().ports);
  for (const url of ['/v1/rule/rows', '/v1/guests/twice@partner.com', '/v1/explain?actor=twice@partner.com']) {
    const { statusCode, data } = await ask(url);
    assert.equal(statusCode, 400);
    assert.equal(data['type'], 'urn:guestwatch:problem:tenant_required');
    assert.match(String(data['detail']), /t-1, t-2/);
  }
});

test('where no tenant is known yet the problem says so, and of many it names some', async () => {
  const { ports } = memory();
  const tenants: string[] = [];
  const { ask } = await appOf({ ...ports, rows: { at: async () => ({ kind: 'tenant_needed', tenants }) } });
  assert.match(String((await ask('/v1/rule/rows')).data['detail']), /no tenant is known yet/);
  tenants.push(...Array.from({ length: 500 }, (_, i) => `t-${i}`));
  assert.match(String((await ask('/v1/rule/rows')).data['detail']), /t-19 and 480 more\.$/);
});

test('a moment beyond retention is refused with the earliest that could be answered', async () => {
  const { ask } = await appOf(memory().ports);
  for (const url of ['/v1/rule/rows?tenantId=t-1', '/v1/explain?actor=a']) {
    const { statusCode, data } = await ask(`${url}&at=0001-01-01T00:00:00Z`);
    assert.equal(statusCode, 400);
    assert.equal(data['type'], 'urn:guestwatch:problem:beyond_retention');
    assert.match(String(data['detail']), /2026-11-22T00:00:00\.0000000Z/);
  }
});

test('a guest and an actor are found by any spelling of case, and by names that a URL must escape', async () => {
  const { ask } = await appOf(memory().ports);
  const name = 'Ann_Partner.com#EXT#@Contoso.onmicrosoft.com';
  const { data } = await ask(`/v1/explain?actor=${encodeURIComponent(name)}`);
  assert.equal(data['actor'], name.toLowerCase());
  assert.equal((await ask(`/v1/guests/${encodeURIComponent('ANN@Partner.com')}`)).statusCode, 200);
  assert.equal((await ask(`/v1/guests/${encodeURIComponent(name)}`)).statusCode, 404);
});

test('an explanation without an actor is refused', async () => {
  const { ask } = await appOf(memory().ports);
  const { data } = await ask('/v1/explain');
  assert.equal((data['errors'] as { name: string }[])[0]?.name, 'actor');
});

test('cursors of guests and dead letters are bound to their filters too', async () => {
  const { ask } = await appOf(memory().ports);
  for (const [url, filter] of [
    ['/v1/guests', 'tenantId=t'],
    ['/v1/dead-letters', 'reason=not_json'],
  ]) {
    const cursor = (await ask(`${url}?limit=1`)).data['nextCursor'];
    assert.equal((await ask(`${url}?cursor=${cursor}`)).statusCode, 200);
    assert.equal((await ask(`${url}?cursor=${cursor}&${filter}`)).data['type'], 'urn:guestwatch:problem:bad_cursor');
  }
});
