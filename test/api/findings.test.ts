/** Findings: the list and its filters, one finding, its evidence. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { ApiPorts, Caller } from '../../src/api/ports.ts';
import { appOf } from './ask.ts';
import { memory } from './ports.ts';
import { evidenceItem, findingOf } from './samples.ts';

test('a list gives the stored texts byte for byte', async () => {
  const { ports, findings } = memory();
  // Text that a second serialisation would write otherwise: escapes, and the order of its members.
  const odd = JSON.stringify(findingOf('f-2', { targets: ['\u2028', 'é'] })).replace('é', '\\u00e9');
  findings.set('f-2', odd);
  const { ask } = await appOf(ports);
  const { body } = await ask('/v1/findings');
  assert.equal(body, `{"items":[${findings.get('f-1')},${odd}],"nextCursor":null}`);
});

test('left out, filters are the defaults that the document names', async () => {
  const held = memory();
  const { ask } = await appOf(held.ports);
  await ask('/v1/findings');
  assert.deepEqual(held.asked, {
    view: 'resolved',
    tenantId: null,
    actorUpn: null,
    actorIp: null,
    operation: null,
    status: null,
    severity: null,
    suppressed: 'exclude',
    since: null,
    until: null,
    limit: 100,
    cursor: null,
  });
});

test('every filter reaches the port, names in lower case and times as ticks', async () => {
  const held = memory();
  const { ask } = await appOf(held.ports);
  const query = new URLSearchParams({
    view: 'missed',
    tenantId: 'T-A',
    actorUpn: 'Ann@Partner.com',
    actorIp: '203.0.113.7',
    operation: 'Add policy.',
    status: 'inProgress',
    severity: 'high',
    suppressed: 'only',
    since: '0001-01-01T00:00:00.0000001Z',
    until: '0001-01-01T01:00:00.00000029+01:00',
    limit: '7',
  });
  await ask(`/v1/findings?${query}`);
  assert.deepEqual(held.asked, {
    view: 'missed',
    tenantId: 't-a',
    actorUpn: 'ann@partner.com',
    actorIp: '203.0.113.7',
    operation: 'Add policy.',
    status: 'inProgress',
    severity: 'high',
    suppressed: 'only',
    since: 1n,
    until: 2n,
    limit: 7,
    cursor: null,
  });
});

test('following nextCursor gives every finding once', async () => {
  const { ports, findings } = memory();
  for (let i = 2; i <= 7; i++) findings.set(`f-${i}`, JSON.stringify(findingOf(`f-${i}`)));
  const { ask } = await appOf(ports);
  const ids: unknown[] = [];
  let cursor: unknown = null;
  do {
    const { data } = await ask(`/v1/findings?limit=3${cursor === null ? '' : `&cursor=${cursor}`}`);
    ids.push(...(data['items'] as { id: string }[]).map(({ id }) => id));
    cursor = data['nextCursor'];
  } while (cursor !== null);
  assert.deepEqual(ids, [...findings.keys()]);
});

test('a cursor is good for another limit and for no other filter', async () => {
  const { ports, findings } = memory();
  findings.set('f-2', JSON.stringify(findingOf('f-2')));
  const { ask } = await appOf(ports);
  const cursor = (await ask('/v1/findings?limit=1')).data['nextCursor'];
  assert.equal((await ask(`/v1/findings?limit=2&cursor=${cursor}`)).statusCode, 200);
  assert.equal((await ask(`/v1/findings?view=resolved&cursor=${cursor}`)).statusCode, 200, 'the default, spelled out');
  for (const filter of [
    'view=any',
    'tenantId=t',
    'actorUpn=a',
    'actorIp=a',
    'operation=a',
    'since=2026-01-01T00:00:00Z',
  ]) {
    const { data } = await ask(`/v1/findings?${filter}&cursor=${cursor}`);
    assert.equal(data['type'], 'urn:guestwatch:problem:bad_cursor', filter);
  }
  const elsewhere = await ask(`/v1/guests?cursor=${cursor}`);
  assert.equal(elsewhere.data['type'], 'urn:guestwatch:problem:bad_cursor');
});

test('a cursor that the port cannot read is bad, not a failure', async () => {
  const { ports, findings } = memory();
  findings.set('f-2', JSON.stringify(findingOf('f-2')));
  const { ask } = await appOf(ports);
  const cursor = String((await ask('/v1/findings?limit=1')).data['nextCursor']);
  for (const bad of [cursor.replace(/\..*/, '.x'), 'x', '.', `${cursor}%00`, `${cursor}/..`]) {
    const { data, statusCode } = await ask(`/v1/findings?cursor=${bad}`);
    assert.equal(statusCode, 400);
    assert.equal(data['type'], 'urn:guestwatch:problem:bad_cursor', bad);
  }
});

test('a span that ends before it begins is refused', async () => {
  const { ask } = await appOf(memory().ports);
  const { data } = await ask('/v1/findings?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z');
  assert.deepEqual(data['errors'], [{ in: 'query', name: 'until', detail: 'must not be before `since`' }]);
  assert.equal((await ask('/v1/findings?since=2026-01-01T00:00:00Z&until=2026-01-01T00:00:00Z')).statusCode, 200);
});

test('a finding carries its revision as ETag, and is not sent to whom has it', async () => {
  const { ask } = await appOf(memory().ports);
  const { headers, data } = await ask('/v1/findings/f-1');
  assert.equal(headers['etag'], '"3"');
  assert.equal(data['revision'], 3);
  for (const known of ['"3"', 'W/"3"', '"1", "3"', '*']) {
    const answer = await ask('/v1/findings/f-1', { headers: { 'if-none-match': known } });
    assert.equal(answer.statusCode, 304, known);
    assert.equal(answer.headers['etag'], '"3"');
  }
  for (const other of ['"2"', '3', '']) {
    assert.equal((await ask('/v1/findings/f-1', { headers: { 'if-none-match': other } })).statusCode, 200, other);
  }
});

test('a superseded finding is given and says by which', async () => {
  const { ports, findings } = memory();
  findings.set('f-2', JSON.stringify(findingOf('f-2', { supersededBy: 'f-1' })));
  const { ask } = await appOf(ports);
  const { data, headers } = await ask('/v1/findings/f-2');
  assert.equal(data['supersededBy'], 'f-1');
  assert.equal(headers['content-location'], undefined);
});

test('an id that is no longer stored leads to the finding that has its operation, and says where that is', async () => {
  const { ask } = await appOf(memory().ports);
  const { data, headers } = await ask('/v1/findings/f-forgotten');
  assert.equal(data['id'], 'f-1');
  assert.equal(headers['content-location'], '/v1/findings/f-1');
});

test('an unknown finding is not found, nor is its evidence', async () => {
  const { ask } = await appOf(memory().ports);
  for (const url of ['/v1/findings/f-9', '/v1/findings/f-9/evidence']) {
    const { statusCode, data } = await ask(url);
    assert.equal(statusCode, 404);
    assert.equal(data['type'], 'urn:guestwatch:problem:not_found');
  }
});

test('evidence is paged, and its cursor is good for no other finding', async () => {
  const { ports, evidence, findings } = memory();
  evidence.push(JSON.stringify({ ...evidenceItem, reasonCodes: ['object_id'] }));
  findings.set('f-2', JSON.stringify(findingOf('f-2')));
  const { ask } = await appOf(ports);
  const first = (await ask('/v1/findings/f-1/evidence?limit=1')).data;
  const second = (await ask(`/v1/findings/f-1/evidence?cursor=${first['nextCursor']}`)).data;
  assert.deepEqual(
    [...(first['items'] as []), ...(second['items'] as [])].map((item) => JSON.stringify(item)),
    evidence,
  );
  const other = await ask(`/v1/findings/f-2/evidence?cursor=${first['nextCursor']}`);
  assert.equal(other.data['type'], 'urn:guestwatch:problem:bad_cursor');
});

test('who asks for the same list at the same time is answered by one reading, and never by that of other tenants', async () => {
  const { ports } = memory();
  const readings: { readonly tenants: Caller['tenants']; end(): void }[] = [];
  const findings: ApiPorts['findings'] = {
    ...ports.findings,
    list: ({ tenants }) =>
      new Promise((resolve) => {
        const json = Buffer.from(JSON.stringify(findingOf(`f-${tenants}`)));
        readings.push({ tenants, end: () => resolve({ kind: 'page', findings: json, nextCursor: null }) });
      }),
  };
  const { ask } = await appOf(
    { ...ports, findings },
    {
      access: {
        authenticate: (presented) => ({
          ...{ kind: 'granted', by: 'key', scope: 'findings:read', endsAt: null, revoked: null },
          caller: { name: presented, tenants: presented === 'all' ? 'all' : [presented] },
        }),
      },
    },
  );
  const askAs = (who: string, url = '/v1/findings') => ask(url, { headers: { authorization: `Bearer ${who}` } });
  const begun = async (count: number) => {
    for (let turns = 0; readings.length < count; turns++) {
      assert.ok(turns < 10_000, `${readings.length} readings and not ${count}`);
      await turn();
    }
  };
  const all = [askAs('all')];
  await begun(1);
  all.push(...Array.from({ length: 5 }, () => askAs('all')));
  const other = [askAs('t-1'), askAs('all', '/v1/findings?limit=7')];
  await begun(3);
  for (const { end } of readings) end();
  await begun(4);
  readings[3]!.end();
  const idsOf = async (answers: typeof all) =>
    (await Promise.all(answers)).map(({ data }) => (data['items'] as { id: string }[])[0]!.id);
  assert.deepEqual(await idsOf(all), Array(6).fill('f-all'));
  assert.deepEqual(await idsOf(other), ['f-t-1', 'f-all']);
  assert.equal(readings.length, 4);
});
