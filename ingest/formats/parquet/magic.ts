/** What a Parquet file begins and ends with. */
export const MAGIC = 'PAR1';

export const isParquet = (head: Uint8Array): boolean => Buffer.from(head.subarray(0, 4)).toString('latin1') === MAGIC;
