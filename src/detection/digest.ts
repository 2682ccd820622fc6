/** Hashes that name things: the one place of the core that leans on a library outside it. */
import { createHash } from 'node:crypto';

/** SHA-256 of bytes or of UTF-8 text, as 64 lower-case hex digits. */
export function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/**
 * A name of 32 hex digits for a list of strings. Each part's length is hashed with it, so that parts cannot run together, and
 * text that UTF-8 cannot hold is hashed as it is, so that it is not taken for the text that would stand in its place.
 */
export function digest(parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const wellFormed = part.isWellFormed();
    hash.update(`${part.length}${wellFormed ? ':' : '!'}`).update(part, wellFormed ? 'utf8' : 'utf16le');
  }
  return hash.digest('hex').slice(0, 32);
}
