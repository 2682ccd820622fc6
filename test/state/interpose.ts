/** Stands between the state and Redis: lets something happen just before a script runs, or notes how much is said. */
import type { ShardHandle } from '../../src/state/apply.ts';
import { type Client, loadScript } from '../../src/state/redis.ts';

/** A shard like another, on which `act` happens once, between what was read for a script and the script. */
export function before(script: string, shard: ShardHandle, act: () => Promise<unknown>): ShardHandle {
  const { sha } = loadScript(script);
  let isDone = false;
  const client = new Proxy(shard.client, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name !== 'callBuffer') return typeof value === 'function' ? value.bind(target) : value;
      return async (...args: [string, ...(string | number | Buffer)[]]) => {
        if (args[1] === sha && !isDone) {
          isDone = true;
          await act();
        }
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

/** Notes from here on how much a client says and hears in one call. */
export function listen(client: Client): Talk {
  const talk: Talk = { argumentsMax: 0, replyMax: 0, calls: 0 };
  const note = (args: readonly unknown[], reply: unknown): void => {
    talk.calls++;
    talk.argumentsMax = Math.max(talk.argumentsMax, sizeOf(args));
    talk.replyMax = Math.max(talk.replyMax, sizeOf(reply));
  };
  const call = client.callBuffer.bind(client) as (...args: unknown[]) => Promise<unknown>;
  Object.assign(client, {
    callBuffer: async (...args: unknown[]) => {
      const reply = await call(...args);
      note(args, reply);
      return reply;
    },
  });
  const pipeline = client.pipeline.bind(client);
  Object.assign(client, {
    pipeline: () => {
      const batch = pipeline();
      const said: unknown[][] = [];
      const add = batch.callBuffer.bind(batch) as (...args: unknown[]) => unknown;
      const exec = batch.exec.bind(batch);
      return Object.assign(batch, {
        callBuffer: (...args: unknown[]) => {
          said.push(args);
          return add(...args);
        },
        exec: async () => {
          const replies = await exec();
          for (const [i, [, reply]] of (replies ?? []).entries()) note(said[i]!, reply);
          return replies;
        },
      });
    },
  });
  return talk;
}

function sizeOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, part) => sum + sizeOf(part), 0);
  if (value instanceof Uint8Array) return value.length;
  return value === null || value === undefined ? 0 : Buffer.byteLength(String(value));
}
