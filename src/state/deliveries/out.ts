/** Deliveries that are taken out of the queues, whatever became of them: those past their time, and those of someone erased. */
import type { Client } from '../redis/client.ts';
import { loadScript, runScript } from '../redis/scripts.ts';
import { STATUSES } from './kept.ts';
import { orderOf } from './place.ts';

const takeOutScript = loadScript('takeout');

/** Deliveries looked at in one step. */
const PER_STEP_MAX = 100;

interface Queues {
  readonly client: Client;
  /** The tag that every key of them begins with. */
  readonly tag: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/** Lets deliveries go that were taken in before a time (ms); those that nobody took are counted as dropped. */
export async function ageDeliveries(queues: Queues, before: number): Promise<void> {
  for await (const { name, ids } of stepsOf(queues, `(${orderOf(before)}`))
    await takeOut(queues, name, ids, { isDropped: true });
}

/** Takes those out that are chosen among all. Gives how many these are; without `act` they stay. */
export async function takeOutChosen(
  queues: Queues,
  choose: (ids: readonly string[]) => Promise<string[]>,
  { act }: { readonly act: boolean },
): Promise<number> {
  let count = 0;
  for await (const { name, ids } of stepsOf(queues, '+')) {
    const own = await choose(ids);
    count += own.length;
    if (act && own.length > 0) await takeOut(queues, name, own, { isDropped: false });
  }
  return count;
}

async function* stepsOf({ client, tag }: Queues, to: string) {
  for (const name of await client.smembers(`${tag}targets`)) {
    for (const status of STATUSES) {
      for (let after = '-'; ; ) {
        const list = `${tag}s:${name}:${status}`;
        const members = await client.zrangebylex(list, after, to, 'LIMIT', 0, PER_STEP_MAX);
        if (members.length === 0) break;
        yield { name, ids: members.map((member) => member.slice(member.indexOf('|') + 1)) };
        after = `(${members.at(-1)!}`;
      }
    }
  }
}

const takeOut = (
  { client, tag, now }: Queues,
  name: string,
  ids: readonly string[],
  { isDropped }: { readonly isDropped: boolean },
): Promise<unknown> => runScript(client, takeOutScript, tag, [name, now, isDropped ? 1 : 0, ids.length, ...ids]);
