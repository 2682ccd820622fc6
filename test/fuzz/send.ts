/** Sends requests that no well-behaved client would, as bytes of HTTP, and reads the answer whole, or a stream up to where it is quiet. */
import { Agent, request as httpRequest, type OutgoingHttpHeaders } from 'node:http';

export interface Sent {
  readonly method: string;
  /** Path and query as they go out: ASCII without spaces. */
  readonly target: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer | null;
}

/** Where one asks, and with what key. */
export interface Door {
  readonly url: string;
  readonly key: string;
}

export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 8 });
/** What takes longer hangs. */
const ANSWER_MS_MAX = 30_000;

export function send({ url, key }: Door, { method, target, headers, body }: Sent): Promise<Got> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    // A length in every case: Node leaves it out where a method usually has no body, and the body would be the next request.
    const length = body === null ? {} : { 'content-length': body.length };
    const request = httpRequest({
      agent,
      hostname,
      port,
      method,
      path: target,
      headers: { host: 'localhost', authorization: `Bearer ${key}`, ...headers, ...length },
    });
    request.setTimeout(ANSWER_MS_MAX, () => request.destroy(new Error(`no answer to ${method} ${target}`)));
    request.once('error', reject);
    request.once('response', (response) => {
      const pieces: Buffer[] = [];
      const done = () => {
        const { statusCode: status = 0, headers: given } = response;
        resolve({ status, headers: given, body: Buffer.concat(pieces).toString() });
      };
      response.on('data', (piece: Buffer) => {
        pieces.push(piece);
        // A stream never ends by itself: once it is quiet, which it says in a comment, all that there was has been told.
        if (!isStream(response.headers) || !/^:/m.test(String(piece))) return;
        done();
        request.destroy();
      });
      response.once('end', done);
      response.once('error', reject);
    });
    request.end(body ?? undefined);
  });
}

const isStream = (headers: Readonly<Record<string, unknown>>): boolean =>
  String(headers['content-type']).startsWith('text/event-stream');
