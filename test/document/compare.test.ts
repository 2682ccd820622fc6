/** What breaks programs is told from what does not, kind by kind, and passes only where the changelog owns up to it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { breakingDifferences, type Json, ownedLine, unownedDifferences } from '../../local/document/compare.ts';

type Change = (document: Sample) => void;
type Sample = ReturnType<typeof sample>;
// biome-ignore lint/suspicious/noExplicitAny: a sample is bent in every way.
type Any = any;

/** A document with one of each: parameters, a body, answers, and a component that is both asked and answered. */
const sample = () => ({
  paths: {
    '/things/{id}': {
      get: {
        operationId: 'getThing',
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'string', maxLength: 10 } },
          { name: 'kind', in: 'query', required: false, schema: { type: 'string', enum: ['a', 'b'], default: 'a' } },
          { name: 'limit', in: 'query', required: false, schema: { type: 'integer', minimum: 1, maximum: 10 } },
        ] as Any[],
        responses: {
          200: {
            headers: { etag: {} } as Any,
            content: {
              'application/json': { schema: { $ref: '#/components/schemas/Thing' } },
              'text/csv': { schema: { type: 'string' } },
            } as Any,
          },
          404: { content: { 'application/problem+json': { schema: {}, examples: { not_found: {}, gone: {} } } } },
        } as Any,
      },
      patch: {
        operationId: 'changeThing',
        requestBody: {
          required: false,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Wish' } } },
        } as Any,
        responses: {
          200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } },
        } as Any,
      },
    } as Any,
  } as Any,
  components: {
    schemas: {
      Problem: { type: 'object', properties: { type: { type: 'string' } }, required: ['type'] },
      Wish: {
        type: 'object',
        properties: {
          name: { type: ['string', 'null'] },
          count: { type: 'integer', minimum: 0 },
          owner: { anyOf: [{ $ref: '#/components/schemas/Owner' }, { type: 'null' }] },
        },
        required: [],
        additionalProperties: false,
      },
      Thing: {
        type: 'object',
        properties: {
          name: { type: 'string', format: 'date-time' },
          state: { type: 'string', enum: ['new', 'old'] },
          count: { type: 'integer', minimum: 0, maximum: 9 },
          tags: { type: 'array', items: { type: 'string' } },
          owner: { anyOf: [{ $ref: '#/components/schemas/Owner' }, { type: 'null' }] },
          size: { anyOf: [{ type: 'integer' }, { type: 'boolean' }] },
        },
        required: ['name', 'count'],
        additionalProperties: false,
      },
      Owner: {
        type: 'object',
        properties: { upn: { type: 'string' } },
        required: ['upn'],
        additionalProperties: false,
      },
    } as Any,
  },
});

const found = (change: Change): readonly string[] => {
  const after = sample();
  change(after);
  return breakingDifferences(sample() as Json, after as Json).map(({ place, what }) => `${place}: ${what}`);
};

const get = (d: Sample) => d.paths['/things/{id}'].get;
const patch = (d: Sample) => d.paths['/things/{id}'].patch;
const thing = (d: Sample) => d.components.schemas.Thing;
const wish = (d: Sample) => d.components.schemas.Wish;

const BREAKING: readonly (readonly [string, Change, string])[] = [
  ['a path that is gone', (d) => delete d.paths['/things/{id}'], 'getThing: GET /things/{id} is gone'],
  ['a method that is gone', (d) => delete d.paths['/things/{id}'].patch, 'changeThing: PATCH /things/{id} is gone'],
  ['an operation under another name', (d) => (get(d).operationId = 'readThing'), 'getThing: is called readThing'],
  ['a parameter that is gone', (d) => get(d).parameters.splice(1, 1), 'getThing query kind: is gone'],
  [
    'a parameter that must be given',
    (d) => (get(d).parameters[2].required = true),
    'getThing query limit: must now be given',
  ],
  [
    'a new parameter that must be given',
    (d) => get(d).parameters.push({ name: 'x', in: 'query', required: true, schema: {} }),
    'getThing query x: must now be given',
  ],
  [
    'a value that is no longer taken',
    (d) => get(d).parameters[1].schema.enum.pop(),
    'getThing query kind: may no longer be "b"',
  ],
  [
    'any text, and now a closed set',
    (d) => (get(d).parameters[0].schema.enum = ['a']),
    'getThing path id: may only be one of ["a"]',
  ],
  [
    'another default',
    (d) => (get(d).parameters[1].schema.default = 'b'),
    'getThing query kind: left out it means "b", and meant "a"',
  ],
  [
    'a lower maximum',
    (d) => (get(d).parameters[2].schema.maximum = 5),
    'getThing query limit: maximum is 5, and was 10',
  ],
  [
    'a higher minimum',
    (d) => (get(d).parameters[2].schema.minimum = 2),
    'getThing query limit: minimum is 2, and was 1',
  ],
  [
    'a shorter text',
    (d) => (get(d).parameters[0].schema.maxLength = 9),
    'getThing path id: maxLength is 9, and was 10',
  ],
  [
    'a new pattern',
    (d) => (get(d).parameters[0].schema.pattern = '^a'),
    'getThing path id: pattern is "^a", and was nothing',
  ],
  [
    'a parameter of another type',
    (d) => (get(d).parameters[2].schema.type = 'string'),
    'getThing query limit: may no longer be integer',
  ],
  ['a body that must be given', (d) => (patch(d).requestBody.required = true), 'changeThing body: must now be given'],
  ['a body that is gone', (d) => delete patch(d).requestBody, 'changeThing body: is gone'],
  ['a member that is asked and must be given', (d) => wish(d).required.push('count'), 'Wish.count: must now be given'],
  ['a member that is asked and gone', (d) => delete wish(d).properties.count, 'Wish.count: is gone'],
  [
    'null that is no longer taken',
    (d) => (wish(d).properties.name.type = 'string'),
    'Wish.name: may no longer be null',
  ],
  [
    'a choice that is no longer taken',
    (d) => wish(d).properties.owner.anyOf.pop(),
    'Wish.owner: may no longer be null',
  ],
  ['a status that is gone', (d) => delete get(d).responses[404], 'getThing 404: is no longer answered'],
  [
    'a media type that is gone',
    (d) => delete get(d).responses[200].content['text/csv'],
    'getThing 200 text/csv: is gone',
  ],
  ['a header that is gone', (d) => delete get(d).responses[200].headers.etag, 'getThing 200 etag: is gone'],
  [
    'a problem that is gone',
    (d) => delete get(d).responses[404].content['application/problem+json'].examples.gone,
    'getThing 404 gone: is gone',
  ],
  ['a member of an answer that is gone', (d) => delete thing(d).properties.count, 'Thing.count: is gone'],
  [
    'a member of an answer that may be left out',
    (d) => (thing(d).required = ['name']),
    'Thing.count: may now be left out',
  ],
  [
    'a member of an answer of another type',
    (d) => (thing(d).properties.count.type = 'string'),
    'Thing.count: may now be string',
  ],
  [
    'a member of an answer that may be null',
    (d) => (thing(d).properties.count.type = ['integer', 'null']),
    'Thing.count: may now be null',
  ],
  [
    'items of another type',
    (d) => (thing(d).properties.tags.items.type = 'integer'),
    'Thing.tags[]: may now be integer',
  ],
  [
    'an answer out of wider bounds',
    (d) => (thing(d).properties.count.maximum = 10),
    'Thing.count: maximum is 10, and was 9',
  ],
  [
    'an answer in no known format',
    (d) => delete thing(d).properties.name.format,
    'Thing.name: format is nothing, and was "date-time"',
  ],
  [
    'a set of answers that is closed no more',
    (d) => delete thing(d).properties.state.enum,
    'Thing.state: is no longer one of a closed set',
  ],
  [
    'a new choice in an answer',
    (d) => thing(d).properties.size.anyOf.push({ type: 'string' }),
    'Thing.size: may now be string',
  ],
  ['a choice, changed inside', (d) => delete d.components.schemas.Owner.properties.upn, 'Owner.upn: is gone'],
  ['the body of all problems', (d) => delete d.components.schemas.Problem.properties.type, 'Problem.type: is gone'],
];

for (const [what, change, expected] of BREAKING) {
  test(`it breaks programs: ${what}`, () => assert.ok(found(change).includes(expected), found(change).join('\n')));
}

const HARMLESS: readonly (readonly [string, Change])[] = [
  ['nothing', () => {}],
  ['a new path', (d) => (d.paths['/other'] = { get: { operationId: 'other', responses: {} } })],
  ['a new parameter that may be left out', (d) => get(d).parameters.push({ name: 'x', in: 'query', schema: {} })],
  ['parameters in another order', (d) => get(d).parameters.reverse()],
  ['another value that is taken', (d) => get(d).parameters[1].schema.enum.push('c')],
  ['wider bounds for what is asked', (d) => (get(d).parameters[2].schema.maximum = 20)],
  ['another member that may be given', (d) => (wish(d).properties.note = { type: 'string' })],
  ['another member in an answer', (d) => (thing(d).properties.note = { type: 'string' })],
  ['another value of a set in an answer', (d) => thing(d).properties.state.enum.push('older')],
  ['a member that is never left out any more', (d) => thing(d).required.push('tags')],
  ['another status', (d) => (get(d).responses[409] = {})],
  ['another media type', (d) => (get(d).responses[200].content['application/xml'] = {})],
  ['other words', (d) => (thing(d).description = 'It is a thing.')],
];

for (const [what, change] of HARMLESS) {
  test(`it breaks nobody: ${what}`, () => assert.deepEqual(found(change), []));
}

test('what is broken passes only where the newest section of the changelog owns up to the very place', () => {
  const after = sample();
  delete thing(after).properties.count;
  delete get(after).responses[404];
  const left = (...lines: string[]) =>
    unownedDifferences(
      [sample() as Json],
      after as Json,
      `# Changes\n\n## 2.0.0\n\n${lines.join('\n')}\n\n## 1.0.0\n\n- Breaking: Thing.count: long ago\n`,
    );
  assert.deepEqual(left().map(ownedLine), [
    '- Breaking: Thing.count: is gone',
    '- Breaking: getThing 404: is no longer answered',
  ]);
  assert.deepEqual(
    left('- Breaking: Thing.count: is gone, as nobody counted.').map(({ place }) => place),
    ['getThing 404'],
  );
  assert.equal(left('- Breaking: Thing: all of it').length, 2);
  assert.equal(left(...left().map(ownedLine)).length, 0);
});
