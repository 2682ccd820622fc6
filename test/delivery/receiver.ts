/** A receiver of webhooks on loopback: it notes what came, verified by the reference, and answers as it is told. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook as Reference } from 'standardwebhooks';
import { eventually } from '../e2e/waiting.ts';

export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
export const OTHER_SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

export interface Got {
  readonly id: string;
  readonly at: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  readonly event: {
    readonly id: string;
    readonly type: string;
    readonly subject: string;
    readonly data: { readonly id: string; readonly revision: number; readonly tenantId: string };
  };
}

/** Answers with a status and headers, or does with the answer what it likes. */
export type Behaviour =
  | number
  | { readonly status: number; readonly headers?: Record<string, string> }
  | ((got: Got, response: http.ServerResponse) => void);

export interface Receiver {
  readonly url: string;
  readonly port: number;
  /** Everything that came and was verified, in the order of arrival. */
  readonly got: Got[];
  /** What came and was not. */
  readonly refused: string[];
  /** Requests under way, and the most there ever were. */
  readonly load: { now: number; most: number };
  answer: Behaviour;
  /** Resolves once so many have come. */
  until(count: number): Promise<readonly Got[]>;
  close(): Promise<void>;
}

export async function openReceiver(answer: Behaviour = 204, secret = SECRET, port = 0): Promise<Receiver> {
  const reference = new Reference(secret);
  const got: Got[] = [];
  const refused: string[] = [];
  const load = { now: 0, most: 0 };
  const server = http.createServer(async (request, response) => {
    load.now += 1;
    load.most = Math.max(load.most, load.now);
    response.on('close', () => {
      load.now -= 1;
    });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    try {
      reference.verify(body, request.headers as Record<string, string>);
    } catch (error) {
      refused.push((error as Error).message);
      response.writeHead(401).end();
      return;
    }
    const one = { id: String(request.headers['webhook-id']), at: Date.now(), headers: request.headers, body };
    const whole: Got = { ...one, event: JSON.parse(body) as Got['event'] };
    got.push(whole);
    const { answer: now } = receiver;
    if (typeof now === 'function') return now(whole, response);
    const { status, headers = {} } = typeof now === 'number' ? { status: now } : now;
    response.writeHead(status, headers).end();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: own } = server.address() as AddressInfo;
  const receiver: Receiver = {
    ...{ url: `http://127.0.0.1:${own}/in`, port: own, got, refused, load, answer },
    async until(count) {
      await eventually(
        () => got.length >= count,
        () => `${got.length} of ${count} came`,
      );
      return got;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
  return receiver;
}
