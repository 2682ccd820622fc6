/** How much may be sent ahead, and be in work, is bounded in bytes: the larger the events, the fewer. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually, FAST, HUB, stopAzurite, withStack } from './stack.ts';

after(stopAzurite);

const MIB = 1024 * 1024;

test('of large events no more come ahead than fit into the bytes allowed', async () => {
  await withStack({}, async (stack) => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    stack.state.tap = (step) => (step === 'apply' ? held : undefined);
    // An event counts as a quarter of a MiB before any was seen, and these are as large.
    await stack.start({ tuning: { ...FAST, receiveWaitMs: 20, prefetchBytesMax: MIB } });
    const reader = () => stack.hubs.state().hubs[0]!.partitions[0]!.readers[0];
    await eventually(() => (reader()?.credit ?? 0) > 0, 'the first credit');
    for (let i = 0; i < 20; i++) stack.hubs.enqueue(HUB, '0', Buffer.alloc(MIB / 4, 'x'));
    await eventually(() => reader()?.credit === 0, 'the credit is used');
    const { delivered } = reader()!;
    assert.ok(delivered <= 4, `${delivered} delivered`);
    release();
    await stack.state.when(
      () => stack.state.batches.flatMap((batch) => batch.deadLetters).length === 20,
      'all of them',
    );
  });
});

test('of all partitions together no more is in work than the bytes allowed', async () => {
  await withStack({ partitions: 4 }, async (stack) => {
    let working = 0;
    let most = 0;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    stack.state.tap = async (step) => {
      if (step !== 'apply') return;
      working++;
      most = Math.max(most, working);
      await held;
      working--;
    };
    await stack.start({ tuning: { ...FAST, inFlightBytesMax: MIB / 2 } });
    const readers = () => stack.hubs.state().hubs[0]!.partitions.flatMap((partition) => partition.readers);
    await eventually(() => readers().length === 4, 'all partitions are read');
    for (const partition of ['0', '1', '2', '3']) stack.hubs.enqueue(HUB, partition, Buffer.alloc(MIB / 4, 'x'));
    await eventually(() => readers().every(({ delivered }) => delivered === 1), 'all four events are here');
    await eventually(() => working >= 2, 'two of them in work');
    // Nothing tells that another would have begun by now.
    await delay(500);
    assert.equal(most, 2);
    release();
    await stack.state.when(() => stack.state.batches.flatMap((batch) => batch.deadLetters).length === 4, 'all of them');
    assert.equal(most, 2);
  });
});
