/** The command `erase`: what it says, what it writes down of it, and how it ends, on a real Redis and without one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../src/cli/run.ts';
import { applyFacts, contentsIn, redisOfFile, stateOptions, withState } from '../state/redis.ts';
import { GUEST_ID, HOUR_MS, operation, signIn, TENANT } from '../state/samples.ts';
import { fakeIo } from './support.ts';

const redis = redisOfFile();
let database = 0;

/** A database of its own, with one guest and its finding. */
async function withGuest(
  use: (erase: (...argv: string[]) => Promise<Answer>, left: () => Promise<number>) => Promise<void>,
) {
  const url = `${redis.url}/${database++}`;
  const at = Date.now() - HOUR_MS;
  await withState(stateOptions(url, { prefix: 'guestwatch' }), async (state) => {
    await applyFacts(state, [signIn('a', at), operation('a', at)]);
    await use(
      (...argv) => answerOf({ REDIS_URL: url }, argv),
      async () => (await contentsIn(state)).length,
    );
  });
}

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function answerOf(env: Record<string, string>, argv: readonly string[]): Promise<Answer> {
  const io = fakeIo({ env });
  const code = await run(['erase', ...argv], io);
  return { code, out: io.out(), err: io.err() };
}

const WHO = ['--tenant', TENANT.toUpperCase(), '--actor', 'ann_Partner.com#EXT#@contoso.onmicrosoft.com'];

test('a dry run only counts; the run says what went, and the audit log that it did, but not whom', () =>
  withGuest(async (erase, left) => {
    const dry = await erase(...WHO, '--dry-run');
    assert.deepEqual([dry.code, dry.err, await left()], [0, '', 1]);
    assert.match(dry.out, /^Would erase, of tenant 1{8}-.*:\n {2}object id {2}2{8}-.*\n {2}UPN {8}ann@partner\.com\n/);
    assert.match(
      dry.out,
      /\n {2}sign-ins +1\n {2}privileged operations +1\n {2}findings +1\n {2}revisions in the feed +1\n/,
    );
    assert.match(dry.out, /\nNothing was written\.\n$/);

    const { code, out, err } = await erase(...WHO);
    assert.deepEqual([code, await left()], [0, 0]);
    assert.match(out, /^Erased, .*\n/);
    assert.match(out, /\nFindings, as whoever was sent them knows them:\n {2}[0-9a-f]{32}\n/);
    assert.match(out, /\nWhat was enqueued before 20.*Z is not taken in again for 90 days\.\n/);
    const line = JSON.parse(err) as Record<string, unknown>;
    const { event, tenantId, signIns, operations, findings, revisions } = line;
    assert.deepEqual(
      { event, tenantId, signIns, operations, findings, revisions },
      { event: 'actor_erased', tenantId: TENANT, signIns: 1, operations: 1, findings: 1, revisions: 1 },
    );
    assert.doesNotMatch(err, new RegExp(`partner|${GUEST_ID}`, 'i'));
    assert.match((await erase(...WHO)).out, /\n {2}sign-ins +0\n/);
  }));

test('several accounts of one UPN are told apart by whoever asks: exit code 1, and nothing is written', () =>
  withGuest(async (erase, left) => {
    const other = GUEST_ID.replaceAll('2', '4');
    const at = Date.now() - 2 * HOUR_MS;
    await withState(stateOptions(`${redis.url}/${database - 1}`, { prefix: 'guestwatch' }), (state) =>
      applyFacts(state, [signIn('b', at, { objectId: other })], 1),
    );
    const { code, out, err } = await erase(...WHO);
    assert.deepEqual([code, out, await left()], [1, '', 1]);
    assert.match(err, new RegExp(`several accounts.*\n.*--actor ${GUEST_ID}\n.*--actor ${other}\n$`));
  }));

test('what cannot be right is told at once, and a Redis that is away ends it with 3', async () => {
  const none = await answerOf({ REDIS_URL: 'nowhere' }, ['ann', '--dry-run=1']);
  assert.equal(none.code, 2);
  for (const fault of [/--tenant ID/, /--actor ID/, /no arguments/, /--dry-run takes no value/, /REDIS_URL/])
    assert.match(none.err, fault);
  const empty = await answerOf({}, ['--actor', 'ann@partner.com', '--tenant']);
  assert.deepEqual([empty.code, empty.err], [2, 'guestwatch: --tenant needs a value: --tenant ID.\n']);
  const away = await answerOf({ REDIS_URL: 'redis://127.0.0.1:1' }, WHO);
  assert.equal(away.code, 3);
  assert.match(away.err, /REDIS_URL/);
});

test('another number of shards than the state was made with is refused: the tenant would be looked for in the wrong place', () =>
  withGuest(async (_, left) => {
    const { code, err } = await answerOf({ REDIS_URL: `${redis.url}/${database - 1}`, STATE_SHARDS: '3' }, WHO);
    assert.deepEqual([code, await left()], [2, 1]);
    assert.match(err, /STATE_SHARDS=1/);
  }));
