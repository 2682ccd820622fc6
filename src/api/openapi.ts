/** The OpenAPI 3.1 document, read off the schemas of the routes themselves so that it cannot say anything else. */
import type { FastifySchema } from 'fastify';
import type { Json, JsonObject } from './example.ts';
import { HEADER_EXAMPLES } from './headers.ts';
import { problemsOf } from './openapi/answers.ts';
import { Components } from './openapi/components.ts';
import { sharedHeaders } from './openapi/headers.ts';
import { operation } from './openapi/operation.ts';
import { PROBLEMS, type ProblemName, problem, problemText } from './problem.ts';
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

const problemExample = (name: ProblemName): Json => ({
  summary: PROBLEMS[name][1],
  value: JSON.parse(problemText(problem(name), String(HEADER_EXAMPLES['x-request-id']))) as Json,
});
