/** The document is OpenAPI 3.1, whole, says of everything what it means and what it looks like, and its page needs nothing else. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { buildApp } from '../../src/api/app.ts';
import { PROBLEM_NAMES } from '../../src/api/problem.ts';
import { appOf } from '../api/ask.ts';
import { memory } from '../api/ports.ts';
import { validatorOf } from './answers.ts';
import { type Content, type Json, objectsIn, operationsOf, problemsOf, resolved } from './document.ts';

const { ask, document } = await appOf(memory().ports);
const operations = operationsOf(document);
const validator = validatorOf(document);

/** Every schema of the document that is written out, with its place: of components, parameters, bodies and answers. */
function* schemas(): Generator<readonly [place: string, schema: Json]> {
  for (const [name, schema] of Object.entries(document.components.schemas)) yield* within(schema, name);
  for (const { operationId, parameters, requestBody, responses } of operations) {
    for (const { name, schema } of parameters) yield* within(schema, `${operationId} ${name}`);
    for (const { schema } of Object.values(requestBody?.content ?? {})) yield* within(schema, `${operationId} body`);
    for (const [status, { content }] of Object.entries(responses)) {
      // What a problem may be is a choice among the closed set, beside the one schema of all problems.
      if (Number(status) >= 400) continue;
      for (const { schema } of Object.values(content ?? {})) yield* within(schema, `${operationId} ${status}`);
    }
  }
}

function* within(schema: Json, place: string): Generator<readonly [place: string, schema: Json]> {
  yield [place, schema];
  for (const [name, inner] of Object.entries((schema['properties'] ?? {}) as Record<string, Json>))
    yield* within(inner, `${place}.${name}`);
  for (const inner of (schema['anyOf'] ?? []) as Json[]) yield* within(inner, place);
  if (schema['items'] !== undefined) yield* within(schema['items'] as Json, `${place}[]`);
}

test('the document is valid by the schema of OpenAPI 3.1 itself', async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  assert.ok(valid, JSON.stringify(errors));
  assert.match(document.openapi, /^3\.1\./);
  const broken = { ...document, paths: { '/x': { get: { responses: { 200: {} } } } } };
  assert.equal((await new Validator().validate(broken as never)).valid, false, 'it sees a fault where there is one');
});

test('operations have names of their own, a known tag, and the parameters of their path', () => {
  assert.equal((document['info'] as Json)['version'], '1.2.3');
  const tags = (document['tags'] as { name: string }[]).map(({ name }) => name);
  assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length);
  for (const { path, operationId, parameters, tags: own } of operations) {
    assert.match(operationId, /^[a-z]+[A-Z]\w+$/);
    assert.match(path, /^\/[\w/{}.-]*$/);
    for (const tag of own) assert.ok(tags.includes(tag), `${operationId}: ${tag}`);
    assert.deepEqual(
      [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name),
    );
  }
});

test('no route is undocumented', async () => {
  const server = buildApp(memory().ports, { version: '1' });
  const routes: string[] = [];
  server.addHook('onRoute', ({ url, method }) => {
    for (const name of [method].flat()) routes.push(`${name} ${url}`);
  });
  await server.ready();
  const documented = operations.map(({ path, method }) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`);
  assert.deepEqual(routes.filter((route) => !route.startsWith('HEAD ')).sort(), documented.sort());
  assert.ok(documented.length >= 14);
});

test('every reference leads somewhere, and every component is referred to', () => {
  const referred = new Set<string>();
  for (const [place, { $ref }] of objectsIn(document)) {
    if (typeof $ref !== 'string') continue;
    assert.ok(resolved(document, { $ref }), `${place}: ${$ref}`);
    referred.add($ref);
  }
  for (const { security } of operations)
    for (const name of security.flatMap(Object.keys)) referred.add(`#/components/securitySchemes/${name}`);
  const components = Object.entries(document.components).flatMap(([kind, named]) =>
    Object.keys(named).map((name) => `#/components/${kind}/${name}`),
  );
  assert.deepEqual([...referred].sort(), components.sort());
});

test('whatever has a name stands under it once, so that generated types are called by it', () => {
  const { Finding, EvidenceItem, Operation } = document.components.schemas as Record<string, { properties: Json }>;
  assert.ok(Finding);
  assert.deepEqual(EvidenceItem?.properties['operation'], { $ref: '#/components/schemas/Operation' });
  assert.deepEqual(Operation?.properties['source'], { $ref: '#/components/schemas/Source' });
});

test('everything has a meaning: operations, parameters, members, headers and answers', () => {
  const silent: string[] = [];
  const tells = (place: string, { description }: { readonly description?: unknown }): void => {
    if (typeof description !== 'string' || !/^\S.*[.)]$/s.test(description)) silent.push(`${place}: ${description}`);
  };
  for (const [name, schema] of Object.entries(document.components.schemas)) tells(name, schema);
  for (const [place, { properties }] of schemas())
    for (const [name, member] of Object.entries((properties ?? {}) as Record<string, Json>))
      if (member['$ref'] === undefined) tells(`${place}.${name}`, member);
  for (const { operationId, parameters, responses, ...operation } of operations) {
    tells(operationId, operation);
    for (const parameter of parameters) tells(`${operationId} ${parameter.name}`, parameter);
    for (const [status, answer] of Object.entries(responses)) {
      tells(`${operationId} ${status}`, answer);
      for (const [name, header] of Object.entries(answer.headers ?? {}))
        tells(`${operationId} ${status} ${name}`, resolved<Json>(document, header));
    }
  }
  assert.deepEqual(silent, []);
});

/** What a number may be of. */
const UNIT =
  /\b(ms|milliseconds|seconds?|bytes|number of|how (many|often|far)|index|sequence number|partition's last event|events?|letters?|status|revision|grows by one|sign-ins kept|items|codes?)\b/i;

test('every number says of what it is one', () => {
  const bare: string[] = [];
  const says = (place: string, schema: Json, description: unknown): void => {
    const isNumber = [schema['type']].flat().some((type) => type === 'integer' || type === 'number');
    if (isNumber && !UNIT.test(String(description))) bare.push(`${place}: ${description}`);
  };
  for (const [place, { properties }] of schemas())
    for (const [name, member] of Object.entries((properties ?? {}) as Record<string, Json>))
      says(`${place}.${name}`, member, member['description']);
  for (const { operationId, parameters } of operations)
    for (const { name, schema, description } of parameters) says(`${operationId} ${name}`, schema, description);
  assert.deepEqual(bare, []);
});

test('every object says whether there may be more in it than the document names', () => {
  for (const [place, schema] of schemas())
    if (schema['type'] === 'object') assert.equal(typeof schema['additionalProperties'], 'boolean', place);
});

test('every member has an example, and every example is of its own schema', () => {
  for (const [place, { examples, ...schema }] of schemas()) {
    for (const [name, member] of Object.entries((schema['properties'] ?? {}) as Record<string, Json>)) {
      const isPart =
        member['$ref'] !== undefined || member['anyOf'] !== undefined || member['properties'] !== undefined;
      const isList = member['type'] === 'array' && (member['items'] as Json)['type'] === undefined;
      assert.ok(isPart || isList || Array.isArray(member['examples']), `${place}.${name}`);
    }
    for (const example of (examples ?? []) as unknown[])
      assert.ok(validator(schema)(example), `${place}: ${JSON.stringify(example)}`);
  }
});

test('every parameter and header has an example of its schema', () => {
  const holds = (
    place: string,
    { schema, example }: { readonly schema?: unknown; readonly example?: unknown },
  ): void => {
    assert.notEqual(example, undefined, `${place} has no example`);
    assert.ok(validator(schema as Json)(example), `${place}: ${JSON.stringify(example)}`);
  };
  for (const { operationId, parameters, responses } of operations) {
    for (const parameter of parameters) holds(`${operationId} ${parameter.name}`, parameter);
    for (const [status, { headers }] of Object.entries(responses))
      for (const [name, header] of Object.entries(headers ?? {}))
        holds(`${operationId} ${status} ${name}`, resolved<Json>(document, header));
  }
});

test('every body, asked or answered, has an example of its schema', () => {
  const holds = (place: string, { schema, example, examples }: Content): void => {
    const given = examples
      ? Object.values(examples).map((one) => resolved<{ value?: unknown }>(document, one).value)
      : [example];
    for (const one of given) {
      assert.notEqual(one, undefined, `${place} has no example`);
      assert.ok(validator(schema)(one), `${place}: ${JSON.stringify(validator(schema).errors)}`);
    }
  };
  for (const { operationId, requestBody, responses } of operations) {
    for (const content of Object.values(requestBody?.content ?? {})) holds(`${operationId} body`, content);
    for (const [status, { content }] of Object.entries(responses))
      for (const [mediaType, one] of Object.entries(content ?? {})) holds(`${operationId} ${status} ${mediaType}`, one);
  }
});

test('every answer of 400 or more names each problem that it may be, in words and for programs', () => {
  for (const { operationId, responses } of operations) {
    for (const [status, answer] of Object.entries(responses)) {
      const named = problemsOf(answer);
      assert.equal(named.length > 0, Number(status) >= 400, `${operationId} ${status}`);
      assert.deepEqual(
        [...answer.description.matchAll(/`urn:guestwatch:problem:(\w+)`/g)].map(([, name]) => name),
        named,
      );
      for (const name of named) assert.ok((PROBLEM_NAMES as string[]).includes(name), name);
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
