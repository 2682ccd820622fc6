/** The closed set of problems (RFC 9457) that the API answers with, and how one is made. */
import { type Static, Type } from 'typebox';
import { COMMENTS_MAX } from '../detection/triage.ts';
import { BODY_BYTES_MAX, HEADER_BYTES_MAX, RETRY_AFTER_SECONDS, URL_LENGTH_MAX } from './limits.ts';
import { Finding } from './schema/finding.ts';
import * as w from './schema/words.ts';

/** Every problem: the last part of its `type`, its status, its title, and what the document says of it. */
export const PROBLEMS = {
  bad_request: [400, 'Malformed request', 'The request is not well-formed HTTP, or its path is not UTF-8.'],
  invalid_parameters: [400, 'Invalid parameters', 'Each fault stands in `errors`, with the mend.'],
  bad_cursor: [400, 'Unusable cursor', 'The cursor is not one of this list, or was given for other filters.'],
  tenant_required: [
    400,
    'Tenant required',
    '`tenantId` was left out and cannot be inferred; `errors` names those known.',
  ],
  beyond_retention: [
    400,
    'Beyond retention',
    'The window begins before what is kept; `detail` names the earliest moment.',
  ],
  unauthenticated: [401, 'Not authenticated', 'Send a key or token that is in force, as `Authorization: Bearer …`.'],
  forbidden: [
    403,
    'Not allowed',
    'This key or token does not allow this call; the document names what each call needs.',
  ],
  not_found: [404, 'Not found', 'There is nothing under this address.'],
  superseded: [
    409,
    'Superseded',
    'The finding was merged into another, which `supersededBy` names: triage goes there.',
  ],
  too_many_comments: [409, 'Too many comments', `A finding takes no more than ${COMMENTS_MAX} comments.`],
  too_many_suppressions: [409, 'Too many suppressions', 'A tenant can have no more in force; `detail` says how many.'],
  method_not_allowed: [405, 'Method not allowed', '`Allow` names the methods that there are.'],
  not_acceptable: [406, 'Not acceptable', 'What `Accept` names is not given here; `detail` says what is.'],
  request_timeout: [408, 'Request timeout', 'The request was not sent in time.'],
  already_delivered: [409, 'Already delivered', 'The delivery was taken by its receiver, and is not sent again.'],
  resync: [410, 'Resynchronise', 'The cursor is no longer a place in the feed; `detail` says how to go on.'],
  precondition_failed: [
    412,
    'Changed meanwhile',
    'The finding is at another revision than `If-Match` names: `finding` is what it is now, `ETag` its revision.',
  ],
  body_too_large: [413, 'Body too large', `No body may exceed ${BODY_BYTES_MAX} bytes.`],
  url_too_long: [414, 'URL too long', `No URL may exceed ${URL_LENGTH_MAX} characters.`],
  unsupported_media_type: [415, 'Unsupported media type', 'Bodies are `application/json`.'],
  misdirected_host: [421, 'Misdirected request', 'Without keys only requests to a loopback name are answered.'],
  precondition_required: [428, 'If-Match required', 'Send the `ETag` of the finding that you saw as `If-Match`.'],
  rate_limited: [429, 'Too many requests', 'Go on after as many seconds as `Retry-After` says.'],
  headers_too_large: [431, 'Headers too large', `The headers may not exceed ${HEADER_BYTES_MAX} bytes.`],
  internal: [500, 'Internal error', 'A fault of the service; its log names the cause under the same `requestId`.'],
  unavailable: [
    503,
    'Unavailable',
    `The state cannot be reached, or too many requests wait. Try again after \`Retry-After\`.`,
  ],
} as const satisfies Record<string, readonly [status: number, title: string, meaning: string]>;

export type ProblemName = keyof typeof PROBLEMS;
export const PROBLEM_NAMES = Object.keys(PROBLEMS) as ProblemName[];

/** A `type` is a name, not an address: it does not change with where the service is reached. */
export const problemType = (name: ProblemName): string => `urn:guestwatch:problem:${name}`;
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export const ProblemBody = w.shape('Problem', 'Why a request was not answered (RFC 9457).', {
  type: w.choice(PROBLEM_NAMES.map(problemType), 'Stable: what a program decides by.'),
  title: w.text('The kind of problem, for people.', 'Invalid parameters'),
  status: Type.Integer({ description: 'The HTTP status.', examples: [400] }),
  detail: w.text('What was wrong this time, and the mend.', '1 parameter is at fault.'),
  requestId: w.text("Under which the service's log has it.", '7f0c6b1e-9d0b-4a51-b0f0-0d3c2f8f3a10'),
  errors: Type.Optional(
    w.listOf(
      w.shape('Fault', 'One fault of the input.', {
        in: w.choice(['query', 'path', 'header', 'body'], 'Where it is.'),
        name: w.text('Name of the parameter or field.', 'limit'),
        detail: w.text('What is wrong, and the mend.', 'must be a whole number from 1 to 1000'),
      }),
      'Every fault of the input, for bad input.',
    ),
  ),
  supersededBy: Type.Optional(w.text('The finding that stands, where the one asked for was merged.', 'f-1')),
  finding: Type.Optional(Finding),
});

export type Fault = NonNullable<Static<typeof ProblemBody>['errors']>[number];

/** A problem on its way to a caller. */
export interface Problem {
  readonly name: ProblemName;
  readonly detail: string;
  readonly errors?: readonly Fault[];
  readonly supersededBy?: string;
  /** The finding as it is now: JSON text. */
  readonly finding?: string;
  /** Headers that belong to it, such as `allow`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A problem; without a detail it says what it always says. */
export function problem(
  name: ProblemName,
  detail: string = PROBLEMS[name][2],
  more: Omit<Problem, 'name' | 'detail'> = {},
): Problem {
  const headers =
    name === 'unavailable' ? { 'retry-after': String(RETRY_AFTER_SECONDS), ...more.headers } : more.headers;
  return { name, detail, ...more, ...(headers === undefined ? {} : { headers }) };
}

/** Bad input: every fault at once. */
export function invalid(errors: readonly Fault[]): Problem {
  const detail = errors.map((fault) => `\`${fault.name}\` ${fault.detail}.`).join(' ');
  return problem('invalid_parameters', detail, { errors });
}

/** The body of a problem as JSON text. */
export function problemText({ name, detail, errors, supersededBy, finding }: Problem, requestId: string): string {
  const [status, title] = PROBLEMS[name];
  const told = { type: problemType(name), title, status, detail, requestId, errors, supersededBy };
  const text = JSON.stringify(told);
  return finding === undefined ? text : `${text.slice(0, -1)},"finding":${finding}}`;
}

/** Carries a problem through Fastify where only an error can pass. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.name);
    this.problem = problem;
  }
}
