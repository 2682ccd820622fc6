/** The event hub of findings: it is waited for without end, and takes what it can take. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventHubConsumerClient, EventHubProducerClient, earliestEventPosition } from '@azure/event-hubs';
import { type LocalEventHubs, startEventHubs } from '../../local/eventhubs/endpoint.ts';
import { freePort } from '../../local/ports.ts';
import { hubTarget } from '../../src/delivery/delivery.ts';
import { eventually } from '../e2e/waiting.ts';
import { letRenewalsGo } from '../faults/process/renewals.ts';
import { redisOfFile } from '../state/redis.ts';
import { ALL, onStage, render } from './stage.ts';

const redis = redisOfFile();
letRenewalsGo();

const accessOf = (port: number) => ({
  connectionString: `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;`,
});
const open = (port: number): Promise<LocalEventHubs> =>
  startEventHubs({ port, hubs: [{ name: 'findings', partitions: 2 }] });

test('while the hub is away what comes waits and is tried for ever; once it is there it has all, in order per finding', () =>
  onStage(redis.url, async (stage) => {
    const port = await freePort();
    await stage.deliver([hubTarget('findings', accessOf(port), render)]);
    for (let i = 0; i < 3; i++) for (const actor of ['ann', 'bob']) await stage.publish(actor);
    for (let tries = 2; tries <= 24; tries += 2) {
      await eventually(() => stage.told.outcomes.length >= tries, `${tries} tries`);
      stage.clock.ms += 400_000;
    }
    assert.ok(stage.told.outcomes.every((outcome) => outcome === 'again'));
    const endpoint = await open(port);
    const client = new EventHubConsumerClient('$Default', endpoint.connectionString, 'findings');
    const got: { subject: string; revision: number }[] = [];
    const subscription = client.subscribe(
      {
        processEvents: async (events) => {
          for (const { body } of events) {
            const { subject, data } =
              Buffer.isBuffer(body) || typeof body === 'string' ? JSON.parse(String(body)) : body;
            got.push({ subject, revision: data.revision });
          }
        },
        processError: async () => {},
      },
      { startPosition: earliestEventPosition },
    );
    try {
      await eventually(
        () => {
          stage.clock.ms += 400_000;
          return got.length >= 6;
        },
        () => `${got.length} came`,
      );
      for (const id of new Set(got.map(({ subject }) => subject))) {
        const revisions = got.filter(({ subject }) => subject === id).map(({ revision }) => revision);
        assert.deepEqual([...new Set(revisions)], [1, 2, 3]);
      }
      const answer = await stage.queries.webhooks.test(ALL, 'eventhub:findings');
      assert.equal(answer.kind === 'tested' && answer.delivery.status, 'delivered');
    } finally {
      await subscription.close();
      await client.close();
      await endpoint.close();
    }
  }));

test('an event that is larger than the hub takes is said to be, and the next one goes', async () => {
  const endpoint = await open(0);
  const sender = hubTarget('findings', { connectionString: endpoint.connectionString }, render).open();
  try {
    const send = (text: string) => {
      const json = JSON.stringify({ updatedAt: null, text });
      const revision = { id: 'r-1', reason: 'new', findingId: 'f-1', json, isTest: false };
      return sender.send(revision, new AbortController().signal);
    };
    const large = await send('x'.repeat(1_100_000));
    assert.equal(large.kind === 'failed' && large.failure, 'too_large');
    assert.equal((await send('x')).kind, 'taken');
  } finally {
    await sender.close();
    await endpoint.close();
  }
});

test('a connection whose close never ends holds up nobody', async (t) => {
  const endpoint = await open(0);
  const sender = hubTarget('findings', { connectionString: endpoint.connectionString }, render).open();
  const close = t.mock.method(EventHubProducerClient.prototype, 'close', () => new Promise<void>(() => {}));
  try {
    const revision = { id: 'r-1', reason: 'new', findingId: 'f-1', json: '{}', isTest: false };
    assert.equal((await sender.send(revision, new AbortController().signal)).kind, 'taken');
    await sender.close();
    assert.equal(close.mock.callCount(), 1);
  } finally {
    close.mock.restore();
    await Promise.all(close.mock.calls.map((call) => (call.this as EventHubProducerClient).close()));
    await endpoint.close();
  }
});
