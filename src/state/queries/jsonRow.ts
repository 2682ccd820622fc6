/** JSON texts in a row, commas between them, as the items of a page are handed on. */

const COMMA = Buffer.from(',');

export class JsonRow {
  readonly #parts: Buffer[] = [];
  /** Texts so far, and their bytes. */
  length = 0;
  bytes = 0;

  /** Adds a text, or so many that are in a row already. */
  add(json: Buffer, length = 1): void {
    if (length === 0) return;
    this.#parts.push(json);
    this.length += length;
    this.bytes += json.length;
  }

  joined(): Buffer {
    const [first] = this.#parts;
    if (first !== undefined && this.#parts.length === 1) return first;
    return Buffer.concat(this.#parts.flatMap((part, i) => (i === 0 ? part : [COMMA, part])));
  }
}
