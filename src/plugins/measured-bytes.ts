import { setImmediate as nextTurn } from 'node:timers/promises';
import { spliceJson } from '../domain/raw-json.ts';

/** Others are served after so many bytes. */
const BYTES_A_TURN = 1_000_000;

/** Bytes of the JSON text of a value, which is made without being kept; of one that is longer than `most`, at least so many. */
export async function measuredBytes(value: unknown, most: number): Promise<number> {
  let bytes = 0;
  let turn = BYTES_A_TURN;
  try {
    for (const piece of spliceJson(value)) {
      bytes += piece.length;
      if (bytes > most) return bytes;
      if (bytes < turn) continue;
      turn = bytes + BYTES_A_TURN;
      await nextTurn();
    }
  } catch {
    // damaged bins: who writes the answer says so
  }
  return bytes;
}
