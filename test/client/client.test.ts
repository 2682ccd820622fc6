/** The client against a real app: what its types say is what comes, and the feed is followed over cuts, pauses and losses. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { type Change, createClient, type Finding, followChanges, ProblemError } from '../../client/index.js';
import { appOf } from '../api/ask.ts';
import { type Memory, memory } from '../api/ports.ts';
import { findingOf } from '../api/samples.ts';
import { fetchRequest } from '../document/fetch.ts';

const closers: (() => Promise<void>)[] = [];
after(() => Promise.all(closers.map((close) => close())));

/** A client of an app over sample ports, whose answers are held against the document as all others are. */
async function clientOf(held: Memory, options: { waitingMax?: number } = {}) {
  const { server } = await appOf(held.ports, options);
  const baseUrl = await server.listen({ port: 0, host: '127.0.0.1' });
  closers.push(() => server.close());
  const asked: Request[] = [];
  const client = createClient({
    baseUrl,
    key: 'sample',
    fetch(request) {
      asked.push(request);
      return fetchRequest(request);
    },
  });
  return { client, asked };
}

const revision = (n: number): string => JSON.stringify(findingOf('f-1', { revision: n }));

async function take(count: number, changes: AsyncIterable<Change>): Promise<Change[]> {
  const taken: Change[] = [];
  for await (const change of changes) {
    taken.push(change);
    if (taken.length === count) break;
  }
  return taken;
}

test('a call is typed by the document, and the key is sent along', async () => {
  const { client, asked } = await clientOf(memory());
  const { data } = await client.GET('/v1/findings', { params: { query: { view: 'any', limit: 1 } } });
  const items: readonly Finding[] = data?.items ?? [];
  assert.equal(items[0]?.actorIp, '203.0.113.7');
  assert.equal(asked[0]?.headers.get('authorization'), 'Bearer sample');
  // @ts-expect-error: the document has no such view.
  await client.GET('/v1/findings', { params: { query: { view: 'none' } } });
});

test('triage is typed too: without what was seen it cannot be written, and who was slower is told what is there now', async () => {
  const { client } = await clientOf(memory());
  const path = { id: 'f-1' };
  const { response } = await client.GET('/v1/findings/{id}', { params: { path } });
  const params = { path, header: { 'if-match': response.headers.get('etag')! } };
  const first = await client.PATCH('/v1/findings/{id}', { params, body: { status: 'inProgress', comment: 'Asking.' } });
  const status: Finding['status'] | undefined = first.data?.status;
  assert.equal(status, 'inProgress');
  const second = await client.PATCH('/v1/findings/{id}', { params, body: { status: 'resolved' } });
  assert.deepEqual([second.response.status, second.error?.finding?.status], [412, 'inProgress']);
  // @ts-expect-error: `If-Match` must be given.
  await client.PATCH('/v1/findings/{id}', { params: { path }, body: { status: 'new' } });
});

test('a name with # in it stands in a path as in any other place', async () => {
  const { client } = await clientOf(memory());
  const params = { path: { upnOrObjectId: 'ann_partner.com#EXT#@contoso.onmicrosoft.com' } };
  const { error, response } = await client.GET('/v1/guests/{upnOrObjectId}', { params });
  assert.deepEqual([response.status, error?.type], [404, 'urn:guestwatch:problem:not_found']);
});

test('the feed is followed from a place on, and from where one left off', async () => {
  const held = memory();
  for (let n = 1; n <= 5; n++) held.feed.append(revision(n));
  const { client } = await clientOf(held);
  const first = await take(3, followChanges(client, { limit: 2 }));
  const second = await take(2, followChanges(client, { limit: 2, after: first[2]!.cursor }));
  assert.deepEqual(
    [...first, ...second].map(({ finding }) => finding.revision),
    [1, 2, 3, 4, 5],
  );
});

test('who follows waits for what comes', async () => {
  const held = memory();
  const { client } = await clientOf(held);
  const waiting = once(held.feed.events, 'waiting');
  const taken = take(1, followChanges(client, { after: 'now' }));
  await waiting;
  held.feed.append(revision(1));
  assert.equal((await taken)[0]?.reason, 'new');
});

test('a place that is gone is told by its problem', async () => {
  const held = memory();
  held.feed.append(revision(1));
  held.feed.trimmed = 1;
  const { client } = await clientOf(held);
  await assert.rejects(take(1, followChanges(client, { after: '0' })), (error) => {
    assert.ok(error instanceof ProblemError);
    assert.equal(error.type, 'urn:guestwatch:problem:resync');
    return true;
  });
});

test('what passes is waited for, and a signal ends the wait', async () => {
  const { client, asked } = await clientOf(memory(), { waitingMax: 0 });
  const ending = new AbortController();
  const taken = take(1, followChanges(client, { signal: ending.signal }));
  while (asked.length === 0) await new Promise(setImmediate);
  ending.abort(new Error('enough'));
  await assert.rejects(taken, /enough/);
});
