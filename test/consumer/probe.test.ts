/** What is wrong at the start is said by the setting that mends it. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, mock, test } from 'node:test';
import { EventHubConsumerClient } from '@azure/event-hubs';
import { freePort } from '../../local/ports.ts';
import type { ConsumerOptions, StartProblem } from '../../src/consumer/consumer.ts';
import { ConsumerStartError } from '../../src/consumer/consumer.ts';
import { FAST, openStack, type Stack, stopAzurite } from './stack.ts';

after(stopAzurite);

interface Case {
  readonly law: string;
  readonly code: StartProblem;
  readonly setting: string;
  readonly sas?: { readonly keyName: string; readonly key: string };
  change(stack: Stack, port: number): Partial<ConsumerOptions>;
}

const key = createHmac('sha256', 'a').update('b').digest('base64');

const cases: readonly Case[] = [
  {
    law: 'a hub that is not there is named, with EVENTHUB_NAMES',
    code: 'hub_not_found',
    setting: 'EVENTHUB_NAMES',
    change: () => ({ hubs: ['no-such-hub'] }),
  },
  {
    law: 'a consumer group that is not there is named, with EVENTHUB_CONSUMER_GROUP',
    code: 'consumer_group_not_found',
    setting: 'EVENTHUB_CONSUMER_GROUP',
    change: () => ({ consumerGroup: 'no-such-group' }),
  },
  {
    law: 'a wrong key is told with EVENTHUB_CONNECTION_STRING',
    code: 'event_hubs_unauthorized',
    setting: 'EVENTHUB_CONNECTION_STRING',
    sas: { keyName: 'listen', key },
    change: (stack) => ({
      eventHubs: {
        connectionString: stack.hubs.connectionString.replace(key, Buffer.from('wrong').toString('base64')),
      },
    }),
  },
  {
    law: 'Event Hubs that cannot be reached are told with EVENTHUB_CONNECTION_STRING',
    code: 'event_hubs_unreachable',
    setting: 'EVENTHUB_CONNECTION_STRING',
    change: (stack, port) => ({
      eventHubs: { connectionString: stack.hubs.connectionString.replace(`:${stack.hubs.port}`, `:${port}`) },
    }),
  },
  {
    law: 'a connection string that is none is told, without its key',
    code: 'setting_invalid',
    setting: 'EVENTHUB_CONNECTION_STRING',
    change: (stack) => ({
      eventHubs: { connectionString: `${stack.hubs.connectionString}EntityPath=other;SharedAccessKey=topsecret` },
    }),
  },
  {
    law: 'storage that cannot be reached is told with CHECKPOINT_STORAGE_CONNECTION_STRING',
    code: 'storage_unreachable',
    setting: 'CHECKPOINT_STORAGE_CONNECTION_STRING',
    change: (stack, port) => ({
      storage: { connectionString: storageOf(stack).replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`) },
    }),
  },
  {
    law: 'a wrong storage key is told with CHECKPOINT_STORAGE_CONNECTION_STRING',
    code: 'storage_unauthorized',
    setting: 'CHECKPOINT_STORAGE_CONNECTION_STRING',
    change: (stack) => ({
      storage: { connectionString: storageOf(stack).replace(/AccountKey=[^;]+/, 'AccountKey=d3Jvbmc=') },
    }),
  },
  {
    law: 'a storage connection string that is none is told with its setting',
    code: 'setting_invalid',
    setting: 'CHECKPOINT_STORAGE_CONNECTION_STRING',
    change: () => ({ storage: { connectionString: 'nonsense' } }),
  },
  {
    law: 'a container name that cannot be is told with CHECKPOINT_CONTAINER',
    code: 'setting_invalid',
    setting: 'CHECKPOINT_CONTAINER',
    change: () => ({ container: 'UPPER_case' }),
  },
];

for (const { law, code, setting, sas, change } of cases) {
  test(law, async () => {
    const stack = await openStack(sas ? { sas } : {});
    try {
      const port = await freePort();
      const changes = { tuning: { ...FAST, attemptMs: 1_500 }, ...change(stack, port) };
      await assert.rejects(stack.start(changes), (error) => {
        assert.ok(error instanceof ConsumerStartError, String(error));
        assert.equal(error.code, code, error.message);
        assert.ok(error.settings.includes(setting));
        assert.ok(error.message.includes(setting), error.message);
        assert.doesNotMatch(error.message, /topsecret|d3Jvbmc/);
        return true;
      });
      assert.equal(stack.hubs.state().connections, 0, 'nothing is left open');
    } finally {
      await stack.close();
    }
  });
}

test('a connection that breaks while the client that tried it closes holds up no start', async () => {
  const stack = await openStack();
  let struck = 0;
  const { close } = EventHubConsumerClient.prototype;
  mock.method(EventHubConsumerClient.prototype, 'close', function breaking(this: EventHubConsumerClient) {
    const closing = close.call(this);
    struck += stack.hubs.faults.inject({ kind: 'drop' }).struck;
    return closing;
  });
  try {
    await assert.rejects(stack.start({ hubs: ['no-such-hub'] }), { code: 'hub_not_found' });
    const consumer = await stack.start();
    mock.restoreAll();
    assert.equal(struck, 2, 'both were about to close a connection');
    await consumer.stop();
  } finally {
    mock.restoreAll();
    await stack.close();
  }
});

test('with the right key it starts', async () => {
  const stack = await openStack({ sas: { keyName: 'listen', key } });
  try {
    const consumer = await stack.start();
    await consumer.stop();
  } finally {
    await stack.close();
  }
});

function storageOf({ options }: Stack): string {
  return 'connectionString' in options.storage ? options.storage.connectionString : '';
}
