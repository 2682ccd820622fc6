/** Commands that are Lua files: loaded by their hash, run in one step, under the rule of whoever writes. */
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Argument, bytesOf, CALL_BYTES_MAX } from './calls.ts';
import type { Client } from './client.ts';
import { OTHER_RULE, StateUnavailable } from './errors.ts';

/** A Lua file of `commands/`. It declares one key, the shard's tag, and builds all others from it: they share its slot. */
export interface Script {
  readonly name: string;
  readonly text: string;
  readonly sha: string;
  /** Whether it asks, before it does anything, if the rule of the process is the one in force. */
  readonly isGuarded: boolean;
}

const textOf = (name: string): string => readFileSync(new URL(`../commands/${name}.lua`, import.meta.url), 'utf8');
const argumentsText = textOf('arguments');

/** A script with the guard before it, unless it only reads, or is how a rule comes into force; and a part that it names in its head. */
export function loadScript(name: string, { isGuarded = true } = {}): Script {
  const own = textOf(name);
  const part = /^-- Part +(\w+)$/m.exec(own)?.[1];
  const text = (isGuarded ? textOf('guard') : '') + argumentsText + (part === undefined ? '' : textOf(part)) + own;
  return { name, text, isGuarded, sha: createHash('sha1').update(text).digest('hex') };
}

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

const stageScript = loadScript('stage');
const unstageScript = loadScript('unstage');

/** Arguments that are staged go by themselves after so long (s): the call that they are for was made by then, or never is. */
const STAGED_S = 60;
/** How often arguments are staged that are gone before their call. */
const STAGINGS_MAX = 5;

/** More arguments than these go as one: the client library takes its time over each. */
const ARGUMENTS_APART_MAX = 16;

/**
 * Runs a script. Many arguments go packed into one; those that are too long for one call are staged first, piece by piece. The script
 * itself stays one step, and sees no difference.
 */
export async function runScript(
  client: Client,
  script: Script,
  key: string,
  args: readonly Argument[],
): Promise<unknown> {
  // Text that begins as the words below do could be taken for one of them.
  const isApart = args.length <= ARGUMENTS_APART_MAX && !String(args[0]).startsWith('@');
  if (isApart && bytesOf(args) <= CALL_BYTES_MAX) return callScript(client, script, key, args);
  const bytes = joined(args);
  if (bytes.length <= CALL_BYTES_MAX) return callScript(client, script, key, ['@packed', bytes]);
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

/** Arguments as they are packed or staged: one behind another, each behind its length in four bytes. */
function joined(args: readonly Argument[]): Buffer {
  const told = args.map((arg) => (typeof arg === 'number' ? String(arg) : arg));
  const bytes = Buffer.allocUnsafe(told.reduce<number>((sum, arg) => sum + 4 + Buffer.byteLength(arg), 0));
  let at = 0;
  for (const arg of told) {
    const length = typeof arg === 'string' ? bytes.write(arg, at + 4) : arg.copy(bytes, at + 4);
    bytes.writeUInt32BE(length, at);
    at += 4 + length;
  }
  return bytes;
}
