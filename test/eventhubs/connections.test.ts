/** Connections below the SDK: heartbeats, silence, strangers, and the close of the endpoint. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import test, { type TestContext } from 'node:test';
import rhea from 'rhea';
import { startEventHubs } from '../../local/eventhubs/endpoint.ts';
import { closeAfter, eventually, openEndpoint, openProducer, partitionState, read, sendAll } from './harness.ts';

const amqpHeader = Buffer.from('AMQP\x00\x01\x00\x00', 'latin1');

/** An AMQP open frame that asks for a heartbeat within so many milliseconds. */
function openFrame(idleTimeoutMs: number): Buffer {
  const idle = Buffer.alloc(5);
  idle[0] = 0x70;
  idle.writeUInt32BE(idleTimeoutMs, 1);
  // container-id "me", then hostname, max-frame-size and channel-max left out, then idle-time-out
  const fields = Buffer.concat([Buffer.from([0xa1, 2, 0x6d, 0x65, 0x40, 0x40, 0x40]), idle]);
  const body = Buffer.concat([Buffer.from([0x00, 0x53, 0x10, 0xc0, fields.length + 1, 5]), fields]);
  const head = Buffer.from([0, 0, 0, 8 + body.length, 2, 0, 0, 0]);
  return Buffer.concat([head, body]);
}

async function connect(t: TestContext, port: number): Promise<net.Socket> {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  closeAfter(t, async () => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

test('a client that asks for heartbeats gets empty frames', async (t) => {
  const endpoint = await openEndpoint(t);
  const socket = await connect(t, endpoint.port);
  socket.write(Buffer.concat([amqpHeader, openFrame(20)]));
  const heartbeat = Buffer.from([0, 0, 0, 8, 2, 0, 0, 0]);
  let heartbeats = 0;
  for await (const chunk of socket) {
    if ((chunk as Buffer).subarray(-8).equals(heartbeat)) heartbeats += 1;
    if (heartbeats === 3) break;
  }
  assert.equal(heartbeats, 3);
});

test('a client that falls silent is cut off', async (t) => {
  const endpoint = await openEndpoint(t, { idleTimeoutMs: 20 });
  const socket = await connect(t, endpoint.port);
  socket.write(Buffer.concat([amqpHeader, openFrame(60_000)]));
  socket.resume();
  await once(socket, 'close');
  await eventually(() => endpoint.state().connections === 0);
});

test('bytes that are no AMQP end their connection and no other', async (t) => {
  const endpoint = await openEndpoint(t);
  await sendAll(openProducer(t, endpoint), ['before']);
  const stranger = await connect(t, endpoint.port);
  stranger.write('GET / HTTP/1.1\r\n\r\n');
  stranger.resume();
  await once(stranger, 'close');
  await sendAll(openProducer(t, endpoint), ['after']);
  await read(t, endpoint).until(2);
});

test('a single message without envelope is taken too, as other clients send it', async (t) => {
  const endpoint = await openEndpoint(t);
  const connection = rhea.create_container().connect({ host: '127.0.0.1', port: endpoint.port, reconnect: false });
  closeAfter(t, async () => connection.close());
  const sender = connection.open_sender('h/Partitions/1');
  await once(sender, 'sendable');
  sender.send({ body: rhea.message.data_section(Buffer.from('"plain"')), subject: 's' });
  await once(sender, 'accepted');
  const [event] = await read(t, endpoint, { partition: '1' }).until(1);
  assert.equal(event!.body, 'plain');
  assert.equal(event!.systemProperties?.['subject'], 's');
});

test('a batch that cannot be read is refused and leaves nothing behind', async (t) => {
  const endpoint = await openEndpoint(t);
  const connection = rhea.create_container().connect({ host: '127.0.0.1', port: endpoint.port, reconnect: false });
  closeAfter(t, async () => connection.close());
  const sender = connection.open_sender('h/Partitions/0');
  await once(sender, 'sendable');
  sender.send(Buffer.from('no AMQP at all'), undefined, 0x80013700);
  const [context] = await once(sender, 'rejected');
  assert.equal(context.delivery.remote_state.error.condition, 'amqp:decode-error');
  assert.equal(partitionState(endpoint).events, 0);
});

test('a port that is taken is refused, and what was opened before it is closed', async (t) => {
  const endpoint = await openEndpoint(t);
  const taken = startEventHubs({ port: endpoint.port, hubs: [{ name: 'h', partitions: 1 }] });
  await assert.rejects(taken, { code: 'EADDRINUSE' });
  const controlPort = Number(new URL(endpoint.controlUrl).port);
  await assert.rejects(startEventHubs({ port: 0, controlPort, hubs: [] }), { code: 'EADDRINUSE' });
});

test('hubs that contradict themselves are refused', async () => {
  const hub = { name: 'h', partitions: 1 };
  await assert.rejects(startEventHubs({ port: 0, hubs: [hub, { ...hub, name: 'H' }] }), /The hub H is named twice/);
  await assert.rejects(startEventHubs({ port: 0, hubs: [{ ...hub, partitions: 0 }] }), /cannot have 0 partitions/);
});

test('an endpoint that closes lets its clients close too', { timeout: 20_000 }, async (t) => {
  const endpoint = await openEndpoint(t);
  const producer = openProducer(t, endpoint);
  await sendAll(producer, ['x']);
  const reading = read(t, endpoint);
  await reading.until(1);
  await endpoint.close();
  await producer.close();
  await reading.close();
  const refused = net.connect(endpoint.port, '127.0.0.1');
  const [error] = await once(refused, 'error');
  assert.equal(error.code, 'ECONNREFUSED');
});
