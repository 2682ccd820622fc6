/**
 * One POST to a webhook: to an address that was looked at, with limits on every part of it, and with no way to be led elsewhere.
 *
 * A proxy is asked for the address that was looked at, and not for the name: it stands in the service's own network, and might
 * find another place under it.
 *
 * Names are resolved here, every address of the answer is held against what the webhook may reach, and the connection goes to
 * one of those and to no other: whoever answers differently the next time is looked at again. Connections are kept for one
 * webhook alone, so that one that is used again was opened under the same rules.
 */
import dns from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { placeOf, type Reach, refusalOf } from './address.ts';
import { retryAfterMs } from './ladder.ts';
import type { Failure } from './ports.ts';
import type { Answer } from './target.ts';

export interface PostTuning {
  /** Until the connection stands, TLS included. */
  readonly connectMs: number;
  /** From the first byte to the end of the answer. */
  readonly answerMs: number;
  /** Connections of one webhook that are kept. */
  readonly socketsMax: number;
}

export const POST_TUNING: PostTuning = { connectMs: 5_000, answerMs: 15_000, socketsMax: 8 };
/** Of an answer nothing but its status matters: what is longer is cut off, and its connection with it. */
const ANSWER_BYTES_MAX = 65_536;
/** A connection without a request is closed before most servers and proxies close it from their side. */
const KEPT_MS = 4_000;

/** Gives all addresses of a name. */
export type Resolve = (host: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

export interface PostOptions {
  readonly url: URL;
  readonly reach: Reach;
  readonly resolve?: Resolve;
  readonly tuning?: Partial<PostTuning>;
  readonly now: () => number;
  /** What leads to the outside; null where nothing has to. Plain http stays within one's own network, and is reached straight. */
  readonly proxy?: string | null;
}

class Refused extends Error {}

const failed = (
  failure: Failure,
  detail: string,
  status: number | null = null,
  wishMs: number | null = null,
): Answer => ({
  ...{ kind: 'failed', failure, detail, status, retryAfterMs: wishMs },
});

export interface Poster {
  post(body: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer>;
  close(): void;
}

const resolveAll: Resolve = (host) => dns.promises.lookup(host, { all: true, verbatim: true });

export function poster({ url, reach, resolve = resolveAll, tuning, now, proxy = null }: PostOptions): Poster {
  const { connectMs, answerMs, socketsMax } = { ...POST_TUNING, ...tuning };
  const isSecure = url.protocol === 'https:';
  const through = isSecure ? proxy : null;
  const kept = { keepAlive: true, timeout: KEPT_MS, maxSockets: socketsMax };
  const agent = through === null ? new (isSecure ? https : http).Agent(kept) : new HttpsProxyAgent(through, kept);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const refusal = (address: string): string | null =>
    refusalOf(address, reach) ??
    (!isSecure && placeOf(address) === 'public' ? `${address} is a public address, and the URL is not https` : null);
  const lookup = guardedLookup(resolve, refusal);

  /** Sends it, to an address that a proxy is to lead to where one is given. */
  const send = (
    body: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
    leadTo: string | null,
  ): Promise<Answer> =>
    new Promise((settle) => {
      const request = (isSecure ? https : http).request(url, {
        ...{ method: 'POST', agent, lookup, maxHeaderSize: ANSWER_BYTES_MAX },
        headers: { ...headers, host: url.host, 'content-length': Buffer.byteLength(body) },
        ...(leadTo !== null && ledTo(leadTo, host)),
      });
      const end = (answer: Answer): void => {
        clearTimeout(connecting);
        clearTimeout(answering);
        signal.removeEventListener('abort', cut);
        settle(answer);
      };
      const breakOff = (answer: Answer): void => {
        end(answer);
        request.destroy();
      };
      const cut = (): void => breakOff({ kind: 'cut' });
      const late = (what: string, ms: number) => () => breakOff(failed('timeout', `No ${what} within ${ms} ms.`));
      const connecting = setTimeout(late('connection', connectMs), connectMs);
      const answering = setTimeout(late('answer', answerMs), answerMs);
      signal.addEventListener('abort', cut, { once: true });
      request.on('socket', (socket) => {
        const stands = (): void => clearTimeout(connecting);
        if (!socket.connecting && request.reusedSocket) stands();
        else socket.once(isSecure ? 'secureConnect' : 'connect', stands);
      });
      // Its word is its own, and never that of the receiver.
      (request as NodeJS.EventEmitter).on('proxyConnect', ({ statusCode }: { statusCode: number }) => {
        if (statusCode !== 200) breakOff(failed('connection', `The proxy does not lead there (${statusCode}).`));
      });
      request.on('error', (error) => end(failureOf(error)));
      request.on('response', (response) => {
        // The status decides: what comes of a body after it, or does not, changes nothing.
        end(answerOf(response, now()));
        drain(response, answerMs);
      });
      request.end(body);
    });

  const post: Poster['post'] = async (body, headers, signal) => {
    // An address in the URL itself is connected to without a look-up.
    const refused = isIP(host) === 0 ? null : refusal(host);
    if (refused !== null) return failed('address_refused', `${refused}.`);
    if (signal.aborted) return { kind: 'cut' };
    if (through === null) return send(body, headers, signal, null);
    const found = isIP(host) === 0 ? await lookedUp(lookup, host, connectMs) : host;
    if (typeof found !== 'string') return found;
    return signal.aborted ? { kind: 'cut' } : send(body, headers, signal, found);
  };
  return { post, close: () => agent.destroy() };
}

/** A request that a proxy is to lead to an address, while to the receiver it is for its host. */
const ledTo = (address: string, host: string): https.RequestOptions => ({
  ...{ host: address, hostname: address },
  ...(isIP(host) === 0 && { servername: host }),
  checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
});

/** One address of a name that may be reached, or why there is none. */
function lookedUp(lookup: LookupFunction, host: string, ms: number): Promise<string | Answer> {
  return new Promise((settle) => {
    const late = setTimeout(() => settle(failed('timeout', `No address within ${ms} ms.`)), ms);
    lookup(host, {}, (error, address) => {
      clearTimeout(late);
      settle(error === null ? String(address) : failureOf(error));
    });
  });
}

/** Resolves a name and lets no address through that may not be reached: one that is refused refuses them all. */
function guardedLookup(resolve: Resolve, refusal: (address: string) => string | null): LookupFunction {
  return (name, options, callback) => {
    resolve(name).then(
      (addresses) => {
        const refused = addresses.map(({ address }) => refusal(address)).find((word) => word !== null);
        if (refused !== undefined) return callback(new Refused(`${name}: ${refused}`), '');
        const [first] = addresses;
        if (first === undefined) return callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '');
        if (options.all === true) return callback(null, [...addresses]);
        return callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}

function answerOf({ statusCode: status = 0, headers }: http.IncomingMessage, now: number): Answer {
  if (status >= 200 && status < 300) return { kind: 'taken', status, detail: `Answered ${status}.` };
  if (status >= 300 && status < 400)
    return failed('redirect', `Answered ${status}: no redirect is followed. Give the URL that it leads to.`, status);
  if (status === 410) return failed('gone', 'Answered 410: it wants nothing any more.', status);
  const wish = status === 429 || status === 503 ? retryAfterMs(headers['retry-after'], now) : null;
  return failed('status', `Answered ${status}.`, status, wish);
}

/** Reads an answer to its end, so that its connection can be used again, but not for ever and not without bound. */
function drain(response: http.IncomingMessage, ms: number): void {
  let bytes = 0;
  const late = setTimeout(() => response.destroy(), ms);
  late.unref();
  response.on('error', () => {}); // Cut short: its status was all that mattered.
  response.on('close', () => clearTimeout(late));
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) response.destroy();
  });
}

const NOT_RESOLVED = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'ENODATA', 'ESERVFAIL']);

/** What went wrong with a connection, without anything that the other side may have written. */
function failureOf(error: Error): Answer {
  if (error instanceof Refused) return failed('address_refused', `${error.message}.`);
  const { code = '' } = error as NodeJS.ErrnoException;
  if (NOT_RESOLVED.has(code)) return failed('name_not_resolved', `The name cannot be resolved (${code}).`);
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO|HOSTNAME_MISMATCH)/.test(code))
    return failed('tls', `The TLS connection cannot be trusted or made (${code}).`);
  return failed('connection', `The connection failed (${code || 'no code'}).`);
}
