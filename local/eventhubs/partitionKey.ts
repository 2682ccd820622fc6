/** Maps a partition key to a partition exactly as the SDK's buffered producer does, so that both send a key to one place. */

/** Bob Jenkins' lookup3 over the key's UTF-8 bytes, both halves folded to 16 bits, then the remainder by the count. */
export function partitionForKey(key: string, partitionCount: number): number {
  const { b, c } = lookup3(Buffer.from(key, 'utf8'));
  const folded = ((c ^ b) << 16) >> 16;
  return Math.abs(folded % partitionCount);
}

const blockBytes = 12;
const seed = 0xdeadbeef;

function lookup3(bytes: Buffer): { b: number; c: number } {
  let a = (seed + bytes.length) | 0;
  let b = a;
  let c = a;
  if (bytes.length === 0) return { b, c };

  // The last block, full or not, is left for the final mix: zero bytes beyond the end add nothing.
  const padded = Buffer.alloc(Math.ceil(bytes.length / blockBytes) * blockBytes);
  bytes.copy(padded);
  const lastBlock = padded.length - blockBytes;
  for (let at = 0; at < lastBlock; at += blockBytes) {
    a = (a + padded.readInt32LE(at)) | 0;
    b = (b + padded.readInt32LE(at + 4)) | 0;
    c = (c + padded.readInt32LE(at + 8)) | 0;
    [a, b, c] = mix(a, b, c);
  }
  a = (a + padded.readInt32LE(lastBlock)) | 0;
  b = (b + padded.readInt32LE(lastBlock + 4)) | 0;
  c = (c + padded.readInt32LE(lastBlock + 8)) | 0;
  return finalMix(a, b, c);
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** The reversible mix between blocks: each word in turn loses its neighbour, takes that neighbour's turn, and lends on. */
function mix(a: number, b: number, c: number): [number, number, number] {
  let x = a;
  let y = b;
  let z = c;
  for (const bits of [4, 6, 8, 16, 19, 4]) {
    const turned = ((x - z) | 0) ^ rotate(z, bits);
    const lent = (z + y) | 0;
    // The roles move round by one place after each step; after six they stand as before.
    [x, y, z] = [y, lent, turned];
  }
  return [x, y, z];
}

function finalMix(a: number, b: number, c: number): { b: number; c: number } {
  let x = a;
  let y = b;
  let z = c;
  for (const bits of [14, 11, 25, 16, 4, 14, 24]) {
    const turned = ((z ^ y) - rotate(y, bits)) | 0;
    [x, y, z] = [y, turned, x];
  }
  // Seven steps leave the roles one place on: what was `c` now stands second, what was `b` first.
  return { b: x, c: y };
}
