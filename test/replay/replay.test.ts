/** The command `replay`: the same answer from every envelope, order and packing, in every format, and a clear word for all else. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { run } from '../../src/cli/run.ts';
import type { FindingBody } from '../../src/detection/describe.ts';
import type { Row } from '../../src/detection/rows.ts';
import { fakeIo } from '../cli/support.ts';
import { ocsfFaults } from '../formats/ocsf/validate.ts';
import { envelope, operation, SAMPLES, signIn } from './samples.ts';

/** A folder of its own for a test, with the files given. */
function folder(t: TestContext, files: Record<string, string | Buffer>): string {
  const path = mkdtempSync(join(tmpdir(), 'replay-'));
  t.after(() => rmSync(path, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

async function replay(cwd: string, argv: readonly string[], stdin: readonly (string | Buffer)[] = []) {
  const io = fakeIo({ cwd, stdin });
  const code = await run(['replay', ...argv], io);
  return { code, out: io.out(), err: io.err() };
}

const json = <T>({ out }: { out: string }): T[] => JSON.parse(out) as T[];
const whoOf = (findings: readonly FindingBody[]): (string | null)[] => findings.map(({ guestUpn }) => guestUpn);
const lines = SAMPLES.map((record) => JSON.stringify(record));

test('findings come as the API gives them: revision 1, no times of the service, newest firstSeen first', async (t) => {
  const cwd = folder(t, { 'a.json': envelope(SAMPLES) });
  const findings = json<FindingBody>(await replay(cwd, ['--view', 'any', 'a.json']));
  assert.deepEqual(whoOf(findings), ['bob@partner.com', 'cid@partner.com', 'ann@partner.com']);
  for (const { revision, createdAt, updatedAt, status } of findings) {
    assert.deepEqual(
      { revision, createdAt, updatedAt, status },
      { revision: 1, createdAt: null, updatedAt: null, status: 'new' },
    );
  }
});

test('a view selects the findings with an operation of its kind', async (t) => {
  const cwd = folder(t, { 'a.json': envelope(SAMPLES) });
  for (const [view, guests] of [
    ['resolved', ['bob', 'ann']],
    ['strict', ['bob', 'cid']],
    ['missed', ['ann']],
    ['accused', ['cid']],
    ['any', ['bob', 'cid', 'ann']],
  ] as const) {
    const findings = json<FindingBody>(await replay(cwd, ['--view', view, 'a.json']));
    assert.deepEqual(
      whoOf(findings),
      guests.map((name) => `${name}@partner.com`),
      view,
    );
  }
  assert.deepEqual(
    json(await replay(cwd, ['a.json'])),
    json(await replay(cwd, ['--view=resolved', '--findings', 'a.json'])),
  );
});

test("rows come under the rule's column names, strict unless said", async (t) => {
  const cwd = folder(t, { 'a.json': envelope(SAMPLES) });
  const strict = json<Row>(await replay(cwd, ['--rows', 'a.json']));
  assert.deepEqual(
    strict.map(({ ActorUpn }) => ActorUpn),
    ['bob@partner.com', 'cid@partner.com'],
  );
  assert.deepEqual(strict[0], {
    ActorUpn: 'bob@partner.com',
    AccountName: 'bob',
    AccountUPNSuffix: 'partner.com',
    ActorIp: '203.0.113.7',
    LastSignIn: '2025-11-14T02:00:00.0000000Z',
    SignInIp: '198.51.100.9',
    FirstSeen: '2025-11-14T09:00:00.0000000Z',
    LastSeen: '2025-11-14T09:00:00.0000000Z',
    Operations: ['Add policy.'],
    Targets: ['Allow "all", really'],
    EventCount: 1,
  });
  const resolved = json<Row>(await replay(cwd, ['--rows', '--view', 'resolved', 'a.json']));
  assert.deepEqual(
    resolved.map(({ ActorUpn }) => ActorUpn),
    ['bob@partner.com', 'ann_partner.com#ext#@contoso.onmicrosoft.com'],
  );
});

test('every envelope, order, packing and repetition gives the same answer', async (t) => {
  const files = {
    'lines.ndjson': lines.join('\n'),
    'backwards.ndjson': [...lines].reverse().join('\r\n'),
    'envelope.json': envelope(SAMPLES),
    'list.json': JSON.stringify(SAMPLES),
    'envelopes.json': JSON.stringify(SAMPLES.map((record) => ({ records: [record] }))),
    'string.json': JSON.stringify(envelope(SAMPLES)),
    'mark.json': `\ufeff${envelope(SAMPLES)}`,
    'strung.json': envelope(
      SAMPLES.map(({ properties, ...record }) => ({ ...record, properties: JSON.stringify(properties) })),
    ),
    'packed-without-a-name': gzipSync(envelope(SAMPLES)),
    'two-members.gz': Buffer.concat([
      gzipSync(`${lines.slice(0, 3).join('\n')}\n`),
      gzipSync(lines.slice(3).join('\n')),
    ]),
  };
  const cwd = folder(t, {
    ...files,
    'first.ndjson': lines.slice(0, 2).join('\n'),
    'rest.ndjson': lines.slice(2).join('\n'),
  });
  // What a finding is called is made of the bytes of its first record, which a record in a string has others of.
  const contents = ({ out }: { out: string }): unknown[] =>
    (JSON.parse(out) as FindingBody[]).map(({ id: _, ...rest }) => rest);
  const inputs = [
    ...Object.keys(files).map((name) => [name]),
    ['rest.ndjson', 'first.ndjson'],
    ['list.json', 'lines.ndjson'],
  ];
  const wanted = await replay(cwd, ['--view', 'any', 'lines.ndjson']);
  for (const input of inputs) {
    const given = await replay(cwd, ['--view', 'any', ...input]);
    assert.deepEqual([given.code, given.err], [0, ''], input.join());
    assert.deepEqual(contents(given), contents(wanted), input.join());
    if (input.join() !== 'strung.json') assert.equal(given.out, wanted.out, input.join());
    const rows = await replay(cwd, ['--rows', ...input]);
    assert.equal(rows.out, (await replay(cwd, ['--rows', 'lines.ndjson'])).out, input.join());
  }
});

test('records written over several lines give the same answer', async (t) => {
  const cwd = folder(t, { 'a.json': JSON.stringify(SAMPLES, null, 2), 'b.json': envelope(SAMPLES) });
  assert.equal((await replay(cwd, ['--rows', 'a.json'])).out, (await replay(cwd, ['--rows', 'b.json'])).out);
});

test('- reads standard input, packed or not, in whatever chunks it comes', async (t) => {
  const cwd = folder(t, { 'a.json': envelope(SAMPLES) });
  const wanted = await replay(cwd, ['a.json']);
  const packed = gzipSync(envelope(SAMPLES));
  for (const chunks of [[envelope(SAMPLES)], [packed], Array.from(packed, (byte) => Buffer.of(byte))]) {
    assert.deepEqual(await replay(cwd, ['-'], chunks), wanted);
  }
  assert.deepEqual(await replay(cwd, ['-', 'a.json'], [envelope(SAMPLES)]), wanted);
});

test('--at uses what had happened by then, in both modes, the moment itself included', async (t) => {
  const cwd = folder(t, { 'a.json': envelope(SAMPLES) });
  const findings = async (at: string) =>
    whoOf(json<FindingBody>(await replay(cwd, ['--view', 'any', '--at', at, 'a.json'])));
  assert.deepEqual(await findings('2025-11-14T01:49:59.9999999Z'), []);
  assert.deepEqual(await findings('2025-11-14T01:50:00Z'), ['ann@partner.com']);
  assert.deepEqual(await findings('2025-11-14 05:00:00+01:00'), ['cid@partner.com', 'ann@partner.com']);
  const rows = async (at: string) =>
    json<Row>(await replay(cwd, ['--rows', '--at', at, 'a.json'])).map(({ ActorUpn }) => ActorUpn);
  assert.deepEqual(await rows('2025-11-14T08:59:59Z'), ['cid@partner.com']);
  assert.deepEqual(await rows('2025-11-15T02:00:00Z'), ['bob@partner.com', 'cid@partner.com']);
  assert.deepEqual(await rows('2025-11-15T02:00:00.0000001Z'), ['cid@partner.com'], "bob's sign-in left the window");
});

test('without --at the moment is the newest time that is not in the future', async (t) => {
  // The fake clock stands at 2025-11-20T00:00:00Z.
  const ahead = signIn({ upn: 'eve@partner.com', time: '2025-11-20T00:00:01Z', id: 'ahead' });
  const last = signIn({ upn: 'eve@partner.com', time: '2025-11-15T02:30:00Z', id: 'last' });
  const cwd = folder(t, { 'a.json': envelope([...SAMPLES, last, ahead]) });
  const rows = json<Row>(await replay(cwd, ['--rows', 'a.json']));
  assert.deepEqual(
    rows.map(({ ActorUpn }) => ActorUpn),
    ['cid@partner.com'],
  );
});

test('facts of the future count for findings, and are named once they lie 5 minutes ahead', async (t) => {
  const records = [
    signIn({ upn: 'eve@a.com', time: '2025-11-20T00:10:00Z', id: 's' }),
    operation({ upn: 'eve@a.com', time: '2025-11-20T00:04:00Z', id: 'o' }),
  ];
  const given = await replay(folder(t, { 'a.json': envelope(records) }), ['a.json']);
  assert.equal(json(given).length, 1);
  assert.match(given.err, /1 fact more than 5 minutes in the future/);
});

test('without any facts the answer is empty, in both modes and every format', async (t) => {
  const cwd = folder(t, { 'a.json': '{"records":[]}' });
  for (const mode of ['--rows', '--findings']) {
    assert.equal((await replay(cwd, [mode, 'a.json'])).out, '[]\n');
    assert.equal((await replay(cwd, [mode, '--format', 'ndjson', 'a.json'])).out, '');
    assert.match((await replay(cwd, [mode, '--format', 'table', 'a.json'])).out, /^No (rows|findings)\.\n$/);
    assert.match((await replay(cwd, [mode, '--format', 'csv', 'a.json'])).out, /^[\w,]+\n$/);
  }
});

test('bad records are counted by reason on standard error, and end with 1 only under --strict-input', async (t) => {
  const bad = [
    'not json',
    '{"category":"SignInLogs","properties":{"userType":"Guest","userPrincipalName":"x@y.z"},"resultType":"0"}',
    '{"x":1}',
    lines[0]!.slice(0, -3),
  ];
  const cwd = folder(t, {
    'a.ndjson': [bad[0], lines[0], bad[1], bad[2], ...lines.slice(1), bad[3]].join('\n'),
    'good.ndjson': lines.join('\n'),
  });
  const given = await replay(cwd, ['a.ndjson']);
  const wanted = await replay(cwd, ['good.ndjson']);
  assert.equal(given.code, 0);
  assert.equal(given.out, wanted.out, 'the others still count');
  assert.match(given.err, /^guestwatch: 4 bad records: \w+ \d/);
  assert.equal((await replay(cwd, ['--strict-input', 'a.ndjson'])).code, 1);
  assert.equal((await replay(cwd, ['--strict-input', 'good.ndjson'])).code, 0);
});

test('csv has one row to a line, sets as JSON arrays in one cell, quotes where they are needed', async (t) => {
  const cwd = folder(t, { 'a.json': envelope(SAMPLES) });
  const { out } = await replay(cwd, ['--rows', '--format', 'csv', 'a.json']);
  const [head, first] = out.split('\n');
  assert.equal(
    head,
    'ActorUpn,AccountName,AccountUPNSuffix,ActorIp,LastSignIn,SignInIp,FirstSeen,LastSeen,Operations,Targets,EventCount',
  );
  assert.ok(first!.endsWith(',"[""Add policy.""]","[""Allow \\""all\\"", really""]",1'), first);
  const findings = await replay(cwd, ['--format', 'csv', 'a.json']);
  const names = Object.keys(json<FindingBody>(await replay(cwd, ['a.json']))[0]!);
  assert.equal(findings.out.split('\n')[0], names.join(','), 'every name of a finding is a column');
});

test('ocsf is one array of the events that the API gives, each of the published schema', async (t) => {
  const cwd = folder(t, { 'a.json': envelope(SAMPLES) });
  const findings = json<FindingBody>(await replay(cwd, ['a.json']));
  const events = json<Record<string, unknown>>(await replay(cwd, ['--format', 'ocsf', 'a.json']));
  assert.ok(events.length > 0);
  assert.deepEqual(events.flatMap(ocsfFaults), []);
  assert.deepEqual(
    events.map((event) => (event['finding_info'] as { uid: string }).uid),
    findings.map(({ id }) => id),
  );
});

test('ndjson is the array, an element to a line', async (t) => {
  const cwd = folder(t, { 'a.json': envelope(SAMPLES) });
  const { out } = await replay(cwd, ['--format', 'ndjson', 'a.json']);
  assert.deepEqual(
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    json(await replay(cwd, ['a.json'])),
  );
});

test('a table is what a terminal gets: within its width, and nothing in it moves the cursor', async (t) => {
  const hostile = [
    operation({ upn: 'eve@a.com', time: '2025-11-14T01:00:00Z', id: 'o', target: '\u001b[2Jgone\u202e' }),
    signIn({ upn: 'eve@a.com', time: '2025-11-14T01:00:00Z', id: 's' }),
  ];
  const cwd = folder(t, { 'a.json': envelope([...SAMPLES, ...hostile]) });
  for (const columns of [80, 100, 160]) {
    const io = fakeIo({ cwd, terminalColumns: columns });
    assert.equal(await run(['replay', '--view', 'any', 'a.json'], io), 0);
    assert.ok(
      io
        .out()
        .split('\n')
        .every((line) => line.length <= columns),
      io.out(),
    );
    assert.match(io.out(), /4 findings\n$/);
    assert.ok(!/[\u001b\u202e]/.test(io.out()));
  }
});

const REFUSED: readonly (readonly [string, readonly string[], RegExp])[] = [
  [
    'rows of a view that only findings have',
    ['--rows', '--view', 'missed', 'a.json'],
    /--view missed is none of the views of rows: strict, resolved/,
  ],
  ['both answers at once', ['--rows', '--findings', 'a.json'], /ask for one/],
  ['an unknown view', ['--view', 'resolvd', 'a.json'], /Did you mean resolved\?/],
  ['an unknown format', ['--format', 'xml', 'a.json'], /--format xml is none of the formats/],
  ['rows as OCSF', ['--rows', '--format', 'ocsf', 'a.json'], /--rows has no --format ocsf/],
  ['a moment that is none', ['--at', 'yesterday', 'a.json'], /--at must be a time such as/],
  ['no file', [], /needs at least one file/],
  ['standard input twice', ['-', '-'], /only once/],
  ['a file that is not there', ['none.json'], /none\.json does not exist/],
  ['a folder', ['folder'], /folder is a folder/],
  ['a file that cannot be opened', ['loop.json'], /loop\.json cannot be read \(ELOOP\)/],
  ['an empty file', ['empty.json'], /empty\.json is empty/],
  ['a file of white space', ['blank.json'], /blank\.json is empty/],
  ['an empty packed file', ['empty.json.gz'], /empty\.json\.gz is empty/],
  ['a file that is only called packed', ['plain.gz'], /plain\.gz is not packed with gzip/],
  ['a packed file that was cut short', ['cut.gz'], /cut\.gz is cut short/],
  ['a packed file that is damaged', ['damaged.gz'], /damaged\.gz is damaged/],
  ['an archive of another kind', ['archive.zip'], /zip archive: unpack it first/],
  ['text in UTF-16', ['wide.json'], /UTF-16: save it as UTF-8/],
];

test('what cannot be answered ends with 2, says why, and writes no half answer', async (t) => {
  const packed = gzipSync(lines.join('\n'));
  const damaged = Buffer.from(packed);
  damaged.fill(0xff, 20, 60);
  const cwd = folder(t, {
    'a.json': envelope(SAMPLES),
    'empty.json': '',
    'blank.json': ' \n\n',
    'empty.json.gz': gzipSync(''),
    'plain.gz': envelope(SAMPLES),
    'cut.gz': packed.subarray(0, packed.length - 20),
    'damaged.gz': damaged,
    'archive.zip': 'PK\u0003\u0004rest',
    'wide.json': Buffer.from(`\ufeff${envelope(SAMPLES)}`, 'utf16le'),
  });
  mkdirSync(join(cwd, 'folder'));
  symlinkSync('loop.json', join(cwd, 'loop.json'));
  for (const [what, argv, said] of REFUSED) {
    const { code, out, err } = await replay(cwd, argv);
    assert.deepEqual({ code, out }, { code: 2, out: '' }, what);
    assert.match(err, said, what);
    assert.equal(err.trim().split('\n').length, 1, what);
  }
});

test('what is larger than one read gives the same answer: plain, packed, in lines or in one list', async (t) => {
  // Ids of no pattern, so that packed, too, it is more than is read at once.
  const members = Array.from({ length: 40_000 }, () => ({
    category: 'SignInLogs',
    properties: { id: randomBytes(60).toString('base64'), userType: 'Member' },
  }));
  const records = [...members, ...SAMPLES, ...members];
  const text = records.map((record) => JSON.stringify(record)).join('\n');
  const cwd = folder(t, {
    'few.ndjson': lines.join('\n'),
    'many.ndjson': text,
    'many.gz': gzipSync(text),
    'list.json': JSON.stringify(records),
    'envelope.json': envelope(records),
  });
  const wanted = await replay(cwd, ['--rows', 'few.ndjson']);
  for (const name of ['many.ndjson', 'many.gz', 'list.json', 'envelope.json'])
    assert.deepEqual(await replay(cwd, ['--rows', name]), wanted, name);
});

test('a byte order mark is stepped over, in a packed text and out of a pipe that cuts it, too', async (t) => {
  const text = `\ufeff${lines.join('\n')}`;
  const cwd = folder(t, { 'a.ndjson': lines.join('\n'), 'mark.gz': gzipSync(text) });
  const wanted = await replay(cwd, ['a.ndjson']);
  assert.deepEqual(await replay(cwd, ['mark.gz']), wanted);
  assert.deepEqual(
    await replay(
      cwd,
      ['-'],
      Array.from(Buffer.from(text), (byte) => Buffer.of(byte)),
    ),
    wanted,
  );
});

test('all that is wrong with flags and files is told at once', async (t) => {
  const cwd = folder(t, { 'empty.json': '' });
  const { code, err } = await replay(cwd, [
    '--viw',
    'x',
    '--at',
    'never',
    '--format=x',
    '--rows',
    '--findings',
    'empty.json',
    'none.json',
  ]);
  assert.equal(code, 2);
  assert.equal(err.trim().split('\n').length, 7, err);
});
