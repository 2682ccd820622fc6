/** The headers of the document: those that every answer or some problem has stand once, among its components. */
import type { JsonObject } from '../example.ts';
import { HEADER_EXAMPLES, SHARED_HEADERS } from '../headers.ts';
import { PROBLEMS, type ProblemName } from '../problem.ts';

/** One header, with an example where there is one. */
export function header(name: string, description: string): JsonObject {
  const example = HEADER_EXAMPLES[name];
  const isShared = Object.hasOwn(SHARED_HEADERS, name);
  const schema = { type: typeof example === 'number' ? 'integer' : 'string' };
  return {
    description,
    ...(isShared ? { required: true } : {}),
    schema,
    ...(example === undefined ? {} : { example }),
  };
}

/** Those that some answer has: every answer, or one of these problems. */
export function sharedHeaders(named: ReadonlySet<ProblemName>): JsonObject {
  const answered = new Set<number>([...named].map((name) => PROBLEMS[name][0]));
  const shared = Object.entries(SHARED_HEADERS).filter(
    ([, { statuses }]) => statuses?.some((one) => answered.has(one)) ?? true,
  );
  return Object.fromEntries(shared.map(([name, { about }]) => [name, header(name, about)]));
}

/** The headers of an answer: its own, and those that every such answer has. */
export function headers(status: number, own: Readonly<Record<string, string>> = {}): JsonObject {
  const shared = Object.entries(SHARED_HEADERS).filter(([, { statuses }]) => statuses?.includes(status) ?? true);
  return {
    ...Object.fromEntries(Object.entries(own).map(([name, about]) => [name, header(name, about)])),
    ...Object.fromEntries(shared.map(([name]) => [name, { $ref: `#/components/headers/${name}` }])),
  };
}
