/** A rule that changes while services run: who has another reads and writes nothing, says so, and goes on by itself once its own is adopted. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { run } from '../../src/cli/run.ts';
import { fakeIo } from '../cli/support.ts';
import { fetch } from '../document/fetch.ts';
import { operation, signIn } from '../oracle/examples.ts';
import { ask, askFor, type FindingAnswer } from './asking.ts';
import { coverageOf, readToEnd } from './laws.ts';
import { eventually, onStage, openServers, type Running, type Servers, type Stage } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'e2e-rule-'));
const WIDE = join(folder, 'wide.yaml');

let servers: Servers;
before(async () => {
  writeFileSync(WIDE, 'severity: high\noperations: [Update policy]\n');
  servers = await openServers({ stages: 1 });
});
after(async () => {
  await servers?.stop();
  rmSync(folder, { recursive: true });
});

async function rule(stage: Stage, action: string, environment: Record<string, string> = {}): Promise<string> {
  const io = fakeIo({ env: { ...stage.environment, ...environment } });
  assert.equal(await run(['rule', action], io), 0, io.err());
  return io.out();
}

const reasonsOf = async ({ opsUrl }: Running): Promise<string[]> => {
  const answer = await fetch(`${opsUrl}/readyz`);
  const { reasons } = (await answer.json()) as { reasons: { code: string; detail: string }[] };
  for (const { code, detail } of reasons)
    if (code === 'rule_not_adopted') assert.match(detail, /guestwatch rule adopt/);
  return reasons.map(({ code }) => code);
};
const isReady = async (service: Running): Promise<boolean> => (await reasonsOf(service)).length === 0;
const waits = async (service: Running): Promise<boolean> =>
  (await reasonsOf(service)).join() === 'rule_not_adopted' &&
  (await (await fetch(`${service.opsUrl}/metrics`)).text()).includes('\nguestwatch_rule_adopted 0\n');

const readersOf = async (url: string): Promise<number> => {
  const { hubs } = await coverageOf(url);
  return new Set(hubs.flatMap(({ partitions }) => partitions.flatMap(({ reader }) => reader ?? []))).size;
};

const at = (minutesAgo: number): string => new Date(Date.now() - minutesAgo * 60_000).toISOString();
let sent = 0;

/** Sends an operation of the guest, of a name. */
async function act(stage: Stage, name: string, minutesAgo: number): Promise<void> {
  sent += 1;
  const record = operation(
    {},
    { id: `o${sent}` },
    { operationName: name, time: at(minutesAgo), correlationId: `c${sent}` },
  );
  const body = Buffer.from(JSON.stringify({ records: [record] }));
  await stage.send([{ body, hub: stage.hubs[sent % 2]!, partition: String(sent % 4) }]);
}

const findingOf = async ({ apiUrl }: Running): Promise<FindingAnswer | undefined> =>
  (await askFor<{ items: FindingAnswer[] }>(apiUrl, '/v1/findings', { view: 'any' })).items[0];
const operationsOf = async (service: Running): Promise<string> =>
  ((await findingOf(service))?.['operations'] as string[] | undefined)?.join() ?? '';

test(
  'of two services with different rules one works and the other waits; adopt has them change places, and back',
  {
    timeout: 180_000,
  },
  () =>
    onStage(servers, 0, async (stage) => {
      const first = await stage.start();
      await first.ready;
      const second = await stage.start({ environment: { RULE_FILE: WIDE } });
      await eventually(() => waits(second), 'the second waits');
      assert.ok(second.lines.some(({ msg, level }) => level === 40 && msg.includes('guestwatch rule adopt')));
      const body = Buffer.from(JSON.stringify({ records: [signIn({}, { time: at(60) })] }));
      await stage.send([{ body, hub: stage.hubs[0]!, partition: '0' }]);
      await act(stage, 'Add member to role', 50);
      await act(stage, 'Update policy', 49);
      await eventually(
        async () => (await operationsOf(first)) === 'Add member to role',
        'a finding by the built-in rule',
      );
      // Who waits answers by the rule in force.
      const told = await askFor<{ severity: string; ruleHash: string }>(second.apiUrl, '/v1/rule');
      assert.deepEqual(told, await askFor(first.apiUrl, '/v1/rule'));
      assert.equal(await operationsOf(second), 'Add member to role');
      assert.equal((await ask(second.apiUrl, '/v1/rule/rows', { view: 'strict' })).status, 200);
      assert.equal(await readersOf(first.apiUrl), 1, 'and holds no partition');

      // Or who takes over reads the update that the first rule does not know, and counts it.
      await readToEnd(first.apiUrl, stage.sent);
      const before = await findingOf(first);
      assert.match(await rule(stage, 'adopt', { RULE_FILE: WIDE }), /medium -> high/);
      await act(stage, 'Update policy', 48);
      await eventually(() => isReady(second), 'the second takes over');
      await eventually(() => waits(first), 'the first waits');
      await eventually(
        async () => (await operationsOf(second)) === 'Add member to role,Update policy',
        'the new one counts',
      );
      const now = (await findingOf(second))!;
      assert.deepEqual([now['severity'], now['eventCount']], ['high', 2], 'the one from before the adoption does not');
      assert.equal(now.revision, before!.revision + 1, 'the switch itself has told nothing');
      assert.deepEqual(await findingOf(first), now);
      const { operations } = await askFor<{ operations: { strict: string[]; resolved: string[] } }>(
        first.apiUrl,
        '/v1/rule',
      );
      assert.ok(operations.resolved.includes('update policy') && !operations.strict.includes('Update policy'));

      assert.match(await rule(stage, 'adopt'), /high -> medium/);
      await eventually(() => isReady(first), 'the first takes over again');
      await eventually(() => waits(second), 'the second waits again');
      await act(stage, 'Delete policy', 47);
      await eventually(async () => (await operationsOf(first)).includes('Delete policy'), 'nothing is lost on the way');
      assert.equal((await findingOf(first))!['severity'], 'medium');
      for (const service of [first, second])
        assert.deepEqual(
          service.lines.filter(({ level, msg }) => level >= 50 && msg !== ''),
          [],
          'nothing was a fault',
        );
    }),
);
