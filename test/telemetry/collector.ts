/** A collector on loopback: it reads what is sent to it by OTLP out of the protobuf bytes themselves, and answers as it is told. */
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { eventually } from '../e2e/waiting.ts';

export type Value = string | number | boolean;
export type Attributes = Readonly<Record<string, Value>>;

export interface Span {
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first of its trace. */
  readonly parentSpanId: string;
  /** Milliseconds since the Unix epoch. */
  readonly from: number;
  readonly to: number;
  readonly isFailed: boolean;
  readonly attributes: Attributes;
  readonly links: readonly { readonly traceId: string; readonly spanId: string; readonly attributes: Attributes }[];
  readonly linksLeftOut: number;
  readonly resource: Attributes;
}

export interface Point {
  readonly metric: string;
  readonly kind: 'gauge' | 'sum' | 'histogram';
  readonly isMonotonic: boolean;
  readonly attributes: Attributes;
  /** Of a histogram its sum. */
  readonly value: number;
  readonly count: number;
  readonly edges: readonly number[];
  /** Between two edges each, and one beyond the last. */
  readonly buckets: readonly number[];
  readonly resource: Attributes;
}

export interface Request {
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly bytes: number;
}

/** Answers with a status, or does with the answer what it likes. */
export type Behaviour = number | ((response: http.ServerResponse) => void);

export interface Collector {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly Request[];
  /** Of requests that were answered by 200. */
  readonly spans: readonly Span[];
  /** As last sent. */
  readonly points: readonly Point[];
  answer: Behaviour;
  until(holds: (collector: Collector) => boolean): Promise<void>;
  close(): Promise<void>;
}

export async function openCollector(tls?: {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}): Promise<Collector> {
  const requests: Request[] = [];
  const spans: Span[] = [];
  let points: Point[] = [];
  const answered = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const sent = Buffer.concat(chunks);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    requests.push({ path: request.url ?? '', headers: request.headers, bytes: body.length });
    const { answer } = collector;
    if (typeof answer === 'function') return answer(response);
    if (answer === 200) {
      if (request.url?.endsWith('/v1/traces')) spans.push(...spansIn(body));
      if (request.url?.endsWith('/v1/metrics')) points = pointsIn(body);
    }
    response.writeHead(answer, { 'content-type': 'application/x-protobuf' }).end();
  };
  const listener = (request: http.IncomingMessage, response: http.ServerResponse): void =>
    void answered(request, response);
  const server = tls
    ? https.createServer(
        { ...tls, ...(tls.ca !== undefined && { requestCert: true, rejectUnauthorized: true }) },
        listener,
      )
    : http.createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const collector: Collector = {
    ...{ url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, port, requests, spans, answer: 200 },
    get points() {
      return points;
    },
    until: (holds) =>
      eventually(
        () => holds(collector),
        () => `${requests.length} requests, spans: ${spans.map(({ name }) => name).join(', ')}`,
        20_000,
      ),
    async close() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
  return collector;
}

// --- the wire --------------------------------------------------------------------------------------------------------------

/** A field's number, and its bytes, or its number where it is no longer than eight bytes. */
type Field = readonly [number: number, value: Buffer | bigint];

function* fieldsIn(bytes: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const cut = (length: number): Buffer => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const [number, type] = [tag >> 3, tag & 7];
    if (type === 0) yield [number, varint()];
    else if (type === 1) yield [number, cut(8).readBigUInt64LE()];
    else if (type === 2) yield [number, cut(Number(varint()))];
    else if (type === 5) yield [number, BigInt(cut(4).readUInt32LE())];
    else throw new Error(`${type} is no type of a field`);
  }
}

class Message {
  readonly #fields: readonly Field[];

  constructor(bytes: Buffer) {
    this.#fields = [...fieldsIn(bytes)];
  }

  all(number: number): Buffer[] {
    return this.#fields.flatMap(([own, value]) => (own === number ? [value as Buffer] : []));
  }

  messages(number: number): Message[] {
    return this.all(number).map((bytes) => new Message(bytes));
  }

  has(number: number): boolean {
    return this.#fields.some(([own]) => own === number);
  }

  bytes(number: number): Buffer {
    return this.all(number).at(-1) ?? Buffer.alloc(0);
  }

  text(number: number): string {
    return this.bytes(number).toString('utf8');
  }

  hex(number: number): string {
    return this.bytes(number).toString('hex');
  }

  number(number: number): bigint {
    return (this.#fields.findLast(([own]) => own === number)?.[1] as bigint | undefined) ?? 0n;
  }

  double(number: number): number {
    return doubleOf(this.number(number));
  }
}

function doubleOf(bits: bigint): number {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(bits);
  return bytes.readDoubleLE();
}

function attributesIn(message: Message, number: number): Attributes {
  return Object.fromEntries(
    message.messages(number).map((pair) => {
      const [value] = pair.messages(2);
      return [pair.text(1), value === undefined ? '' : attributeOf(value)];
    }),
  );
}

function attributeOf(value: Message): Value {
  if (value.has(1)) return value.text(1);
  if (value.has(2)) return value.number(2) === 1n;
  return value.has(4) ? value.double(4) : Number(BigInt.asIntN(64, value.number(3)));
}

const KINDS = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const ERROR = 2n;
const ms = (nanoseconds: bigint): number => Number(nanoseconds) / 1e6;

function* scopesIn(body: Buffer): Generator<{ readonly resource: Attributes; readonly scope: Message }> {
  for (const one of new Message(body).messages(1)) {
    const [about] = one.messages(1);
    const resource = about === undefined ? {} : attributesIn(about, 1);
    for (const scope of one.messages(2)) yield { resource, scope };
  }
}

const spansIn = (body: Buffer): Span[] =>
  [...scopesIn(body)].flatMap(({ resource, scope }) =>
    scope.messages(2).map((span) => ({
      ...{ traceId: span.hex(1), spanId: span.hex(2), parentSpanId: span.hex(4), name: span.text(5) },
      ...{ kind: KINDS[Number(span.number(6))]!, from: ms(span.number(7)), to: ms(span.number(8)) },
      isFailed: span.messages(15).some((status) => status.number(3) === ERROR),
      attributes: attributesIn(span, 9),
      links: span
        .messages(13)
        .map((link) => ({ traceId: link.hex(1), spanId: link.hex(2), attributes: attributesIn(link, 4) })),
      linksLeftOut: Number(span.number(14)),
      resource,
    })),
  );

const NUMBERS = [5, 7] as const;
const HISTOGRAM = 9;

const pointsIn = (body: Buffer): Point[] =>
  [...scopesIn(body)].flatMap(({ resource, scope }) =>
    scope.messages(2).flatMap((metric) => {
      const name = metric.text(1);
      const simple = NUMBERS.flatMap((field) =>
        metric.messages(field).flatMap((data) =>
          data.messages(1).map((point): Point => {
            const value = point.has(6) ? Number(BigInt.asIntN(64, point.number(6))) : point.double(4);
            const kind = field === 5 ? 'gauge' : 'sum';
            const rest = { count: 0, edges: [], buckets: [], resource };
            return {
              metric: name,
              kind,
              isMonotonic: data.number(3) === 1n,
              attributes: attributesIn(point, 7),
              value,
              ...rest,
            };
          }),
        ),
      );
      const histograms = metric.messages(HISTOGRAM).flatMap((data) =>
        data.messages(1).map((point): Point => {
          const packed = (field: number): bigint[] => {
            const bytes = point.bytes(field);
            return Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readBigUInt64LE(i * 8));
          };
          return {
            ...{ metric: name, kind: 'histogram', isMonotonic: false, attributes: attributesIn(point, 9), resource },
            ...{ value: point.double(5), count: Number(point.number(4)) },
            ...{ edges: packed(7).map(doubleOf), buckets: packed(6).map(Number) },
          };
        }),
      );
      return [...simple, ...histograms];
    }),
  );
