/** How each documented answer is brought about: by what it is, where one way fits every operation, else by the operation. */
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import type { InjectOptions } from 'fastify';
import type { AccessPort, ApiPorts } from '../../src/api/ports.ts';
import { type ApiOptions, type Asked, appOf } from '../api/ask.ts';
import { failing, memory, unreachable } from '../api/ports.ts';
import { delivery, findingOf, testDelivery } from '../api/samples.ts';
import { checkerOf, type Seen } from './answers.ts';
import { type Document, type Operation, operationsOf } from './document.ts';

export interface Request extends Omit<InjectOptions, 'url' | 'method'> {
  readonly url: string;
  readonly method: string;
}

type Changes = Parameters<typeof findingOf>[1];

/** What a driver works with. */
export interface Stage {
  readonly operation: Operation;
  /** A request that is answered well: the operation's own examples, and what `GOOD` adds. */
  readonly good: Request;
  /** Asks an app over sound ports, or over these; with options where callers are told apart. */
  ask(request: Request, ports?: ApiPorts, options?: Partial<ApiOptions>): Promise<void>;
  /** Sound ports whose finding is changed. */
  having(changes: Changes): ApiPorts;
  /** Sends bytes as they are; the answer is taken for one to this operation. */
  say(bytes: string): Promise<void>;
}

type Driver = (stage: Stage) => Promise<void>;

/** Parameters of the query, beside those that must be there, without which the sample ports have no good answer. */
const GOOD: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  getRuleRows: { tenantId: 't-1' },
  // With something after it, nobody waits.
  listChanges: { after: 'begin' },
  streamChanges: { after: 'begin' },
};

/** What stands in the path where the sample ports do not know the document's own example. */
const PATH: Readonly<Record<string, string>> = {
  getSuppression: 'p-1',
  deleteSuppression: 'p-1',
  listSuppressedFindings: 'p-1',
  retryDelivery: delivery.id,
};

/** Ways that fit every operation: by the status, or by the problem. */
const BY_ANSWER: Readonly<Record<string, Driver>> = {
  200: ({ ask, good }) => ask(good),
  201: ({ ask, good }) => ask(good),
  204: ({ ask, good }) => ask(good),
  '200 text/csv': ({ ask, good }) => ask(withQuery(good, { format: 'csv' })),
  304: ({ ask, good }) => ask({ ...good, headers: { 'if-none-match': '*' } }),
  bad_request: ({ say, good }) =>
    say(`${good.method} ${good.url} HTTP/1.1\r\nhost: localhost\r\ncontent-length: x\r\n\r\n`),
  invalid_parameters: ({ ask, good }) => ask(withQuery(good, { nonsense: '1' })),
  body_too_large: ({ ask, good }) => ask({ ...good, headers: JSON_BODY, payload: `"${'x'.repeat(65_536)}"` }),
  url_too_long: ({ ask, good }) => ask(withQuery(good, { x: 'x'.repeat(8_192) })),
  misdirected_host: ({ ask, good }) => ask({ ...good, headers: { host: 'attacker.example' } }),
  unauthenticated: ({ ask, good }) => ask(good, undefined, { access: REFUSING }),
  forbidden: ({ ask, good }) => ask(withKey(good), undefined, { access: ALLOWING_NOTHING }),
  rate_limited: ({ ask, good }) =>
    ask(good, undefined, { access: REFUSING, rates: { address: 1, caller: 0, failures: 0 } }),
  internal: ({ ask, good }) => ask(good, failingPorts(new Error('SECRET'))),
  unavailable: ({ ask, good }) => ask(good, failingPorts(unreachable())),
  unsupported_media_type: ({ ask, good }) =>
    ask({ ...good, headers: { 'content-type': 'application/xml' }, payload: '<a/>' }),
  bad_cursor: ({ ask, good }) => ask(withQuery(good, { cursor: 'x' })),
  beyond_retention: ({ ask, good }) => ask(withQuery(good, { at: '0001-01-01T00:00:00Z' })),
  not_found: ({ ask, operation }) => ask(requestOf(operation, () => 'nobody')),
};

const withKey = (request: Request): Request => ({
  ...request,
  headers: { ...request.headers, authorization: 'Bearer sample' },
});
const REFUSING: AccessPort = { authenticate: () => ({ kind: 'refused', reason: 'unknown' }) };
const ALLOWING_NOTHING: AccessPort = {
  authenticate: () => ({
    ...{ kind: 'granted', by: 'key', scope: null, endsAt: null, revoked: null },
    caller: { name: 'sample', tenants: 'all' },
  }),
};

/** The same request with other members in its body. */
const withBody = (request: Request, changes: object): Request => ({
  ...request,
  payload: JSON.stringify({ ...JSON.parse(String(request.payload)), ...changes }),
});

const JSON_BODY = { 'content-type': 'application/json' };

/** What fits one operation only, and goes before the above. */
const BY_OPERATION: Readonly<Record<string, Driver>> = {
  'listChanges bad_cursor': ({ ask, good }) => ask(withQuery(good, { after: 'nonsense' })),
  'listChanges 200 application/cloudevents-batch+json': ({ ask, good }) =>
    ask({ ...good, headers: { accept: 'application/cloudevents-batch+json' } }),
  'streamChanges bad_cursor': ({ ask, good }) => ask(withQuery(good, { after: 'nonsense' })),
  'streamChanges not_acceptable': ({ ask, good }) => ask({ ...good, headers: { accept: 'application/json' } }),
  'triageFinding superseded': ({ ask, good, having }) => ask(good, having({ supersededBy: 'f-1' })),
  'triageFinding too_many_comments': ({ ask, good, having }) =>
    ask(good, having({ comments: Array(2).fill({ at: '2026-11-23T03:12:09.123Z', by: 'ann', text: 'Seen.' }) })),
  'triageFinding precondition_failed': ({ ask, good }) =>
    ask({ ...good, headers: { ...good.headers, 'if-match': '"99"' } }),
  'triageFinding precondition_required': ({ ask, good }) => ask({ ...good, headers: JSON_BODY }),
  'createSuppression tenant_required': ({ ask, good }) => ask(withBody(good, { tenantId: undefined })),
  'createSuppression too_many_suppressions': ({ ask, good }) => ask(withBody(good, { tenantId: 'full' })),
  'listChanges resync': ({ ask, good }) => ask(withQuery(good, { after: '9' })),
  'retryDelivery already_delivered': ({ ask, operation }) => ask(requestOf(operation, () => testDelivery.id)),
  'retryDeadLetters bad_cursor': ({ ask, good }) => ask({ ...good, payload: '{"cursor":"x"}' }),
  'getRuleRows tenant_required': ({ ask, operation }) => ask(requestOf(operation)),
  'explainActor tenant_required': ({ ask, good }) => ask(withQuery(good, { actor: 'twice@partner.com' })),
  'getGuest tenant_required': ({ ask, operation }) => ask(requestOf(operation, () => 'twice@partner.com')),
};

/** One documented answer. */
export interface Expected extends Seen {
  readonly operation: Operation;
  /** What tells it from the operation's other answers: the problem, or the status and, where there are several, the media type. */
  readonly name: string;
}

/** Every answer that the document has. */
export const expectedOf = (document: Document): readonly Expected[] =>
  operationsOf(document).flatMap((operation) =>
    Object.entries(operation.responses).flatMap(([status, { content = { '': undefined } }]) =>
      Object.entries(content).flatMap(([mediaType, one]) =>
        (one?.examples === undefined ? [null] : Object.keys(one.examples)).map((problem) => ({
          ...{ operation, operationId: operation.operationId, status: Number(status), mediaType, problem },
          name: problem ?? (mediaType === firstOf(content) ? status : `${status} ${mediaType}`),
        })),
      ),
    ),
  );

const firstOf = (content: object): string => Object.keys(content)[0]!;

/** The way to an answer; undefined where none is known. */
export const driverOf = ({ operationId, name }: Expected): Driver | undefined =>
  BY_OPERATION[`${operationId} ${name}`] ?? BY_ANSWER[name];

/** A request out of an operation's examples: its path, the parameters that must be there, its body. */
export function requestOf(operation: Operation, pathValue = (example: unknown) => String(example)): Request {
  const { method, parameters, requestBody } = operation;
  const url = operation.path.replace(/\{(\w+)\}/g, (_, name) => {
    const parameter = parameters.find((one) => one.in === 'path' && one.name === name);
    return encodeURIComponent(pathValue(parameter?.example));
  });
  const needed = parameters.filter((one) => one.in === 'query' && one.required === true);
  const query = Object.fromEntries(needed.map(({ name, example }) => [name, String(example)]));
  const headers = Object.fromEntries(
    parameters
      .filter((one) => one.in === 'header' && one.required === true)
      .map((one) => [one.name, String(one.example)]),
  );
  const [body] = Object.entries(requestBody?.content ?? {});
  return {
    ...withQuery({ url, method }, query),
    headers: { ...headers, ...(body && { 'content-type': body[0] }) },
    ...(body && { payload: JSON.stringify(body[1].example) }),
  };
}

/** The same request with more in its query. */
export function withQuery<R extends { readonly url: string }>(request: R, more: Readonly<Record<string, string>>): R {
  const [path, query] = request.url.split('?', 2);
  const all = new URLSearchParams({ ...Object.fromEntries(new URLSearchParams(query)), ...more });
  return { ...request, url: all.size === 0 ? path : `${path}?${all}` };
}

/** Ports none of which answers. */
const failingPorts = (error: Error): ApiPorts => new Proxy({}, { get: () => failing(error) }) as ApiPorts;

/** Sample ports that know the document's own examples. */
function soundPorts(document: Document, changes?: Changes): ApiPorts {
  const { ports, findings, feed } = memory();
  const id = document.components.schemas['Finding']?.['properties'] as { id: { examples: string[] } };
  const [known] = id.id.examples;
  findings.set(known!, JSON.stringify(findingOf(known!, changes)));
  feed.append(JSON.stringify(findingOf(known!)));
  // A stream ends by itself, so that its answer can be had whole.
  feed.isOver = true;
  return ports;
}

/** What answers in the app that is built once, and who is told of its answers: to build one takes as long as many answers. */
const atHand: { ports: ApiPorts; onSeen: (seen: Seen) => void } = { ports: memory().ports, onSeen: () => {} };

/** Ports that hand each call on to those that are at hand. */
function portsAtHand(): ApiPorts {
  type Calls = Readonly<Record<string, (...args: unknown[]) => unknown>>;
  const callsOf = (name: keyof ApiPorts): object =>
    new Proxy(
      {},
      { get: (_, call) => (atHand.ports[name] as unknown as Calls)[String(call)]!.bind(atHand.ports[name]) },
    );
  return new Proxy({} as ApiPorts, { get: (_, name) => callsOf(name as keyof ApiPorts) });
}

let built: Promise<Asked> | undefined;

/** The app over these ports; it is closed by whoever asks with options, and else stays for the next. */
async function appFor(ports: ApiPorts, onSeen: (seen: Seen) => void, options: Partial<ApiOptions>): Promise<Asked> {
  if (Object.keys(options).length > 0) return appOf(ports, { onSeen, ...options });
  Object.assign(atHand, { ports, onSeen });
  built ??= appOf(portsAtHand(), { onSeen: (one) => atHand.onSeen(one) });
  return built;
}

/** Drives one documented answer; resolves with what was seen meanwhile. */
export async function drive(expected: Expected, document: Document): Promise<readonly Seen[]> {
  const { operation } = expected;
  const seen: Seen[] = [];
  const onSeen = (one: Seen) => void seen.push(one);
  const base = requestOf(operation, (example) => PATH[operation.operationId] ?? String(example));
  await driverOf(expected)?.({
    operation,
    good: withQuery(base, GOOD[operation.operationId] ?? {}),
    having: (changes) => soundPorts(document, changes),
    async ask({ url, ...request }, ports = soundPorts(document), options = {}) {
      const app = await appFor(ports, onSeen, options);
      await app.ask(url, request as Omit<InjectOptions, 'url'>);
      if (app !== (await built)) await app.server.close();
    },
    async say(bytes) {
      const { server } = await appOf(soundPorts(document));
      await server.listen({ port: 0, host: '127.0.0.1' });
      const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
      let heard = '';
      socket.setEncoding('utf8').on('data', (text) => {
        heard += text;
      });
      socket.write(bytes);
      await once(socket, 'close');
      await server.close();
      const [head = '', body = ''] = heard.split('\r\n\r\n');
      const [first = '', ...lines] = head.split('\r\n');
      const headers = Object.fromEntries(lines.map((line) => line.split(': ', 2)));
      checkerOf(document, onSeen).check({ ...base, status: Number(first.split(' ')[1]), headers, body });
    },
  });
  return seen;
}
