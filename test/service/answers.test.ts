/** What the API answers over a real state: the process has the role `api` alone, facts are put in beside it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { pino } from 'pino';
import { type RedisServer, startRedis } from '../../local/redis.ts';
import { readConfig } from '../../src/config.ts';
import { type Service, startService } from '../../src/service.ts';
import { openState, type State } from '../../src/state/state.ts';
import { readItems } from '../detection/product.ts';
import { fetch } from '../document/fetch.ts';
import { stateOptions } from '../state/redis.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const ANN = 'a0000001-00aa-4000-8000-00000000abcd';
const NOW = Date.now();
const at = (minutesAgo: number): string => new Date(NOW - minutesAgo * 60_000).toISOString();

let redis: RedisServer;
let service: Service;
let state: State;

before(async () => {
  redis = await startRedis({});
  const settings = readConfig({ REDIS_URL: redis.url, API_PORT: '0', OPS_PORT: '0' }, { roles: ['api'] });
  assert.ok('config' in settings);
  service = await startService(settings.config, { roles: ['api'], logger: pino({ level: 'silent' }) });
  state = await openState(stateOptions(redis.url, { prefix: 'guestwatch' }));
  await service.ready;
});
after(async () => {
  await state.close();
  await service.close();
  await redis.stop();
});

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are checked by what is asserted of them.
  readonly body: any;
}

async function get(path: string): Promise<Answer> {
  const response = await fetch(`${service.apiUrl}${path}`);
  return { status: response.status, body: await response.json() };
}

const PLACE = { hub: 'insights-logs-auditlogs', hubCreatedAt: 1, partition: '0' };
let sequence = 0;

async function put(records: readonly object[]): Promise<void> {
  const sequenceNumber = sequence++;
  const body = Buffer.from(JSON.stringify({ records }));
  const { operations, signIns } = readItems([
    { body, hub: PLACE.hub, partition: '0', sequenceNumber, enqueuedAt: NOW },
  ]);
  const outcome = await state.apply({
    place: PLACE,
    ...{ firstSequenceNumber: sequenceNumber, lastSequenceNumber: sequenceNumber },
    facts: [...operations, ...signIns],
    nonInteractive: [],
    deadLetters: [],
  });
  assert.equal(outcome.kind, 'applied');
  await state.folder.idle();
}

const signIn = (minutesAgo: number, id: string, properties: object = {}) => ({
  time: at(minutesAgo),
  category: 'SignInLogs',
  tenantId: TENANT,
  resultType: '0',
  properties: {
    id,
    userType: 'Guest',
    userPrincipalName: 'ann@partner.example',
    userId: ANN,
    ipAddress: '198.51.100.4',
    ...properties,
  },
});
const operation = (minutesAgo: number, id: string, user: object = {}) => ({
  time: at(minutesAgo),
  category: 'AuditLogs',
  tenantId: TENANT,
  operationName: 'Add member to role',
  correlationId: `c-${id}`,
  properties: {
    id,
    result: 'success',
    initiatedBy: {
      user: {
        id: ANN,
        userPrincipalName: 'ann_partner.example#EXT#@contoso.onmicrosoft.com',
        ipAddress: '203.0.113.7',
        ...user,
      },
    },
    targetResources: [{ displayName: 'Bob', id: 'b' }],
  },
});

test('an operation before its sign-in is a finding once the sign-in comes, and the feed tells it once', async () => {
  await put([operation(30, 'o1')]);
  assert.equal((await get('/v1/findings?view=any')).body.items.length, 0);
  const now = (await get('/v1/changes?after=now')).body.cursor;
  const waiting = get(`/v1/changes?after=${now}&wait=30`);
  await put([signIn(20, 's1')]);
  const { body } = await waiting;
  assert.deepEqual(
    body.items.map((item: Answer['body']) => [item.reason, item.finding.revision, item.finding.guestUpn]),
    [['new', 1, 'ann@partner.example']],
  );
  const { items } = (await get('/v1/findings')).body;
  assert.deepEqual(items, [body.items[0].finding]);
  assert.deepEqual(items[0].reasonCodes, ['object_id']);
});

test('a further sign-in shows in the finding at once, and rings no bell', async () => {
  const { cursor } = (await get('/v1/changes?after=now')).body;
  await put([signIn(5, 's2', { ipAddress: '198.51.100.9' })]);
  const [finding] = (await get('/v1/findings')).body.items;
  assert.deepEqual([finding.revision, finding.signInIp], [1, '198.51.100.9']);
  assert.deepEqual((await get(`/v1/changes?after=${cursor}`)).body.items, []);
  const evidence = (await get(`/v1/findings/${finding.id}/evidence`)).body.items;
  assert.deepEqual(
    evidence[0].signIns.map((fact: Answer['body']) => fact.recordId),
    ['s1', 's2'],
  );
  assert.ok(evidence[0].latency.decidedAt >= evidence[0].latency.enqueuedAt);
});

test('a bridge between two findings leaves the older one, which the other names', async () => {
  await put([operation(23 * 60, 'far', { ipAddress: '203.0.113.50' }), signIn(23 * 60, 's3')]);
  await put([operation(47 * 60 - 120, 'further', { ipAddress: '203.0.113.50' }), signIn(46 * 60, 's4')]);
  const before = (await get('/v1/findings?actorIp=203.0.113.50')).body.items;
  assert.equal(before.length, 1, 'two hours less than a window apart they are one');
  await put([
    operation(10, 'near', { ipAddress: '203.0.113.60' }),
    operation(47 * 60, 'old', { ipAddress: '203.0.113.60' }),
    signIn(47 * 60, 's5'),
  ]);
  const two = (await get('/v1/findings?actorIp=203.0.113.60')).body.items;
  assert.equal(two.length, 2);
  await put([operation(24 * 60 - 30, 'bridge', { ipAddress: '203.0.113.60' })]);
  const one = (await get('/v1/findings?actorIp=203.0.113.60')).body.items;
  assert.equal(one.length, 1);
  assert.equal(one[0].evidenceCount, 3);
  const gone = two.find((finding: Answer['body']) => finding.id !== one[0].id);
  const superseded = (await get(`/v1/findings/${gone.id}`)).body;
  assert.equal(superseded.supersededBy, one[0].id);
  assert.equal((await get(`/v1/findings/${gone.id}/evidence`)).body.items.length, 3);
});

test('guests are listed page by page, each once, and found by name or id', async () => {
  const others = Array.from({ length: 25 }, (_, i) =>
    signIn(60, `g${i}`, {
      userPrincipalName: `guest${i}@partner.example`,
      userId: `a0000002-00aa-4000-8000-0000000000${String(i).padStart(2, '0')}`,
    }),
  );
  await put(others);
  const seen: string[] = [];
  let query = '/v1/guests?limit=7';
  for (;;) {
    const { body } = await get(query);
    seen.push(...body.items.map((guest: Answer['body']) => guest.upn));
    if (body.nextCursor === null) break;
    query = `/v1/guests?limit=7&cursor=${body.nextCursor}`;
  }
  assert.equal(seen.length, new Set(seen).size);
  assert.equal(seen.length, 26);
  assert.equal((await get('/v1/guests/ann@partner.example')).body.signInIp, '198.51.100.9');
  assert.equal((await get(`/v1/guests/${ANN}`)).body.upn, 'ann@partner.example');
  assert.equal((await get('/v1/guests/nobody@partner.example')).status, 404);
});

test('an explanation names each predicate that held or failed', async () => {
  const { body } = await get('/v1/explain?actor=ann@partner.example');
  assert.equal(body.tenantId, TENANT);
  const [newest] = body.operations;
  assert.equal(newest.verdicts.resolved.holds, true);
  assert.equal(newest.verdicts.strict.holds, false);
  assert.ok(newest.findingId);
  const failed = newest.verdicts.strict.predicates
    .filter(({ held }: { held: boolean }) => held === false)
    .map(({ name }: { name: string }) => name);
  assert.ok(failed.includes('upnEqual'));
  assert.equal((await get('/v1/explain?actor=nobody@partner.example')).body.operations.length, 0);
});

test('rows are those of the rule, and a moment beyond what is kept is refused', async () => {
  const resolved = (await get('/v1/rule/rows?view=resolved')).body;
  assert.equal(resolved.tenantId, TENANT);
  assert.equal(resolved.complete, false, 'no partition was ever read');
  assert.ok(resolved.rows.some((row: Answer['body']) => row.ActorIp === '203.0.113.7'));
  assert.deepEqual((await get('/v1/rule/rows')).body.rows, []);
  const refused = await get(`/v1/rule/rows?at=${at(60 * 25)}`);
  assert.deepEqual([refused.status, refused.body.type], [400, 'urn:guestwatch:problem:beyond_retention']);
});

test('dead letters are kept once each, with what is left of them', async () => {
  const letter = {
    reason: 'not_json' as const,
    sequenceNumber: 9,
    enqueuedAt: NOW,
    receivedAt: NOW,
    recordIndex: null,
    bytes: Buffer.from('{"tenantId":'),
  };
  const huge = { ...letter, sequenceNumber: 10, bytes: Buffer.alloc(100_000, 0xff) };
  for (let i = 0; i < 2; i++) {
    await state.apply({
      place: PLACE,
      ...{ firstSequenceNumber: 10, lastSequenceNumber: 10 },
      facts: [],
      nonInteractive: [],
      deadLetters: [letter, huge],
    });
  }
  const { items } = (await get('/v1/dead-letters')).body;
  assert.deepEqual(
    items.map((item: Answer['body']) => [item.source.sequenceNumber, item.bytes, item.cut, item.encoding]),
    [
      [10, 100_000, true, 'base64'],
      [9, 12, false, 'utf8'],
    ],
  );
});

test('a connection that never asks anything does not keep the service', async () => {
  const settings = readConfig({ REDIS_URL: redis.url, API_PORT: '0', OPS_PORT: '0' }, { roles: ['api'] });
  assert.ok('config' in settings);
  const other = await startService(settings.config, { roles: ['api'], logger: pino({ level: 'silent' }) });
  const socket = connect(Number(new URL(other.apiUrl!).port), '127.0.0.1');
  await once(socket, 'connect');
  const ended = once(socket, 'close');
  await other.close();
  await ended;
});

test('coverage allows for the longest delay seen, when it says what event time has been read', async () => {
  const position = { sequenceNumber: sequence, offset: null, enqueuedAt: NOW, hubCreatedAt: PLACE.hubCreatedAt };
  await state.positions.advance(PLACE, { position, readToEndAt: NOW, lagEvents: 0 });
  const [partition] = (await get('/v1/coverage')).body.hubs[0].partitions;
  assert.ok(partition.delayMs > 46 * 3_600_000, 'the sign-in of 47 hours ago');
  assert.equal(Date.parse(partition.eventTimeThrough), NOW - partition.delayMs);
});

test('while nothing is read, silence is no good news', async () => {
  await state.positions.advance(PLACE, { position: null, readToEndAt: null, lagEvents: 3 });
  const { body } = await get('/v1/coverage');
  assert.equal(body.silence, 'nothing_arrived');
});
