/** Delivery by real processes: killed, shared, and to an event hub of its own. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { EventHubConsumerClient, earliestEventPosition } from '@azure/event-hubs';
import { OTHER_SECRET, openReceiver, type Receiver, SECRET } from '../delivery/receiver.ts';
import { operation, signIn } from '../oracle/examples.ts';
import { eventually, onStage, openServers, type Servers, type Stage } from './support.ts';

const ROLES = ['consumer', 'api', 'delivery'] as const;

describe('delivery', { concurrency: 2 }, () => {
  let servers: Servers;
  let folder: string;
  before(async () => {
    // The hub of a stage that nobody sends logs to takes the findings of another.
    servers = await openServers({ stages: 5 });
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

async function webhooksAt(url: string): Promise<{ name: string }[]> {
  const answer = (await (await fetch(`${url}/v1/webhooks`)).json()) as { items: { name: string }[] };
  return answer.items;
}
