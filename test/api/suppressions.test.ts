/** `/v1/suppressions`: what may be asked, and what is answered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appOf } from './ask.ts';
import { memory } from './ports.ts';

const held = memory();
const { ask } = await appOf(held.ports);
const GOOD = {
  tenantId: 'T-1',
  matcher: { actorUpn: 'Ann@Partner.example', operations: ['Add member to role'], ipRange: '203.0.113.0/24' },
  owner: 'identity-team',
  reason: 'Rotates credentials on weekdays.',
  expiresAt: '2027-01-31T12:00:00+01:00',
};
const make = (payload: unknown) =>
  ask('/v1/suppressions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(payload),
  });
interface Problem {
  readonly type: string;
  readonly errors: readonly { in: string; name: string; detail: string }[];
}
const problemOf = ({ data }: { data: unknown }): Problem => data as Problem;

test('what is made has an address, and names are compared in lower case', async () => {
  const answer = await make(GOOD);
  assert.equal(answer.statusCode, 201);
  assert.equal(answer.headers['location'], `/v1/suppressions/${answer.data['id']}`);
  assert.equal(answer.data['createdBy'], 'local');
  assert.deepEqual(held.made, {
    ...GOOD,
    tenantId: 't-1',
    matcher: { ...GOOD.matcher, actorUpn: 'ann@partner.example', actorObjectId: null },
    expiresAt: Date.parse('2027-01-31T11:00:00Z'),
  });
});

for (const [what, changes, name, mend] of [
  ['a matcher that is left out', { matcher: undefined }, 'matcher', /is required: it must be a JSON object/],
  ['a matcher of another kind', { matcher: [] }, 'matcher', /a JSON object with at least one of/],
  ['a member of the matcher that is not known', { matcher: { actor: 'ann' } }, 'matcher.actor', /there are `actorUpn`/],
  ['operations that are no list', { matcher: { operations: 'Add policy.' } }, 'matcher.operations', /a list of 1 to/],
  ['no operations', { matcher: { operations: [] } }, 'matcher.operations', /a list of 1 to/],
  ['nobody who answers for it', { owner: undefined }, 'owner', /is required: it must be a text/],
  ['a blank reason', { reason: ' ' }, 'reason', /not blank/],
  ['no end', { expiresAt: undefined }, 'expiresAt', /is required: it must be an RFC 3339 time/],
  ['an end that is no time', { expiresAt: 'next year' }, 'expiresAt', /an RFC 3339 time/],
  ['a member that is not known', { name: 'x' }, 'name', /there are `tenantId`, `matcher`/],
  ['what the port finds at fault', { matcher: { ipRange: '0.0.0.0/0' } }, 'matcher.ipRange', /too wide/],
] as const) {
  test(`${what} is refused, and the fault has its place`, async () => {
    const answer = await make({ ...GOOD, ...changes });
    assert.equal(answer.statusCode, 400, answer.body);
    const { errors } = problemOf(answer);
    assert.deepEqual(
      errors.map((fault) => [fault.in, fault.name]),
      [['body', name]],
    );
    assert.match(errors[0]!.detail, mend);
  });
}

test('every fault is told at once', async () => {
  const { errors } = problemOf(await make({ matcher: { actor: 'ann', ipRange: 7 }, owner: '' }));
  const names = errors.map(({ name }) => name).sort();
  assert.deepEqual(names, ['expiresAt', 'matcher.actor', 'matcher.ipRange', 'owner', 'reason']);
});

test('a tenant that cannot be inferred, and one with no room left, are told apart', async () => {
  const { tenantId: _, ...rest } = GOOD;
  const needed = await make(rest);
  assert.equal(problemOf(needed).type, 'urn:guestwatch:problem:tenant_required');
  assert.deepEqual([problemOf(needed).errors[0]!.in, problemOf(needed).errors[0]!.name], ['body', 'tenantId']);
  const full = await make({ ...GOOD, tenantId: 'full' });
  assert.deepEqual([full.statusCode, problemOf(full).type], [409, 'urn:guestwatch:problem:too_many_suppressions']);
});

test('one is found, ended once, and unknown afterwards', async () => {
  assert.equal((await ask('/v1/suppressions/p-1')).data['id'], 'p-1');
  const ended = await ask('/v1/suppressions/p-1', { method: 'DELETE' });
  assert.deepEqual([ended.statusCode, ended.body], [204, '']);
  for (const url of ['/v1/suppressions/p-9', '/v1/suppressions/p-9/findings'])
    assert.equal((await ask(url)).statusCode, 404);
  assert.equal((await ask('/v1/suppressions/p-9', { method: 'DELETE' })).statusCode, 404);
});

test('lists are paged, and a cursor is good for no other list', async () => {
  held.findings.set('f-2', held.findings.get('f-1')!);
  for (const url of ['/v1/suppressions', '/v1/suppressions/p-1/findings']) {
    const first = (await ask(`${url}?limit=1`)).data;
    const second = (await ask(`${url}?limit=1&cursor=${first['nextCursor']}`)).data;
    assert.deepEqual([(second['items'] as []).length, second['nextCursor']], [1, null]);
    const other = await ask(`/v1/suppressions?state=all&cursor=${first['nextCursor']}`);
    assert.equal(problemOf(other).type, 'urn:guestwatch:problem:bad_cursor');
  }
});

test('what a web page can make a browser send makes nothing', async () => {
  const headers = { 'content-type': 'text/plain' };
  assert.equal(
    (await ask('/v1/suppressions', { method: 'POST', headers, payload: JSON.stringify(GOOD) })).statusCode,
    415,
  );
});
