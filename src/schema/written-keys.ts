import type { Context } from '../context.ts';
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
  { store: { reads } }: Context,
): Promise<(LumisectionHistogramKey | null)[]> {
  const datasets = await reads.datasetsByName(places.map(({ dataset }) => dataset));
  const elements = await reads.monitorElementsByPath(places.map(({ monitorElement }) => monitorElement));
  return places.map(({ run, lumisection }, i) => {
    const [dataset, element] = [datasets[i], elements[i]];
    if (!dataset || !element) return null;
    return {
      ...{ runNumber: run, lumisectionNumber: lumisection ?? 0 },
      ...{ datasetId: dataset.id, monitorElementId: element.id },
    };
  });
}
