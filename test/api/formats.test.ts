/** The other forms of the answers: OCSF, CloudEvents and tables, each on the routes that have it and refused on all others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ocsfFaults } from '../formats/ocsf/validate.ts';
import { appOf } from './ask.ts';
import { memory } from './ports.ts';
import { findingOf, guest, ruleRow } from './samples.ts';

const BATCH = 'application/cloudevents-batch+json';
const TABLE = 'text/csv; charset=utf-8; header=present';

async function stage() {
  const { ports, feed, findings } = memory();
  findings.set('f-2', JSON.stringify(findingOf('f-2', { operations: ['=1+1'] })));
  for (let n = 1; n <= 3; n++) feed.append(JSON.stringify(findingOf('f-1', { revision: n })));
  return { feed, ...(await appOf(ports)) };
}
type Events = readonly (Record<string, unknown> & { data: Record<string, unknown> })[];

test('findings, one finding and changes are given as OCSF of the published schema', async () => {
  const { ask } = await stage();
  const list = (await ask('/v1/findings?format=ocsf&limit=1')).data as { items: object[]; nextCursor: string };
  const one = (await ask('/v1/findings/f-1?format=ocsf')).data;
  const changes = (await ask('/v1/changes?format=ocsf')).data as { items: { finding: object }[] };
  for (const event of [...list.items, one, ...changes.items.map(({ finding }) => finding)])
    assert.deepEqual(ocsfFaults(event as never), []);
  assert.deepEqual(list.items, [one]);
  // The cursor of a list is of the list, not of its form.
  assert.match((await ask(`/v1/findings?format=csv&cursor=${list.nextCursor}`)).body, /\r\nf-2,/);
});

test('the tag of a finding names its revision in each form', async () => {
  const { ask } = await stage();
  const [json, ocsf] = [await ask('/v1/findings/f-1'), await ask('/v1/findings/f-1?format=ocsf')];
  assert.equal(ocsf.headers['etag'], json.headers['etag']);
  const headers = { 'if-none-match': String(json.headers['etag']) };
  assert.equal((await ask('/v1/findings/f-1?format=ocsf', { headers })).statusCode, 304);
});

test('the feed is given as CloudEvents to whoever names them, with the place to go on from', async () => {
  const { ask, feed } = await stage();
  const answer = await ask('/v1/changes?limit=2&wait=5', { headers: { accept: BATCH } });
  assert.equal(answer.headers['content-type'], `${BATCH}; charset=utf-8`);
  assert.equal(answer.headers['vary'], 'accept');
  const events = answer.data as unknown as Events;
  assert.deepEqual(
    events.map(({ id, cursor, reason, subject }) => [id, cursor, reason, subject]),
    feed.changes.slice(0, 2).map(({ id, cursor }) => [id, cursor, 'new', 'f-1']),
  );
  assert.deepEqual(events[0]!.data, findingOf('f-1', { revision: 1 }));
  assert.equal(answer.headers['next-cursor'], '2');
  assert.equal(answer.headers['link'], '<?limit=2&wait=5&after=2>; rel="next"');
  const last = await ask('/v1/changes?after=3', { headers: { accept: BATCH } });
  assert.deepEqual([last.data, last.headers['next-cursor']], [[], '3']);
  const ocsf = await ask('/v1/changes?format=ocsf', { headers: { accept: BATCH } });
  assert.deepEqual(ocsfFaults((ocsf.data as unknown as Events)[0]!.data), []);
});

test('whoever does not name CloudEvents, or likes JSON better, gets JSON', async () => {
  const { ask } = await stage();
  for (const accept of [
    '*/*',
    'application/*',
    'application/json',
    `${BATCH};q=0.5, application/json`,
    `${BATCH};q=0`,
    '',
  ]) {
    const { headers } = await ask('/v1/changes', { headers: { accept } });
    assert.equal(headers['content-type'], 'application/json; charset=utf-8', accept);
    assert.equal(headers['vary'], 'accept');
  }
  for (const accept of [
    `${BATCH}, application/json`,
    `application/json;q=0.9, ${BATCH.toUpperCase()}`,
    `*/*;q=0.1, ${BATCH}`,
  ])
    assert.match(String((await ask('/v1/changes', { headers: { accept } })).headers['content-type']), /cloudevents/);
});

test('what is wrong is a problem, whatever form was asked for', async () => {
  const { ask, feed } = await stage();
  feed.trimmed = 2;
  assert.equal((await ask('/v1/changes?after=1', { headers: { accept: BATCH } })).statusCode, 410);
  assert.equal((await ask('/v1/findings?format=csv&since=x')).statusCode, 400);
  for (const [url, known] of [
    ['/v1/findings?format=xml', '`json`, `csv`, `ocsf`'],
    ['/v1/findings/f-1?format=csv', '`json`, `ocsf`'],
    ['/v1/changes?format=csv', '`json`, `ocsf`'],
    ['/v1/guests?format=ocsf', '`json`, `csv`'],
    ['/v1/dead-letters?format=ocsf', '`json`, `csv`'],
    ['/v1/rule/rows?format=ocsf', '`json`, `csv`'],
  ] as const) {
    const { statusCode, body } = await ask(url);
    assert.equal(statusCode, 400, url);
    assert.ok(body.includes(known), `${url}: ${body}`);
  }
  assert.equal((await ask('/v1/coverage?format=json')).statusCode, 400);
});

test('lists are given as tables: a header, a row for each item, and where the list goes on', async () => {
  const { ask } = await stage();
  const { body, headers } = await ask('/v1/findings?format=csv&limit=1&view=any');
  assert.equal(headers['content-type'], TABLE);
  const [head, first, end, ...more] = body.split('\r\n');
  assert.equal(head, Object.keys(findingOf('f-1')).join(','));
  assert.ok(first?.startsWith('f-1,3,,'));
  assert.deepEqual([end, more], ['', []]);
  const next = String(headers['next-cursor']);
  assert.equal(headers['link'], `<?format=csv&limit=1&view=any&cursor=${next}>; rel="next"`);
  const second = await ask(`/v1/findings?format=csv&limit=1&view=any&cursor=${next}`);
  assert.match(second.body, /\r\nf-2,.*,"\[""=1\+1""\]",/);
  assert.deepEqual([second.headers['next-cursor'], second.headers['link']], [undefined, undefined]);

  const guests = await ask('/v1/guests?format=csv&limit=1');
  assert.equal(guests.headers['content-type'], TABLE);
  assert.equal(guests.body.split('\r\n')[0], Object.keys(guest).join(','));
  assert.ok(guests.headers['next-cursor']);
  const letters = await ask('/v1/dead-letters?format=csv');
  assert.equal(letters.body.split('\r\n').length, 4);
});

test('rows as a table say in headers what they are of, and whether they are whole', async () => {
  const { ask } = await stage();
  const { body, headers } = await ask('/v1/rule/rows?format=csv&tenantId=t-1&view=resolved');
  assert.equal(headers['content-type'], TABLE);
  assert.equal(body.split('\r\n')[0], Object.keys(ruleRow).join(','));
  assert.deepEqual(
    ['rows-at', 'rows-view', 'rows-tenant-id', 'rows-complete'].map((name) => headers[name]),
    ['2026-11-23T03:12:09.1234567Z', 'resolved', 't-1', 'true'],
  );
});
