/** Triage and suppressions over HTTP, on a real state: two processes, facts put in beside them. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { pino } from 'pino';
import { type RedisServer, startRedis } from '../../local/redis.ts';
import { readConfig } from '../../src/config.ts';
import { type Service, startService } from '../../src/service.ts';
import { openState, type State } from '../../src/state/state.ts';
import { fetch } from '../document/fetch.ts';
import { stateOptions } from '../state/redis.ts';
import { batchOf, operation, signIn } from '../state/samples.ts';

const NOW = Date.now();
let redis: RedisServer;
let services: Service[];
let state: State;

before(async () => {
  redis = await startRedis({});
  const settings = readConfig({ REDIS_URL: redis.url, API_PORT: '0', OPS_PORT: '0' }, { roles: ['api'] });
  assert.ok('config' in settings);
  const start = () => startService(settings.config, { roles: ['api'], logger: pino({ level: 'silent' }) });
  services = await Promise.all([start(), start()]);
  state = await openState(stateOptions(redis.url, { prefix: 'guestwatch' }));
  await Promise.all(services.map(({ ready }) => ready));
});
after(async () => {
  await state.close();
  for (const service of services) await service.close();
  await redis.stop();
});

async function ask(method: string, path: string, body?: object, headers: Record<string, string> = {}, by = 0) {
  const response = await fetch(`${services[by]!.apiUrl}${path}`, {
    method,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    tag: response.headers.get('etag') ?? '',
    // biome-ignore lint/suspicious/noExplicitAny: answers are checked by what is asserted of them.
    body: text === '' ? null : (JSON.parse(text) as any),
  };
}

async function put(...facts: Parameters<typeof batchOf>[0]): Promise<void> {
  assert.deepEqual(await state.apply(batchOf(facts)), { kind: 'applied' });
  await state.folder.idle();
}

const changes = async () =>
  (await ask('GET', '/v1/changes')).body.items as {
    reason: string;
    finding: { revision: number; suppressed: unknown };
  }[];

test('a finding from its first sight to its end: triaged by two, opened again, expected, shown again', async () => {
  await put(signIn('s', NOW), operation('a', NOW));
  const { id } = (await ask('GET', '/v1/findings')).body.items[0];
  const path = `/v1/findings/${id}`;
  const { tag } = await ask('GET', path);

  const [one, other] = await Promise.all(
    [0, 1].map((by) => ask('PATCH', path, { status: 'inProgress', assignedTo: `who ${by}` }, { 'if-match': tag }, by)),
  );
  assert.deepEqual([one!.status, other!.status].sort(), [200, 412]);
  const [won, lost] = one!.status === 200 ? [one!, other!] : [other!, one!];
  assert.deepEqual([lost.body.finding, lost.tag], [won.body, won.tag]);
  const done = await ask('PATCH', path, { status: 'resolved', comment: 'expected' }, { 'if-match': lost.tag });
  assert.equal(done.status, 200);
  assert.equal((await ask('PATCH', path, { status: 'new' })).status, 428);
  assert.equal((await ask('GET', path, undefined, { 'if-none-match': done.tag })).status, 304);
  assert.deepEqual((await ask('GET', '/v1/findings?status=resolved')).body.items, [done.body]);

  await put(operation('b', NOW + 1));
  const again = (await ask('GET', path)).body;
  assert.deepEqual([again.status, again.comments.length, again.assignedTo], ['new', 1, won.body.assignedTo]);

  const asked = { matcher: { operations: ['add member to role.'] }, owner: 'team', reason: 'a project' };
  const expiresAt = new Date(NOW + 86_400_000).toISOString();
  const made = await ask('POST', '/v1/suppressions', { ...asked, expiresAt });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  assert.equal(made.body.hiddenCount, 1);
  assert.deepEqual((await ask('GET', '/v1/findings')).body.items, []);
  const [hidden] = (await ask('GET', '/v1/findings?suppressed=only', undefined, {}, 1)).body.items;
  assert.deepEqual(hidden.suppressed, { id: made.body.id, owner: 'team', reason: 'a project', expiresAt });
  assert.deepEqual((await ask('GET', `/v1/suppressions/${made.body.id}/findings`)).body.items, [hidden]);

  // The other process ends it.
  assert.equal((await ask('DELETE', `/v1/suppressions/${made.body.id}`, undefined, {}, 1)).status, 204);
  assert.equal((await ask('DELETE', `/v1/suppressions/${made.body.id}`)).status, 404);
  assert.equal((await ask('GET', '/v1/findings')).body.items[0].suppressed, null);
  assert.deepEqual((await ask('GET', '/v1/suppressions')).body.items, []);
  const [ended] = (await ask('GET', '/v1/suppressions?state=ended')).body.items;
  assert.deepEqual([ended.id, ended.endedBy, ended.hiddenCount], [made.body.id, 'local', 1]);

  const told = await changes();
  assert.deepEqual(
    told.map(({ reason }) => reason),
    ['new', 'triage', 'triage', 'operation', 'triage', 'triage'],
  );
  assert.deepEqual(
    told.map(({ finding }) => finding.revision),
    [1, 2, 3, 4, 5, 6],
  );
  assert.deepEqual(
    told.map(({ finding }) => finding.suppressed !== null),
    [false, false, false, false, true, false],
  );
  const { items } = (await ask('GET', `${path}/history`)).body;
  assert.deepEqual(
    items.map((item: { by: string; change: { kind: string } }) => `${item.by} ${item.change.kind}`),
    ['local triage', 'local triage', 'guestwatch reopened', 'guestwatch suppressed', 'guestwatch unsuppressed'],
  );
  const metrics = await (await fetch(`${services[0]!.opsUrl}/metrics`)).text();
  assert.match(metrics, /guestwatch_suppressed_revisions_total\{reason="triage"\} 1/);
});

test('what would hide everything is refused in words that say what to do', async () => {
  const base = { owner: 'team', reason: 'tired', expiresAt: new Date(NOW + 86_400_000).toISOString() };
  const { operations } = (await ask('GET', '/v1/rule')).body;
  for (const [matcher, words] of [
    [{}, /at least one/],
    [{ ipRange: '0.0.0.0/0' }, /wider than one can vouch for/],
    [{ operations: operations.resolved }, /every operation of the rule/],
  ] as const) {
    const { status, body } = await ask('POST', '/v1/suppressions', { ...base, matcher });
    assert.equal(status, 400);
    assert.match(body.detail, words);
  }
});
