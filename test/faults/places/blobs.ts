/** Blob storage to run services against and to strike with faults: one Azurite for all runs, with a container for each. */
import { BlobServiceClient } from '@azure/storage-blob';
import { startAzurite } from '../../../local/azurite.ts';
import { freePort } from '../../../local/ports.ts';
import { startProxy, type TcpProxy } from '../../../local/proxy.ts';
import type { Dice } from '../../oracle/dice.ts';
import { type Fault, HARMLESS } from '../fault.ts';
import { type End, type Front, openFront } from './blobs/front.ts';
import { ownershipFaults } from './blobs/ownership.ts';

export interface BlobPlace {
  /** What services are given. It leads through the proxy. */
  readonly connectionString: string;
  /** For faults of the network. */
  readonly proxy: TcpProxy;
  /** Those of the storage strike all containers, those of blobs this one, which need not be there. */
  faults(container: string): readonly Fault[];
  /** A client past everything that faults strike. */
  look(): BlobServiceClient;
  /** Ends every trace of faults that were not ended; blobs stay. */
  mend(): void;
  stop(): Promise<void>;
}

/** Longer than this, a client would rather give up. */
const slowMsMax = 1_000;

export async function openBlobPlace(): Promise<BlobPlace> {
  const azurite = await startAzurite({ port: await freePort() });
  const front = await openFront(azurite.port);
  const proxy = await startProxy({ target: { host: '127.0.0.1', port: front.port } });
  const service = BlobServiceClient.fromConnectionString(azurite.connectionString);
  return {
    connectionString: azurite.connectionString.replace(`127.0.0.1:${azurite.port}/`, `127.0.0.1:${proxy.port}/`),
    proxy,
    faults: (container) => [...storageFaults(front), ...ownershipFaults(service.getContainerClient(container))],
    look: () => service,
    mend() {
      proxy.mend();
      front.mend();
    },
    async stop() {
      await proxy.close();
      await front.close();
      await azurite.stop();
    },
  };
}

function storageFaults(front: Front): Fault[] {
  const fault = (name: string, strike: (dice: Dice) => End): Fault => ({
    ...{ name, ...HARMLESS },
    async begin(dice) {
      const end = strike(dice);
      return async () => end();
    },
  });
  return [
    fault('blob.busy', () => front.busy()),
    fault('blob.silent', () => front.silent()),
    fault('blob.slow', (dice) => front.slow(50 + dice.below(slowMsMax - 50))),
    fault('blob.cut-answers', () => front.unanswered()),
  ];
}
