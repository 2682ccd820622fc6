/** The cutting of encoded messages: nothing that a client sends may do more than be refused. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { messageCodec } from '../../local/eventhubs/amqp.ts';
import { cutBatch, cutEvent, DecodeError } from '../../local/eventhubs/sections.ts';

function isCutOrRefused(bytes: Buffer): void {
  for (const cut of [cutEvent, cutBatch]) {
    try {
      cut(bytes);
    } catch (error) {
      assert.ok(error instanceof DecodeError, String(error));
    }
  }
}

test('arbitrary bytes are cut or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => isCutOrRefused(Buffer.from(bytes))),
    { numRuns: 2000 },
  );
});

const message = messageCodec.encode({
  durable: true,
  message_annotations: { 'x-opt-partition-key': 'key', other: 1 },
  message_id: 'id',
  application_properties: { a: 1, b: 'two' },
  body: messageCodec.data_section(Buffer.from('body')),
});

test('a message with a byte changed, or cut short, is cut or refused', () => {
  for (let at = 0; at < message.length; at++) {
    isCutOrRefused(message.subarray(0, at));
    for (const byte of [0, 0x40, 0x53, 0x80, 0xb0, 0xd1, 0xff]) {
      const changed = Buffer.from(message);
      changed[at] = byte;
      isCutOrRefused(changed);
    }
  }
});

test('header, annotations and the rest of a message are kept byte for byte', () => {
  const parts = cutEvent(message);
  assert.deepEqual(
    parts.annotations.map(({ value }) => value),
    ['x-opt-partition-key', 'key', 'other', 1],
  );
  assert.ok(message.includes(parts.header) && parts.header.length > 0);
  assert.ok(message.subarray(-parts.bare.length).equals(parts.bare));
  assert.equal(messageCodec.decode(parts.bare).message_id, 'id');
});
