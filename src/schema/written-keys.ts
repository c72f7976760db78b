import type { Context } from '../context.ts';
import { isStorable } from '../domain/storable-text.ts';
import type { LumisectionHistogramKey } from '../store/store.ts';

/** What a row of an input says of its place. */
export interface WrittenPlace {
  readonly run: number;
  /** Absent for what is of the whole run. */
  readonly lumisection?: number | null | undefined;
  readonly dataset: string;
  readonly monitorElement: string;
}

/** Internal keys of what was written, in two statements; null where nothing of the name is stored. */
export async function keysOfWritten(
  places: readonly WrittenPlace[],
  { store: { lists } }: Context,
): Promise<(LumisectionHistogramKey | null)[]> {
  const idsOf = async (noun: 'dataset' | 'monitorElement', field: 'name' | 'path', names: readonly string[]) => {
    // what cannot be stored was refused, and is nothing to ask for
    const wanted = [...new Set(names)].filter(isStorable);
    if (wanted.length === 0) return new Map<string, number>();
    const { rows } = await lists.page(noun, {
      where: { kind: 'test', field, op: 'in', value: wanted },
      first: wanted.length,
      orderBy: [],
    });
    return new Map(rows.map((row) => [(row as unknown as Record<string, string>)[field] as string, row.id]));
  };
  const datasets = await idsOf(
    'dataset',
    'name',
    places.map(({ dataset }) => dataset),
  );
  const elements = await idsOf(
    'monitorElement',
    'path',
    places.map(({ monitorElement }) => monitorElement),
  );
  return places.map(({ run, lumisection, dataset, monitorElement }) => {
    const [datasetId, monitorElementId] = [datasets.get(dataset), elements.get(monitorElement)];
    if (datasetId === undefined || monitorElementId === undefined) return null;
    return { runNumber: run, lumisectionNumber: lumisection ?? 0, datasetId, monitorElementId };
  });
}
