/** Hashes that name things: the one place of the core that leans on a library outside it. */
import { createHash, hash } from 'node:crypto';

/** SHA-256 of bytes or of UTF-8 text, as 64 lower-case hex digits. */
export const sha256 = (data: Uint8Array | string): string => hash('sha256', data, 'hex');

/**
 * A name of 32 hex digits for a list of strings. Each part's length is hashed with it, so that parts cannot run together, and
 * text that UTF-8 cannot hold is hashed as it is, so that it is not taken for the text that would stand in its place.
 */
export function digest(parts: readonly string[]): string {
  // At once where UTF-8 can hold all of it: a hash that is fed piece by piece costs several times as much.
  let text = '';
  for (const part of parts) text += `${part.length}:${part}`;
  return (text.isWellFormed() ? sha256(text) : digestByPart(parts)).slice(0, 32);
}

function digestByPart(parts: readonly string[]): string {
  const pieces = createHash('sha256');
  for (const part of parts) {
    const wellFormed = part.isWellFormed();
    pieces.update(`${part.length}${wellFormed ? ':' : '!'}`).update(part, wellFormed ? 'utf8' : 'utf16le');
  }
  return pieces.digest('hex');
}
