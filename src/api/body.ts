/** Checks bodies: JSON objects of a schema, of which no other member may be given, with a word on the place of each fault. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/schema';
import { type Fault, invalid, ProblemError, problem } from './problem.ts';
import { sendProblem } from './server.ts';

/** An answer is bounded, also to a body of a thousand faults. */
const FAULTS_MAX = 20;
const NAME_SHOWN_MAX = 64;

/** Fastify's validator of a body. What a member must be, its schema says in `x-mend`. */
export function bodyValidator(schema: TSchema) {
  const validator = Compile(schema as never);
  const { properties } = schema as unknown as {
    readonly properties: Readonly<Record<string, { readonly 'x-mend'?: string }>>;
  };
  const known = Object.keys(properties)
    .map((name) => `\`${name}\``)
    .join(', ');
  return (given: unknown): { value: unknown } | { error: Error } => {
    const [isValid, errors] = validator.Errors(given);
    if (isValid) return { value: given };
    const faults = new Map<string, Fault>();
    for (const { instancePath } of errors) {
      const member = instancePath.split('/')[1]?.replaceAll('~1', '/').replaceAll('~0', '~');
      const isKnown = member !== undefined && Object.hasOwn(properties, member);
      const name = (member ?? 'body').slice(0, NAME_SHOWN_MAX);
      const unknown = `is not known here; there are ${known}`;
      const detail = isKnown ? (properties[member]!['x-mend'] ?? 'is not what the document says') : unknown;
      if (member !== undefined) faults.set(name, { in: 'body', name, detail });
      if (faults.size === FAULTS_MAX) break;
    }
    const whole: Fault = { in: 'body', name: 'body', detail: 'must be a JSON object, if only `{}`' };
    return { error: new ProblemError(invalid(faults.size > 0 ? [...faults.values()] : [whole])) };
  };
}

/**
 * Refuses what is not sent as JSON, a request without a body as well: a page of another site can have a browser send forms
 * and texts here, but not this.
 */
export async function jsonOnly({ headers }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  if (/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) return undefined;
  return sendProblem(reply, problem('unsupported_media_type', 'The body must be `application/json`, if only `{}`.'));
}
