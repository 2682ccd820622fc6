/** Stands between the state and Redis: lets something happen just before a script runs, or notes how much is said. */
import type { Command } from 'ioredis';
import type { Client } from '../../src/state/redis/client.ts';
import { loadScript } from '../../src/state/redis/scripts.ts';
import type { ShardHandle } from '../../src/state/shard.ts';

/** A shard like another, on which `act` happens once, between what was read for a script and the script: its first call, or a later one. */
export function before(script: string, shard: ShardHandle, act: () => Promise<unknown>, call = 1): ShardHandle {
  const shas = [true, false].map((isGuarded) => loadScript(script, { isGuarded }).sha);
  let calls = 0;
  const client = new Proxy(shard.client, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name !== 'callBuffer') return typeof value === 'function' ? value.bind(target) : value;
      return async (...args: [string, ...(string | number | Buffer)[]]) => {
        if (shas.includes(String(args[1])) && ++calls === call) await act();
        return target.callBuffer(...args);
      };
    },
  });
  return { ...shard, client };
}

export interface Talk {
  /** Bytes of the longest argument list and of the longest reply. */
  argumentsMax: number;
  replyMax: number;
  /** Calls and pipelined commands. */
  calls: number;
}

/** Notes from here on how much a client says and hears in one call, whatever call it is. */
export function listen(client: Client): Talk {
  const talk: Talk = { argumentsMax: 0, replyMax: 0, calls: 0 };
  const send = client.sendCommand.bind(client) as (...sent: unknown[]) => unknown;
  const sendCommand = (command: Command, ...rest: unknown[]): unknown => {
    talk.calls++;
    talk.argumentsMax = Math.max(talk.argumentsMax, sizeOf([command.name, ...command.args]));
    command.promise.then(
      (reply) => {
        talk.replyMax = Math.max(talk.replyMax, sizeOf(reply));
      },
      () => {}, // Whoever asked is told.
    );
    return send(command, ...rest);
  };
  Object.assign(client, { sendCommand });
  return talk;
}

function sizeOf(value: unknown): number {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).reduce(
      (sum, [name, part]) => sum + (Array.isArray(value) ? 0 : name.length) + sizeOf(part),
      0,
    );
  return value === null || value === undefined ? 0 : Buffer.byteLength(String(value));
}
