import type { ByteSource } from '../../source.ts';
import type { RowKey } from '../format.ts';
import { RootFile } from '../root/file.ts';
import { histogramOf } from '../root/histogram.ts';
import { contentsOf, type Row } from './contents.ts';
import { placeOf } from './row-place.ts';

/** Reads names and texts alone; an object only where its name fits. */
export async function locate(
  source: ByteSource,
  keys: readonly RowKey[],
  top: string,
): Promise<readonly (readonly number[])[]> {
  const file = await RootFile.open(source);
  const { rows } = await contentsOf(file, top);
  const textOf = ({ run, monitorElement, qualityTest }: Omit<RowKey, 'line' | 'lumisection'>) =>
    JSON.stringify([run, monitorElement, qualityTest ?? null]);
  const wanted = new Map(keys.map((key): [string, number[]] => [textOf(key), []]));
  for (const [index, row] of rows.entries()) {
    if (row.kind === 'broken') continue;
    const place = placeOf(row);
    if (Array.isArray(place)) continue;
    const lines = wanted.get(textOf(row.kind === 'qualityTest' ? { ...place, qualityTest: row.value.name } : place));
    if (lines && (await isAccepted(file, row))) lines.push(index + 1);
  }
  return keys.map((key) => (wanted.get(textOf(key)) ?? []).filter((line) => line < key.line));
}

/** The key of each line, with its folders; of a text, which is as long as its value, the beginning. */
export async function placesOf(source: ByteSource, lines: readonly number[], top: string): Promise<readonly string[]> {
  const { rows } = await contentsOf(await RootFile.open(source), top);
  return lines.map((line) => {
    const row = rows[line - 1];
    return row ? `key ${row.folder}/${row.key.name.slice(0, 200)};${row.key.cycle}` : '';
  });
}

const isAccepted = async (file: RootFile, row: Row): Promise<boolean> =>
  row.kind !== 'object' ||
  file
    .object(row.key)
    .then(histogramOf)
    .then(
      () => true,
      () => false,
    );
