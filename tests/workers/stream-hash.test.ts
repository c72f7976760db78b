import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StreamHash } from '../../src/workers/stream-hash.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const MOST = 3_000_000;
const bytes = randomBytes(MOST);

async function hashed(size: number, cuts: readonly number[]): Promise<string> {
  const hash = new StreamHash();
  const ends = [...cuts.filter((cut) => cut < size).sort((a, b) => a - b), size];
  let from = 0;
  for (const end of ends) {
    const piece = Uint8Array.from(bytes.subarray(from, end));
    await hash.update(piece);
    // what is overwritten has been taken
    piece.fill(0);
    from = end;
  }
  return hash.digest();
}

describe('the hash of a stream', () => {
  test('is SHA-256 of its bytes, however it is cut, of several streams at once', async () => {
    const size = fc.oneof(fc.nat(MOST), fc.constantFrom(0, 524_287, 524_288, 524_289, 1_048_576, 1_572_864));
    const stream = fc.record({ size, cuts: fc.array(fc.nat(MOST), { maxLength: 12 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(stream, { minLength: 1, maxLength: 4 }), async (streams) => {
        const found = await Promise.all(streams.map((one) => hashed(one.size, one.cuts)));
        expect(found).toEqual(streams.map((one) => sha256(bytes.subarray(0, one.size))));
      }),
      { numRuns: 25 },
    );
  });

  test('that is left says nothing of others', async () => {
    const left = new StreamHash();
    await left.update(bytes.subarray(0, 1_200_000));
    const other = new StreamHash();
    await other.update(bytes.subarray(0, 1_200_000));
    left.leave();
    expect(await other.digest()).toBe(sha256(bytes.subarray(0, 1_200_000)));
    other.leave();
  });
});
