/** The API's document as tests read it: its types, its operations, and which of them a request is for. */

export type Json = Record<string, unknown>;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly description: string;
  readonly required?: boolean;
  readonly schema: Json;
  readonly example?: unknown;
}

export interface Content {
  readonly schema: Json;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly $ref: string }>>;
}

export interface DocumentedAnswer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Json>>;
  readonly content?: Readonly<Record<string, Content>>;
}

export interface DocumentedCall {
  readonly operationId: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<Record<string, DocumentedAnswer>>;
}

export interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedCall>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Json>>;
    readonly examples: Readonly<Record<string, { readonly value: unknown }>>;
    readonly headers: Readonly<Record<string, Json>>;
    readonly securitySchemes: Readonly<Record<string, Json>>;
  };
  readonly [key: string]: unknown;
}

export interface Operation extends DocumentedCall {
  /** As in the document, with `{names}` in braces. */
  readonly path: string;
  /** In capitals. */
  readonly method: string;
}

/** Every operation, in the document's order. */
export const operationsOf = ({ paths }: Document): readonly Operation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, call]) => ({ ...call, path, method: method.toUpperCase() })),
  );

/** The operation that a request is for; null where there is none. The path is without a query. */
export function operationOf(operations: readonly Operation[], method: string, path: string): Operation | null {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const fits = operations.filter((one) => one.method === wanted && patternOf(one.path).test(path));
  // A path that is spelled out comes before one with names in it, as in any router.
  return fits.find((one) => !one.path.includes('{')) ?? fits[0] ?? null;
}

const patternOf = (path: string): RegExp => new RegExp(`^${path.replace(/\./g, '\\.').replace(/\{\w+\}/g, '[^/]*')}$`);

/** What a `$ref` leads to; anything else is itself. */
export function resolved<T>(document: Document, value: T | { readonly $ref: string }): T {
  if (typeof value !== 'object' || value === null || !('$ref' in value)) return value as T;
  const parts = value.$ref.replace(/^#\//, '').split('/');
  return parts.reduce<unknown>((inner, part) => (inner as Json)[part], document) as T;
}

/** The problems that an answer may be, by the last part of their type; none where it is no problem. */
export function problemsOf(answer: DocumentedAnswer): readonly string[] {
  return Object.keys(answer.content?.['application/problem+json']?.examples ?? {});
}

/** Every object in a JSON value, with its place. */
export function* objectsIn(value: unknown, place = '#'): Generator<readonly [place: string, object: Json]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [place, value as Json];
  for (const [key, inner] of Object.entries(value)) yield* objectsIn(inner, `${place}/${key}`);
}
