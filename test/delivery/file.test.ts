/** The file of webhooks: whole, or every fault by its place, and never a secret. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readWebhooks } from '../../src/delivery/file.ts';
import { SECRET } from './receiver.ts';

const read = (text: string, files: Record<string, string> = {}) =>
  readWebhooks('hooks.yaml', (path) => {
    if (path === 'hooks.yaml') return text;
    if (path in files) return files[path]!;
    throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  });
const faultsOf = (text: string, files: Record<string, string> = {}): readonly string[] => {
  const found = read(text, files);
  return found.kind === 'faults' ? found.faults : [];
};

test('a whole webhook and one with nothing but what it must have are read', () => {
  const found = read(
    `# who is told
- name: soc
  url: https://hooks.example/in?team=1
  secrets: [${SECRET}, { file: /run/secret }]
  format: cloudevents
  tenants: [3F0B6F0A-64B3-4A86-A4B1-0A5D5A3F6C11]
  view: resolved
  severity: high
  allowPrivate: true
  enabled: false
- { name: b, url: 'https://hooks.example', secrets: [${SECRET}] }
`,
    { '/run/secret': `${SECRET}\n` },
  );
  assert.ok(found.kind === 'webhooks', JSON.stringify(found));
  const [soc, b] = found.webhooks;
  assert.equal(soc!.keys.length, 2);
  assert.ok(soc!.keys[0]!.equals(soc!.keys[1]!));
  assert.deepEqual(
    [soc!.format, soc!.tenants, soc!.view, soc!.severity, soc!.reach, soc!.isEnabled],
    ['cloudevents', ['3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11'], 'resolved', 'high', 'private', false],
  );
  assert.deepEqual(
    [b!.format, b!.tenants, b!.view, b!.severity, b!.reach, b!.isEnabled],
    ['cloudevents', 'all', 'any', 'informational', 'public', true],
  );
});

test('every fault is named at once, by line and column, without a secret', () => {
  const faults = faultsOf(`- name: Soc
  url: ftp://hooks.example
  secrets: [whsec_tooshort]
  colour: red
- name: b
  url: https://user:pass@hooks.example
- name: c
  url: https://10.1.2.3/
  secrets: [{ file: /missing }]
  severity: severe
- name: d
  url: http://hooks.example
  secrets: []
`);
  for (const said of [
    /line 1, column 9: name must be/,
    /line 2, column 8: url must begin with https/,
    /line 3, column 13: a secret must be whsec_/,
    /line 4, column 3: this member is not known/,
    /line 5, column 3: secrets is missing/,
    /line 6, column 8: url must hold no user/,
    /line 8, column 8: .*allowPrivate/,
    /line 9, column 13: a secret names a file that cannot be read \(ENOENT\)/,
    /line 10, column 13: severity must be one of/,
    /line 12, column 8: url must begin with https:\/\/; http/,
    /line 13, column 12: secrets must be a list/,
  ])
    assert.ok(
      faults.some((fault) => said.test(fault)),
      `${said} in\n${faults.join('\n')}`,
    );
  assert.equal(faults.length, 11);
  assert.doesNotMatch(faults.join('\n'), /tooshort|user:/);
});

test('odd spellings of addresses of one’s own network are found out, in the URL itself', () => {
  for (const host of ['2130706433', '0177.0.0.1', '0x7f.1', '127.1', '[::ffff:7f00:1]', '[::1]', '169.254.169.254']) {
    const faults = faultsOf(`- { name: a, url: "https://${host}/", secrets: [${SECRET}] }`);
    assert.match(faults.join(), /one's own network/, host);
  }
});

test('what is no list, no YAML, or there twice is told', () => {
  assert.match(faultsOf('').join(), /must be a list/);
  assert.match(faultsOf('webhooks: []').join(), /must be a list/);
  assert.match(faultsOf(`- name: a\n  name: b\n`).join(), /line 2, column 3: cannot be read as YAML/);
  const one = `- { name: a, url: 'https://hooks.example', secrets: [${SECRET}] }\n`;
  assert.match(faultsOf(one + one).join(), /line 2, column 3: name a is given twice/);
  assert.match(faultsOf(`- &a [*a]\n- whsec_${'x'.repeat(40)}: [`).join(), /line/);
  for (const text of ['- "S" oops', '- *S', '- ? S\n  : 1\n  ? S\n  : 2', '- !x!S a', '- >S\n  a', '- { S'])
    assert.doesNotMatch(faultsOf(text.replaceAll('S', `whsec_${'x'.repeat(40)}`)).join(), /xxx/, text);
  assert.match(faultsOf(`- ${'['.repeat(50_000)}`).join(), /is nested too deeply/);
  assert.deepEqual(read('[]'), { kind: 'webhooks', webhooks: [] });
});

test('a file that cannot be read is told by the setting', () => {
  const found = readWebhooks('missing.yaml', () => {
    throw Object.assign(new Error('secret path'), { code: 'EACCES' });
  });
  assert.deepEqual(found, {
    kind: 'faults',
    faults: ['WEBHOOKS_FILE names a file that cannot be read (EACCES): check the path and who may read it.'],
  });
});
