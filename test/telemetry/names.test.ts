/** Traces are named by what they are about, and those of callers are believed only where they are well formed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOfEvent, nameOfRevision, parentOf, traceparent } from '../../src/telemetry/names.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

test('a trace that a caller sends is read as W3C says, and what is no such thing is no trace', () => {
  const read = (text: string | undefined) => parentOf(text);
  assert.deepEqual(read(`00-${TRACE}-${SPAN}-01`), { traceId: TRACE, spanId: SPAN, isSampled: true });
  assert.deepEqual(read(`00-${TRACE}-${SPAN}-00`), { traceId: TRACE, spanId: SPAN, isSampled: false });
  assert.equal(read(`00-${TRACE}-${SPAN}-ff`)?.isSampled, true);
  assert.equal(read(`cc-${TRACE}-${SPAN}-01-what-comes-later`)?.traceId, TRACE);
  for (const bad of [
    undefined,
    '',
    'nonsense',
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`,
  ])
    assert.equal(read(bad), null, bad);
});

test('what is sent on is read back as it was', () => {
  for (const isSampled of [true, false])
    assert.deepEqual(parentOf(traceparent({ traceId: TRACE, spanId: SPAN }, isSampled)), {
      ...{ traceId: TRACE, spanId: SPAN, isSampled },
    });
});

test('one event has one name wherever it is made, and another event another', () => {
  const event = { hub: 'h', partition: '1', sequenceNumber: 7, enqueuedAt: 1_000 };
  assert.deepEqual(nameOfEvent({ ...event }), nameOfEvent(event));
  const names = [
    nameOfEvent(event),
    nameOfEvent({ ...event, hub: 'g' }),
    nameOfEvent({ ...event, partition: '2' }),
    nameOfEvent({ ...event, sequenceNumber: 8 }),
    nameOfEvent({ ...event, enqueuedAt: 1_001 }),
    nameOfRevision({ id: 'h', revision: 1, updatedAt: 7 }),
    nameOfRevision({ id: 'h', revision: 2, updatedAt: 7 }),
    nameOfRevision({ id: 'h', revision: 1, updatedAt: 8 }),
    nameOfRevision({ id: 'g', revision: 1, updatedAt: 7 }),
  ];
  assert.equal(new Set(names.map(({ traceId }) => traceId)).size, names.length);
  assert.equal(new Set(names.map(({ spanId }) => spanId)).size, names.length);
  for (const name of names) assert.notEqual(parentOf(traceparent(name, true)), null);
});
