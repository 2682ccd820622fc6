/** Each way in which the proxy fails is seen by those who are connected through it, and by nobody after its end. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { after, afterEach, before, describe, test } from 'node:test';
import { startProxy, type TcpProxy } from '../../../local/proxy.ts';
import { diceOf } from '../../oracle/dice.ts';
import { networkFaults } from './network.ts';

const BIG = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));

/** Answers with what it was sent. */
interface Echo {
  readonly server: net.Server;
  /** All that it was sent, by whomever. */
  received: Buffer;
  readonly chunks: Buffer[];
}

async function openEcho(): Promise<Echo> {
  const echo: Echo = { server: net.createServer(), received: Buffer.alloc(0), chunks: [] };
  echo.server.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      echo.chunks.push(bytes);
      echo.received = Buffer.concat([echo.received, bytes]);
      socket.write(bytes);
    });
  });
  echo.server.listen(0, '127.0.0.1');
  await once(echo.server, 'listening');
  return echo;
}

const portOf = ({ server }: Echo): number => (server.address() as net.AddressInfo).port;

/** A connection that remembers what came, and can be waited for. */
class Caller {
  readonly socket: net.Socket;
  readonly closed: Promise<unknown>;
  #came = Buffer.alloc(0);

  constructor(port: number) {
    this.socket = net.connect(port, '127.0.0.1');
    this.socket.on('error', () => {});
    this.socket.on('data', (bytes: Buffer) => {
      this.#came = Buffer.concat([this.#came, bytes]);
    });
    this.closed = new Promise((resolve) => this.socket.once('close', resolve));
  }

  get came(): Buffer {
    return this.#came;
  }

  async untilCame(count: number): Promise<Buffer> {
    while (this.#came.length < count) await once(this.socket, 'data');
    return this.#came;
  }

  async ask(bytes: string | Buffer): Promise<Buffer> {
    const before = this.#came.length;
    this.socket.write(bytes);
    return (await this.untilCame(before + bytes.length)).subarray(before);
  }
}

describe('what a network does', { timeout: 30_000 }, () => {
  let echo: Echo;
  let proxy: TcpProxy;
  before(async () => {
    echo = await openEcho();
    proxy = await startProxy({ target: { host: '127.0.0.1', port: portOf(echo) } });
  });
  afterEach(() => proxy.mend());
  after(async () => {
    await proxy.close();
    echo.server.close();
  });

  async function connected(): Promise<Caller> {
    const caller = new Caller(proxy.port);
    assert.equal(String(await caller.ask('hello')), 'hello');
    return caller;
  }
  /** By then the proxy, which is in this process, has read what was written before: sockets are read by turns. */
  async function read(): Promise<void> {
    const other = new Caller(portOf(echo));
    const received = echo.received;
    for (let round = 0; round < 3; round++) await other.ask('round');
    echo.received = received;
    other.socket.destroy();
  }
  const begin = (kind: string) =>
    networkFaults('hubs', [proxy])
      .find(({ name }) => name === `network.hubs.${kind}`)!
      .begin(diceOf(1));

  test('nothing: all bytes get through, both ways, and so does the end', async () => {
    const caller = await connected();
    assert.ok((await caller.ask(BIG)).equals(BIG));
    caller.socket.end();
    await caller.closed;
  });

  test('cut: who is connected is cut off, and can connect again', async () => {
    const caller = await connected();
    const end = await begin('cut');
    await caller.closed;
    (await connected()).socket.destroy();
    await end();
  });

  test('refuse: nobody is let in until the end', async () => {
    const caller = await connected();
    const end = await begin('refuse');
    await caller.closed;
    await new Caller(proxy.port).closed;
    await end();
    (await connected()).socket.destroy();
  });

  test('halfOpen: nothing gets through while sockets stay open, and a stream with a gap never goes on', async () => {
    const [talker, listener] = [await connected(), await connected()];
    echo.received = Buffer.alloc(0);
    const end = await begin('halfOpen');
    await new Promise<void>((resolve) => talker.socket.write('lost', () => resolve()));
    const late = new Caller(proxy.port);
    await once(late.socket, 'connect');
    await new Promise<void>((resolve) => late.socket.write('lost', () => resolve()));
    await read();
    assert.deepEqual([talker.socket.closed, late.socket.closed], [false, false]);
    await end();
    await Promise.all([talker.closed, late.closed]);
    assert.equal(String(await listener.ask('still here')), 'still here');
    assert.equal(String(echo.received), 'still here');
    listener.socket.destroy();
  });

  test('halfOpen: that the other side has gone does not get through', async () => {
    const other = await openEcho();
    const line = await startProxy({ target: { host: '127.0.0.1', port: portOf(other) } });
    const sockets: net.Socket[] = [];
    other.server.on('connection', (socket) => sockets.push(socket));
    const caller = new Caller(line.port);
    await caller.ask('hello');
    const end = line.halfOpen();
    sockets[0]!.destroy();
    await once(sockets[0]!, 'close');
    await read();
    assert.equal(caller.socket.closed, false);
    end();
    await caller.closed;
    await line.close();
    other.server.close();
  });

  test('forget: nothing gets through on what is there, nobody is told, and who connects anew gets through', async () => {
    const caller = await connected();
    echo.received = Buffer.alloc(0);
    const given = proxy.forget();
    await new Promise<void>((resolve) => caller.socket.write('lost', () => resolve()));
    const next = await connected();
    await read();
    assert.equal(String(echo.received), 'hello');
    assert.deepEqual([caller.socket.closed, String(caller.came)], [false, 'hello']);
    caller.socket.destroy();
    await given;
    assert.equal(String(await next.ask('still here')), 'still here');
    next.socket.destroy();
  });

  test('hold: what is sent waits until the end, and comes in order', async () => {
    const caller = await connected();
    echo.received = Buffer.alloc(0);
    const end = await begin('hold');
    caller.socket.write('one ');
    await new Promise<void>((resolve) => caller.socket.write('two', () => resolve()));
    await read();
    assert.equal(echo.received.length, 0);
    await end();
    assert.equal(String((await caller.untilCame(12)).subarray(5)), 'one two');
    caller.socket.destroy();
  });

  test('hold: who gives up meanwhile leaves nothing behind', async () => {
    const caller = await connected();
    const end = await begin('hold');
    caller.socket.write('never mind');
    proxy.cut();
    await caller.closed;
    await end();
  });

  test('trickle: bytes come one by one, and all of them', async () => {
    const caller = await connected();
    echo.chunks.length = 0;
    const end = await begin('trickle');
    assert.ok((await caller.ask(BIG)).equals(BIG));
    // The system may hand over some together that were sent apart.
    assert.ok(echo.chunks.filter(({ length }) => length < 32).length > 16);
    await end();
    caller.socket.destroy();
  });

  test('delay: what is sent comes later, in order, and nothing is missing', async () => {
    const caller = await connected();
    const end = await begin('delay');
    const since = performance.now();
    assert.ok((await caller.ask(BIG)).equals(BIG));
    // Timers may be early by less than a millisecond: 10 ms is the shortest delay, each way.
    assert.ok(performance.now() - since > 18);
    await end();
    caller.socket.destroy();
  });

  test('cutAnswers: the question gets through and its answer does not, as often as it was said', async () => {
    echo.received = Buffer.alloc(0);
    const caller = await connected();
    proxy.cutAnswers(1, (bytes) => bytes.includes('effect'));
    assert.equal(String(await caller.ask('no matter')), 'no matter');
    caller.socket.write('effect');
    await caller.closed;
    assert.equal(String(caller.came), 'hellono matter');
    assert.equal(String(echo.received), 'hellono mattereffect');
    const next = await connected();
    assert.equal(String(await next.ask('effect')), 'effect');
    next.socket.destroy();
  });

  test('retarget: who connects from now on is led elsewhere, and who is connected stays', async () => {
    const other = await openEcho();
    const caller = await connected();
    proxy.retarget({ host: '127.0.0.1', port: portOf(other) });
    const next = await connected();
    assert.equal(String(other.received), 'hello');
    assert.equal(String(await caller.ask('here')), 'here');
    proxy.retarget({ host: '127.0.0.1', port: portOf(echo) });
    for (const { socket } of [caller, next]) socket.destroy();
    other.server.close();
  });

  test('nobody is there: who connects is cut off', async () => {
    const line = await startProxy({ target: { host: '127.0.0.1', port: 1 } });
    await new Caller(line.port).closed;
    await line.close();
  });

  test('a reader that does not read stops the writer', async () => {
    const writer = net.createServer((socket) => {
      socket.on('error', () => {});
      const more = (): void => {
        while (!socket.destroyed && socket.write(BIG));
      };
      socket.on('drain', more);
      more();
    });
    writer.listen(0, '127.0.0.1');
    await once(writer, 'listening');
    const line = await startProxy({ target: { host: '127.0.0.1', port: (writer.address() as net.AddressInfo).port } });
    const [writing] = (await Promise.all([once(writer, 'connection'), net.connect(line.port, '127.0.0.1')])) as [
      [net.Socket],
      net.Socket,
    ];
    // Buffers of the system take some megabytes; a proxy that takes all would never let this be still.
    let written = -1;
    while (written !== writing[0].bytesWritten) {
      written = writing[0].bytesWritten;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.ok(writing[0].writableLength > 0);
    await line.close();
    writer.close();
  });
});
