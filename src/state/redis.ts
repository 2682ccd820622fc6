/** The connection to Redis: one server or a Cluster, with commands that are Lua files loaded by their hash. */
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Cluster, Command, Redis, type RedisOptions } from 'ioredis';

export type Client = Redis | Cluster;
export type Argument = string | number | Buffer;

/** Redis could not be asked, or would not answer; trying again later may help. `code` is fixed for callers that know no Redis. */
export class StateUnavailable extends Error {
  readonly code = 'state_unavailable';
  /** What stands in the way, for those on call. */
  readonly reason:
    | 'redis_unreachable'
    | 'redis_out_of_memory'
    | 'redis_read_only'
    | 'redis_not_ready'
    | 'rule_not_adopted';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    const [word = ''] = /^[A-Z]+\b/.exec(message) ?? [];
    if (word === 'OOM') this.reason = 'redis_out_of_memory';
    else if (word === 'READONLY') this.reason = 'redis_read_only';
    else if (word === OTHER_RULE) this.reason = 'rule_not_adopted';
    else this.reason = NOT_NOW.test(message) ? 'redis_not_ready' : 'redis_unreachable';
  }
}

/** How `guard.lua` begins its refusal. */
const OTHER_RULE = 'OTHERRULE';

/** Whether a step was refused because another rule is in force: this process writes nothing until its own is adopted. */
export const isOfOtherRule = (error: unknown): boolean =>
  error instanceof StateUnavailable && error.reason === 'rule_not_adopted';

/** What is in Redis is not for this program: another schema or number of shards, or a policy that loses data. */
export class StateRefused extends Error {
  readonly code = 'state_refused';
}

export interface ConnectOptions {
  /** `redis://` or `rediss://`, with user and password where needed. */
  readonly url: string;
  readonly cluster: boolean;
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

export function connect({ url, cluster, onError }: ConnectOptions): Client {
  const alone = { ...CONNECTION, retryStrategy: retryDelayMs, enableAutoPipelining: false };
  const client = cluster ? connectCluster(url) : new BoundRedis(url, alone);
  // What a Cluster itself says is that it cannot be used; why, the node has said that was asked last.
  client.on('error', (error: Error & { lastNodeError?: Error }) => onError?.(error.lastNodeError ?? error));
  return client;
}

/** How a server answers that is there and cannot serve just now. */
const NOT_NOW = /^(BUSY|CLUSTERDOWN|LOADING|MASTERDOWN|MISCONF|NOREPLICAS|OOM|READONLY|TRYAGAIN)\b/;

/** Under which rule a connection writes, and whom to tell when another one is in force. */
interface Writer {
  readonly ruleHash: string;
  readonly onOtherRule: () => void;
}

const writers = new WeakMap<Client, Writer>();

/** From now on every step that the connection takes says under which rule, and is refused where another one is in force. */
export function writeUnder(client: Client, writer: Writer): void {
  writers.set(client, writer);
}

/** What went wrong with a command, in the word that callers know, unless the reply says that the command was at fault. */
function asUnavailable(error: Error): Error {
  if (error.name === 'ReplyError' && !NOT_NOW.test(error.message)) return error;
  return new StateUnavailable(error.message, { cause: error });
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

function connectCluster(url: string): Cluster {
  const { hostname, port, username, password, protocol: scheme } = new URL(url);
  const secure = scheme === 'rediss:' ? { tls: {} } : {};
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

/**
 * Why what lies under some of these keys would not be changed just now: each is asked for a write that needs room and leave,
 * and changes nothing, as there is never such a list. Null where all would; rejects where one cannot be asked.
 */
export async function refusalOf(client: Client, keys: readonly string[]): Promise<string | null> {
  const answers = await Promise.allSettled(keys.map((key) => client.lpushx(`${key}nothing`, '')));
  for (const answer of answers) {
    if (answer.status === 'fulfilled') continue;
    const { reason: error } = answer;
    if (!(error instanceof StateUnavailable) || error.reason === 'redis_unreachable') throw error;
    return `${error.reason}: ${error.message}`;
  }
  return null;
}

/** A Lua file of `commands/`. It declares one key, the shard's tag, and builds all others from it: they share its slot. */
export interface Script {
  readonly name: string;
  readonly text: string;
  readonly sha: string;
  /** Whether it asks, before it does anything, if the rule of the process is the one in force. */
  readonly isGuarded: boolean;
}

const textOf = (name: string): string => readFileSync(new URL(`./commands/${name}.lua`, import.meta.url), 'utf8');
const argumentsText = textOf('arguments');

/** A script with the guard before it, unless it only reads, or is how a rule comes into force; and a part that it names in its head. */
export function loadScript(name: string, { isGuarded = true } = {}): Script {
  const own = textOf(name);
  const part = /^-- Part +(\w+)$/m.exec(own)?.[1];
  const text = (isGuarded ? textOf('guard') : '') + argumentsText + (part === undefined ? '' : textOf(part)) + own;
  return { name, text, isGuarded, sha: createHash('sha1').update(text).digest('hex') };
}

const stageScript = loadScript('stage');
const unstageScript = loadScript('unstage');

/** What is said to Redis, or heard from it, in one call, in bytes: with names and script it stays below a megabyte. */
export const CALL_BYTES_MAX = 950_000;
/** Arguments that are staged go by themselves after so long (s): the call that they are for was made by then, or never is. */
const STAGED_S = 60;
/** How often arguments are staged that are gone before their call. */
const STAGINGS_MAX = 5;

/** Runs a script. Arguments that are too long for one call are staged first, piece by piece; the script itself stays one step. */
export async function runScript(
  client: Client,
  script: Script,
  key: string,
  args: readonly Argument[],
): Promise<unknown> {
  if (bytesOf(args) <= CALL_BYTES_MAX) return callScript(client, script, key, args);
  const bytes = joined(args);
  for (let staging = 1; ; staging++) {
    const name = randomUUID();
    for (let at = 0; at < bytes.length; at += CALL_BYTES_MAX)
      await callScript(client, stageScript, key, [name, at, bytes.subarray(at, at + CALL_BYTES_MAX), STAGED_S]);
    try {
      return await callScript(client, script, key, ['@staged', name, bytes.length]);
    } catch (error) {
      if (!isReply(error, 'UNSTAGED')) throw error;
      if (staging === STAGINGS_MAX) throw new StateUnavailable(`what was staged for a call was gone ${staging} times`);
    } finally {
      await callScript(client, unstageScript, key, [name]).catch(() => {}); // It goes by itself, only later.
    }
  }
}

const serverScript = loadScript('server', { isGuarded: false });

/** The server that answers for a key, by a name that it has until it is started anew. What is asked after it is asked of that one, or a later one. */
export async function readServer(client: Client, key: string): Promise<string> {
  // Never by its hash: asked a second time for want of the script, it would come after the questions that follow it.
  return String(await client.callBuffer('EVAL', serverScript.text, 1, key));
}

/** One call, under the rule of whoever writes by this connection. */
async function callScript(client: Client, script: Script, key: string, args: readonly Argument[]): Promise<unknown> {
  const writer = writers.get(client);
  try {
    return await evaluate(client, script, key, script.isGuarded ? [...args, writer?.ruleHash ?? ''] : args);
  } catch (error) {
    if (!isReply(error, OTHER_RULE)) throw error;
    writer?.onOtherRule();
    throw new StateUnavailable(error.message, { cause: error });
  }
}

async function evaluate(
  client: Client,
  { sha, text }: Script,
  key: string,
  args: readonly Argument[],
): Promise<unknown> {
  try {
    return await client.callBuffer('EVALSHA', sha, 1, key, ...args);
  } catch (error) {
    if (!isReply(error, 'NOSCRIPT')) throw error;
    return client.callBuffer('EVAL', text, 1, key, ...args);
  }
}

const isReply = (error: unknown, word: string): error is Error =>
  error instanceof Error && error.message.startsWith(word);

/** Arguments as they are staged: one behind another, each behind its length in four bytes. */
function joined(args: readonly Argument[]): Buffer {
  return Buffer.concat(
    args.flatMap((arg) => {
      const bytes = Buffer.isBuffer(arg) ? arg : Buffer.from(String(arg));
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** Runs commands of one slot in one round trip; replies as bytes. The first error among them is thrown. */
export async function pipeline(
  client: Client,
  commands: readonly (readonly [string, ...Argument[]])[],
): Promise<unknown[]> {
  if (commands.length === 0) return [];
  const batch = client.pipeline();
  for (const [command, ...args] of commands) batch.callBuffer(command, ...args);
  const replies = (await batch.exec()) ?? [];
  return replies.map(([error, reply]) => {
    if (error) throw error;
    return reply;
  });
}

/** How large an argument list is, in bytes. */
export const bytesOf = (args: readonly Argument[]): number =>
  args.reduce<number>((sum, arg) => sum + (typeof arg === 'number' ? 8 : Buffer.byteLength(arg)), 0);
