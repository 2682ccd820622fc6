/** What is said to Redis in one call: its arguments, how large they may be, and several commands in one round trip. */
import type { Client } from './client.ts';

export type Argument = string | number | Buffer;

/** What is said to Redis, or heard from it, in one call, in bytes: with names and script it stays below a megabyte. */
export const CALL_BYTES_MAX = 950_000;
/** How large an argument list is, in bytes. */
export const bytesOf = (args: readonly Argument[]): number =>
  args.reduce<number>((sum, arg) => sum + (typeof arg === 'number' ? 8 : Buffer.byteLength(arg)), 0);

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
