/** The feed as a stream: what comes to whom, from where on, and what ends it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { mock, type TestContext, test } from 'node:test';
import { Registry } from 'prom-client';
import type { FeedPort } from '../../src/api/ports.ts';
import type { ApiOptions } from './ask.ts';
import { appOf } from './ask.ts';
import { type MemoryFeed, memory, unreachable } from './ports.ts';
import { findingOf } from './samples.ts';
import { openSse, type SseStream } from './sse.ts';

const revision = (n: number): string => JSON.stringify(findingOf('f-1', { revision: n }));

interface Stage {
  readonly feed: MemoryFeed;
  readonly registry: Registry;
  open(query?: string, headers?: Record<string, string>): Promise<SseStream>;
  close(): Promise<unknown>;
}

/** An app that listens; all that was opened ends with the test. */
async function stage(
  t: TestContext,
  options: Partial<ApiOptions> = {},
  portOf: (feed: MemoryFeed) => FeedPort = (feed) => feed,
): Promise<Stage> {
  const { feed, ports } = memory();
  const registry = new Registry();
  const { server } = await appOf({ ...ports, feed: portOf(feed) }, { registry, ...options });
  await server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.server.address() as AddressInfo;
  const opened: SseStream[] = [];
  let closing: PromiseLike<unknown> | null = null;
  const close = async () => {
    closing ??= server.close();
    await closing;
  };
  t.after(async () => {
    for (const stream of opened) stream.close();
    await close();
  });
  return {
    feed,
    registry,
    async open(query = '', headers = {}) {
      const stream = await openSse(`http://127.0.0.1:${port}/v1/stream${query}`, headers);
      opened.push(stream);
      return stream;
    },
    close,
  };
}

/** Resolves once the metrics say so: what ends a stream is counted a moment after its reader knows. */
async function counts(registry: Registry, pattern: RegExp): Promise<void> {
  while (!pattern.test(await registry.metrics())) await new Promise(setImmediate);
}

const changeIn = async (stream: SseStream) => {
  const sent = await stream.nextData();
  assert.ok(sent, 'the stream has ended');
  return { id: sent.id, event: sent.event, ...JSON.parse(sent.data!) };
};

test('a stream begins at now, says its place, and brings each revision as an event that is an item of the feed', async (t) => {
  const { feed, open } = await stage(t);
  feed.append(revision(1));
  const stream = await open();
  assert.equal(stream.status, 200);
  assert.equal(stream.headers['content-type'], 'text/event-stream');
  assert.equal(stream.headers['cache-control'], 'no-store');
  assert.deepEqual(await stream.next(), { id: '1', event: null, data: null, retry: null, isComment: false });
  feed.append(revision(2));
  assert.deepEqual(await stream.next(), {
    ...{ id: '2', event: 'change', retry: null, isComment: false },
    data: `{"cursor":"2","reason":"new","finding":${revision(2)}}`,
  });
});

test('the last event id resumes behind it, whatever the query says, and a cursor does where there is none', async (t) => {
  const { feed, open } = await stage(t);
  for (let n = 1; n <= 3; n++) feed.append(revision(n));
  const resumed = await open('?after=begin', { 'last-event-id': '2' });
  assert.equal((await changeIn(resumed)).finding.revision, 3);
  for (const [query, first] of [
    ['?after=1', 2],
    ['?after=begin', 1],
  ] as const)
    assert.equal((await changeIn(await open(query, { 'last-event-id': '' }))).finding.revision, first);
});

test('as OCSF a stream carries the finding in that form', async (t) => {
  const { feed, open } = await stage(t);
  feed.append(revision(1));
  const { finding, reason } = await changeIn(await open('?after=begin&format=ocsf'));
  assert.deepEqual([finding.class_uid, finding.metadata.uid, reason], [2004, feed.changes[0]!.id, 'new']);
});

test('what is wrong is answered as a problem, before anything of a stream is sent', async (t) => {
  const { open } = await stage(t);
  for (const [query, headers, status, name] of [
    ['?after=nonsense', {}, 400, 'bad_cursor'],
    ['', { 'last-event-id': 'nonsense' }, 400, 'bad_cursor'],
    ['', { 'last-event-id': 'no cursor' }, 400, 'invalid_parameters'],
    ['?format=csv', {}, 400, 'invalid_parameters'],
    ['', { accept: 'application/json' }, 406, 'not_acceptable'],
    ['', { accept: 'text/event-stream;q=0, */*' }, 406, 'not_acceptable'],
  ] as const) {
    const stream = await open(query, headers);
    assert.equal(stream.status, status, `${query} ${JSON.stringify(headers)}`);
    assert.equal(stream.headers['content-type'], 'application/problem+json');
    assert.equal(JSON.parse(await stream.rest()).type, `urn:guestwatch:problem:${name}`);
  }
  for (const accept of ['text/event-stream', 'text/*', 'a/b, */*;q=0.1'])
    assert.equal((await open('', { accept })).status, 200);
});

for (const [when, query] of [
  ['at its beginning', '?after=9'],
  ['in its midst', '?after=now'],
] as const) {
  test(`a place that is lost ${when} ends a stream with how to go on, and with a place to go on from`, async (t) => {
    const { feed, open, registry } = await stage(t);
    feed.append(revision(1));
    const waiting = once(feed.events, 'waiting');
    const stream = await open(query);
    if (when === 'in its midst') {
      await waiting;
      feed.trimmed = 2;
      feed.append(revision(2));
      feed.append(revision(3));
    }
    const sent = await stream.nextData();
    assert.equal(sent?.event, 'resync');
    const { cursor, problem } = JSON.parse(sent.data!);
    assert.equal(sent.id, cursor);
    assert.equal(cursor, String(feed.changes.length));
    assert.equal(problem.type, 'urn:guestwatch:problem:resync');
    assert.match(problem.detail, /list .*then go on/i);
    assert.equal(await stream.next(), null, 'it ends');
    feed.append(revision(4));
    assert.equal((await changeIn(await open('', { 'last-event-id': cursor }))).finding.revision, 4);
    await counts(registry, /streams_ended_total\{why="resync"\} 1/);
  });
}

test('a comment keeps a quiet stream open', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const { feed, open } = await stage(t);
  const waiting = once(feed.events, 'waiting');
  const stream = await open();
  await waiting;
  assert.equal((await stream.next())?.id, '0');
  mock.timers.tick(14_999);
  mock.timers.tick(1);
  assert.deepEqual(await stream.next(), { id: null, event: null, data: null, retry: null, isComment: true });
  mock.timers.tick(15_000);
  assert.equal((await stream.next())?.isComment, true);
});

test('a service that closes ends its streams at once, and says when to come back', async (t) => {
  const { feed, open, close, registry } = await stage(t);
  const waiting = once(feed.events, 'waiting');
  const stream = await open();
  await waiting;
  await close();
  await stream.next();
  assert.equal((await stream.next())?.retry, '2000');
  assert.equal(await stream.next(), null);
  assert.equal(feed.listeners, 0);
  await counts(registry, /streams_ended_total\{why="stopped"\} 1/);
});

test('for a reader that went away nothing is held', async (t) => {
  const { feed, open, registry } = await stage(t);
  const waiting = once(feed.events, 'waiting');
  const stream = await open();
  await waiting;
  assert.match(await registry.metrics(), /guestwatch_http_streams_open 1/);
  const released = once(feed.events, 'released');
  stream.close();
  await released;
  assert.equal(feed.listeners, 0);
  await counts(registry, /guestwatch_http_streams_open 0/);
  assert.doesNotMatch(await registry.metrics(), /route="\/v1\/stream"/, 'its length is no duration of an answer');
});

test('a reader that takes nothing is read nothing more for, and is cut off; others are not disturbed', async (t) => {
  const { feed, open, registry } = await stage(t, { streams: { pageMax: 2 } });
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const large = JSON.stringify(findingOf('f-1', { targets: ['x'.repeat(2_000_000)] }));
  const slow = await open('?after=begin');
  slow.response.pause();
  const other = await open('?after=now');
  for (let n = 0; n < 40; n++) feed.append(large);
  for (let n = 0; n < 40; n++) assert.equal((await changeIn(other)).reason, 'new');
  mock.timers.tick(29_999);
  await counts(registry, /guestwatch_http_streams_open 2/);
  mock.timers.tick(1);
  await counts(registry, /streams_ended_total\{why="slow"\} 1/);
  // Its socket was full after a few: what lay ready beyond was not read.
  slow.response.resume();
  const text = await slow.rest();
  assert.ok(text.length < 20 * large.length, `${text.length} bytes were sent to a reader that took nothing`);
  assert.equal((await other.next())?.isComment, true);
});

test('more than so many streams may not be open', async (t) => {
  const { feed, open } = await stage(t, { streams: { streamsMax: 1 } });
  const first = await open();
  const second = await open();
  assert.equal(second.status, 503);
  assert.ok(second.headers['retry-after']);
  feed.append(revision(1));
  assert.equal((await changeIn(first)).finding.revision, 1);
  first.close();
});

test('a stream outlives a state that is away for a while, and goes on where it was', async (t) => {
  let fails = 3;
  const flaky = (feed: MemoryFeed): FeedPort => ({
    read: (...args) => feed.read(...args),
    async *follow(caller, after, limit, signal) {
      let isFirst = true;
      for await (const found of feed.follow(caller, after, limit, signal)) {
        if (!isFirst && fails-- > 0) throw unreachable();
        isFirst = false;
        yield found;
      }
    },
  });
  const { feed, open } = await stage(t, { streams: { retryMs: 1 } }, flaky);
  const stream = await open('?after=begin');
  for (let n = 1; n <= 4; n++) {
    feed.append(revision(n));
    assert.equal((await changeIn(stream)).finding.revision, n);
  }
  assert.ok(fails <= 0);
});

test('a state that stays away ends a stream, and one that was away before it began is a problem', async (t) => {
  const away: FeedPort = {
    read: async () => {
      throw unreachable();
    },
    async *follow(_caller, after) {
      if (after.kind === 'now') yield { kind: 'changes', items: [], cursor: '0' };
      throw unreachable();
    },
  };
  const { open, registry } = await stage(t, { streams: { retryMs: 1, troubleMs: 20 } }, () => away);
  assert.equal((await open('?after=begin')).status, 503);
  const stream = await open();
  const text = await stream.rest();
  assert.match(text, /^: the state cannot be reached/m);
  assert.match(text, /retry: 2000\n\n$/);
  assert.doesNotMatch(text, /SECRET/);
  await counts(registry, /streams_ended_total\{why="unavailable"\} 1/);
});

test('each event is made once, for all who read it', async (t) => {
  const { feed, open } = await stage(t);
  const streams = await Promise.all(Array.from({ length: 20 }, () => open('?format=ocsf')));
  for (const stream of streams) await stream.next();
  const parse = mock.method(JSON, 'parse');
  t.after(() => parse.mock.restore());
  feed.append(revision(1));
  const events = await Promise.all(streams.map((stream) => stream.nextData()));
  assert.equal(parse.mock.callCount(), 1);
  assert.equal(new Set(events.map((event) => event?.data)).size, 1);
});
