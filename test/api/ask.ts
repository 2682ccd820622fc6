/** Asks an app and holds every answer against the app's own document, so that no test can pass on an undocumented one. */
import assert from 'node:assert/strict';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { Compile } from 'typebox/schema';
import { type ApiOptions, buildApp } from '../../src/api/app.ts';
import type { ApiPorts } from '../../src/api/ports.ts';
import type { Server } from '../../src/api/server.ts';

type Json = Record<string, unknown>;
interface Documented {
  readonly content?: Record<string, { schema: Json }>;
}
export interface Document {
  readonly openapi: string;
  readonly paths: Record<
    string,
    Record<string, { operationId: string; parameters: Json[]; responses: Record<string, Documented> }>
  >;
  readonly components: { schemas: Record<string, Json> };
  readonly [key: string]: unknown;
}

export interface Asked {
  readonly server: Server;
  readonly document: Document;
  /** Sends a request and checks the answer; `body` is the parsed body, or its text. */
  ask(url: string, options?: Omit<InjectOptions, 'url'>): Promise<LightMyRequestResponse & { readonly data: Json }>;
}

/** An app over these ports. */
export async function appOf(ports: ApiPorts, options: Partial<ApiOptions> = {}): Promise<Asked> {
  const server = buildApp(ports, { version: '1.2.3', ...options });
  const document = (await server.inject('/openapi.json')).json<Document>();
  const check = checkerOf(document);
  return {
    server,
    document,
    async ask(url, given = {}) {
      const answer = await server.inject({ url, ...given });
      const data = check(given.method ?? 'GET', url, answer);
      return Object.assign(answer, { data });
    },
  };
}

/** Fails on any answer that the document does not have. */
export function checkerOf(document: Document) {
  const compiled = new Map<Json, ReturnType<typeof Compile>>();
  const validatorOf = (schema: Json) => {
    const known = compiled.get(schema) ?? Compile({ ...schema, components: document.components } as never);
    compiled.set(schema, known);
    return known;
  };
  // What reaches no route is a problem, and of the same schema as all problems.
  const problem = { content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } };
  return (method: string, url: string, answer: LightMyRequestResponse): Json => {
    const mediaType = String(answer.headers['content-type'] ?? '').split(';')[0]!;
    const operation = operationOf(document, method, url.split('?')[0]!);
    const response: Documented | undefined =
      operation === null ? problem : operation.responses[String(answer.statusCode)];
    assert.ok(response, `${method} ${url} answered an undocumented ${answer.statusCode}: ${answer.body}`);
    if (response.content === undefined || method === 'HEAD') {
      assert.equal(answer.body, '');
      return {};
    }
    const schema = response.content[mediaType]?.schema;
    assert.ok(schema, `${method} ${url} answered in an undocumented ${mediaType}: ${answer.body}`);
    const value = mediaType.startsWith('text/') ? answer.body : answer.json();
    const [valid, errors] = validatorOf(schema).Errors(value);
    assert.ok(valid, `${method} ${url} (${answer.statusCode}): ${JSON.stringify(errors)} in ${answer.body}`);
    return value;
  };
}

function operationOf(document: Document, method: string, path: string) {
  for (const [pattern, operations] of Object.entries(document.paths)) {
    const wanted = new RegExp(`^${pattern.replace(/\{\w+\}/g, '[^/]+')}$`);
    if (wanted.test(path)) return operations[method === 'HEAD' ? 'get' : method.toLowerCase()] ?? null;
  }
  return null;
}
