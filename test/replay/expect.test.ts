/** `replay --expect`: a detection that is tested like code. What is expected holds or not, by the line; build servers read it. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { run } from '../../src/cli/run.ts';
import { junitOf } from '../../src/replay/junit.ts';
import { fakeIo } from '../cli/support.ts';
import { envelope, operation, SAMPLES, signIn } from './samples.ts';

const ANN = 'aaaaaaaa-0000-0000-0000-000000000001';
const DAVE = 'dddddddd-0000-0000-0000-000000000001';

/** Dave's operation names him by object id alone; Eve's is none of the query's. */
const RECORDS = [
  ...SAMPLES,
  operation({ upn: '', objectId: DAVE, time: '2025-11-14T05:00:00Z', id: 'op-dave' }),
  signIn({ upn: 'dave@partner.com', objectId: DAVE, time: '2025-11-14T05:01:00Z', id: 'in-dave' }),
  operation({ upn: 'eve@partner.com', time: '2025-11-14T06:00:00Z', name: 'Update policy', id: 'op-eve' }),
  signIn({ upn: 'eve@partner.com', time: '2025-11-14T06:01:00Z', id: 'in-eve' }),
];

function folder(t: TestContext, files: Record<string, string>) {
  const cwd = mkdtempSync(join(tmpdir(), 'expect-'));
  t.after(() => rmSync(cwd, { recursive: true }));
  for (const [name, text] of Object.entries({ 'day.json': envelope(RECORDS), ...files }))
    writeFileSync(join(cwd, name), text);
  return {
    path: (name: string) => join(cwd, name),
    read: (name: string) => readFileSync(join(cwd, name), 'utf8'),
    async replay(argv: string, env: Record<string, string> = {}) {
      const io = fakeIo({ cwd, env });
      const code = await run(['replay', ...argv.split(' '), 'day.json'], io);
      return { code, out: io.out(), err: io.err() };
    },
  };
}

test('an actor is known by UPN, home UPN or object id, in any case; views are those of the request, unless said', async (t) => {
  const { replay } = folder(t, {
    'all.yaml': `
- { actor: Ann@Partner.com, exactly: 1 }
- { actor: ann_partner.com#EXT#@contoso.onmicrosoft.com, exactly: 1 }
- { actor: ${ANN.toUpperCase()}, at_least: 1 }
- { actor: ann@partner.com, view: strict, exactly: 0 }
- { actor: ann@partner.com, view: missed, exactly: 1 }
- { actor: bob@partner.com, view: any, at_most: 1 }
- { actor: cid@partner.com, exactly: 0 }
- { actor: cid@partner.com, view: accused, exactly: 1 }
- { actor: ${DAVE}, exactly: 1 }
- { actor: nobody@partner.com, exactly: 0 }
`,
    'rows.yaml': `
- { actor: ann@partner.com, exactly: 0 }
- { actor: ann@partner.com, view: resolved, exactly: 1 }
- { actor: cid@partner.com, exactly: 1 }
- { actor: ${DAVE}, view: resolved, exactly: 1 }
- { actor: bob@partner.com, exactly: 1 }
`,
  });
  assert.deepEqual(await replay('--format ndjson --expect all.yaml').then(({ code, err }) => [code, err]), [0, '']);
  assert.deepEqual(await replay('--rows --expect rows.yaml').then(({ code, err }) => [code, err]), [0, '']);
  // The moment is that of the whole log, also for those who did nothing later.
  const early = await replay('--rows --at 2025-11-14T03:30:00Z --expect rows.yaml');
  assert.equal(early.code, 1);
  assert.match(early.err, /cid@partner\.com \(strict\): expected exactly 1 row, found 0/);
});

test('what does not hold is told by its line, and the answer is as ever', async (t) => {
  const { replay } = folder(t, {
    'e.yaml':
      '- actor: ann@partner.com\n  exactly: 2\n- { actor: bob@partner.com, at_most: 0 }\n- { actor: cid@x, at_least: 1 }\n',
    'good.yaml': '- { actor: ann@partner.com, exactly: 1 }',
  });
  const { code, err, out } = await replay('--expect e.yaml');
  assert.equal(code, 1);
  assert.deepEqual(err.trim().split('\n'), [
    'guestwatch: e.yaml line 1: ann@partner.com (resolved): expected exactly 2 findings, found 1',
    'guestwatch: e.yaml line 3: bob@partner.com (resolved): expected at most 0 findings, found 1',
    'guestwatch: e.yaml line 4: cid@x (resolved): expected at least 1 finding, found 0',
    'guestwatch: 3 of 3 expectations not met',
  ]);
  assert.equal(out, (await replay('--expect good.yaml')).out);
});

test('the rule of RULE_FILE decides', async (t) => {
  const { replay, path } = folder(t, {
    'e.yaml': '- { actor: eve@partner.com, exactly: 1 }\n- { actor: eve@partner.com, view: strict, exactly: 0 }',
    'rule.yaml': 'severity: high\nwindow: 1h\noperations: [Update policy]',
    'broken.yaml': 'severity: hihg',
  });
  assert.equal((await replay('--expect e.yaml')).code, 1);
  const { code, out } = await replay('--expect e.yaml', { RULE_FILE: path('rule.yaml') });
  assert.equal(code, 0);
  const found = JSON.parse(out) as { guestUpn: string; severity: string; reasonCodes: string[] }[];
  assert.deepEqual([...new Set(found.map(({ severity }) => severity))], ['high']);
  assert.ok(!found.some(({ guestUpn }) => guestUpn === 'bob@partner.com'), 'seven hours apart');
  const broken = await replay('--expect e.yaml', { RULE_FILE: path('broken.yaml') });
  assert.equal(broken.code, 2);
  assert.match(broken.err, /RULE_FILE: line 1, column 11: .* Did you mean high\?/);
});

for (const [what, text, said] of [
  ['is not there', null, /--expect e\.yaml cannot be read \(ENOENT\)/],
  ['is empty', '', /line 1, column 1: a file of expectations must be a list/],
  ['is an empty list', '[]', /line 1, column 1: the file expects nothing/],
  ['names nobody', '- { exactly: 1 }', /line 1, column 3: it says nothing of whom: add actor/],
  ['expects nothing of someone', '- { actor: a }', /line 1, column 3: it must have one of exactly, at_least, at_most/],
  ['expects two things at once', '- { actor: a, exactly: 1, at_most: 2 }', /and no other/],
  ['counts in letters', '- { actor: a, exactly: one }', /line 1, column 24: exactly must be a whole number/],
  ['counts below nothing', '- { actor: a, exactly: -1 }', /0 or more/],
  ['misspells a key', '- { actor: a, exacty: 1 }', /there is no key "exacty"\. Did you mean exactly\?/],
  ['asks for a view that is none', '- { actor: a, view: mised, exactly: 1 }', /Did you mean missed\?/],
  ['is no YAML', '- {', /this is not YAML/],
] as const) {
  test(`a file of expectations that ${what} is refused before anything is read`, async (t) => {
    const { replay } = folder(t, text === null ? {} : { 'e.yaml': text });
    const { code, out, err } = await replay('--expect e.yaml');
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, said);
  });
}

test('rows have two views, and the flags that go together do', async (t) => {
  const { replay } = folder(t, { 'e.yaml': '- { actor: a, view: missed, exactly: 1 }' });
  assert.match((await replay('--rows --expect e.yaml')).err, /view must be one of strict, resolved/);
  const alone = await replay('--junit x.xml');
  assert.equal(alone.code, 2);
  assert.match(alone.err, /--junit tells what came of expectations: give --expect, too/);
  const nowhere = await replay('--expect e.yaml --junit no/such/folder/x.xml');
  assert.equal(nowhere.code, 2);
  assert.match(nowhere.err, /--junit no\/such\/folder\/x\.xml cannot be written \(ENOENT\)/);
});

test('the report has a test for each expectation, and is written whether they hold or not', async (t) => {
  const { replay, read } = folder(t, {
    'e.yaml': '- { actor: ann@partner.com, exactly: 1 }\n- { actor: "<&\\"\'>", view: any, at_least: 2 }',
  });
  const { code } = await replay('--expect e.yaml --junit out.xml');
  assert.equal(code, 1);
  assert.equal(
    read('out.xml'),
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<testsuites tests="2" failures="1" errors="0" skipped="0">',
      '  <testsuite name="guestwatch replay" tests="2" failures="1" errors="0" skipped="0">',
      '    <testcase classname="guestwatch.findings.resolved" name="ann@partner.com: exactly 1" file="e.yaml" line="1"/>',
      '    <testcase classname="guestwatch.findings.any" name="&lt;&amp;&quot;&apos;&gt;: at least 2" file="e.yaml" line="2">',
      '      <failure message="&lt;&amp;&quot;&apos;&gt; (any): expected at least 2 findings, found 0">e.yaml line 2: &lt;&amp;&quot;&apos;&gt; (any): expected at least 2 findings, found 0</failure>',
      '    </testcase>',
      '  </testsuite>',
      '</testsuites>',
      '',
    ].join('\n'),
  );
});

test('whatever an actor is called, the report is well formed', () => {
  const name = fc.string({ unit: 'binary', maxLength: 30 });
  fc.assert(
    fc.property(name, name, (actor, file) => {
      const expectation = { actor, view: 'any', bound: 'exactly', count: 1, line: 1 } as const;
      const text = junitOf({ file, what: 'rows', outcomes: [{ expectation, found: 2, holds: false }] });
      // No character that XML forbids, and nothing that opens or ends anything but what we wrote.
      assert.doesNotMatch(text, /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u);
      assert.deepEqual(
        text.match(/<\/?[a-z]+|\?>|\/?>/g),
        '?> <testsuites > <testsuite > <testcase > <failure > </failure > </testcase > </testsuite > </testsuites >'.split(
          ' ',
        ),
      );
      assert.equal((text.match(/"/g) ?? []).length % 2, 0);
      assert.doesNotMatch(text, /&(?!(amp|lt|gt|quot|apos);)/);
    }),
    { numRuns: 300, seed: 20_261_126 },
  );
});
