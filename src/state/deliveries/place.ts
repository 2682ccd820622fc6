/** Where deliveries lie in Redis, and how a step on them is run. */
import type { Argument } from '../redis/calls.ts';
import type { Client } from '../redis/client.ts';
import { runScript, type Script } from '../redis/scripts.ts';
import type { State } from '../state.ts';

export interface DeliveriesPlace {
  readonly client: Client;
  /** The hash tag that every key of them begins with. */
  readonly tag: string;
  /** Runs a script there; what it returns, as texts. */
  run(script: Script, args: readonly Argument[]): Promise<string[]>;
}

export function placeOf({ client, keys }: State): DeliveriesPlace {
  const tag = keys.deliveries;
  return {
    client,
    tag,
    async run(script, args) {
      const reply = await runScript(client, script, tag, args);
      return Array.isArray(reply) ? (reply as Buffer[]).map(String) : [String(reply)];
    },
  };
}

/** Where deliveries stand among each other, by when they were taken in. */
export const orderOf = (now: number): string => new Date(now).toISOString();

/** A field that may be missing, or empty. */
export const numberOrNull = (text: string | null | undefined): number | null => (text ? Number(text) : null);
