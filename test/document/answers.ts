/** Holds answers against the document: status, media type, body and headers; what it does not name is a fault. */
import assert from 'node:assert/strict';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { type Document, type Json, operationOf, operationsOf, resolved } from './document.ts';

/** An answer, however it was had. */
export interface Answered {
  readonly method: string;
  /** With or without a query; no host. */
  readonly url: string;
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** What an answer was, for whoever counts. */
export interface Seen {
  readonly operationId: string;
  readonly status: number;
  readonly mediaType: string;
  /** The last part of the problem's type; null for what is no problem. */
  readonly problem: string | null;
}

export interface Checker {
  /** The parsed body, or its text where it is not JSON. Fails on whatever the document does not have. */
  check(answer: Answered): unknown;
}

/** Problems that a request may be answered with that is for no operation. */
const AT_THE_DOOR = [
  'not_found',
  'method_not_allowed',
  'url_too_long',
  'misdirected_host',
  'body_too_large',
  'bad_request',
];

/** Headers of the transport, and those that tell browsers and caches to leave answers alone: of no call in particular. */
const COMMON_HEADERS = new Set(
  `date connection keep-alive content-type content-length transfer-encoding vary cache-control content-security-policy
   cross-origin-resource-policy referrer-policy x-content-type-options x-request-id x-accel-buffering allow`.split(
    /\s+/,
  ),
);

/** A validator of the JSON Schema that OpenAPI 3.1 is made of, which knows the document's components. */
export function validatorOf(document: Document): (schema: Json) => ValidateFunction {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true, allErrors: true });
  (addFormats as unknown as (to: Ajv2020) => void)(ajv);
  ajv.addKeyword('components');
  const compiled = new Map<Json, ValidateFunction>();
  return (schema) => {
    const known = compiled.get(schema) ?? ajv.compile({ ...schema, components: document.components });
    compiled.set(schema, known);
    return known;
  };
}

/** Fails on any answer that the document does not have. */
export function checkerOf(document: Document, onSeen: (seen: Seen) => void = () => {}): Checker {
  const operations = operationsOf(document);
  const validator = validatorOf(document);
  const valid = (schema: Json, value: unknown, what: string): void => {
    const validate = validator(schema);
    assert.ok(validate(value), `${what}: ${JSON.stringify(validate.errors?.slice(0, 5))} in ${JSON.stringify(value)}`);
  };
  return {
    check({ method, url, status, headers, body }) {
      const path = url.split('?', 1)[0]!;
      const what = `${method} ${url.slice(0, 200)} answered ${status}`;
      const mediaType = String(headers['content-type'] ?? '').split(';')[0]!;
      const operation = operationOf(operations, method, path);
      if (operation === null) {
        assert.equal(mediaType, 'application/problem+json', what);
        if (method === 'HEAD') return {};
        const value = JSON.parse(body) as Json;
        valid({ $ref: '#/components/schemas/Problem' }, value, what);
        assert.ok(AT_THE_DOOR.includes(problemOf(value) ?? ''), `${what}: ${body}`);
        return value;
      }
      const answer = operation.responses[String(status)];
      assert.ok(answer, `${what}, which the document does not have: ${body.slice(0, 500)}`);
      checkHeaders(document, answer.headers ?? {}, headers, what);
      const seen = { operationId: operation.operationId, status, mediaType };
      if (answer.content === undefined || method === 'HEAD') {
        assert.equal(body, '', what);
        onSeen({ ...seen, problem: null });
        return {};
      }
      const content = answer.content[mediaType];
      assert.ok(content, `${what} in the undocumented ${mediaType || 'type of nothing'}: ${body.slice(0, 500)}`);
      const value = /[/+]json$/.test(mediaType) ? (JSON.parse(body) as unknown) : body;
      valid(content.schema, value, what);
      onSeen({ ...seen, problem: mediaType === 'application/problem+json' ? problemOf(value as Json) : null });
      return value;
    },
  };
}

const problemOf = (body: Json): string | null =>
  /^urn:guestwatch:problem:(\w+)$/.exec(String(body?.['type']))?.[1] ?? null;

function checkHeaders(
  document: Document,
  documented: Readonly<Record<string, Json>>,
  given: Answered['headers'],
  what: string,
): void {
  for (const name of Object.keys(given))
    assert.ok(
      COMMON_HEADERS.has(name) || Object.hasOwn(documented, name),
      `${what} with the undocumented header ${name}`,
    );
  for (const [name, one] of Object.entries(documented)) {
    const header = resolved<Json>(document, one);
    if (header['required'] === true) assert.ok(given[name] !== undefined, `${what} without ${name}`);
    if (given[name] !== undefined && (header['schema'] as Json)['type'] === 'integer')
      assert.match(String(given[name]), /^\d+$/, `${what}: ${name}`);
  }
}
