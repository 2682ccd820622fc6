/** Checks bodies: JSON objects of a schema, of which no other member may be given, with a word on the place of each fault. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/schema';
import { type Fault, invalid, ProblemError, problem } from './problem.ts';
import { sendProblem } from './server.ts';

/** An answer is bounded, also to a body of a thousand faults. */
const FAULTS_MAX = 20;
const NAME_SHOWN_MAX = 64;

/** What this reads of a body's schema. */
interface BodySchema {
  readonly properties?: Readonly<Record<string, BodySchema>>;
  /** What it must be, in words. */
  readonly 'x-mend'?: string;
}

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
}

/** Fastify's validator of a body. What a member must be, its schema says in `x-mend`. */
export function bodyValidator(schema: TSchema) {
  const validator = Compile(schema as never);
  const shape = schema as unknown as BodySchema;
  return (given: unknown): { value: unknown } | { error: Error } => {
    const [isValid, errors] = validator.Errors(given);
    if (isValid) return { value: given };
    const faults = new Map<string, Fault>();
    for (const error of errors as readonly SchemaError[]) {
      for (const fault of faultsOf(error, shape)) faults.set(fault.name, fault);
      if (faults.size >= FAULTS_MAX) break;
    }
    const told = [...faults.values()].slice(0, FAULTS_MAX);
    const mend = shape['x-mend'] ?? 'must be a JSON object, if only `{}`';
    return { error: new ProblemError(invalid(told.length > 0 ? told : [{ in: 'body', name: 'body', detail: mend }])) };
  };
}

/** The faults that an error of the schema stands for; their names are places with dots. */
function faultsOf({ keyword, instancePath, params }: SchemaError, schema: BodySchema): Fault[] {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const place: string[] = [];
  let at = schema;
  for (const part of path) {
    if (at.properties === undefined) break;
    place.push(part);
    const inner = Object.hasOwn(at.properties, part) ? at.properties[part] : undefined;
    if (inner === undefined) return [faultAt(place, `is not known here; there ${membersOf(at)}`)];
    at = inner;
  }
  if (keyword === 'required') {
    const missing = (params as { requiredProperties?: readonly string[] }).requiredProperties ?? [];
    return missing.map((name) => faultAt([...place, name], `is required: it ${mendOf(at.properties?.[name])}`));
  }
  // A member that is not known has an error of its own.
  if (place.length === 0 || keyword === 'additionalProperties') return [];
  return [faultAt(place, mendOf(at))];
}

const faultAt = (place: readonly string[], detail: string): Fault => ({
  in: 'body',
  name: place.join('.').slice(0, NAME_SHOWN_MAX),
  detail,
});
const membersOf = ({ properties = {} }: BodySchema): string => {
  const names = Object.keys(properties).map((name) => `\`${name}\``);
  return names.length === 0 ? 'is none' : `are ${names.join(', ')}`;
};
const mendOf = (schema: BodySchema | undefined): string => schema?.['x-mend'] ?? 'is not what the document says';

/**
 * Refuses what is not sent as JSON, a request without a body as well: a page of another site can have a browser send forms
 * and texts here, but not this.
 */
export async function jsonOnly({ headers }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  if (/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) return undefined;
  return sendProblem(reply, problem('unsupported_media_type', 'The body must be `application/json`, if only `{}`.'));
}
