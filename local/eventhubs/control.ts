/** The control port: faults and state over HTTP, for tests in other processes and for people with curl. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { faultKinds } from './faultKinds.ts';
import { FaultRequestError, type Faults } from './inject.ts';
import type { EndpointState } from './state.ts';

export interface Control {
  /** Where it listens, `http://127.0.0.1:PORT`. */
  readonly url: string;
  close(): Promise<void>;
}

const bodyBytesMax = 64 * 1024;
/** Never anything else: whoever reaches this port can delete hubs. */
const loopback = '127.0.0.1';

class BadBody extends Error {}

/** Starts the control port; `port` 0 takes any. Rejects if the port is taken. */
export async function startControl(port: number, faults: Faults, state: () => EndpointState): Promise<Control> {
  const server = http.createServer((request, response) => {
    answer(request, faults, state)
      .catch((error: unknown): Reply => failure(error))
      .then(({ status, body }) => {
        const text = body === undefined ? '' : `${JSON.stringify(body)}\n`;
        response.writeHead(status, { 'content-type': 'application/json' }).end(text);
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, loopback, resolve);
  });
  return {
    url: `http://${loopback}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

async function answer(request: http.IncomingMessage, faults: Faults, state: () => EndpointState): Promise<Reply> {
  const route = `${request.method} ${request.url?.split('?')[0]}`;
  switch (route) {
    case 'GET /state':
      return { status: 200, body: state() };
    case 'GET /faults':
      return { status: 200, body: { faults: faults.list() } };
    case 'DELETE /faults':
      faults.clear();
      return { status: 204 };
    case 'POST /faults':
      return { status: 200, body: faults.inject((await readJson(request)) as Parameters<Faults['inject']>[0]) };
    default:
      return {
        status: 404,
        body: { problems: [`There is no ${route}; there are: GET /state, GET, POST and DELETE /faults.`] },
      };
  }
}

function failure(error: unknown): Reply {
  if (error instanceof FaultRequestError) return { status: 400, body: { problems: error.problems, kinds: faultKinds } };
  if (error instanceof BadBody) return { status: 400, body: { problems: [error.message], kinds: faultKinds } };
  return { status: 500, body: { problems: [String(error)] } };
}

async function readJson(request: http.IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) throw new BadBody(`The body is larger than ${bodyBytesMax} bytes.`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw new BadBody(`The body is no JSON: ${(error as Error).message}`);
  }
}
