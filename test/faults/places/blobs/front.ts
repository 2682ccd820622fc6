/** What stands before blob storage and knows requests from answers: it passes them on as they are, unless told otherwise. */
import { once } from 'node:events';
import http from 'node:http';
import type net from 'node:net';
import { setTimeout as later } from 'node:timers/promises';

/** Ends what it was given for; calling it again does nothing. */
export type End = () => void;

export interface Front {
  readonly port: number;
  /** Requests are answered with 503 as the service does that has too much to do; nothing is done. */
  busy(): End;
  /** Requests are neither passed on nor answered; at the end, those that still wait are cut. */
  silent(): End;
  /** Requests are passed on so many milliseconds later. */
  slow(ms: number): End;
  /** What writes is passed on and done, and then the connection is cut instead of an answer. */
  unanswered(): End;
  /** Ends all that was begun. */
  mend(): void;
  close(): Promise<void>;
}

interface Mode {
  readonly kind: 'busy' | 'silent' | 'slow' | 'unanswered';
  readonly ms: number;
}

const busyAnswer =
  '<?xml version="1.0" encoding="utf-8"?><Error><Code>ServerBusy</Code><Message>The server is busy.</Message></Error>';
/** They are about one connection, and there are two. */
const hopHeaders = new Set(['connection', 'keep-alive']);
const readingMethods = new Set(['GET', 'HEAD']);

/** `target` is the port on this machine where the storage listens. */
export async function openFront(target: number): Promise<Front> {
  const modes = new Set<Mode>();
  const waiting = new Set<net.Socket>();
  const find = (kind: Mode['kind']) => [...modes].find((mode) => mode.kind === kind);
  const server = http.createServer(async (request, response) => {
    const { socket } = request;
    if (find('silent')) {
      waiting.add(socket);
      socket.once('close', () => waiting.delete(socket));
      return;
    }
    const slow = find('slow');
    if (slow) await later(slow.ms);
    if (find('busy')) {
      request.resume();
      const headers = { 'content-type': 'application/xml', 'x-ms-error-code': 'ServerBusy' };
      response.writeHead(503, headers).end(busyAnswer);
      return;
    }
    passOn(request, response, target, () => find('unanswered') !== undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const end = (mode: Mode): void => {
    if (!modes.delete(mode) || find('silent')) return;
    for (const socket of waiting) socket.destroy();
  };
  const begin = (kind: Mode['kind'], ms = 0): End => {
    const mode = { kind, ms };
    modes.add(mode);
    return () => end(mode);
  };
  const mend = (): void => {
    for (const mode of modes) end(mode);
  };
  return {
    port: (server.address() as net.AddressInfo).port,
    busy: () => begin('busy'),
    silent: () => begin('silent'),
    slow: (ms) => begin('slow', ms),
    unanswered: () => begin('unanswered'),
    mend,
    async close() {
      mend();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The signature covers headers and address as they are, so nothing of them may change. */
function passOn(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  port: number,
  isUnanswered: () => boolean,
): void {
  const headers = keptHeaders(request.rawHeaders);
  const options = { host: '127.0.0.1', port, method: request.method!, path: request.url!, headers, agent: false };
  const onward = http.request(options, (answer) => {
    if (isUnanswered() && !readingMethods.has(request.method!)) {
      answer.resume();
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.statusCode!, answer.statusMessage, keptHeaders(answer.rawHeaders));
    answer.pipe(response);
    answer.on('error', () => request.socket.destroy());
  });
  onward.on('error', () => request.socket.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}

/** Names and values by turns, as they came. */
function keptHeaders(raw: readonly string[]): string[] {
  return raw.filter((_, i) => !hopHeaders.has(raw[i - (i % 2)]!.toLowerCase()));
}
