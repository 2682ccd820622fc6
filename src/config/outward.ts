/** What the environment says of the way out, by names that are not ours: the proxy, and whose certificates are believed. */
import type { Environment, Problem, ReadFile } from './environment.ts';
import { urlOf } from './values.ts';

/** A proxy that connections to the outside go through. */
export interface WayOut {
  /** `http:` or `https:`, with user and password where there are any: never to be logged. */
  readonly url: string;
  /** Hosts that are reached without it: a name, or with a dot before it, that name and all below it. */
  readonly bypass: readonly string[];
}

/** The first of these that is set counts, as for the Azure client libraries, which read them by themselves. */
const PROXY_NAMES = ['HTTPS_PROXY', 'ALL_PROXY', 'HTTP_PROXY'];
const CA_NAME = 'NODE_EXTRA_CA_CERTS';

/** In capitals or not: both are in use. */
const written = (env: Environment, name: string): { name: string; text: string } | undefined => {
  const found = [name, name.toLowerCase()].find((one) => (env[one] ?? '') !== '');
  return found === undefined ? undefined : { name: found, text: env[found]! };
};

/** The proxy of the environment; null where there is none. */
export function readProxy(env: Environment): { readonly proxy: WayOut | null; readonly problems: Problem[] } {
  const set = PROXY_NAMES.map((name) => written(env, name)).find((one) => one !== undefined);
  if (set === undefined) return { proxy: null, problems: [] };
  const url = urlOf(set.text);
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    const message = `${set.name} must be the address of a proxy, http://HOST:PORT, with USER:PASSWORD@ before the host where it asks for them.`;
    return { proxy: null, problems: [{ name: set.name, message }] };
  }
  const bypass = (written(env, 'NO_PROXY')?.text ?? '').split(',').map((host) => host.trim());
  return { proxy: { url: set.text, bypass: bypass.filter((host) => host !== '') }, problems: [] };
}

/** The proxy for a host, if it is reached through one: decided as the Azure client libraries decide it for theirs. */
export function proxyFor(proxy: WayOut | null, host: string): string | null {
  const isDirect = (pattern: string): boolean =>
    pattern.startsWith('.') ? host === pattern.slice(1) || host.endsWith(pattern) : host === pattern;
  return proxy === null || proxy.bypass.some(isDirect) ? null : proxy.url;
}

/** Node says no more than a warning of a file of authorities that it cannot read; every connection would then be refused. */
export function authorityProblems(env: Environment, readFile: ReadFile): Problem[] {
  const path = env[CA_NAME] ?? '';
  if (path === '') return [];
  const problem = (words: string): Problem[] => [{ name: CA_NAME, message: `${CA_NAME} ${words}` }];
  try {
    if (readFile(path).includes('-----BEGIN CERTIFICATE-----')) return [];
    return problem('must name a file that holds certificates in PEM form.');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    return problem(`names a file that cannot be read${code}: check the path and who may read it.`);
  }
}
