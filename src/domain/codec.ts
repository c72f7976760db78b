import type { Bins } from './histogram.ts';

/** Encodes bins as versioned bytes. Deterministic: equal bins give equal bytes within one zlib version. */
export declare function encodeBins(bins: Bins): Uint8Array;

/**
 * Decodes what encodeBins wrote; `nx`, `ny` (1 for one axis, given by `dimension`) come from the binning.
 * @throws CorruptBinsError for any byte string encodeBins cannot have written for this shape.
 */
export declare function decodeBins(bytes: Uint8Array, shape: readonly number[]): Bins;
