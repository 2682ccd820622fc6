/** Fields packed tightly, one behind another, and read again in the same order. */

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** How the bytes that follow are to be read. */
const FORM = { none: 0, utf8: 1, guid: 2, utf16: 3, tenant: 4 } as const;

/** Appends fields to a buffer that grows. */
export class Writer {
  #bytes = Buffer.allocUnsafe(256);
  #length = 0;

  #room(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + size));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  /** A whole number from 0 to 2^53, seven bits to a byte, the least first. */
  number(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  ticks(value: bigint): void {
    this.#room(8);
    this.#bytes.writeBigInt64BE(value, this.#length);
    this.#length += 8;
  }

  hex(digits: string): void {
    const size = digits.length / 2;
    this.#room(size);
    this.#length += this.#bytes.write(digits, this.#length, size, 'hex');
  }

  #write(value: string, size: number, encoding: 'utf8' | 'utf16le'): void {
    this.number(size);
    this.#room(size);
    this.#length += this.#bytes.write(value, this.#length, size, encoding);
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Text or nothing; ids in their usual form take 16 bytes, the tenant's own id one, and text that UTF-8 cannot hold is kept whole. */
  text(value: string | null, tenantId = ''): void {
    if (value === null) {
      this.byte(FORM.none);
    } else if (value !== '' && value === tenantId) {
      this.byte(FORM.tenant);
    } else if (GUID.test(value)) {
      this.byte(FORM.guid);
      this.hex(value.replaceAll('-', ''));
    } else if (value.isWellFormed()) {
      this.byte(FORM.utf8);
      this.#write(value, Buffer.byteLength(value), 'utf8');
    } else {
      this.byte(FORM.utf16);
      this.#write(value, 2 * value.length, 'utf16le');
    }
  }

  done(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** Reads what a Writer wrote, in the same order. */
export class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get at(): number {
    return this.#at;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.#at++]!;
  }

  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  ticks(): bigint {
    this.#at += 8;
    return this.#bytes.readBigInt64BE(this.#at - 8);
  }

  raw(length: number): Buffer {
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  text(tenantId = ''): string | null {
    const kind = this.byte();
    if (kind === FORM.none) return null;
    if (kind === FORM.tenant) return tenantId;
    if (kind === FORM.guid) {
      const hex = this.raw(16).toString('hex');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    }
    return this.raw(this.number()).toString(kind === FORM.utf8 ? 'utf8' : 'utf16le');
  }
}
