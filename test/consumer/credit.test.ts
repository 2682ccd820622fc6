/** How much the client library may be sent ahead: bounded in events and in bytes, however long it was quiet. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Link } from '../../src/consumer/link.ts';
import { eventually, FAST, HUB, idsOf, type Stack, signIn, stopAzurite, withStack } from './stack.ts';

after(stopAzurite);

const reader = (stack: Stack) => stack.hubs.state().hubs[0]!.partitions[0]!.readers[0];

test('credit does not grow while a partition is quiet', async () => {
  await withStack({}, async (stack) => {
    const tuning = { ...FAST, receiveWaitMs: 20, batchEventsMax: 10 };
    const consumer = await stack.start({ tuning });
    await eventually(() => reader(stack)?.credit === 10, 'the first credit');
    let most = 0;
    const began = performance.now();
    // Each wait of 20 ms would add ten.
    await eventually(() => {
      most = Math.max(most, reader(stack)?.credit ?? 0);
      return performance.now() - began > 1_000;
    }, 'fifty waits');
    assert.equal(most, 10);
    assert.equal(consumer.status().hubs[0]!.partitions[0]!.totals.restarts, 0);
  });
});

test('a flood while a batch is held up comes only as far as the credit', async () => {
  await withStack({}, async (stack) => {
    const { state } = stack;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    state.tap = (step) => (step === 'apply' ? held : undefined);
    // So many bytes that only the number bounds.
    const prefetchBytesMax = 64 * 1024 * 1024;
    await stack.start({ tuning: { ...FAST, receiveWaitMs: 20, batchEventsMax: 20, prefetchBytesMax } });
    await eventually(() => reader(stack) !== undefined, 'a reader');
    const began = performance.now();
    await eventually(() => performance.now() - began > 500, 'some quiet, in which credit would grow');
    await stack.send(idsOf('a', 500).map(signIn));
    await eventually(() => (reader(stack)?.delivered ?? 0) >= 20, 'the credit is used');
    const { delivered } = reader(stack)!;
    assert.ok(delivered <= 20, `${delivered} delivered`);
    release();
    await state.when(() => state.ids().length === 500, 'all facts');
    await state.when(() => state.stored(HUB, '0')?.sequenceNumber === 499, 'the position at the end');
  });
});

test('the larger the events, the fewer may be under way', () => {
  const level = new Link(8 * 1024 * 1024);
  assert.equal(level.eventsMax, 32, 'before any has been seen');
  level.note(1, 1024 * 1024);
  assert.equal(level.eventsMax, 8);
  for (let i = 0; i < 40; i++) level.note(1, 100);
  assert.equal(level.eventsMax, 64, 'large ones may come again');
  level.note(1, 100 * 1024 * 1024);
  assert.equal(level.eventsMax, 1, 'one always may');
});

test('a partition in full flow may have twice as many under way as one of few events at a time', () => {
  const level = new Link(8 * 1024 * 1024);
  const after = (events: number) => {
    for (let i = 0; i < 20; i++) level.note(events, 100);
    return level.eventsMax;
  };
  assert.equal(after(32), 128);
  assert.equal(after(31), 64);
  assert.equal(after(128), 128);
});
