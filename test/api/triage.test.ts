/** `PATCH /v1/findings/{id}` and its history: what may be asked, on which condition, and what is answered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMENT_LENGTH_MAX } from '../../src/api/limits.ts';
import { appOf } from './ask.ts';
import { memory } from './ports.ts';
import { findingOf, history } from './samples.ts';

const URL = '/v1/findings/f-1';

async function app() {
  const held = memory();
  const { ask } = await appOf(held.ports);
  const patch = (payload: unknown, ifMatch: string | undefined = '"3"', url = URL) =>
    ask(url, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', ...(ifMatch !== undefined && { 'if-match': ifMatch }) },
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    });
  return { ...held, ask, patch };
}

interface Problem {
  readonly type: string;
  readonly errors: readonly { in: string; name: string; detail: string }[];
}
const typeOf = ({ data }: { data: unknown }): string => (data as Problem).type.replace('urn:guestwatch:problem:', '');

test('a patch gives the finding as it is then, with its tag', async () => {
  const { patch, findings } = await app();
  const answer = await patch({
    status: 'resolved',
    classification: 'benignPositive',
    assignedTo: 'bob',
    comment: 'ok',
  });
  assert.equal(answer.statusCode, 200);
  assert.equal(answer.headers['etag'], '"4"');
  assert.equal(answer.body, findings.get('f-1'));
  const { status, comments } = answer.data as { status: string; comments: { by: string; text: string }[] };
  assert.deepEqual([status, comments[0]!.by, comments[0]!.text], ['resolved', 'local', 'ok']);
});

test('null takes back what can be taken back', async () => {
  const { patch } = await app();
  const { data } = await patch({ classification: null, assignedTo: null });
  assert.deepEqual([data['classification'], data['assignedTo']], [null, null]);
});

test('without If-Match nothing is changed, and the answer says what to send', async () => {
  const { ask, findings } = await app();
  const before = findings.get('f-1');
  const options = {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    payload: '{"status":"new"}',
  } as const;
  const answer = await ask(URL, options);
  assert.deepEqual([answer.statusCode, typeOf(answer)], [428, 'precondition_required']);
  assert.equal(findings.get('f-1'), before);
});

test('another revision is refused with the finding as it is, and the tag to go on with', async () => {
  const { patch, findings } = await app();
  for (const tag of ['"2"', '"4"', 'W/"3"', '"2", "4"', '"3-ocsf"', '""']) {
    const answer = await patch({ status: 'resolved' }, tag);
    assert.deepEqual([answer.statusCode, typeOf(answer)], [412, 'precondition_failed'], tag);
    assert.equal(answer.headers['etag'], '"3"');
    assert.deepEqual(answer.data['finding'], JSON.parse(findings.get('f-1')!));
  }
  for (const tag of ['"3"', '"2", "3"', '*', ' * ']) {
    const { patch: once } = await app();
    assert.equal((await once({ status: 'resolved' }, tag)).statusCode, 200, tag);
  }
});

test('an If-Match that is no tag is a fault with its place', async () => {
  const { patch } = await app();
  for (const tag of ['3', "'3'", '"3', '3"', '"3" "4"', '"3",*', '']) {
    const answer = await patch({ status: 'resolved' }, tag);
    assert.equal(answer.statusCode, 400, tag);
    const [fault] = (answer.data as unknown as Problem).errors;
    assert.deepEqual([fault!.in, fault!.name], ['header', 'if-match']);
  }
});

for (const [what, body, name, mend] of [
  ['nothing', {}, 'body', /at least one of `status`/],
  ['a member that is not known', { severity: 'high' }, 'severity', /there are `status`, `classification`/],
  ['a status that there is not', { status: 'closed' }, 'status', /one of `new`, `inProgress`, `resolved`/],
  ['no status', { status: null }, 'status', /one of `new`/],
  ['a verdict that there is not', { classification: 'maybe' }, 'classification', /or null/],
  ['an assignee that is no text', { assignedTo: 7 }, 'assignedTo', /a text of 1 to 256/],
  ['an assignee without a name', { assignedTo: ' ' }, 'assignedTo', /not blank/],
  ['no comment', { comment: null }, 'comment', /a text of 1 to 1000/],
  ['an empty comment', { comment: '' }, 'comment', /a text of 1 to 1000/],
  ['a blank comment', { comment: ' \n ' }, 'comment', /not blank/],
  ['a comment that is too long', { comment: 'x'.repeat(COMMENT_LENGTH_MAX + 1) }, 'comment', /1 to 1000/],
  [
    'a comment of one letter with thousands of accents',
    { comment: `e${'\u0301'.repeat(5_000)}` },
    'comment',
    /1 to 1000/,
  ],
  ['a comment with control characters', { comment: 'a\u0000b' }, 'comment', /control/],
  ['a comment with half a character', { comment: 'a\ud83d' }, 'comment', /control/],
  ['a list', [], 'body', /at least one of/],
] as const) {
  test(`${what} is refused, and the fault has its place`, async () => {
    const { patch } = await app();
    const answer = await patch(body);
    assert.equal(answer.statusCode, 400);
    const [fault] = (answer.data as unknown as Problem).errors;
    assert.deepEqual([fault!.in, fault!.name], ['body', name]);
    assert.match(fault!.detail, mend);
  });
}

test('a comment may be as long as is said, in several lines and any script', async () => {
  for (const comment of ['x'.repeat(COMMENT_LENGTH_MAX), 'one\r\n\ttwo', '確認済み 👍🏽']) {
    const { patch } = await app();
    assert.equal((await patch({ comment })).statusCode, 200, comment);
  }
});

test('one comment too many, and a finding that was merged, are conflicts that say how to go on', async () => {
  const { patch, findings } = await app();
  const comment = { at: '2026-11-23T03:12:41.000Z', by: 'ann', text: 'ok' };
  findings.set('f-1', JSON.stringify(findingOf('f-1', { comments: [comment, comment] })));
  const full = await patch({ comment: 'more' });
  assert.deepEqual([full.statusCode, typeOf(full)], [409, 'too_many_comments']);
  findings.set('f-2', JSON.stringify(findingOf('f-2', { supersededBy: 'f-1' })));
  const merged = await patch({ status: 'resolved' }, '"3"', '/v1/findings/f-2');
  assert.deepEqual([merged.statusCode, typeOf(merged), merged.data['supersededBy']], [409, 'superseded', 'f-1']);
  assert.match(String(merged.headers['link']), /<\/v1\/findings\/f-1>/);
});

test('an unknown finding takes no triage and has no history', async () => {
  const { patch, ask } = await app();
  assert.equal((await patch({ status: 'new' }, '*', '/v1/findings/f-9')).statusCode, 404);
  assert.equal((await ask('/v1/findings/f-9/history')).statusCode, 404);
});

test('what a web page can make a browser send changes nothing', async () => {
  const { ask } = await app();
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    const headers = { 'content-type': type, 'if-match': '*' };
    assert.equal((await ask(URL, { method: 'PATCH', headers, payload: '{"status":"new"}' })).statusCode, 415, type);
  }
});

test('a history is paged, and its cursor is good for no other finding', async () => {
  const { ask, findings } = await app();
  findings.set('f-2', JSON.stringify(findingOf('f-2')));
  const first = (await ask('/v1/findings/f-1/history?limit=1')).data;
  const second = (await ask(`/v1/findings/f-1/history?limit=1&cursor=${first['nextCursor']}`)).data;
  assert.deepEqual([...(first['items'] as []), ...(second['items'] as [])], history);
  assert.equal(second['nextCursor'], null);
  assert.equal(typeOf(await ask(`/v1/findings/f-2/history?cursor=${first['nextCursor']}`)), 'bad_cursor');
});
