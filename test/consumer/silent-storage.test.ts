/** A storage account that takes connections and says nothing: what is read goes on, and what is read by nobody is told. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startProxy } from '../../local/proxy.ts';
import { standingOf } from '../../src/service/standing.ts';
import { eventually, FAST, HUB, sharedAzurite, signIn, stopAzurite, withStack } from './stack.ts';
import { openStorageFront } from './storageFront.ts';

after(stopAzurite);

test('storage that says nothing is told of, also where a partition has lost its receiver meanwhile, which begins again after it', async () => {
  const { port, connectionString } = await sharedAzurite();
  const proxy = await startProxy({ target: { host: '127.0.0.1', port } });
  try {
    await withStack({}, async ({ state, hubs, start, send }) => {
      const storage = { connectionString: connectionString.replace(`:${port}/`, `:${proxy.port}/`) };
      const consumer = await start({ storage, tuning: { ...FAST, attemptMs: 1_000 } });
      const hub = () => consumer.status().hubs[0]!;
      await send([signIn('before')]);
      await state.when(() => state.ids().length === 1, 'the first fact');
      const speak = proxy.halfOpen();
      await eventually(() => hub().trouble?.code === 'storage_unreachable', 'what is silent is told');
      await send([signIn('during')]);
      await state.when(() => state.ids().length === 2, 'the receiver that is there reads on');
      assert.equal(hub().partitions[0]!.state, 'reading');
      hubs.faults.inject({ kind: 'detachForced', hub: HUB });
      await eventually(() => hub().partitions[0]!.state === 'starting', 'the receiver is gone');
      await send([signIn('after')]);
      assert.equal(
        standingOf(hub(), hub().partitions[0]!)?.code,
        'storage_unreachable',
        'and not what ended the receiver',
      );
      speak();
      await state.when(() => state.ids().length === 3, 'reading begins again');
      await eventually(() => hub().trouble === null, 'nothing stands in the way any more');
    });
  } finally {
    await proxy.close();
  }
});

test('while storage says nothing, turns of reading do not wait for it', async () => {
  const { connectionString } = await sharedAzurite();
  const front = await openStorageFront(connectionString);
  try {
    await withStack({}, async ({ state, start, send }) => {
      const storage = { connectionString: front.connectionString };
      const consumer = await start({ storage, tuning: { ...FAST, attemptMs: 1_500 } });
      await send([signIn('before')]);
      await state.when(() => state.ids().length === 1, 'the first fact');
      const speak = front.beSilent();
      await eventually(() => consumer.status().hubs[0]!.trouble !== null, 'what is silent is told');
      const before = front.givenUp;
      for (let turn = 1; turn <= 20; turn++) {
        await send([signIn(`during ${turn}`)]);
        await state.when(() => state.ids().length === 1 + turn, 'a fact during the silence');
      }
      assert.ok(front.givenUp - before < 20, `${front.givenUp - before} questions were given up on during 20 turns`);
      speak();
      await eventually(() => consumer.status().hubs[0]!.trouble === null, 'nothing stands in the way any more');
    });
  } finally {
    await front.close();
  }
});
