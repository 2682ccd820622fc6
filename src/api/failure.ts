/** Turns whatever goes wrong into a problem: nothing of a failure's own message reaches a caller. */

import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { log } from '../log.ts';
import { setGuardHeaders } from './guard.ts';
import { BODY_BYTES_MAX } from './limits.ts';
import { errorLine } from './log.ts';
import {
  PROBLEM_MEDIA_TYPE,
  PROBLEMS,
  type Problem,
  ProblemError,
  type ProblemName,
  problem,
  problemText,
} from './problem.ts';
import { sendProblem } from './server.ts';

/** What Fastify itself refuses, by its codes. */
const BY_CODE: Readonly<Record<string, () => Problem>> = {
  FST_ERR_BAD_URL: () => problem('bad_request', 'The path is not UTF-8, percent-encoded.'),
  FST_ERR_MAX_PARAM_LENGTH: () => problem('url_too_long', 'A segment of the path is too long.'),
  FST_ERR_CTP_BODY_TOO_LARGE: () => problem('body_too_large', `The body exceeds ${BODY_BYTES_MAX} bytes.`),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => problem('unsupported_media_type'),
  FST_ERR_CTP_INVALID_JSON_BODY: () => problem('bad_request', 'The body is not JSON.'),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => problem('bad_request', 'The body is empty.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => problem('bad_request', 'The body is not as long as Content-Length says.'),
  FST_ERR_HANDLER_TIMEOUT: () => problem('unavailable', 'The state did not answer in time.'),
  state_unavailable: () => problem('unavailable', 'The state cannot be reached just now.'),
};

/** The problem that an error is, and whether it is a fault of ours. */
function problemOf(error: FastifyError): Problem {
  if (error instanceof ProblemError) return error.problem;
  const known = Object.hasOwn(BY_CODE, error.code ?? '') ? BY_CODE[error.code]!() : null;
  // Fastify has many ways to refuse a request; what it holds against the caller is never a 5xx.
  const theirs = typeof error.statusCode === 'number' && error.statusCode >= 400 && error.statusCode < 500;
  return known ?? problem(theirs && error.code?.startsWith('FST_') ? 'bad_request' : 'internal');
}

/** Fastify's error handler: also for what it finds wrong before any route. */
export function answerFailure(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const answer = problemOf(error);
  const status = PROBLEMS[answer.name][0];
  if (status >= 500) {
    const line = { route: request.routeOptions.url, err: errorLine(error) };
    log(request.log, answer.name === 'internal' ? 'api_failed' : 'api_unavailable', line);
  }
  setGuardHeaders(reply);
  return sendProblem(reply, answer);
}

const BROKEN: Readonly<Record<string, ProblemName>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** Answers on a bare socket what Node could not read as a request, and closes it. */
export function answerBroken(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const name = BROKEN[error.code ?? ''] ?? 'bad_request';
  const [status, title] = PROBLEMS[name];
  const body = problemText(problem(name), 'none');
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    `content-type: ${PROBLEM_MEDIA_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'x-request-id: none',
    'x-content-type-options: nosniff',
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
