/**
 * Reads and writes checkpoints where, and as, the client library's own store keeps them, for whoever else reads them there. Unlike
 * with that store, a write counts only if nobody has written since the last look: one that was long under way, or that is sent
 * again, would else take a newer one back.
 */
import { type BlockBlobClient, type ContainerClient, RestError } from '@azure/storage-blob';
import { askStorage } from './askStorage.ts';
import type { StoreNames } from './store.ts';

export interface Checkpoint {
  readonly sequenceNumber: number;
  /** Opaque, never compared but for being the same. */
  readonly offset: string;
}

/** What stands in the store. */
export interface Standing {
  /** Null where there is none, or it cannot be read. */
  readonly checkpoint: Checkpoint | null;
  /** Its version, another with each write; null where there is none. */
  readonly etag: string | null;
}

/** The answers to a write whose condition does not hold: it was written, made, or deleted meanwhile. */
const refusals = new Set(['ConditionNotMet', 'BlobAlreadyExists', 'BlobNotFound']);

export class Checkpoints {
  readonly #container: () => ContainerClient;
  readonly #limitMs: number;

  /** `container`: as it is reached now, asked at each call. No call takes longer than `limitMs`. */
  constructor(container: () => ContainerClient, limitMs: number) {
    this.#container = container;
    this.#limitMs = limitMs;
  }

  async read(names: StoreNames, partition: string): Promise<Standing> {
    try {
      const blob = this.#blob(names, partition);
      const { metadata, etag } = await askStorage(this.#limitMs, (abortSignal) => blob.getProperties({ abortSignal }));
      return { checkpoint: checkpointIn(metadata ?? {}), etag: etag! };
    } catch (error) {
      if (codeOf(error) === 'BlobNotFound') return { checkpoint: null, etag: null };
      throw error;
    }
  }

  /** The new version; null if the one that stands is not the one named, and nothing was written. */
  async write(
    names: StoreNames,
    partition: string,
    { sequenceNumber, offset }: Checkpoint,
    etag: string | null,
  ): Promise<string | null> {
    const blob = this.#blob(names, partition);
    const metadata = { sequencenumber: String(sequenceNumber), offset };
    try {
      const written = await askStorage(this.#limitMs, (abortSignal) =>
        etag === null
          ? blob.upload('', 0, { metadata, conditions: { ifNoneMatch: '*' }, abortSignal })
          : // With `upload` each would leave a copy behind in an account with soft delete or versions.
            blob.setMetadata(metadata, { conditions: { ifMatch: etag }, abortSignal }),
      );
      return written.etag!;
    } catch (error) {
      if (refusals.has(codeOf(error) ?? '')) return null;
      throw error;
    }
  }

  #blob(names: StoreNames, partition: string): BlockBlobClient {
    // The names are not told apart by case, those of blobs are.
    const [namespace, hub, consumerGroup] = names.map((name) => name.toLowerCase());
    return this.#container().getBlockBlobClient(`${namespace}/${hub}/${consumerGroup}/checkpoint/${partition}`);
  }
}

function checkpointIn({ sequencenumber, offset }: Readonly<Record<string, string>>): Checkpoint | null {
  const sequenceNumber = Number.parseInt(sequencenumber ?? '', 10);
  return Number.isNaN(sequenceNumber) || offset === undefined ? null : { sequenceNumber, offset };
}

/** As the header says it: an answer without a body, as to a question for the metadata, tells it nowhere else. */
function codeOf(error: unknown): string | undefined {
  return error instanceof RestError
    ? (error.details as { readonly errorCode?: string } | undefined)?.errorCode
    : undefined;
}
