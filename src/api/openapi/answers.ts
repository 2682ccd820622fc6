/** What a call may be answered with, problems included, as the document says it. */
import type { FastifySchema } from 'fastify';
import { exampleOf, type Json, type JsonObject } from '../example.ts';
import { PROBLEM_MEDIA_TYPE, PROBLEMS, ProblemBody, type ProblemName, problemType } from '../problem.ts';
import type { Components } from './components.ts';
import { headers } from './headers.ts';

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

/** What asks nobody's leave is ready text: it does without the state, and so without its failures. */
export const problemsOf = ({ scope, problems = [] }: FastifySchema): readonly ProblemName[] => [
  ...ALWAYS,
  ...(scope === null ? [] : ASKED),
  ...problems,
];

/** One for each status. */
export function responses(schema: FastifySchema, components: Components): Record<string, Json> {
  return { ...answers(schema, components), ...problems(schema, components) };
}

/** A body: its schema, and an example made of those of its members. */
export function content(schema: JsonObject, components: Components): JsonObject {
  const example = exampleOf(schema);
  return { schema: components.reference(schema), ...(example === undefined ? {} : { example }) };
}

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
