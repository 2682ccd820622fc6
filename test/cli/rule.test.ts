/** The command `rule`: what is in force, what would change, and the switch, on a real Redis and without one. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { type RedisServer, startRedis } from '../../local/redis.ts';
import { run } from '../../src/cli/run.ts';
import { BUILT_IN_RULE, ruleHash } from '../../src/detection/rule.ts';
import { stateOptions, withState } from '../state/redis.ts';
import { fakeIo } from './support.ts';

let redis: RedisServer;
let database = 0;
before(async () => {
  redis = await startRedis({ appendOnly: false });
});
after(() => redis.stop());

const WIDE = 'severity: high\nwindow: 36h\noperations:\n  - Update policy\n  - Reset password (by admin)\n';

/** Runs the command with a rule of its own, on a database of its own. */
function shell(t: TestContext, text: string | null) {
  const folder = mkdtempSync(join(tmpdir(), 'rule-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'mine.yaml');
  if (text !== null) writeFileSync(path, text);
  const url = `${redis.url}/${database++}`;
  const env = { REDIS_URL: url, STATE_RETENTION: '72h', ...(text !== null && { RULE_FILE: path }) };
  return {
    ...{ url, path },
    async run(argv: string, changes: Record<string, string> = {}) {
      const io = fakeIo({ env: { ...env, ...changes } });
      const code = await run(['rule', ...argv.split(' ').filter((word) => word !== '')], io);
      return { code, out: io.out(), err: io.err() };
    },
  };
}

test('show tells the rule of the settings and the one in force, and whether they differ', async (t) => {
  const { run: rule, url } = shell(t, WIDE);
  const none = await rule('show');
  assert.equal(none.code, 0);
  assert.match(none.out, /^In force: none yet\./);
  await withState(stateOptions(url, { prefix: 'guestwatch' }), async () => {
    const { code, out, err } = await rule('show');
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, new RegExp(`^In force since 20\\d\\d-.*Z:\n  hash        ${ruleHash(BUILT_IN_RULE)}\n`));
    assert.match(
      out,
      /The rule of RULE_FILE \(.*mine\.yaml\):\n {2}hash .*\n {2}severity {4}high\n {2}window {6}36h\n/,
    );
    assert.match(
      out,
      /They differ:\n.*\n {2}severity {2}medium -> high\n {2}window {4}24h -> 36h\n {2}\+ Update policy\n/,
    );
    assert.match(out, /guestwatch rule adopt/);
    assert.match((await rule('show', { RULE_FILE: '' })).out, /They are the same\./);
  });
});

test('adopt switches, says what changed, and does nothing the second time', async (t) => {
  const { run: rule, url, path } = shell(t, WIDE);
  await withState(stateOptions(url, { prefix: 'guestwatch' }), async (state) => {
    const { code, out } = await rule('adopt');
    assert.equal(code, 0);
    assert.match(out, new RegExp(`^  hash      ${ruleHash(BUILT_IN_RULE)} -> [0-9a-f]{16}\n`));
    assert.match(out, /\+ Reset password \(by admin\)\n/);
    assert.match(out, /is in force since .*, for what is received from now on\./);
    assert.match(out, /rule_not_adopted/);
    await state.maintain();
    assert.equal(state.ruling.isOwn, false);
    const again = await rule('adopt');
    assert.equal(again.code, 0);
    assert.match(again.out, /is in force already, since .*: nothing changes\./);
    assert.match((await rule('show')).out, /They are the same\./);
    // Notes and spelling are no other rule.
    writeFileSync(path, `# mine\n${WIDE.replace('Update policy', 'update  policy.')}`);
    assert.match((await rule('adopt')).out, /nothing changes/);
    const back = await rule('adopt', { RULE_FILE: '' });
    assert.match(back.out, /severity {2}high -> medium\n.*\n {2}- Update policy\n/);
    await state.maintain();
    assert.equal(state.ruling.isOwn, true);
  });
});

test('adopt on an empty Redis puts the rule there for the first service to find', async (t) => {
  const { run: rule, url } = shell(t, WIDE);
  assert.match((await rule('adopt')).out, /^No rule was in force\./);
  await withState(stateOptions(url, { prefix: 'guestwatch' }), async (state) => {
    assert.equal(state.ruling.isOwn, false);
    assert.equal(state.rule.severity, 'high');
  });
});

test('without Redis show tells what it can, and adopt ends with 3', async (t) => {
  const { run: rule } = shell(t, WIDE);
  const away = { REDIS_URL: 'redis://127.0.0.1:1' };
  const shown = await rule('show', away);
  assert.equal(shown.code, 0);
  assert.match(shown.out, /^In force: not known\. REDIS_URL: Redis cannot be used: .*\n\nThe rule of RULE_FILE/);
  const adopted = await rule('adopt', away);
  assert.deepEqual([adopted.code, adopted.out], [3, '']);
  assert.match(adopted.err, /^guestwatch: REDIS_URL: Redis cannot be used/);
});

test('the state of another version or size is not touched', async (t) => {
  const { run: rule, url } = shell(t, WIDE);
  await withState(stateOptions(url, { prefix: 'guestwatch', shards: 2 }), async (state) => {
    const { code, err } = await rule('adopt');
    assert.equal(code, 2);
    assert.match(err, /Set STATE_SHARDS=2/);
    await state.maintain();
    assert.equal(state.ruling.isOwn, true);
  });
});

test('faults of words, settings and the file are told together, and nothing is asked', async (t) => {
  const { run: rule } = shell(t, 'severity: x\nwindow: y\n');
  const { code, err } = await rule('shwo', { REDIS_CLUSTER: 'perhaps' });
  assert.equal(code, 2);
  const lines = err.trim().split('\n');
  assert.equal(lines.length, 4);
  for (const said of ['Did you mean rule show?', 'REDIS_CLUSTER', 'line 1, column 11', 'line 2, column 9'])
    assert.ok(err.includes(said), said);
  assert.match((await rule('')).err, /rule needs a word: show or adopt\./);
  assert.match((await rule('show me')).err, /takes no arguments/);
});
