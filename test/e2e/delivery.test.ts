/** Delivery by real processes: killed, shared, and to an event hub of its own. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { EventHubConsumerClient, earliestEventPosition } from '@azure/event-hubs';
import { run } from '../../src/cli/run.ts';
import { fakeIo } from '../cli/support.ts';
import { OTHER_SECRET, openReceiver, type Receiver, SECRET } from '../delivery/receiver.ts';
import { fetch } from '../document/fetch.ts';
import { operation, signIn } from '../oracle/examples.ts';
import { eventually, onStage, openServers, type Servers, type Stage } from './support.ts';

const ROLES = ['consumer', 'api', 'delivery'] as const;

describe('delivery', { concurrency: 2 }, () => {
  let servers: Servers;
  let folder: string;
  before(async () => {
    // The hub of a stage that nobody sends logs to takes the findings of another.
    servers = await openServers({ stages: 7 });
    folder = mkdtempSync(join(tmpdir(), 'guestwatch-hooks-'));
  });
  after(async () => {
    await servers?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const fileOf = (name: string, receivers: Readonly<Record<string, string>>, secrets = [SECRET]): string => {
    const path = join(folder, `${name}.yaml`);
    const webhooks = Object.entries(receivers).map(([name, url]) => ({ name, url, secrets, allowPrivate: true }));
    writeFileSync(path, JSON.stringify(webhooks));
    return path;
  };

  const send = (stage: Stage, from: number, count: number): Promise<void> => {
    const time = new Date(Date.now() - 3_600_000).toISOString();
    const records = Array.from({ length: count }, (_, i) => {
      const who = `actor${(from + i) % 7}@partner.example`;
      return [
        signIn({ id: `s-${from + i}`, userPrincipalName: who, userId: null }, { time }),
        operation(
          { userPrincipalName: who, id: null },
          { id: `o-${from + i}` },
          { time, correlationId: `c-${from + i}` },
        ),
      ];
    });
    const body = Buffer.from(JSON.stringify({ records: records.flat() }));
    return stage.send([{ body, hub: stage.hubs[0]!, partition: '0' }]);
  };

  /** Every revision of the feed came, those of a finding in order but for what came more than once. */
  async function assertAllCame(url: string, receiver: Receiver): Promise<void> {
    const changes = (await (await fetch(`${url}/v1/changes?limit=1000`)).json()) as {
      items: { finding: { id: string; revision: number } }[];
    };
    const wanted = changes.items.map(({ finding }) => `${finding.id} ${finding.revision}`);
    assert.ok(wanted.length > 0);
    await eventually(
      () => {
        const came = new Set(receiver.got.map(({ event }) => `${event.data.id} ${event.data.revision}`));
        return wanted.every((one) => came.has(one));
      },
      () => `${receiver.got.length} came of ${wanted.length}`,
    );
    const last = new Map<string, number>();
    const ids = new Map<string, string>();
    for (const { id, event } of receiver.got) {
      if (event.type === 'guestwatch.test') continue;
      const { id: finding, revision } = event.data;
      const before = last.get(finding) ?? 0;
      assert.ok(revision <= before + 1, `${finding}: ${revision} after ${before}`);
      last.set(finding, Math.max(before, revision));
      const name = `${finding} ${revision}`;
      assert.equal(ids.get(name) ?? id, id, 'the id is stable over tries');
      ids.set(name, id);
    }
    assert.deepEqual(receiver.refused, []);
  }

  test(
    'a process that is killed between a try and its answer loses nothing: another goes on within seconds',
    { timeout: 120_000 },
    () =>
      onStage(servers, 0, async (stage) => {
        const receiver = await openReceiver();
        try {
          const environment = { WEBHOOKS_FILE: fileOf('kill', { soc: receiver.url }) };
          const first = await stage.spawn({ roles: ROLES, environment });
          await first.printed('ready');
          receiver.answer = () => {}; // It holds every answer back.
          await send(stage, 0, 20);
          await receiver.until(3);
          await first.kill9();
          receiver.answer = 204;
          const second = await stage.start({ roles: ROLES, environment });
          await send(stage, 20, 20);
          await second.ready;
          await eventually(
            () => new Set(receiver.got.map(({ event }) => event.subject)).size === 7,
            'all findings came',
          );
          await assertAllCame(second.apiUrl, receiver);
        } finally {
          await receiver.close();
        }
      }),
  );

  test(
    'a process that was frozen until others had gone on sends nothing over newer revisions, and reorders none',
    { timeout: 120_000 },
    () =>
      onStage(servers, 5, async (stage) => {
        const receiver = await openReceiver();
        try {
          const environment = { WEBHOOKS_FILE: fileOf('freeze', { soc: receiver.url }) };
          const main = await stage.start({ roles: ['consumer', 'api'] });
          await main.ready;
          const frozen = await stage.spawn({ roles: ['delivery'], environment });
          await frozen.printed('ready');
          await eventually(async () => (await webhooksAt(main.apiUrl)).length === 1, 'it is written down');
          const held: (() => void)[] = [];
          receiver.answer = (_, response) => held.push(() => response.writeHead(204).end());
          await send(stage, 0, 20);
          // One of each finding, and none half sent: what is on its way nobody can call back.
          await receiver.until(7);
          frozen.freeze();
          receiver.answer = 204;
          const other = await stage.start({ roles: ['delivery'], environment });
          await other.ready;
          await send(stage, 20, 20);
          await eventually(() => new Set(receiver.got.map(({ event }) => event.subject)).size === 7, 'all came');
          await assertAllCame(main.apiUrl, receiver);
          await eventually(async () => (await webhooksAt(main.apiUrl))[0]!.waiting === 0, 'nothing waits');
          const before = receiver.got.length;
          // What it had in hand is answered now: it is told of success that was another's long ago.
          for (const answer of held) answer();
          frozen.thaw();
          await eventually(async () => (await fetch(`${frozen.opsUrl}/readyz`)).ok, 'it is awake');
          await other.close();
          // From here on it alone sends.
          await send(stage, 40, 20);
          const latest = new Map<string, number>();
          for (const { event } of receiver.got.slice(0, before))
            latest.set(event.subject, Math.max(latest.get(event.subject) ?? 0, event.data.revision));
          await receiver.until(before + 1);
          await assertAllCame(main.apiUrl, receiver);
          for (const { event } of receiver.got.slice(before))
            assert.ok(
              event.data.revision > (latest.get(event.subject) ?? 0),
              `${event.subject} ${event.data.revision}`,
            );
        } finally {
          await receiver.close();
        }
      }),
  );

  test(
    'a process whose rule is not adopted delivers nothing, says so once, and goes on by itself when it is',
    { timeout: 120_000 },
    () =>
      onStage(servers, 6, async (stage) => {
        const receiver = await openReceiver();
        try {
          const wide = join(folder, 'wide.yaml');
          writeFileSync(wide, 'severity: high\noperations: [Update policy]\n');
          const adopt = async (environment: Record<string, string> = {}): Promise<void> => {
            const io = fakeIo({ env: { ...stage.environment, ...environment } });
            assert.equal(await run(['rule', 'adopt'], io), 0, io.err());
          };
          const environment = { WEBHOOKS_FILE: fileOf('rule', { soc: receiver.url }) };
          const main = await stage.start({ roles: ['consumer', 'api'] });
          const first = await stage.start({ roles: ['delivery'], environment });
          await Promise.all([main.ready, first.ready]);
          await eventually(async () => (await webhooksAt(main.apiUrl)).length === 1, 'it is written down');
          await first.close();
          const waiting = await stage.start({ roles: ['delivery'], environment: { ...environment, RULE_FILE: wide } });
          const waits = async () =>
            (await (await fetch(`${waiting.opsUrl}/readyz`)).text()).includes('rule_not_adopted');
          assert.ok(await waits());
          await send(stage, 0, 20);
          // Asked of whoever sends: nobody comes within the time of a call.
          const headers = { 'content-type': 'application/json' };
          const test = await fetch(`${main.apiUrl}/v1/webhooks/soc/test`, { method: 'POST', headers, body: '{}' });
          assert.equal(((await test.json()) as { status: string }).status, 'waiting');
          assert.deepEqual(receiver.got, []);
          const words = () => waiting.lines.filter(({ level }) => level >= 40).map(({ msg }) => msg);
          assert.equal(words().length, 1, words().join('\n'));
          assert.match(words()[0]!, /guestwatch rule adopt/);
          await adopt({ RULE_FILE: wide });
          await assertAllCame(main.apiUrl, receiver);
          await adopt();
          await eventually(waits, 'it waits again');
          assert.equal(words().length, 2, words().join('\n'));
        } finally {
          await receiver.close();
        }
      }),
  );

  test('two processes share the work: each revision comes, and as a rule once', { timeout: 120_000 }, () =>
    onStage(servers, 1, async (stage) => {
      const receiver = await openReceiver();
      try {
        const environment = { WEBHOOKS_FILE: fileOf('share', { soc: receiver.url, siem: receiver.url }) };
        const services = await Promise.all([
          stage.start({ roles: ROLES, environment }),
          stage.start({ roles: ['delivery'], environment }),
        ]);
        await Promise.all(services.map(({ ready }) => ready));
        await eventually(async () => (await webhooksAt(services[0]!.apiUrl)).length === 2, 'both are written down');
        for (let i = 0; i < 5; i++) await send(stage, 10 * i, 10);
        await eventually(() => new Set(receiver.got.map(({ event }) => event.subject)).size === 7, 'all findings came');
        await assertAllCame(services[0]!.apiUrl, receiver);
        const metrics = await (await fetch(`${services[1]!.opsUrl}/metrics`)).text();
        assert.match(metrics, /guestwatch_deliveries_waiting\{webhook="soc"\} \d/);
        for (const { lines } of services) assert.ok(!JSON.stringify(lines).includes('whsec_'));
      } finally {
        await receiver.close();
      }
    }),
  );

  test(
    'a secret is changed in the file of a running service, and a file that is broken changes nothing',
    { timeout: 120_000 },
    () =>
      onStage(servers, 2, async (stage) => {
        const receiver = await openReceiver(204, OTHER_SECRET);
        try {
          const path = fileOf('rotate', { soc: receiver.url });
          const service = await stage.start({ roles: ROLES, environment: { WEBHOOKS_FILE: path } });
          await service.ready;
          await eventually(async () => (await webhooksAt(service.apiUrl)).length === 1, 'it is written down');
          const test = async () => {
            const headers = { 'content-type': 'application/json' };
            const answer = await fetch(`${service.apiUrl}/v1/webhooks/soc/test`, {
              method: 'POST',
              headers,
              body: '{}',
            });
            return ((await answer.json()) as { status: string }).status;
          };
          assert.equal(await test(), 'failed');
          writeFileSync(path, '- name: [');
          await eventually(() => service.lines.some(({ msg }) => msg.includes('cannot be used')), 'it is told');
          assert.equal((await webhooksAt(service.apiUrl))[0]!.name, 'soc');
          fileOf('rotate', { soc: receiver.url }, [SECRET, OTHER_SECRET]);
          await eventually(async () => (await test()) === 'delivered', 'the new secret is in force');
          const shown = JSON.stringify(await webhooksAt(service.apiUrl)) + JSON.stringify(service.lines);
          for (const secret of [SECRET, OTHER_SECRET]) assert.ok(!shown.includes(secret.slice(6)));
        } finally {
          await receiver.close();
        }
      }),
  );

  test('an event hub gets what the feed has, in order per finding', { timeout: 120_000 }, () =>
    onStage(servers, 3, async (stage) => {
      const hub = 'audit-4';
      const environment = { FINDINGS_EVENTHUB_NAME: hub };
      const service = await stage.start({ roles: ROLES, environment });
      await service.ready;
      await eventually(async () => (await webhooksAt(service.apiUrl)).length === 1, 'it is written down');
      await send(stage, 0, 10);
      await send(stage, 10, 10);
      const client = new EventHubConsumerClient('$Default', servers.endpoint.connectionString, hub);
      const got: {
        partition: string;
        key: unknown;
        type: unknown;
        event: { id: string; subject: string; data: { revision: number } };
      }[] = [];
      const subscription = client.subscribe(
        {
          processEvents: async (events, { partitionId: partition }) => {
            for (const { body, contentType: type, partitionKey: key } of events)
              got.push({
                partition,
                key,
                type,
                event: typeof body === 'object' && !Buffer.isBuffer(body) ? body : JSON.parse(String(body)),
              });
          },
          processError: async () => {},
        },
        { startPosition: earliestEventPosition },
      );
      try {
        const feed = async () => {
          const { items } = (await (await fetch(`${service.apiUrl}/v1/changes?limit=1000`)).json()) as {
            items: { finding: { id: string; revision: number } }[];
          };
          return items.map(({ finding }) => `${finding.id} ${finding.revision}`);
        };
        await eventually(
          async () => new Set(await feed()).size >= 7 && got.length >= (await feed()).length,
          () => `${got.length} came`,
        );
        const names = got.map(({ event }) => `${event.subject} ${event.data.revision}`);
        assert.deepEqual([...new Set(names)].sort(), (await feed()).sort());
        for (const { key, type, event } of got) {
          assert.equal(key, event.subject);
          assert.match(String(type), /^application\/cloudevents\+json/);
        }
        const last = new Map<string, number>();
        for (const { event } of got) {
          assert.ok(event.data.revision <= (last.get(event.subject) ?? 0) + 1);
          last.set(event.subject, event.data.revision);
        }
      } finally {
        await subscription.close();
        await client.close();
      }
    }),
  );
});

async function webhooksAt(url: string): Promise<{ name: string; waiting: number }[]> {
  const answer = (await (await fetch(`${url}/v1/webhooks`)).json()) as { items: { name: string; waiting: number }[] };
  return answer.items;
}
