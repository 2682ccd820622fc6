/** What callers write into a URL: each fault is named with its place and its mend, and nothing written there breaks anything. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { appOf, type Document } from './ask.ts';
import { memory } from './ports.ts';
import { findingOf } from './samples.ts';

const { ports, feed } = memory();
// With something in the feed, nobody waits for it, and a stream of it ends.
feed.isOver = true;
feed.append(JSON.stringify(findingOf('f-1')));
const { ask, document } = await appOf(ports);

/** Every documented GET with a path that its own examples fill. */
const calls = Object.entries(document.paths)
  .filter(([, { get }]) => get !== undefined)
  .map(([path, { get }]) => ({
    path: path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(parameterOf(get!, name).example))),
    query: get!.parameters.filter((parameter) => parameter.in === 'query') as unknown as Parameter[],
  }));

interface Parameter {
  readonly name: string;
  readonly required: boolean;
  readonly schema: {
    type?: string;
    enum?: string[];
    format?: string;
    maximum?: number;
    minimum?: number;
    maxLength?: number;
  };
}

function parameterOf(operation: Document['paths'][string][string], name: string) {
  const found = operation.parameters.find((parameter) => parameter.name === name);
  assert.ok(found, name);
  return found;
}

const faultsOf = (data: Record<string, unknown>) => data['errors'] as { in: string; name: string; detail: string }[];

test('a parameter that is not known is refused on every route, and those that are known are named', async () => {
  for (const { path, query } of calls) {
    for (const name of ['nonsense', '__proto__', 'constructor', 'toString', 'Limit']) {
      const { statusCode, data } = await ask(`${path}?${name}=1`);
      assert.equal(statusCode, 400, `${path} ${name}`);
      const fault = faultsOf(data).find((one) => one.name === name);
      assert.equal(fault?.in, 'query');
      for (const known of query) assert.ok(fault?.detail.includes(`\`${known.name}\``), known.name);
    }
  }
});

test('a parameter given twice is refused, even with the same value', async () => {
  for (const { path, query } of calls) {
    for (const { name } of query) {
      const { statusCode, data } = await ask(`${path}?${name}=1&${name}=1`);
      assert.equal(statusCode, 400, `${path} ${name}`);
      assert.match(faultsOf(data).find((one) => one.name === name)?.detail ?? '', /more than once/);
    }
  }
});

test('each parameter is held to its documented bounds, and the mend names them', async () => {
  for (const { path, query } of calls) {
    for (const { name, schema } of query) {
      const { bad, mend } = breachesOf(schema);
      for (const value of bad) {
        const { statusCode, data } = await ask(`${path}?${name}=${encodeURIComponent(value)}`);
        assert.equal(statusCode, 400, `${path} ${name}=${value}`);
        assert.match(faultsOf(data).find((one) => one.name === name)?.detail ?? '', mend);
      }
    }
  }
});

function breachesOf(schema: Parameter['schema']): { bad: string[]; mend: RegExp } {
  if (schema.enum) return { bad: ['', 'nonsense', `${schema.enum[0]} `], mend: /must be one of `/ };
  if (schema.format === 'date-time')
    return { bad: ['', 'now', '2026-11-23', '2026-11-23T03:12:09', '1', '2026-13-01T00:00:00Z'], mend: /RFC 3339/ };
  if (schema.type === 'integer') {
    const { minimum = 0, maximum = 0 } = schema;
    const bad = [
      '',
      'x',
      '1.5',
      '-1',
      '1e2',
      '0x1',
      ' 1',
      '9'.repeat(30),
      String(maximum + 1),
      ...(minimum > 0 ? ['0'] : []),
    ];
    return { bad, mend: new RegExp(`whole number from ${minimum} to ${maximum}`) };
  }
  return { bad: ['', 'x'.repeat((schema.maxLength ?? 0) + 1)], mend: /must be a/ };
}

test('every bound itself is within the bounds', async () => {
  for (const { path, query } of calls) {
    const needed = query.filter(({ required }) => required).map(({ name }) => `${name}=a`);
    for (const { name, schema } of query) {
      const { minimum, maximum, maxLength, enum: values } = schema;
      const texts =
        schema.format === 'date-time' || name === 'cursor' ? [] : maxLength ? ['x', 'x'.repeat(maxLength)] : [];
      const good = values ?? (minimum === undefined ? texts : [String(minimum), String(maximum)]);
      for (const value of good) {
        const others = needed.filter((one) => !one.startsWith(`${name}=`));
        const { data } = await ask(`${path}?${[...others, `${name}=${value}`].join('&')}`);
        assert.notEqual(
          data['type'],
          'urn:guestwatch:problem:invalid_parameters',
          `${path} ${name}=${value.slice(0, 20)}`,
        );
      }
    }
  }
});

test('all faults of a query are named at once, and their number is bounded', async () => {
  const { data } = await ask('/v1/findings?limit=0&view=x&since=y&zzz=1');
  assert.deepEqual(
    faultsOf(data).map(({ name }) => name),
    ['limit', 'view', 'since', 'zzz'],
  );
  const many = await ask(`/v1/findings?${Array.from({ length: 1000 }, (_, i) => `x${i}=1`).join('&')}`);
  assert.equal(faultsOf(many.data).length, 20);
});

// All names but the one that would have the test wait.
const names = new Set(calls.flatMap(({ query }) => query.map(({ name }) => name)).filter((name) => name !== 'wait'));
const piece = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => encodeURIComponent(text.toWellFormed())),
  fc.constantFrom(
    '%',
    '%ff',
    '%00',
    '%zz',
    '&',
    '=',
    '?',
    ';',
    '+',
    '[]',
    '[a]',
    '..',
    '/',
    '%2f',
    '__proto__',
    'begin',
    'now',
  ),
  fc.constantFrom(...names),
  fc.constantFrom('any', 'strict', '0', '1', '-1', '1e9', '2026-11-23T03:12:09Z', '0001-01-01T00:00:00Z', 'f-1'),
);
const queryText = fc
  .array(fc.tuple(piece, fc.constantFrom('=', '&', '')), { maxLength: 12 })
  .map((parts) => parts.flat().join(''));

test('no query string is answered but as documented, and never by a fault of the service', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...calls), queryText, async ({ path }, query) => {
      const { statusCode } = await ask(`${path}?${query}`);
      assert.ok(statusCode < 500, `${statusCode}`);
    }),
    { numRuns: 500 },
  );
});

test('no path is answered but as documented, and never by a fault of the service', async () => {
  const segment = fc.array(piece, { maxLength: 3 }).map((parts) => parts.join('').replace(/[?#]/g, ''));
  const path = fc.tuple(
    fc.constantFrom('/v1/findings/', '/v1/guests/', '/v1/', '/'),
    segment,
    fc.constantFrom('', '/evidence', '/'),
  );
  await fc.assert(
    fc.asyncProperty(path, async (parts) => {
      // As clients send it: `..` goes up before it is asked for.
      const answer = await ask(new URL(`http://localhost${parts.join('')}`).pathname);
      assert.ok(answer.statusCode < 500, `${answer.statusCode}`);
    }),
    { numRuns: 300 },
  );
});
