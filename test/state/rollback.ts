/** A Redis that falls back to what it was, as a failover to a replica that lagged behind or the return of a snapshot leaves it. */
import type { State } from '../../src/state/state.ts';

/** Remembers all keys of a state; the answer brings them back as they were, with nothing of what came since. */
export async function snapshotOf({ client, options }: State): Promise<() => Promise<void>> {
  const pattern = `{${options.prefix}:*`;
  const names = await client.keys(pattern);
  const dumps = await Promise.all(names.map((name) => client.dumpBuffer(name)));
  return async () => {
    // In one step: a failover has no moment in which there is nothing.
    const step = client.multi();
    for (const name of await client.keys(pattern)) step.del(name);
    for (const [i, name] of names.entries()) step.restore(name, 0, dumps[i]!);
    await step.exec();
  };
}
