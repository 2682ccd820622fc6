/**
 * The bytes of a stream that have come and are not given yet. A place is a number of bytes from the stream's begin, so it stays what
 * it is when the bytes are moved.
 */
export class Pending {
  readonly #readBytes: number;
  #bytes: Buffer;
  #base = 0;
  #end = 0;
  /** The first place that is not given yet. */
  start = 0;

  /** `readBytes`: for how many bytes there is room at least, each time that some are to come. */
  constructor(readBytes: number) {
    this.#readBytes = readBytes;
    this.#bytes = Buffer.allocUnsafeSlow(2 * readBytes);
  }

  /** Where the bytes lie until more come, the one of place `base` first; for who looks at each. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  get base(): number {
    return this.#base;
  }

  /** The place behind the last byte that has come. */
  get end(): number {
    return this.#end;
  }

  get length(): number {
    return this.#end - this.start;
  }

  /** Where the next bytes of the stream are to be put: they have come once `filled` says how many there are. */
  room(): Buffer {
    if (this.#bytes.length - (this.#end - this.#base) < this.#readBytes) this.#makeRoom();
    return this.#bytes.subarray(this.#end - this.#base);
  }

  filled(length: number): void {
    this.#end += length;
  }

  /** Moves what waits to the front, of a larger array where needed. */
  #makeRoom(): void {
    const waiting = this.view(this.start, this.#end);
    const needed = waiting.length + this.#readBytes;
    if (needed > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(2 * needed);
    waiting.copy(this.#bytes);
    this.#base = this.start;
  }

  at(place: number): number | undefined {
    return place < this.#end ? this.#bytes[place - this.#base] : undefined;
  }

  /** The bytes between two places, until more come. */
  view(from: number, to: number): Buffer {
    return this.#bytes.subarray(from - this.#base, to - this.#base);
  }

  /** The first place from `from` on that has this byte; -1 where none has. */
  indexOf(byte: number, from: number): number {
    const found = this.view(from, this.#end).indexOf(byte);
    return found < 0 ? -1 : from + found;
  }
}
