/** The kind of Fastify instance that routes are added to, and what a route says of itself beyond Fastify's own schema. */
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyReply,
  FastifyTypeProvider,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { Scope } from './caller.ts';
import type { JsonBytes, JsonText } from './ports.ts';
import { PROBLEM_MEDIA_TYPE, PROBLEMS, type Problem, type ProblemName, problemText } from './problem.ts';

/** Reads the types of parameters off their schemas. Answers are typed by the ports, which are typed by the same schemas. */
interface Typed extends FastifyTypeProvider {
  readonly validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
}

export type Server = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  Typed
>;

/** A plugin that adds the routes of one resource. */
export type Routes = (server: Server) => Promise<void>;

declare module 'fastify' {
  interface FastifySchema {
    /** Stable name of the call: clients are generated from it. */
    operationId?: string;
    /** What a caller must be allowed for it; null where nobody is asked. */
    scope: Scope | null;
    summary?: string;
    description?: string;
    tags?: readonly string[];
    /** Problems that this route answers with, beside those that every route may. */
    problems?: readonly ProblemName[];
    /** Statuses other than 200 without a body. */
    bare?: Readonly<Record<number, string>>;
    /** Headers of the 200, each with its meaning. */
    answerHeaders?: Readonly<Record<string, string>>;
    /** Headers of problems, each with its meaning. */
    problemHeaders?: Readonly<Partial<Record<ProblemName, Readonly<Record<string, string>>>>>;
    /** Headers that the route reads, each with its meaning. */
    requestHeaders?: Readonly<Record<string, string>>;
  }
}

const asItIs = (text: unknown): string => text as string;

/** Answers with text that is ready. */
export function sendText(reply: FastifyReply, mediaType: string, text: JsonText | JsonBytes): FastifyReply {
  return reply.type(mediaType).serializer(asItIs).send(text);
}

/** Answers with JSON text that is ready. */
export const sendJson = (reply: FastifyReply, text: JsonText | JsonBytes): FastifyReply =>
  sendText(reply, 'application/json; charset=utf-8', text);

/** Answers with a page of items that are ready. */
export const sendPage = (reply: FastifyReply, items: readonly JsonText[], nextCursor: string | null): FastifyReply =>
  sendJson(reply, pageText(items, nextCursor));

/** A page of items that are ready. */
export const pageText = (items: readonly JsonText[], nextCursor: string | null): JsonText =>
  `${HEAD}${items.join(',')}${tailOf(nextCursor)}`;

/** The same of items as they lay stored, commas between them. */
export const pageBytes = (items: JsonBytes, nextCursor: string | null): Buffer =>
  Buffer.concat([HEAD_BYTES, items, Buffer.from(tailOf(nextCursor))]);

const HEAD = '{"items":[';
const HEAD_BYTES = Buffer.from(HEAD);
const tailOf = (nextCursor: string | null): string => `],"nextCursor":${JSON.stringify(nextCursor)}}`;

/** Answers that the caller has it already. */
export const sendNotModified = (reply: FastifyReply): FastifyReply => reply.code(304).send();

/** Answers with a problem. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(PROBLEMS[problem.name][0])
    .headers(problem.headers ?? {})
    .type(PROBLEM_MEDIA_TYPE)
    .serializer(asItIs)
    .send(problemText(problem, reply.request.id));
}
