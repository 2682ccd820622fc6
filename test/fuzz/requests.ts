/** Requests drawn from the document: good ones, bent ones, and ones that mean harm, for any operation that it has. */
import fc from 'fast-check';
import type { Json, Operation, Parameter } from '../document/document.ts';
import type { Sent } from './send.ts';

/** Things that exist, for requests to name: of the caller's own tenant, and of the other. */
export interface Loot {
  readonly ids: readonly string[];
  /** Those of the ids, and names, that the caller may see. */
  readonly ownIds: readonly string[];
  readonly cursors: readonly string[];
  readonly tenants: readonly string[];
  readonly names: readonly string[];
}

const NASTY = [
  '',
  '%',
  '%ff',
  '%00',
  '%c0%af',
  '%zz',
  '%2e%2e',
  '..',
  '%2f',
  '%0d%0aset-cookie:a',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  'NaN',
  '-1',
  '1e9',
  '0x10',
  '99999999999999999999',
  '*',
  "'",
  '%22',
  '%3Cscript%3E',
  '%F0%9F%92%A9',
  '%ED%A0%80',
  '2026-02-30T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '0001-01-01T00:00:00Z',
  'x'.repeat(600),
  '%41'.repeat(400),
] as const;

const nasty = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => encodeURIComponent(text.toWellFormed())),
);

const encoded = (values: readonly string[]) => fc.constantFrom('none', ...values).map(encodeURIComponent);

/** A value of a parameter as it goes out: mostly one that its schema allows. */
function parameterValue({ name, schema, example }: Parameter, loot: Loot): fc.Arbitrary<string> {
  const {
    enum: values,
    type,
    format,
    minimum = 0,
    maximum = 1e9,
  } = schema as Json & { minimum?: number; maximum?: number };
  const good = (): fc.Arbitrary<string> => {
    if (Array.isArray(values)) return fc.constantFrom(...values.map(String));
    // To wait for what does not come is no fault, and would only take time.
    if (name === 'wait') return fc.constant('0');
    if (type === 'integer')
      return fc.oneof(fc.integer({ min: minimum, max: maximum }), fc.constantFrom(minimum, maximum)).map(String);
    if (format === 'date-time')
      return fc.integer({ min: -72, max: 1 }).map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString());
    if (name === 'cursor' || name === 'after') return encoded([...loot.cursors, 'begin', 'now']);
    if (name === 'tenantId') return fc.constantFrom(...loot.tenants);
    return fc.oneof(
      encoded(loot.ownIds),
      encoded(loot.names),
      encoded(loot.ids),
      fc.constant(encodeURIComponent(String(example))),
    );
  };
  return fc.oneof({ weight: 4, arbitrary: good() }, { weight: 1, arbitrary: nasty });
}

function queryOf(operation: Operation, loot: Loot): fc.Arbitrary<string> {
  const known = operation.parameters.filter((one) => one.in === 'query');
  const pair = (parameter: Parameter, chance: number): fc.Arbitrary<string> =>
    fc
      .tuple(fc.integer({ min: 1, max: 100 }), parameterValue(parameter, loot))
      .map(([dice, value]) => (dice <= chance ? `${parameter.name}=${value}` : ''));
  const given = fc.tuple(...known.map((one) => pair(one, one.required ? 90 : 25)));
  const odd = fc.oneof(
    { weight: 8, arbitrary: fc.constant([] as string[]) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('__proto__', 'x', 'limit[]', '%ff', ...known.map(({ name }) => name)), nasty)
        .map(([name, value]) => [`${name}=${value}`]),
    },
    { weight: 1, arbitrary: fc.array(nasty, { maxLength: 5 }) },
  );
  return fc.tuple(given, odd).map(([pairs, more]) => [...pairs, ...more].filter((part) => part !== '').join('&'));
}

function pathOf(operation: Operation, loot: Loot): fc.Arbitrary<string> {
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const values = names.map((name) =>
    parameterValue(operation.parameters.find((one) => one.in === 'path' && one.name === name)!, loot),
  );
  return fc
    .tuple(...values)
    .map((each) => names.reduce((path, name, i) => path.replace(`{${name}}`, () => each[i]!), operation.path));
}

/** JSON of a schema, more or less. */
function jsonOf(schema: Json, loot: Loot): fc.Arbitrary<unknown> {
  const {
    type,
    enum: values,
    properties,
    items,
  } = schema as { type?: unknown; enum?: unknown[]; properties?: Record<string, Json>; items?: Json };
  const good = (): fc.Arbitrary<unknown> => {
    if (values !== undefined) return fc.constantFrom(...values);
    if (properties !== undefined)
      return fc.record(Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, jsonOf(one, loot)])), {
        requiredKeys: [],
      });
    if (items !== undefined) return fc.array(jsonOf(items, loot), { maxLength: 4 });
    const types = [type].flat();
    if (types.includes('integer') || types.includes('number')) return fc.integer({ min: -2, max: 5 });
    if (types.includes('boolean')) return fc.boolean();
    return fc.oneof(fc.constantFrom('a', ...loot.ids, ...loot.cursors, ...loot.names), fc.string({ maxLength: 8 }));
  };
  return fc.oneof({ weight: 5, arbitrary: good() }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) });
}

const RAW_BODIES = [
  '',
  '{',
  'null',
  '[]',
  '""',
  '0',
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{"a":1}}}',
  '{"ids":["a"],"ids":["b"]}',
  '['.repeat(20_000),
  `{"x":"${'x'.repeat(70_000)}"}`,
  '\uFEFF{}',
  '{"a":1}trailing',
  '{"ids":[1e999]}',
  '<x/>',
  'a=b',
].map((text) => Buffer.from(text));
const BROKEN_UTF8 = Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]);

function bodyOf({ requestBody, method }: Operation, loot: Loot): fc.Arbitrary<Buffer | null> {
  const raw = fc.constantFrom(...RAW_BODIES, BROKEN_UTF8);
  const [content] = Object.values(requestBody?.content ?? {});
  if (content === undefined)
    return method === 'GET'
      ? fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: raw })
      : fc.oneof(fc.constant(null), raw);
  const schema = content.schema;
  const json = jsonOf(schema, loot).map((value) => Buffer.from(JSON.stringify(value)));
  return fc.oneof({ weight: 4, arbitrary: json }, { weight: 1, arbitrary: raw });
}

const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  [
    'accept',
    ['*/*', 'application/json', 'text/csv', 'application/cloudevents-batch+json', 'text/event-stream', 'nonsense', ''],
  ],
  ['if-none-match', ['*', '"1"', 'W/"1"', '"', ',,,', 'x'.repeat(2_000)]],
  ['if-match', ['*', '"1"', '"99"', 'W/"1"', '']],
  ['last-event-id', ['begin', 'now', 'nonsense', 'x'.repeat(3_000)]],
  ['host', ['attacker.example', '127.0.0.1', '[::1]:1']],
  ['origin', ['https://attacker.example']],
  ['x-forwarded-for', ['192.0.2.1', 'x']],
  ['x-http-method-override', ['DELETE']],
  ['expect', ['a-miracle']],
  ['x-padding', ['x'.repeat(10_000)]],
];

/** Everything but the credentials, which are the sender's own business. */
function headersOf({ requestBody, parameters }: Operation, loot: Loot): fc.Arbitrary<Record<string, string>> {
  const [mediaType = 'application/json'] = Object.keys(requestBody?.content ?? {});
  const type = fc.oneof(
    { weight: 6, arbitrary: fc.constant(mediaType) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'text/plain',
        'application/json; charset=utf-16',
        'multipart/form-data',
        'x',
        'application/x-www-form-urlencoded',
      ),
    },
  );
  const own = parameters
    .filter((one) => one.in === 'header')
    .map(({ name, example }) => [name, [String(example), ...loot.cursors]] as const);
  const some = fc
    .subarray([...HEADERS, ...own], { maxLength: 2 })
    .chain((chosen) =>
      fc.tuple(...chosen.map(([name, values]) => fc.constantFrom(...values).map((value) => [name, value] as const))),
    );
  const needed = parameters
    .filter((one) => one.in === 'header' && one.required === true)
    .map(({ name, example }) => [name, String(example)]);
  return fc
    .tuple(type, fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 2, arbitrary: some }))
    .map(([contentType, more]) => ({
      'content-type': contentType,
      ...Object.fromEntries(needed),
      ...Object.fromEntries(more),
    }));
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'];

/** Any request that is meant for an operation, or nearly. */
export function requestFor(operation: Operation, loot: Loot): fc.Arbitrary<Sent> {
  const method = fc.oneof(
    { weight: 19, arbitrary: fc.constant(operation.method) },
    { weight: 1, arbitrary: fc.constantFrom(...METHODS) },
  );
  return fc
    .tuple(
      method,
      pathOf(operation, loot),
      queryOf(operation, loot),
      headersOf(operation, loot),
      bodyOf(operation, loot),
    )
    .map(([name, path, query, headers, body]) => ({
      method: name,
      target: query === '' ? path : `${path}?${query}`,
      headers: body === null && name === 'GET' ? withoutType(headers) : headers,
      body,
    }));
}

const withoutType = ({ 'content-type': _, ...headers }: Record<string, string>): Record<string, string> => headers;
