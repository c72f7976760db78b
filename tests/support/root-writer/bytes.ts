/** Bytes as ROOT writes them, big-endian, one after another. */
export class RootBytes {
  /** Place of the first byte in the buffer that ROOT would have used: references count from there. */
  readonly base: number;
  #bytes = Buffer.allocUnsafe(256);
  length = 0;

  constructor(base = 0) {
    this.base = base;
  }

  take(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.length));
  }

  u8(value: number): this {
    const at = this.#room(1);
    this.#bytes[at] = value;
    return this;
  }

  u16(value: number): this {
    const at = this.#room(2);
    this.#bytes.writeUInt16BE(value & 0xffff, at);
    return this;
  }

  i32(...values: number[]): this {
    for (const value of values) {
      const at = this.#room(4);
      this.#bytes.writeUInt32BE(value >>> 0, at);
    }
    return this;
  }

  i64(value: number | bigint): this {
    const at = this.#room(8);
    this.#bytes.writeBigInt64BE(BigInt.asIntN(64, BigInt(value)), at);
    return this;
  }

  f32(value: number): this {
    const at = this.#room(4);
    this.#bytes.writeFloatBE(value, at);
    return this;
  }

  f64(value: number): this {
    const at = this.#room(8);
    this.#bytes.writeDoubleBE(value, at);
    return this;
  }

  raw(bytes: Uint8Array): this {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** A TString, or a std::string. */
  string(text: string): this {
    const bytes = Buffer.from(text, 'utf8');
    if (bytes.length < 255) this.u8(bytes.length);
    else this.u8(255).i32(bytes.length);
    return this.raw(bytes);
  }

  /** What `write` writes, behind its length. */
  counted(write: () => void): this {
    const at = this.#room(4);
    write();
    this.#bytes.writeUInt32BE((0x4000_0000 | (this.length - at - 4)) >>> 0, at);
    return this;
  }

  #room(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.#bytes.length) {
      const wider = Buffer.allocUnsafe(2 * this.length);
      this.#bytes.copy(wider, 0, 0, at);
      this.#bytes = wider;
    }
    return at;
  }
}
