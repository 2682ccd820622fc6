/** Who a connection to Redis says that it is: asked anew for each connection, and said again on those that stand. */
import { isIP } from 'node:net';
import type { Cluster, Redis, RedisOptions } from 'ioredis';

export interface Login {
  readonly username?: string;
  readonly password: string;
}

export interface LoginSource {
  /** What to say now; undefined where nothing is to be said. */
  current(): Login | undefined;
  /** Calls the listener when those that stand should say it again; what is returned ends that. */
  onRenewed(listener: () => void): () => void;
  /** Told when the server did not take it on a connection that stands, which stays what it was. */
  onRefused(error: unknown): void;
}

/** Has a connection ask for its login each time that it is made: the client keeps what it was given first. */
export function askEachTime(options: RedisOptions, source: LoginSource): void {
  const ask = (get: (login: Login | undefined) => string | undefined) => ({
    ...{ get: () => get(source.current()), set: () => {}, enumerable: true, configurable: true },
  });
  Object.defineProperties(options, {
    username: ask((login) => login?.username),
    password: ask((login) => login?.password),
  });
}

/** As far as the client shows it: the one connection of a Cluster over which it hears messages. */
interface Hearing {
  readonly subscriber?: { getInstance(): Redis | null };
}

/** Says on every connection of a client who it is now. Rejects where the server refuses, which leaves it what it was. */
export async function sayAgain(client: Redis | Cluster, source: LoginSource): Promise<void> {
  // One that listens takes no such command: it is made anew, and its listeners look for what they missed meanwhile.
  if ('nodes' in client) (client as unknown as Hearing).subscriber?.getInstance()?.disconnect();
  else if (client.mode === 'subscriber') return client.disconnect(true);
  const login = source.current();
  if (login === undefined) return;
  const words =
    login.username === undefined ? ([login.password] as const) : ([login.username, login.password] as const);
  const nodes = 'nodes' in client ? client.nodes() : [client];
  // One that is not made yet asks when it is.
  const standing = nodes.filter(({ status }) => !['wait', 'close', 'end'].includes(status));
  await Promise.all(standing.map((node) => node.auth(...(words as [string, string]))));
}

/** TLS for a connection to `host`. A node of a Cluster that is known by its address shows a certificate for the name of all. */
export const tlsFor = (host: string, name: string): { readonly servername?: string } =>
  isIP(host) !== 0 && isIP(name) === 0 ? { servername: name } : {};
