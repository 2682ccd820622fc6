/** Faults of the blobs by which services share partitions, and of the container that they lie in. */
import type { ContainerClient } from '@azure/storage-blob';
import { type Fault, HARMLESS } from '../../fault.ts';

/** Where checkpoint stores note the owners of partitions: `namespace/hub/group/ownership/partition`. */
const OWNERSHIP = /^[^/]+\/[^/]+\/[^/]+\/ownership\/[^/]+$/;
/** No service's name of its own. */
const FOREIGN = 'someone-else';

const nothing = async (): Promise<void> => {};

/** None of them comes about where nobody has noted an owner yet. */
export function ownershipFaults(container: ContainerClient): Fault[] {
  const fault = (name: string, begin: Fault['begin']): Fault => ({ name, ...HARMLESS, begin });
  return [
    fault('blob.ownership-deleted', async (dice) => {
      const names = await listOwnerships(container);
      const chosen = dice.chance(0.5) || names.length === 0 ? names : [dice.pick(names)];
      for (const name of chosen) await container.getBlobClient(name).deleteIfExists();
      return nothing;
    }),
    fault('blob.ownership-foreign', async (dice) => {
      const names = await listOwnerships(container);
      if (names.length === 0) return nothing;
      return plant(container, dice.pick(names), { ownerid: FOREIGN });
    }),
    fault('blob.ownership-stripped', async (dice) => {
      const names = await listOwnerships(container);
      if (names.length === 0) return nothing;
      return plant(container, dice.pick(names), {});
    }),
    fault('blob.ownership-planted', async (dice) => {
      const names = await listOwnerships(container);
      if (names.length === 0) return nothing;
      const folder = dice.pick(names).replace(/[^/]+$/, '');
      return plant(container, `${folder}planted`, dice.pick([{}, { owner: FOREIGN }, { ownerid: FOREIGN }]));
    }),
    fault('blob.container-remade', async () => {
      const { succeeded } = await container.deleteIfExists();
      // It may have been made again by a service before.
      return async () => {
        if (succeeded) await container.createIfNotExists();
      };
    }),
  ];
}

async function listOwnerships(container: ContainerClient): Promise<string[]> {
  if (!(await container.exists())) return [];
  const names: string[] = [];
  for await (const { name } of container.listBlobsFlat()) if (OWNERSHIP.test(name)) names.push(name);
  return names.sort();
}

/** Writes a blob without content. What is given back removes it, unless someone else has written it since. */
async function plant(
  container: ContainerClient,
  name: string,
  metadata: Record<string, string>,
): Promise<() => Promise<void>> {
  const { etag } = await container.getBlockBlobClient(name).upload('', 0, { metadata });
  return async () => {
    try {
      await container.getBlobClient(name).delete({ conditions: { ifMatch: etag! } });
    } catch (error) {
      const { statusCode } = error as { statusCode?: number };
      if (statusCode !== 404 && statusCode !== 412) throw error;
    }
  };
}
