/** The connection to Redis: one server or a Cluster, with every command answered in time. */
import { Cluster, Command, Redis, type RedisOptions } from 'ioredis';
import { asUnavailable } from './errors.ts';
import { askEachTime, type LoginSource, sayAgain, tlsFor } from './login.ts';

export type Client = Redis | Cluster;

export interface ConnectOptions {
  /** `redis://` or `rediss://`, with user and password where needed. */
  readonly url: string;
  readonly cluster: boolean;
  /** Who we are, where the address does not say it once and for all. */
  readonly login?: LoginSource | null;
  /** The name in the server's certificate, where the address has another. */
  readonly tlsServerName?: string | null;
  readonly onError?: (error: Error) => void;
}

/** A command waits at most this long for its answer. */
const COMMAND_TIMEOUT_MS = 10_000;
/**
 * A connection on which nothing has come for so long, though something was asked, is given up and another opened. Else one
 * whose other end is gone without a word, as behind a firewall that forgot it or after a failover, would be written into until
 * the system gives it up, which takes a quarter of an hour: a stall that outlives its reason.
 */
const SILENCE_MAX_MS = 12_000;
/** And where nothing is asked, as of one that only listens, the system asks the other end after so long. */
const KEEP_ALIVE_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** A connection that the other side does not close by then is cut: its timer would hold up a process that has closed everything. */
const DISCONNECT_TIMEOUT_MS = 300;
const RETRY_DELAY_MAX_MS = 2_000;

/** What holds for each connection, to a server alone or to one of a Cluster. */
const CONNECTION = {
  // The replies of version 2 are plain arrays in every command, on every server and proxy.
  protocol: 2,
  connectTimeout: CONNECT_TIMEOUT_MS,
  disconnectTimeout: DISCONNECT_TIMEOUT_MS,
  commandTimeout: COMMAND_TIMEOUT_MS,
  socketTimeout: SILENCE_MAX_MS,
  keepAlive: KEEP_ALIVE_MS,
  // A command that met a broken connection is answered with an error soon: whoever sent it knows how long to go on.
  maxRetriesPerRequest: 1,
} as const satisfies RedisOptions;

const retryDelayMs = (times: number): number => Math.min(50 * 2 ** Math.min(times, 10), RETRY_DELAY_MAX_MS);

export function connect(options: ConnectOptions): Client {
  const { login = null, onError = () => {} } = options;
  const client = options.cluster ? connectCluster(options) : connectServer(options);
  // What a Cluster itself says is that it cannot be used; why, the node has said that was asked last.
  client.on('error', (error: Error & { lastNodeError?: Error }) => onError(error.lastNodeError ?? error));
  return begin(client, options.url, login);
}

/** Another connection to the same place, by the same login, to hear messages over; a server alone is to be told anew after each `ready`. */
export function connectToHear(client: Client): Client {
  // What the client would say by itself on the next connection, nobody could hear the refusal of: it would end the process.
  const own = { lazyConnect: true, autoResubscribe: false };
  const hearing = 'nodes' in client ? client.duplicate() : client.duplicate(own);
  hearing.on('error', () => {}); // It comes back by itself; who asks over the other one is told.
  const { url, login } = beginnings.get(client)!;
  return begin(hearing, url, login);
}

/**
 * Tells each time that a server is reached, be it for the first time or again. Nodes of a Cluster are reached as they are asked:
 * there it tells that one has come or gone, and what is asked then waits for it.
 */
export function onReached(client: Client, listener: () => void): void {
  for (const event of 'nodes' in client ? ['+node', '-node'] : ['ready']) client.on(event, listener);
}

/** What a client was begun with, for the next one to the same place. */
const beginnings = new WeakMap<Client, { readonly url: string; readonly login: LoginSource | null }>();

/** From now on each connection of the client is made under the login of its moment, and told of each later one, until it ends. */
function begin<C extends Client>(client: C, url: string, login: LoginSource | null): C {
  beginnings.set(client, { url, login });
  if (login !== null) {
    const end = login.onRenewed(() => void sayAgain(client, login).catch((error) => login.onRefused(error)));
    client.on('end', end);
  }
  if ('nodes' in client) {
    const { hostname } = new URL(url);
    client.on('+node', ({ options }: Redis) => {
      if (options.tls !== undefined) options.tls = { ...tlsFor(options.host!, hostname), ...options.tls };
      if (login !== null) askEachTime(options, login);
    });
  } else {
    if (login !== null) askEachTime(client.options, login);
    client.connect().catch(() => {}); // Told as an error, and tried again.
  }
  return client;
}

/*
 * The client forgets commands that were under way when their connection ended in its handshake; their time limits would hold
 * up a process that has closed everything.
 */
const { setTimeout: setLimit } = Command.prototype;
Command.prototype.setTimeout = function setTimeout(ms: number): void {
  setLimit.call(this, ms);
  (this as unknown as { _commandTimeoutTimer?: NodeJS.Timeout })._commandTimeoutTimer?.unref();
};

/** The promises of commands: one that is sent again may keep its promise, or, in a pipeline on a Cluster, begin a new one. */
const bound = new WeakSet<object>();

/** Has a command answered in time, and its failure told as one of Redis where it is; once for each promise. */
function bind(command: Command): void {
  if (bound.has(command.promise)) return;
  bound.add(command.promise);
  const { reject } = command;
  command.reject = (error) => reject.call(command, asUnavailable(error));
  // A Cluster knows no such limit: its commands would wait without end for nodes to come back.
  command.setTimeout(COMMAND_TIMEOUT_MS);
}

class BoundRedis extends Redis {
  override sendCommand(...sent: Parameters<Redis['sendCommand']>): unknown {
    bind(sent[0]);
    return super.sendCommand(...sent);
  }
}

class BoundCluster extends Cluster {
  override sendCommand(...sent: Parameters<Cluster['sendCommand']>): unknown {
    bind(sent[0]);
    return super.sendCommand(...sent);
  }
}

function connectServer({ url, tlsServerName = null }: ConnectOptions): Redis {
  const client = new BoundRedis(url, {
    ...{ ...CONNECTION, retryStrategy: retryDelayMs, enableAutoPipelining: false, lazyConnect: true },
  });
  if (tlsServerName !== null) client.options.tls = { servername: tlsServerName };
  return client;
}

function connectCluster({ url, tlsServerName = null }: ConnectOptions): Cluster {
  const { hostname, port, username, password, protocol: scheme } = new URL(url);
  const secure = scheme === 'rediss:' ? { tls: tlsServerName === null ? {} : { servername: tlsServerName } } : {};
  const credentials = {
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
  };
  return new BoundCluster([{ host: hostname, port: Number(port || 6379) }], {
    redisOptions: { ...CONNECTION, ...credentials, ...secure },
    clusterRetryStrategy: retryDelayMs,
    slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
  });
}
