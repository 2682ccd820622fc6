/** A rule of one's own: what a file may say, and that every fault is told by its place with the mend. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { readRuleFile } from '../../src/config/ruleFile.ts';
import { readConfig, readRule } from '../../src/config.ts';
import { BUILT_IN_RULE, nameTable, normaliseName, ruleHash } from '../../src/detection/rule.ts';
import { TICKS_PER_HOUR } from '../../src/detection/time.ts';

const WIDE = readFileSync(new URL('../../deploy/rules/wide.yaml', import.meta.url), 'utf8');

const ruleOf = (text: string) => {
  const read = readRuleFile(text);
  assert.ok('rule' in read, 'faults' in read ? read.faults.join('\n') : '');
  return read.rule;
};
const faultsOf = (text: string): readonly string[] => {
  const read = readRuleFile(text);
  return 'faults' in read ? read.faults : [];
};

test('a file says what differs from the built-in rule, and leaves the rest', () => {
  assert.deepEqual(ruleOf('severity: high'), { ...BUILT_IN_RULE, severity: 'high' });
  assert.deepEqual(ruleOf('window: 2d'), { ...BUILT_IN_RULE, window: 48n * TICKS_PER_HOUR });
  const operations = ['Update policy', 'Reset password'];
  const text = 'operations:\n  - Update policy\n  - name: Reset password\n    note: by whom?\n';
  assert.deepEqual(ruleOf(text), { ...BUILT_IN_RULE, extraOperations: operations });
  assert.deepEqual(ruleOf('\uFEFF{operations: []}'), BUILT_IN_RULE);
});

test('every fault is told at once, by line and column, with the mend', () => {
  assert.deepEqual(
    faultsOf(
      [
        'severty: high',
        'window: 90m',
        'operations:',
        '  - Add policy',
        '  - 12',
        '  - {name: X, nte: y}',
        '  - x\u2009.',
        '  - note: nobody',
        '  - [list]',
        '  - ""',
        '  - "a\\nb"',
        `  - ${'x'.repeat(257)}`,
        '  - .',
      ].join('\n'),
    ),
    [
      'line 1, column 1: there is no key "severty". Did you mean severity?',
      'line 2, column 9: window must be whole hours from 1h to 168h, such as 24h or 2d.',
      'line 4, column 5: "Add policy" is one of the rule\'s own, as "Add policy.": leave it out.',
      'line 5, column 5: the name of an operation must be text: put it in quotes.',
      'line 6, column 15: there is no key "nte". Did you mean note?',
      'line 8, column 5: the operation has no name: add name.',
      'line 9, column 5: the name of an operation must be a text.',
      'line 10, column 5: the name of an operation must be a text.',
      'line 11, column 5: the name of an operation holds a line end or another control character.',
      'line 12, column 5: the name of an operation is longer than 256 characters.',
      'line 13, column 5: "." has no letters that are compared.',
    ],
  );
  assert.deepEqual(faultsOf('operations:\n  - Reset  password\n  - reset password.'), [
    'line 3, column 5: "reset password." stands on line 2 already, but for its spelling: leave one out.',
  ]);
  assert.deepEqual(faultsOf('severity: hihg'), [
    'line 1, column 11: severity must be one of informational, low, medium, high. Did you mean high?',
  ]);
});

for (const [what, text, pattern] of [
  ['nothing', '', /^line 1, column 1: the file holds nothing/],
  ['remarks alone', '# nothing here\n', /the file holds nothing/],
  ['a list', '- severity', /must be a mapping/],
  ['no YAML', 'operations: [a\nb: }', /^line \d+, column \d+: this is not YAML/],
  ['a tab', '\tseverity: high', /Tabs are not allowed/],
  ['a key twice', 'severity: high\nseverity: low', /^line 2, column 1: .*unique/],
  ['two documents', 'severity: high\n---\nwindow: 2h', /more than one document/],
  ['a tag', 'severity: !who high', /tag/],
  ['an anchor', 'operations: &a [x]', /anchors are not read/],
  ['a bomb', `a: &a [x,x]\n${'b: &b [*a,*a,*a,*a]\n'.repeat(3)}`, /aliases are not read/],
  ['a pit', '['.repeat(60_000), /^line 1, column 1: it is nested too deeply\.$/],
  ['a pit behind quotes', '["]",'.repeat(20_000), /nested too deeply/],
  ['a pit of maps', '{a: '.repeat(30_000), /nested too deeply/],
  ['a pit of hyphens', '- '.repeat(60_000), /nested too deeply/],
  ['a pit of questions', '? '.repeat(60_000), /nested too deeply/],
  ['a pit of colons', ': '.repeat(60_000), /nested too deeply/],
  ['a long stair', Array.from({ length: 400 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''), /nested too deeply/],
  ['too much', `# ${'x'.repeat(131_072)}`, /longer than 131072/],
  ['too many', `operations:\n${Array.from({ length: 1_001 }, (_, i) => `  - name ${i}\n`).join('')}`, /more than 1000/],
  ['a window of too long', 'window: 8d', /1h to 168h/],
  ['a window of nothing', 'window: 0h', /1h to 168h/],
  ['empty values', 'severity:\noperations:\nwindow:\n', /severity must be one of/],
] as const) {
  test(`a file of ${what} is refused in its place`, () => {
    const faults = faultsOf(text);
    assert.ok(faults.length > 0 && faults.length <= 100);
    assert.match(faults.join('\n'), pattern);
  });
}

test('whatever stands in a file, it is read or refused, and every fault has a place', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.json().map((json) => stringify(JSON.parse(json))),
    fc.record({ severity: fc.anything(), window: fc.anything(), operations: fc.array(fc.anything()) }).map(plain),
  );
  fc.assert(
    fc.property(text, (written) => {
      const faults = faultsOf(written);
      for (const fault of faults) assert.match(fault, /^line \d+, column \d+: .*[.?]$/s);
      if (faults.length === 0) assert.ok(ruleOf(written).window >= TICKS_PER_HOUR);
    }),
    { numRuns: 500, seed: 20_261_126 },
  );
});

function plain(value: unknown): string {
  try {
    return stringify(JSON.parse(JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? String(one) : one))));
  } catch {
    return '';
  }
}

test('the hash is of what decides: order, spelling and notes of additions make no other rule', () => {
  const hash = (text: string): string => ruleHash(ruleOf(text));
  const one = hash('operations: [Update policy, Reset password]');
  assert.equal(hash('operations: [{name: reset  password., note: x}, Update policy]'), one);
  for (const other of ['operations: [Update policy]', 'severity: high', 'window: 25h', 'severity: medium'])
    assert.notEqual(hash(other), one, other);
  assert.equal(hash('severity: medium'), ruleHash(BUILT_IN_RULE));
  assert.equal(ruleHash(BUILT_IN_RULE), '9b511b148a2fd048', 'the one that stands in Redis everywhere');
});

test('the wide list that ships is a rule: none of its names is in the query or stands twice, however spelled', () => {
  const { extraOperations, severity, window } = ruleOf(WIDE);
  assert.ok(extraOperations.length > 150);
  const normal = extraOperations.map(normaliseName);
  assert.equal(new Set(normal).size, normal.length);
  const own = new Set(nameTable(BUILT_IN_RULE).resolved);
  assert.deepEqual(
    normal.filter((name) => own.has(name)),
    [],
  );
  assert.deepEqual({ severity, window }, { severity: BUILT_IN_RULE.severity, window: BUILT_IN_RULE.window });
  for (const name of ['Add eligible member to role in PIM completed (permanent)', 'Consent to application'])
    assert.ok(extraOperations.includes(name), name);
});

const withFile = (text: string, env: Record<string, string> = {}) =>
  readConfig({ RULE_FILE: 'mine.yaml', ...env }, { roles: ['api'], readFile: () => text });

test('the settings hold the rule of RULE_FILE, and name it with each of its faults', () => {
  const read = withFile('severity: low');
  assert.ok('config' in read);
  assert.equal(read.config.rule.severity, 'low');
  const faulty = withFile('severity: x\nwindow: y', { API_PORT: 'z' });
  assert.ok('problems' in faulty);
  assert.deepEqual(
    faulty.problems.map(({ name }) => name),
    ['API_PORT', 'RULE_FILE', 'RULE_FILE'],
  );
  assert.match(faulty.problems[1]!.message, /^RULE_FILE: line 1, column 11: severity must be one of/);
  const unread = readRule({ RULE_FILE: '/nowhere/at/all.yaml' });
  assert.ok('problems' in unread);
  assert.match(unread.problems[0]!.message, /RULE_FILE names a file that cannot be read \(ENOENT\)/);
});

test('facts are kept for twice the window of the rule, whatever that is', () => {
  const problems = (text: string, retention: string) => {
    const read = withFile(text, { STATE_RETENTION: retention });
    return 'problems' in read ? read.problems.map(({ message }) => message) : [];
  };
  assert.deepEqual(problems('window: 12h', '24h'), []);
  assert.deepEqual(problems('window: 36h', '72h'), []);
  assert.match(problems('window: 36h', '71h').join(), /^STATE_RETENTION must be at least 72h, twice the window/);
  assert.equal(problems('window: 36h\nseverity: x', '48h').length, 1, 'of a file at fault nothing is concluded');
});
