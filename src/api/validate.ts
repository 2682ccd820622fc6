/** Checks paths, queries and bodies against their schemas and says of each fault where it is and how to mend it. */
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { bodyValidator } from './body.ts';
import { type Fault, invalid, ProblemError } from './problem.ts';
import { parseInstant } from './time.ts';

/** What this reads of a parameter's schema. */
interface ParameterSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly 'x-mend'?: string;
}

interface ParametersSchema {
  readonly properties: Readonly<Record<string, ParameterSchema>>;
  readonly required?: readonly string[];
}

type Reader = (raw: unknown) => { readonly value: unknown } | { readonly fault: string };

/** Fastify's validator for `params` and `querystring`: objects of scalars, of which no other member may be given; and for `body`. */
export const parameterValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  if (httpPart === 'body') return bodyValidator(schema);
  const { properties, required = [] } = schema as ParametersSchema;
  const place = httpPart === 'params' ? 'path' : 'query';
  const readers = new Map(Object.entries(properties).map(([name, parameter]) => [name, readerOf(parameter)]));
  const known = [...readers.keys()].map((name) => `\`${name}\``).join(', ');

  return (given: Readonly<Record<string, unknown>>) => {
    const errors: Fault[] = [];
    const value: Record<string, unknown> = {};
    for (const [name, raw] of Object.entries(given)) {
      const read = readers.get(name)?.(raw) ?? {
        fault: known === '' ? 'is not known here: this takes no parameters' : `is not known here; there are ${known}`,
      };
      if ('fault' in read) errors.push({ in: place, name: name.slice(0, NAME_SHOWN_MAX), detail: read.fault });
      else value[name] = read.value;
      if (errors.length === FAULTS_MAX) break;
    }
    for (const [name, parameter] of Object.entries(properties)) {
      if (Object.hasOwn(given, name)) continue;
      if (parameter.default !== undefined) value[name] = parameter.default;
      else if (required.includes(name))
        errors.push({ in: place, name, detail: `is required: it ${expectation(parameter)}` });
    }
    return errors.length === 0 ? { value } : { error: new ProblemError(invalid(errors)) };
  };
};

/** An answer is bounded, also to a query of a thousand wrong names. */
const FAULTS_MAX = 20;
const NAME_SHOWN_MAX = 64;

function readerOf(parameter: ParameterSchema): Reader {
  const fault = expectation(parameter);
  return (raw) => {
    if (Array.isArray(raw)) return { fault: 'is given more than once; give it once' };
    if (typeof raw !== 'string') return { fault };
    if (parameter.type === 'integer') return integerOf(raw, parameter) ?? { fault };
    return isText(raw, parameter) ? { value: raw } : { fault };
  };
}

/** Only plain digits: forms such as 1e2, 0x10 or an empty text are numbers to JavaScript, not to people. */
function integerOf(
  raw: string,
  { minimum = 0, maximum = Infinity }: ParameterSchema,
): { readonly value: number } | null {
  const value = /^\d{1,9}$/.test(raw) ? Number(raw) : NaN;
  return value >= minimum && value <= maximum ? { value } : null;
}

function isText(raw: string, schema: ParameterSchema): boolean {
  if (schema.enum !== undefined) return schema.enum.includes(raw);
  if (schema.format === 'date-time') return parseInstant(raw) !== null;
  const { minLength = 0, maxLength = Infinity, pattern } = schema;
  return raw.length >= minLength && raw.length <= maxLength && (pattern === undefined || new RegExp(pattern).test(raw));
}

/** What a parameter must be, in words. */
function expectation(parameter: ParameterSchema): string {
  if (parameter['x-mend'] !== undefined) return parameter['x-mend'];
  if (parameter.enum !== undefined) return `must be one of ${parameter.enum.map((value) => `\`${value}\``).join(', ')}`;
  if (parameter.format === 'date-time')
    return 'must be an RFC 3339 time with its offset, such as 2026-11-23T03:12:09.1234567Z (a `+` is written %2B)';
  if (parameter.type === 'integer') return `must be a whole number from ${parameter.minimum} to ${parameter.maximum}`;
  return `must be a text of ${parameter.minLength ?? 0} to ${parameter.maxLength} characters`;
}
