/** Partitions that were quiet for long, or brought small events only, and then a flood of large ones: memory keeps its bound. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually, FAST, HUB, idsOf, type Stack, signIn, stopAzurite, withStack } from './stack.ts';

after(stopAzurite);

const KIB = 1024;
const MIB = 1024 * KIB;
const PARTITIONS = 3;
const LARGE = 500 * KIB;
const PREFETCH_BYTES = 8 * MIB;

/** A sign-in and white space, which is JSON too. */
const large = (id: string): Buffer => Buffer.concat([signIn(id), Buffer.alloc(LARGE, ' ')]);
const readers = (stack: Stack) => stack.hubs.state().hubs[0]!.partitions.map(({ readers: [reader] }) => reader);

test('small events for long, then a flood of large ones: what is under way stays within the bounds', async () => {
  await withStack({ partitions: PARTITIONS }, async (stack) => {
    const { state, hubs } = stack;
    const tuning = {
      ...FAST,
      receiveWaitMs: 20,
      batchEventsMax: 300,
      prefetchBytesMax: PREFETCH_BYTES,
      inFlightBytesMax: MIB,
    };
    const consumer = await stack.start({ tuning });
    const partitions = Array.from({ length: PARTITIONS }, (_, i) => String(i));
    for (let i = 0; i < 30; i++) {
      for (const partition of partitions) hubs.enqueue(HUB, partition, signIn(`small ${partition} ${i}`));
      await state.when(() => state.ids().length === (i + 1) * PARTITIONS, 'a small event of each');
    }
    const before = readers(stack).map((reader) => reader!.delivered);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isHeld = true;
    let most = 0;
    state.tap = (step) => {
      if (step !== 'apply') return;
      most = Math.max(most, consumer.status().inFlightBytes);
      return isHeld ? held : undefined;
    };
    for (const partition of partitions)
      for (const id of idsOf(`large ${partition}`, 150)) hubs.enqueue(HUB, partition, large(id));
    const delivered = () => readers(stack).map((reader, i) => reader!.delivered - before[i]!);
    let [last, since] = ['', performance.now()];
    await eventually(() => {
      const now = String(delivered());
      if (now !== last) [last, since] = [now, performance.now()];
      return delivered().every((count) => count > 0) && performance.now() - since > 700;
    }, 'no more comes');
    const under = delivered().map((count) => count * LARGE);
    process.stdout.write(`under way: ${under.map((bytes) => (bytes / MIB).toFixed(1)).join(', ')} MiB\n`);
    isHeld = false;
    release();
    await state.when(() => state.ids().length === PARTITIONS * 180, 'all facts', 60_000);
    assert.ok(most > 0 && most <= MIB, `${most} bytes in work`);
    // An event may be eight times as large as the smallest that is reckoned with; these are four times as large,
    // and what a handler has in hand comes on top.
    assert.ok(
      under.every((bytes) => bytes <= 5 * PREFETCH_BYTES),
      String(under),
    );
    await eventually(() => consumer.status().inFlightBytes === 0, 'nothing is in work');
  });
});
