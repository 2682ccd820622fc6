/** What stands between a service and what it speaks to: TLS of one's own authority, a proxy, WebSockets on the usual port. */
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { WebSocketServer } from 'ws';
import type { MadeCertificate } from '../access/certificates.ts';

export interface Way {
  readonly port: number;
  close(): Promise<void>;
}

/** Takes TLS off what comes, and passes it on to a port of this machine. */
export async function startTlsFront(certificate: MadeCertificate, target: number): Promise<Way> {
  const server = tls.createServer({ cert: certificate.cert, key: certificate.key }, (socket) => join(socket, target));
  return listen(server);
}

/** The same for AMQP within WebSockets, as the service has it on port 443. */
export async function startWebSocketFront(certificate: MadeCertificate, target: number): Promise<Way> {
  const server = https.createServer({ cert: certificate.cert, key: certificate.key });
  const sockets = new WebSocketServer({
    ...{ server, path: '/$servicebus/websocket' },
    handleProtocols: (protocols) => (protocols.has('AMQPWSB10') ? 'AMQPWSB10' : false),
  });
  sockets.on('connection', (socket) => {
    const behind = net.connect({ host: '127.0.0.1', port: target });
    socket.on('message', (data) => behind.write(data as Buffer));
    behind.on('data', (bytes) => socket.send(bytes));
    socket.on('close', () => behind.destroy());
    socket.on('error', () => behind.destroy());
    behind.on('close', () => socket.close());
    behind.on('error', () => socket.terminate());
  });
  return listen(server);
}

export interface ProxyServer extends Way {
  readonly url: string;
  /** Where it was asked to lead, `HOST:PORT`, in the order of asking. */
  readonly asked: string[];
  /** What it answers in place of leading there; null leads there. */
  status: string | null;
}

/** A proxy that knows CONNECT alone. Names that are not of this machine lead to it all the same. */
export async function startProxyServer(login?: string): Promise<ProxyServer> {
  const asked: string[] = [];
  const state = { status: null as string | null };
  const server = http.createServer((_, response) => response.writeHead(405).end());
  server.on('connect', (request, socket: net.Socket) => {
    socket.on('error', () => {});
    const expected = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
    if (request.headers['proxy-authorization'] !== expected)
      return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    asked.push(request.url ?? '');
    if (state.status !== null) return void socket.end(`HTTP/1.1 ${state.status}\r\ncontent-length: 0\r\n\r\n`);
    const port = Number((request.url ?? '').split(':').at(-1));
    const behind = net.connect({ host: '127.0.0.1', port }, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.pipe(behind).pipe(socket);
    });
    behind.on('error', () => socket.destroy());
    socket.on('close', () => behind.destroy());
  });
  const way = await listen(server);
  return {
    ...{ ...way, asked, url: `http://${login === undefined ? '' : `${login}@`}127.0.0.1:${way.port}` },
    get status() {
      return state.status;
    },
    set status(words) {
      state.status = words;
    },
  };
}

function join(socket: net.Socket, port: number): void {
  const behind = net.connect({ host: '127.0.0.1', port });
  socket.on('error', () => behind.destroy());
  behind.on('error', () => socket.destroy());
  socket.pipe(behind).pipe(socket);
}

async function listen(server: net.Server): Promise<Way> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
