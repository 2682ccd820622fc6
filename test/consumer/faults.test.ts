/** Faults between the consumer and Event Hubs: each ends with every event applied, without help. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { FaultRequest } from '../../local/eventhubs/endpoint.ts';
import { eventually, FAST, HUB, idsOf, type Stack, signIn, stopAzurite, withStack } from './stack.ts';

after(stopAzurite);

const faults: readonly (FaultRequest & { readonly lasts?: boolean })[] = [
  { kind: 'drop' },
  { kind: 'drop', hub: HUB, partition: '0', count: 7 },
  { kind: 'detachForced', hub: HUB },
  { kind: 'stolen', hub: HUB },
  { kind: 'duplicate', hub: HUB, count: 40 },
  { kind: 'serverBusy', hub: HUB, ms: 600 },
  { kind: 'cbs401', ms: 600 },
];

for (const fault of faults) {
  test(`nothing is lost by ${fault.kind}${fault.count ? ` after ${fault.count} deliveries` : ''}`, async () => {
    await withStack({ partitions: 2 }, async (stack) => {
      const { state, hubs } = stack;
      const consumer = await stack.start({ tuning: { ...FAST, ownershipMs: 300_000 } });
      await stack.send(idsOf('a', 20).map(signIn), '0');
      await stack.send(idsOf('b', 20).map(signIn), '1');
      await state.when(() => state.ids().length === 40, 'the facts before');
      hubs.faults.inject(fault);
      // What waits for a new link only strikes if there is one to open.
      if (fault.kind === 'cbs401' || fault.kind === 'serverBusy') hubs.faults.inject({ kind: 'drop' });
      await eventually(() => sends(() => stack.send(idsOf('c', 30).map(signIn), '0')), 'the hub takes events again');
      await stack.send(idsOf('d', 30).map(signIn), '1');
      await state.when(() => state.ids().length === 100, 'the facts after');
      await state.when(() => state.stored(HUB, '0')!.sequenceNumber >= 49, 'the position at the end');
      await eventually(() => consumer.status().hubs[0]!.partitions.every((one) => one.state === 'reading'), 'reading');
      assert.deepEqual(state.gaps, []);
      assert.deepEqual(stack.faults, []);
    });
  });
}

async function sends(send: () => Promise<void>): Promise<boolean> {
  try {
    await send();
    return true;
  } catch {
    return false;
  }
}

test('a consumer whose links were detached leaves no timer behind', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  await withStack({ partitions: 2 }, async (stack) => {
    const consumer = await stack.start();
    const partitions = () => consumer.status().hubs[0]!.partitions;
    for (let round = 1; round <= 3; round++) {
      await eventually(() => partitions().every(({ state }) => state === 'reading'), 'reading');
      await eventually(() => readers(stack) === 2, 'two links');
      stack.hubs.faults.inject({ kind: 'detachForced', hub: HUB });
      await eventually(() => partitions().every(({ totals }) => totals.restarts >= round), 'new receivers');
    }
  });
  await eventually(() => timers() <= before, 'no timer is left', 5_000);
});

const readers = ({ hubs }: Stack) => hubs.state().hubs[0]!.partitions.filter((one) => one.readers.length > 0).length;

test('a hub that does not answer for a while costs no partition that is being read', async () => {
  await withStack({}, async (stack) => {
    const { state, hubs } = stack;
    // Shorter than the silence of the hub: someone must renew it meanwhile.
    const consumer = await stack.start({ tuning: { ...FAST, ownershipMs: 1_500, attemptMs: 500 } });
    await stack.send([signIn('before')]);
    await state.when(() => state.ids().length === 1, 'the first fact');
    hubs.faults.inject({ kind: 'managementTimeout' });
    const silentAt = performance.now();
    await eventually(() => performance.now() - silentAt > 4_000, 'more silence than an ownership lasts');
    await stack.send([signIn('during')]);
    await state.when(() => state.ids().length === 2, 'the fact during the silence');
    assert.equal(consumer.status().hubs[0]!.partitions[0]!.totals.restarts, 0);
    const [record] = await stack.checkpoints.listOwnership(...stack.names);
    // The store tells whole seconds.
    assert.ok(Date.now() - record!.lastModifiedTimeInMs! < 2_500, 'the ownership is kept fresh');
  });
});

test('a partition that is behind and gets nothing is started again, and then the client is made anew', async () => {
  await withStack({}, async (stack) => {
    const { state, hubs } = stack;
    const consumer = await stack.start({ tuning: { ...FAST, silentMs: 800 } });
    await stack.send([signIn('before')]);
    await state.when(() => state.ids().length === 1, 'the first fact');
    hubs.faults.inject({ kind: 'freezeCredit', hub: HUB, partition: '0' });
    // Named, the partition would hold up the producer as well.
    await stack.send([signIn('held-back')], null);
    await eventually(() => consumer.status().hubs[0]!.partitions[0]!.totals.restarts > 0, 'a new receiver');
    await eventually(() => consumer.status().hubs[0]!.renewals > 0, 'a new client');
    hubs.faults.clear();
    await stack.send([signIn('after')]);
    await state.when(() => state.ids().length === 3, 'the facts held back and after');
    await eventually(() => consumer.status().hubs[0]!.renewals === 0, 'progress makes it well again');
  });
});

test('a partition that no one writes to is seen to be read to its end, again and again', async () => {
  await withStack({ partitions: 2 }, async (stack) => {
    const { state } = stack;
    await stack.start();
    await stack.send(idsOf('a', 3).map(signIn), '0');
    await state.when(() => state.ids().length === 3, 'three facts');
    const readToEndAt = (partition: string) => state.progress.get(`${HUB}/${partition}`)?.readToEndAt ?? 0;
    const seen = Date.now();
    for (const partition of ['0', '1']) {
      await state.when(() => readToEndAt(partition) > seen, `partition ${partition} read to its end`);
      const first = readToEndAt(partition);
      await state.when(() => readToEndAt(partition) > first, `partition ${partition} read to its end later`);
    }
    assert.equal(state.progress.get(`${HUB}/0`)?.lagEvents, 0);
  });
});

test('while facts cannot be applied a partition is not read to its end', async () => {
  await withStack({}, async (stack) => {
    const { state } = stack;
    const consumer = await stack.start();
    const partition = () => consumer.status().hubs[0]!.partitions[0]!;
    await eventually(() => partition().readToEndAt !== null, 'read to its end while empty');
    state.tap = (step) => {
      if (step === 'apply') throw Object.assign(new Error('Down.'), { code: 'state_unavailable' });
    };
    await stack.send([signIn('a')]);
    const sent = Date.now();
    await eventually(() => partition().lastEnqueuedSequenceNumber === 0, 'the end is known');
    const stopped = partition().readToEndAt!;
    assert.ok(stopped <= sent);
    await eventually(() => Date.now() - sent > 3 * FAST.pollMs!, 'more questions');
    assert.equal(partition().readToEndAt, stopped);
    assert.equal(partition().lagEvents, 1);
  });
});
