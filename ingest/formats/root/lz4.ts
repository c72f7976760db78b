import { RootFault } from './fault.ts';

/** Decodes one raw LZ4 block to exactly fill `out`. @throws RootFault BROKEN_COMPRESSION. */
export function decodeLz4(block: Uint8Array, out: Uint8Array): void {
  let from = 0;
  let to = 0;
  const byte = (): number => {
    const value = block[from++];
    if (value === undefined) throw broken('the block ends too early');
    return value;
  };
  const extended = (nibble: number): number => {
    let length = nibble;
    if (nibble === 15) {
      let more = 255;
      while (more === 255) {
        more = byte();
        length += more;
      }
    }
    return length;
  };
  while (from < block.length) {
    const token = byte();
    const literals = extended(token >> 4);
    if (from + literals > block.length || to + literals > out.length) throw broken('literals beyond the end');
    out.set(block.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    if (from === block.length) break;
    const distance = byte() | (byte() << 8);
    const length = extended(token & 15) + 4;
    if (distance === 0 || distance > to) throw broken('a reference before the beginning');
    if (to + length > out.length) throw broken('more than was declared');
    if (distance >= length) out.copyWithin(to, to - distance, to - distance + length);
    else for (let i = 0; i < length; i++) out[to + i] = out[to - distance + i] as number;
    to += length;
  }
  if (to !== out.length) throw broken(`${to} bytes where ${out.length} were declared`);
}

const broken = (what: string) => new RootFault('BROKEN_COMPRESSION', `LZ4: ${what}`);
