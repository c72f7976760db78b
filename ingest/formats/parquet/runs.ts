/**
 * Checks run-length encoded levels or indices before the library expands them: it writes as many values as a run says.
 * @returns where they end.
 * @throws Error where they reach beyond their bytes, or say more values than the page has.
 */
export function checkRuns(view: DataView, start: number, length: number, width: number, count: number): number {
  const end = start + length;
  if (!(length >= 0 && end <= view.byteLength)) throw new Error('levels or indices reach beyond their page');
  if (width === 0) return end;
  let at = start;
  for (let seen = 0; seen < count; ) {
    let header = 0;
    for (let shift = 0; ; shift += 7) {
      if (at >= end || shift > 28) throw new Error('levels or indices end too early');
      const byte = view.getUint8(at++);
      header += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    const run = Math.floor(header / 2);
    const packed = header % 2 === 1;
    // the last packed run is filled up to a multiple of eight
    const values = packed ? run * 8 : run;
    at += packed ? run * width : (width + 7) >> 3;
    if (run === 0 || (!packed && seen + values > count)) throw new Error('a run of values has not the length it may');
    if (at > end && !(packed && seen + values >= count)) throw new Error('levels or indices end too early');
    seen += values;
  }
  return end;
}
