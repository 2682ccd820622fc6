/** The API's document as the program gives it, and where what is made of it lies in the checkout. */
import openapiTS, { astToString } from 'openapi-typescript';
import { buildApp } from '../../src/api/app.ts';
import type { ApiPorts } from '../../src/api/ports.ts';
import { version } from '../../src/version.ts';
import type { Json } from './schemas.ts';

const ROOT = new URL('../../', import.meta.url);
/** What the API is now. */
export const DOCUMENT = new URL('docs/openapi.json', ROOT);
/** What it was at the last release: programs out there were written by it. */
export const RELEASED = new URL('docs/openapi.released.json', ROOT);
/** The client's types. */
export const TYPES = new URL('client/schema.d.ts', ROOT);
export const CHANGELOG = new URL('CHANGELOG.md', ROOT);

/** No route asks its port before it is asked itself. */
const UNASKED = new Proxy({}, { get: () => UNASKED }) as ApiPorts;

/** The document that `/openapi.json` gives. */
export async function currentDocument(): Promise<Json> {
  const app = buildApp(UNASKED, { version: version() });
  const answer = await app.inject({ url: '/openapi.json', headers: { host: 'localhost' } });
  await app.close();
  return answer.json<Json>();
}

/** A document as it is committed: a line for each member, so that a change is seen where it is. */
export const documentText = (document: Json): string => `${JSON.stringify(document, null, 2)}\n`;

/** TypeScript's types of a document. */
export async function typesText(document: Json): Promise<string> {
  const nodes = await openapiTS(structuredClone(document) as Parameters<typeof openapiTS>[0] & object, {
    alphabetize: false,
    defaultNonNullable: false,
  });
  return `/** Generated from docs/openapi.json by \`npm run document\`. */\n${astToString(nodes)}`;
}
