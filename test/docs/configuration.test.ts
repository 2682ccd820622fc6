/** The reference of settings is made of the schema, and says all that the service says of settings beside each other. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { BEGINNINGS, CONFIGURATION, configurationText } from '../../local/document/configuration.ts';
import { BY_KEY, messagesOf, REFUSALS } from '../../local/document/refusals.ts';
import { type Environment, ROLES, readConfig, SETTINGS, type Setting, type SettingName } from '../../src/config.ts';

const ALL = Object.entries(SETTINGS) as [SettingName, Setting<unknown>][];

test('the page of settings is made of the schema: `npm run document` writes it', () => {
  const text = configurationText();
  assert.equal(readFileSync(CONFIGURATION, 'utf8'), text);
  for (const [name] of ALL) assert.ok(text.includes(`\n### \`${name}\`\n`), name);
});

test('each setting shows a value that the service takes, and says its form in words of its own', () => {
  for (const [name, { parse, default: byDefault, example, roles }] of ALL) {
    const shown = example ?? byDefault;
    assert.ok(shown !== null && 'value' in parse(shown), name);
    assert.notEqual(example, byDefault, name);
    assert.ok(parse.form.length > 0 && !parse.form.startsWith('must'), name);
    assert.notDeepEqual(roles, ROLES, `${name}: every process is said by null`);
  }
});

test('what is refused is refused in the words of the form', () => {
  const refused = ALL.flatMap(([, { parse }]) => {
    const parsed = parse('\0');
    return 'mend' in parsed ? [[parsed.mend, `must be ${parse.form}`] as const] : [];
  });
  assert.ok(refused.length > 30);
  for (const [mend, form] of refused) assert.equal(mend, form);
});

test('what the page begins with is taken by the service as it stands there', () => {
  const secrets: Environment = {
    '/run/secrets/eventhubs': BY_KEY['EVENTHUB_CONNECTION_STRING'],
    '/run/secrets/storage': BY_KEY['CHECKPOINT_STORAGE_CONNECTION_STRING'],
    '/run/secrets/redis': SETTINGS.REDIS_URL.example!,
  };
  for (const [title, env] of Object.entries(BEGINNINGS)) {
    const read = readConfig(env, { readFile: (path) => secrets[path] ?? '' });
    assert.ok('config' in read, `${title}: ${'problems' in read && read.problems.map(({ message }) => message)}`);
  }
});

test('each contradiction on the page is one, and whatever is put together, the page has what the service says', () => {
  for (const refusal of REFUSALS) assert.ok(messagesOf(refusal).length > 0, JSON.stringify(refusal));
  // A message that names one of several alternatives is on the page by another of them.
  const shape = (message: string): string =>
    message.replaceAll(/\b(EVENTHUB_NAMESPACE|CHECKPOINT_STORAGE_URL|REDIS_ENTRA) needs/g, '… needs');
  const said = new Set(REFUSALS.flatMap(messagesOf).map(shape));
  const values = new Map<string, Set<string | undefined>>();
  const add = (name: string, text: string | undefined) =>
    values.set(name, (values.get(name) ?? new Set([undefined])).add(text));
  for (const [name, { example, default: byDefault }] of ALL) add(name, example ?? byDefault ?? undefined);
  for (const { env } of REFUSALS) for (const [name, text] of Object.entries(env)) add(name, text);
  values.delete('RULE_FILE'); // It is read, and its faults are those of a file.
  const heard = new Set<string>();
  const environments = fc.record(
    Object.fromEntries([...values].map(([name, texts]) => [name, fc.constantFrom(...texts)])),
  );
  fc.assert(
    fc.property(environments, fc.subarray([...ROLES]), (env, roles) => {
      for (const message of messagesOf({ env, roles })) {
        heard.add(shape(message));
        assert.ok(said.has(shape(message)), message);
      }
    }),
    { numRuns: 200 },
  );
  assert.ok(heard.size > said.size / 2, `${heard.size} of ${said.size} were heard`);
});
