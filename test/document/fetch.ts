/** Asks a running API as `fetch` does, and holds every answer against the document that this very API gives. */
import { type Checker, checkerOf } from './answers.ts';
import type { Document } from './document.ts';

/** The checker of each API that was asked, by its address. An address is one program for as long as a test runs. */
const checkers = new Map<string, Promise<Checker | null>>();

/** Where the API answers; what else a service has beside it is asked as it is. */
const OF_API = /^\/(v1\/|openapi\.json$|docs$)/;

/** `fetch`, but that answers of an API are held against its document. A stream is handed on as it comes. */
export async function fetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
  const response = await globalThis.fetch(url, init);
  const { origin, pathname, search } = new URL(url);
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
  if (!OF_API.test(pathname) || isStream) return response;
  const body = await response.text();
  const checker = await checkerAt(origin);
  const { status, headers } = response;
  const method = init.method ?? 'GET';
  checker?.check({ method, url: `${pathname}${search}`, status, headers: Object.fromEntries(headers), body });
  const told = new Response(status === 204 || status === 304 ? null : body, response);
  return Object.defineProperty(told, 'url', { value: response.url });
}

/** The same for a client that makes its requests itself, as that of `guestwatch/client` does. */
export async function fetchRequest(request: Request): Promise<Response> {
  const { url, method, headers, signal } = request;
  return fetch(url, { method, headers, signal, body: method === 'GET' ? null : await request.text() });
}

/** Null where the API went away before it could be asked what it answers. */
async function checkerAt(origin: string): Promise<Checker | null> {
  const known = checkers.get(origin) ?? load(origin);
  checkers.set(origin, known);
  const checker = await known;
  if (checker === null) checkers.delete(origin);
  return checker;
}

async function load(origin: string): Promise<Checker | null> {
  const response = await globalThis.fetch(`${origin}/openapi.json`).catch(() => null);
  return response === null ? null : checkerOf((await response.json()) as Document);
}
