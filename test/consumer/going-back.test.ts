/** A partition that begins further back than where it was: what it knew of its end no longer holds. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { systemClock } from '../../src/consumer/clock.ts';
import { FAST, HUB, idsOf, signIn, stopAzurite, withStack } from './stack.ts';

after(stopAzurite);

const HOUR_MS = 3_600_000;

test('a partition that is read again has not been read to its end until it has', async () => {
  await withStack({}, async (stack) => {
    const { state } = stack;
    await stack.start({ tuning: { ...FAST, sliceBytesMax: 1 } });
    await stack.send(idsOf('a', 4).map(signIn));
    const progress = () => state.progress.get(`${HUB}/0`);
    await state.when(() => typeof progress()?.readToEndAt === 'number', 'its end');
    state.batches.length = 0;
    const passed: (number | null)[] = [];
    state.tap = (step) => {
      const { position, readToEndAt } = progress() ?? {};
      // Written with the events before the one that is applied now.
      if (step === 'apply' && state.batches.length > 0 && position) passed.push(readToEndAt ?? null);
    };
    state.lost.set('0', { kind: 'lost', after: 0, position: null, detail: 'A test took it away.' });
    await stack.send([signIn('b')]);
    await state.when(() => state.ids().length === 4, 'all after the first event again');
    assert.deepEqual(passed, [null, null, null]);
    await state.when(() => typeof progress()?.readToEndAt === 'number', 'its end again');
  });
});

test('what came while a first start met nothing is not passed over by the next', async () => {
  let now = Date.now() - 47 * HOUR_MS;
  await withStack({ now: () => now }, async (stack) => {
    const { state } = stack;
    await stack.send([signIn('early')]);
    state.tap = (step) => {
      if (step === 'apply') throw Object.assign(new Error('Redis is full.'), { code: 'full' });
    };
    const first = await stack.start();
    await state.when(() => state.begun.length === 1, 'a first start');
    await first.stop();
    state.tap = () => {};
    now += 1;
    // Three days later by our clock: the events of then lie before the time back.
    const clock = { ...systemClock, now: () => Date.now() + 72 * HOUR_MS };
    await stack.start({ clock });
    await state.when(() => state.ids().length === 1, 'the event of then');
    assert.deepEqual(state.ids(), ['early']);
  });
});
