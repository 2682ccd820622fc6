/** Who read which partition when the stack last ran: nobody does now, and a new reader should not wait until they count as gone. */
import { BlobServiceClient } from '@azure/storage-blob';

/** Where checkpoint stores note the owners of partitions: `namespace/hub/group/ownership/partition`. */
const OWNERSHIP = /^[^/]+\/[^/]+\/[^/]+\/ownership\/[^/]+$/;

/** Takes away all notes of owners; positions stay. To be called before anyone can read. */
export async function forgetOwners(blobConnectionString: string): Promise<void> {
  const service = BlobServiceClient.fromConnectionString(blobConnectionString);
  for await (const { name: container } of service.listContainers()) {
    const client = service.getContainerClient(container);
    for await (const { name } of client.listBlobsFlat()) {
      if (OWNERSHIP.test(name)) await client.deleteBlob(name);
    }
  }
}
