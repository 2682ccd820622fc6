/** A call as the document says it: what it asks for, and what it is answered with. */
import type { FastifySchema } from 'fastify';
import { exampleOf, type Json, type JsonObject } from '../example.ts';
import { content, responses } from './answers.ts';
import { type Components, withoutExtensions } from './components.ts';
import { header } from './headers.ts';

/** One call. */
export function operation(schema: FastifySchema, components: Components): Json {
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
    responses: responses(schema, components),
  };
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
