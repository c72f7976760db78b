/** Numbers byte strings in the order in which they first appear, without making strings of those known already. */
export class ByteDictionary {
  #slots = new Int32Array(1024);
  #hashes = new Int32Array(512);
  #ends = new Int32Array(512);
  #bytes = Buffer.allocUnsafe(16 * 1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The number of bytes[start, end); it is new, and the last one, when it equals the `size` before the call. */
  add(bytes: Buffer, start: number, end: number): number {
    let hash = 0x811c9dc5 | 0;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
    const mask = this.#slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (true) {
      const found = (this.#slots[slot] as number) - 1;
      if (found < 0) break;
      if (this.#hashes[found] === hash && this.#equals(found, bytes, start, end)) return found;
      slot = (slot + 1) & mask;
    }
    return this.#insert(hash, slot, bytes, start, end);
  }

  clear(): void {
    this.#slots.fill(0);
    this.#size = 0;
  }

  /** Forgets the last one added, which turned out to be none. */
  removeLast(): void {
    this.#slots[this.#slots.indexOf(this.#size)] = 0;
    this.#size--;
  }

  #equals(i: number, bytes: Buffer, start: number, end: number): boolean {
    let mine = i === 0 ? 0 : (this.#ends[i - 1] as number);
    if ((this.#ends[i] as number) - mine !== end - start) return false;
    for (let at = start; at < end; at++) if (this.#bytes[mine++] !== bytes[at]) return false;
    return true;
  }

  #insert(hash: number, slot: number, bytes: Buffer, start: number, end: number): number {
    const i = this.#size++;
    const from = i === 0 ? 0 : (this.#ends[i - 1] as number);
    const to = from + end - start;
    if (to > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.allocUnsafe(to)]);
    bytes.copy(this.#bytes, from, start, end);
    if (i === this.#ends.length) {
      this.#ends = grown(this.#ends);
      this.#hashes = grown(this.#hashes);
    }
    this.#ends[i] = to;
    this.#hashes[i] = hash;
    this.#slots[slot] = i + 1;
    if (2 * this.#size > this.#slots.length) this.#rehash();
    return i;
  }

  #rehash(): void {
    this.#slots = new Int32Array(2 * this.#slots.length);
    const mask = this.#slots.length - 1;
    for (let i = 0; i < this.#size; i++) {
      const hash = this.#hashes[i] as number;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = i + 1;
    }
  }
}

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}
