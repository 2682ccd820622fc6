/** The OpenAPI 3.1 document, read off the schemas of the routes themselves so that it cannot say anything else. */
import type { FastifySchema } from 'fastify';
import { exampleOf, type Json, type JsonObject } from './example.ts';
import { HEADER_EXAMPLES, SHARED_HEADERS } from './headers.ts';
import {
  PROBLEM_MEDIA_TYPE,
  PROBLEMS,
  ProblemBody,
  type ProblemName,
  problem,
  problemText,
  problemType,
} from './problem.ts';
import type { Server } from './server.ts';

/** One documented call. */
export interface Call {
  readonly path: string;
  readonly method: string;
  readonly schema: FastifySchema;
}

/** Every call whose route names itself, filled as routes are added. */
export function collectCalls(server: Server): readonly Call[] {
  const calls: Call[] = [];
  server.addHook('onRoute', ({ url, method, schema }) => {
    for (const name of [method].flat()) {
      if (name !== 'HEAD' && schema?.operationId !== undefined) calls.push({ path: url, method: name, schema });
    }
  });
  return calls;
}

/** Problems that any call may be answered with. */
const ALWAYS: readonly ProblemName[] = [
  'bad_request',
  'invalid_parameters',
  'body_too_large',
  'url_too_long',
  'misdirected_host',
  'rate_limited',
];
/** And those of a call that asks who calls, and then the state. */
const ASKED: readonly ProblemName[] = ['unauthenticated', 'forbidden', 'internal', 'unavailable'];

const TAGS: Readonly<Record<string, string>> = {
  Findings: 'What an analyst works on.',
  Triage: 'What people do with findings, and what they expect.',
  Feed: 'Findings as they change, for programs.',
  Rule: 'What is looked for, and what the query itself would return.',
  Guests: 'Who has signed in as a guest.',
  Explain: 'Why something is a finding, or is not.',
  Coverage: 'What was read, and what could not be understood.',
  Deliveries: 'Where findings are sent to, and what became of each.',
  Document: 'This document.',
};

const INTRODUCTION = `Findings of guest accounts that perform privileged operations in Microsoft Entra ID.

Times are RFC 3339 in UTC; those of log records have seven fractional digits. Lists are paged by opaque cursors. Parameters that are not known, or are given twice, are refused. Every error is a problem (RFC 9457) out of a closed set, told apart by its \`type\`.

Later versions may answer with more: members, values of sets, problems. Pass over what you do not know.`;

const BEARER = {
  type: 'http',
  scheme: 'bearer',
  description:
    'An API key (`gw_…`) or an access token of Entra ID. Each call names the least that it must allow: `findings:read`, `findings:triage`, which includes it, or `admin`, which includes both. What it does not show of other tenants does not exist for it. Where the service knows neither keys nor tokens, it listens on loopback alone and asks nobody.',
};

/** The document for these calls. */
export function openApiDocument(calls: readonly Call[], version: string): JsonObject {
  const components = new Components();
  const paths: Record<string, Record<string, Json>> = {};
  const named = new Set<ProblemName>();
  for (const call of calls) {
    const path = call.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [call.method.toLowerCase()]: operation(call.schema, components) };
    for (const name of problemsOf(call.schema)) named.add(name);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'guestwatch', version, description: INTRODUCTION, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: components.schemas,
      examples: Object.fromEntries([...named].map((name) => [name, problemExample(name)])),
      headers: sharedHeaders(named),
      securitySchemes: { bearer: BEARER },
    },
  };
}

/** What asks nobody's leave is ready text: it does without the state, and so without its failures. */
const problemsOf = ({ scope, problems = [] }: FastifySchema): readonly ProblemName[] => [
  ...ALWAYS,
  ...(scope === null ? [] : ASKED),
  ...problems,
];

const problemExample = (name: ProblemName): Json => ({
  summary: PROBLEMS[name][1],
  value: JSON.parse(problemText(problem(name), String(HEADER_EXAMPLES['x-request-id']))) as Json,
});

function header(name: string, description: string): JsonObject {
  const example = HEADER_EXAMPLES[name];
  const isShared = Object.hasOwn(SHARED_HEADERS, name);
  const schema = { type: typeof example === 'number' ? 'integer' : 'string' };
  return {
    description,
    ...(isShared ? { required: true } : {}),
    schema,
    ...(example === undefined ? {} : { example }),
  };
}

/** Those that some answer has: every answer, or one of these problems. */
function sharedHeaders(named: ReadonlySet<ProblemName>): JsonObject {
  const answered = new Set<number>([...named].map((name) => PROBLEMS[name][0]));
  const shared = Object.entries(SHARED_HEADERS).filter(
    ([, { statuses }]) => statuses?.some((one) => answered.has(one)) ?? true,
  );
  return Object.fromEntries(shared.map(([name, { about }]) => [name, header(name, about)]));
}

/** The headers of an answer: its own, and those that every such answer has. */
function headers(status: number, own: Readonly<Record<string, string>> = {}): JsonObject {
  const shared = Object.entries(SHARED_HEADERS).filter(([, { statuses }]) => statuses?.includes(status) ?? true);
  return {
    ...Object.fromEntries(Object.entries(own).map(([name, about]) => [name, header(name, about)])),
    ...Object.fromEntries(shared.map(([name]) => [name, { $ref: `#/components/headers/${name}` }])),
  };
}

function operation(schema: FastifySchema, components: Components): Json {
  const { operationId = '', summary = '', description = summary, tags = [], scope } = schema;
  return {
    operationId,
    summary,
    description,
    tags,
    security: scope == null ? [] : [{ bearer: [scope] }],
    parameters: [
      ...parameters('path', schema.params as JsonObject | undefined),
      ...parameters('query', schema.querystring as JsonObject | undefined),
      ...Object.entries(schema.requestHeaders ?? {}).map(([name, meaning]) => ({
        name,
        in: 'header',
        ...header(name, meaning),
        ...(name === 'if-match' && schema.problems?.includes('precondition_required') ? { required: true } : {}),
      })),
    ],
    ...(schema.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': content(schema.body as JsonObject, components) },
          },
        }),
    responses: { ...answers(schema, components), ...problems(schema, components) },
  };
}

/** A body: its schema, and an example made of those of its members. */
function content(schema: JsonObject, components: Components): JsonObject {
  const example = exampleOf(schema);
  return { schema: components.reference(schema), ...(example === undefined ? {} : { example }) };
}

function parameters(place: 'path' | 'query', schema: JsonObject | undefined): Json[] {
  const required = (schema?.['required'] ?? []) as readonly string[];
  return Object.entries((schema?.['properties'] ?? {}) as JsonObject).map(([name, property]) => {
    const { description = '', examples: _, ...rest } = property as JsonObject;
    const example = exampleOf(property as JsonObject);
    return {
      name,
      in: place,
      description,
      // A parameter with a default is never missing to the route, and may be left out by the caller.
      required: place === 'path' || (required.includes(name) && rest['default'] === undefined),
      schema: withoutExtensions(rest),
      ...(example === undefined ? {} : { example }),
    };
  });
}

const withoutExtensions = (schema: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => !key.startsWith('x-')));

function answers(schema: FastifySchema, components: Components): Record<string, Json> {
  const responses: Record<string, Json> = {};
  for (const [status, given] of Object.entries((schema.response ?? {}) as Record<string, JsonObject>)) {
    // Fastify's own form, where it is not JSON alone.
    const schemas = (given['content'] ?? { 'application/json': { schema: given } }) as Record<
      string,
      { schema: JsonObject }
    >;
    responses[status] = {
      description: given['description'] ?? '',
      headers: headers(Number(status), schema.answerHeaders),
      content: Object.fromEntries(
        Object.entries(schemas).map(([type, one]) => [type, content(one.schema, components)]),
      ),
    };
  }
  for (const [status, description] of Object.entries(schema.bare ?? {}))
    responses[status] = { description, headers: headers(Number(status), schema.answerHeaders) };
  return responses;
}

/** One response for each status, which lists the problems that it may be. */
function problems(schema: FastifySchema, components: Components): Record<string, Json> {
  const names = problemsOf(schema);
  const responses: Record<string, Json> = {};
  for (const status of new Set(names.map((name) => PROBLEMS[name][0]))) {
    const listed = names.filter((name) => PROBLEMS[name][0] === status);
    const types = { type: 'object', properties: { type: { enum: listed.map(problemType) } }, required: ['type'] };
    responses[String(status)] = {
      description: listed.map((name) => `\`${problemType(name)}\`: ${PROBLEMS[name][2]}`).join('\n\n'),
      headers: headers(status, Object.assign({}, ...listed.map((name) => schema.problemHeaders?.[name]))),
      content: {
        [PROBLEM_MEDIA_TYPE]: {
          schema: { allOf: [components.reference(ProblemBody as unknown as Json), types] },
          examples: Object.fromEntries(listed.map((name) => [name, { $ref: `#/components/examples/${name}` }])),
        },
      },
    };
  }
  return responses;
}

/** Schemas with a title stand among the components under it, once, and are referred to everywhere else. */
class Components {
  readonly schemas: Record<string, Json> = {};

  reference(schema: Json): Json {
    if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return schema;
    const { title, ...rest } = schema as JsonObject;
    const told = withoutExtensions(rest);
    const resolved = Object.fromEntries(Object.entries(told).map(([key, value]) => [key, this.#inside(key, value)]));
    if (typeof title !== 'string') return resolved;
    const known = this.schemas[title];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(resolved))
      throw new Error(`two schemas are called ${title}`);
    this.schemas[title] = resolved;
    return { $ref: `#/components/schemas/${title}` };
  }

  /** Only under these keywords stand schemas; a member that is called `title`, or an example, is none. */
  #inside(keyword: string, value: Json): Json {
    switch (keyword) {
      case 'properties':
        return Object.fromEntries(
          Object.entries(value as JsonObject).map(([name, one]) => [name, this.reference(one)]),
        );
      case 'anyOf':
        return (value as readonly Json[]).map((one) => this.reference(one));
      case 'items':
        return this.reference(value);
      default:
        return value;
    }
  }
}
