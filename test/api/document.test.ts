/** The document is OpenAPI 3.1, complete, and the page that shows it needs nothing else. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Compile } from 'typebox/schema';
import { buildApp } from '../../src/api/app.ts';
import { PROBLEM_NAMES, problemType } from '../../src/api/problem.ts';
import { appOf } from './ask.ts';
import { memory } from './ports.ts';

const { ask, document } = await appOf(memory().ports);
type Json = Record<string, unknown>;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

/** Every object in a JSON value, with its place. */
function* objects(value: unknown, place = '#'): Generator<[place: string, object: Json]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [place, value as Json];
  for (const [key, inner] of Object.entries(value)) yield* objects(inner, `${place}/${key}`);
}

test('the document is of version 3.1 and has the parts that it must have', () => {
  assert.equal(document.openapi, '3.1.0');
  assert.deepEqual(document['info'], { ...(document['info'] as Json), title: 'guestwatch', version: '1.2.3' });
  const tags = (document['tags'] as { name: string }[]).map(({ name }) => name);
  const ids = new Set<string>();
  for (const { path, operation } of operations) {
    assert.match(path, /^\/[\w/{}.-]*$/);
    for (const tag of operation['tags' as never] as string[]) assert.ok(tags.includes(tag), tag);
    assert.ok(!ids.has(operation.operationId), operation.operationId);
    ids.add(operation.operationId);
    assert.deepEqual(
      [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      operation.parameters.filter((parameter) => parameter['in'] === 'path').map((parameter) => parameter['name']),
    );
    for (const response of Object.values(operation.responses)) assert.ok((response as Json)['description']);
  }
});

test('every reference leads somewhere, and every component is referred to', () => {
  const referred = new Set<string>();
  for (const [place, { $ref }] of objects(document)) {
    if (typeof $ref !== 'string') continue;
    const name = $ref.replace('#/components/schemas/', '');
    assert.ok(Object.hasOwn(document.components.schemas, name), `${place}: ${$ref}`);
    referred.add(name);
  }
  assert.deepEqual([...referred].sort(), Object.keys(document.components.schemas).sort());
});

test('whatever has a name stands under it once, so that generated types are called by it', () => {
  const { Finding, EvidenceItem, Operation } = document.components.schemas as Record<string, { properties: Json }>;
  assert.ok(Finding);
  assert.deepEqual(EvidenceItem?.properties['operation'], { $ref: '#/components/schemas/Operation' });
  assert.deepEqual(Operation?.properties['source'], { $ref: '#/components/schemas/Source' });
});

test('every member and every parameter has a meaning', () => {
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    assert.ok(schema['description'], name);
    for (const [member, inner] of Object.entries((schema['properties'] ?? {}) as Record<string, Json>)) {
      const said = inner['$ref'] !== undefined || typeof inner['description'] === 'string';
      assert.ok(said, `${name}.${member}`);
    }
  }
  for (const { path, operation } of operations)
    for (const parameter of operation.parameters) assert.ok(parameter['description'], `${path} ${parameter['name']}`);
});

test('every example is of its own schema', () => {
  for (const [place, { examples, ...schema }] of objects(document)) {
    if (!Array.isArray(examples)) continue;
    const validator = Compile({ ...schema, components: document.components } as never);
    for (const example of examples) assert.ok(validator.Check(example), `${place}: ${JSON.stringify(example)}`);
  }
});

test('no route is undocumented', async () => {
  const server = buildApp(memory().ports, { version: '1' });
  const routes: string[] = [];
  server.addHook('onRoute', ({ url, method }) => {
    for (const name of [method].flat()) routes.push(`${name} ${url}`);
  });
  await server.ready();
  const documented = operations.map(
    ({ path, method }) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
  );
  assert.deepEqual(routes.filter((route) => !route.startsWith('HEAD ')).sort(), documented.sort());
  assert.equal(documented.length, 26);
});

test('every answer says of each problem that it may be, and no other', () => {
  for (const { path, operation } of operations) {
    for (const [status, response] of Object.entries(operation.responses)) {
      const named = String((response as Json)['description']).match(/urn:guestwatch:problem:\w+/g) ?? [];
      assert.equal(named.length > 0, Number(status) >= 400, `${path} ${status}`);
      for (const type of named) assert.ok(PROBLEM_NAMES.map(problemType).includes(type), type);
    }
  }
});

test('the page allows its own script and style, and refers to no other server', async () => {
  const { body, headers } = await ask('/docs');
  const policy = String(headers['content-security-policy']);
  for (const element of ['script', 'style']) {
    const contents = [...body.matchAll(new RegExp(`<${element}[^>]*>([\\s\\S]*?)</${element}>`, 'g'))];
    assert.equal(contents.length, 1);
    const hash = createHash('sha256').update(contents[0]![1]!).digest('base64');
    assert.ok(policy.includes(`${element}-src 'sha256-${hash}'`), element);
  }
  assert.match(policy, /^default-src 'none'/);
  assert.doesNotMatch(body, /https?:|\/\/[a-z]+\.|\ssrc=|@import|style="|\son\w+="|innerHTML/);
});
