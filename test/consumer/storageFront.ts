/** Stands before blob storage and knows the calls for checkpoints: it keeps a write back, or its answer. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type net from 'node:net';

export interface StorageFront {
  readonly connectionString: string;
  /** The methods of the calls for checkpoints, as they came. */
  readonly calls: string[];
  /** Keeps the next write of a checkpoint; resolves, once it has come, with what lets it go on and tells its status. */
  keepNext(): Promise<() => Promise<number>>;
  /** Has the next write of a checkpoint done, and cuts the connection instead of an answer; resolves when that is done. */
  cutNext(): Promise<void>;
  /** Takes what comes and answers nothing, until what it gives is called. */
  beSilent(): () => void;
  /** Questions whose asker has given up waiting. */
  readonly givenUp: number;
  close(): Promise<void>;
}

type Act = (request: http.IncomingMessage, response: http.ServerResponse) => void;

export async function openStorageFront(target: string): Promise<StorageFront> {
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(target)![1]);
  const calls: string[] = [];
  let next: Act | null = null;
  let [isSilent, givenUp] = [false, 0];
  /** None of these calls has a body. */
  const passOn = async ({ method, url, rawHeaders }: http.IncomingMessage): Promise<http.IncomingMessage> => {
    // The signature covers headers and address, so nothing of them may change.
    const onward = http.request({ host: '127.0.0.1', port, method, path: url, headers: rawHeaders, agent: false });
    onward.end();
    const [answer] = (await once(onward, 'response')) as [http.IncomingMessage];
    return answer;
  };
  const giveBack = (answer: http.IncomingMessage, response: http.ServerResponse): void => {
    response.writeHead(answer.statusCode!, answer.rawHeaders);
    answer.pipe(response);
  };
  const server = http.createServer(async (request, response) => {
    const isCheckpoint = request.url!.includes('/checkpoint/');
    if (isCheckpoint) calls.push(request.method!);
    if (isSilent) return void response.once('close', () => givenUp++);
    const act = next;
    if (act !== null && isCheckpoint && request.method === 'PUT') {
      next = null;
      act(request, response);
    } else giveBack(await passOn(request), response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const here = (server.address() as net.AddressInfo).port;
  const take = (): Promise<Parameters<Act>> => {
    assert.equal(next, null);
    return new Promise((resolve) => {
      next = (...taken) => resolve(taken);
    });
  };
  return {
    connectionString: target.replace(`127.0.0.1:${port}`, `127.0.0.1:${here}`),
    calls,
    async keepNext() {
      const [request, response] = await take();
      return async () => {
        const answer = await passOn(request);
        giveBack(answer, response);
        return answer.statusCode!;
      };
    },
    async cutNext() {
      const [request] = await take();
      (await passOn(request)).resume();
      request.socket.destroy();
    },
    beSilent() {
      isSilent = true;
      return () => {
        isSilent = false;
      };
    },
    get givenUp() {
      return givenUp;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
