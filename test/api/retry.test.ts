/** `POST /v1/dead-letters/retry`: what may be asked, what is answered, and that no web page can ask it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appOf } from './ask.ts';
import { memory } from './ports.ts';

const { ask } = await appOf(memory().ports);
const URL = '/v1/dead-letters/retry';
const retry = (payload: unknown, type = 'application/json') =>
  ask(URL, {
    method: 'POST',
    headers: { 'content-type': type },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  });
interface Problem {
  readonly type: string;
  readonly errors: readonly { in: string; name: string; detail: string }[];
}
const problemOf = ({ data }: { data: unknown }): Problem => data as Problem;

test('an empty object retries all, page by page, until there is no cursor', async () => {
  const first = await retry({});
  assert.equal(first.statusCode, 200);
  const { nextCursor, ...counts } = first.data;
  assert.deepEqual(counts, { retried: 2, resolved: 1, remaining: 1, notRetryable: [] });
  const second = await retry({ cursor: nextCursor });
  assert.equal(problemOf(second).type, 'urn:guestwatch:problem:bad_cursor', 'stale to the port');
  assert.equal(problemOf(second).errors[0]!.in, 'body');
  const other = await retry({ cursor: nextCursor, reason: 'not_json' });
  assert.match(problemOf(other).errors[0]!.detail, /other filters/);
});

test('what cannot be retried is named with its reason', async () => {
  const { data } = await retry({ ids: ['a', 'b'], reason: 'not_json' });
  assert.deepEqual(data['notRetryable'], [{ id: 'b', reason: 'unknown' }]);
});

for (const [what, body, name, mend] of [
  ['a member that is not known', { id: ['a'] }, 'id', /there are `ids`, `reason`, `cursor`/],
  ['ids that are no list', { ids: 'a' }, 'ids', /a list of 1 to 100/],
  ['no ids', { ids: [] }, 'ids', /a list of 1 to 100/],
  ['an id that is no text', { ids: ['a', 1] }, 'ids', /a list of 1 to 100/],
  ['too many ids', { ids: Array.from({ length: 101 }, String) }, 'ids', /a list of 1 to 100/],
  ['a reason that there is not', { reason: 'bad luck' }, 'reason', /one of `not_json`/],
  ['a list', [], 'body', /a JSON object/],
  ['null', null, 'body', /a JSON object/],
] as const) {
  test(`${what} is refused, and the fault has its place`, async () => {
    const answer = await retry(body);
    assert.equal(answer.statusCode, 400);
    const { errors } = problemOf(answer);
    assert.deepEqual([errors[0]!.in, errors[0]!.name], ['body', name]);
    assert.match(errors[0]!.detail, mend);
  });
}

test('a thousand faults are answered in few words', async () => {
  const body = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`x${i}`, 0]));
  const { errors } = problemOf(await retry(body));
  assert.ok(errors.length > 0 && errors.length <= 20, String(errors.length));
});

test('what a web page can make a browser send is refused', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
    assert.equal((await retry('{}', type)).statusCode, 415, type);
  assert.equal((await ask(URL, { method: 'POST' })).statusCode, 415, 'nothing at all');
});

test('what is not JSON is malformed, and other retries under way are no fault of the caller', async () => {
  assert.equal((await retry('{')).statusCode, 400);
  const busy = await retry({ ids: ['busy'] });
  assert.deepEqual([busy.statusCode, busy.headers['retry-after']], [503, '5']);
});

test('to read the address is no method of it', async () => {
  const { statusCode, headers } = await ask(URL);
  assert.deepEqual([statusCode, headers['allow']], [405, 'POST']);
});
