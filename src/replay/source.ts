/** Bytes that are asked for, and put where the reader wants them: out of a file, or out of what comes in chunks of its own. */
import { open } from 'node:fs/promises';

export interface ByteSource {
  /** Puts bytes there and says how many, none at the end. */
  read(room: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

export async function fileSource(path: string): Promise<ByteSource> {
  const file = await open(path);
  return {
    read: async (room) => (await file.read(room, 0, room.length, null)).bytesRead,
    close: () => file.close(),
  };
}

export function chunkSource(chunks: AsyncIterable<Uint8Array>): ByteSource {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  return {
    async read(room) {
      while (rest.length === 0) {
        const { done, value } = await iterator.next();
        if (done === true) return 0;
        rest = value;
      }
      const taken = rest.subarray(0, room.length);
      room.set(taken);
      rest = rest.subarray(taken.length);
      return taken.length;
    },
    close: async () => void (await iterator.return?.()),
  };
}

/** The bytes of a source behind some that were read already, as chunks of a size. */
export async function* chunksOf(head: Uint8Array, source: ByteSource, bytes: number): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  for (;;) {
    const room = new Uint8Array(bytes);
    const length = await source.read(room);
    if (length === 0) return;
    yield room.subarray(0, length);
  }
}

/** Reads until there are so many bytes, or no more: a pipe may give them one by one. Says how many there are. */
export async function readAtLeast(source: ByteSource, room: Uint8Array, bytes: number): Promise<number> {
  let length = 0;
  while (length < bytes) {
    const more = await source.read(room.subarray(length));
    if (more === 0) break;
    length += more;
  }
  return length;
}
