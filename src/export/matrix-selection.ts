import { InvalidInputError, NotFoundError } from '../domain/errors.ts';
import { bothOf, equals, type Filter } from '../domain/filter.ts';
import type { HistogramNoun } from '../store/histogram-runs.ts';
import type { Store } from '../store/store.ts';

/** The histograms that make one matrix: of one monitor element and one dataset. */
export interface MatrixSelection {
  readonly noun: HistogramNoun;
  readonly monitorElementId: number;
  readonly datasetId: number;
  readonly where: Filter;
}

/**
 * @throws NotFoundError for names that are not stored: an empty matrix would hide a mistyped one.
 * @throws InvalidInputError where no dataset is named and several have the monitor element.
 */
export async function selectMatrix(
  store: Store,
  noun: HistogramNoun,
  names: { readonly monitorElement: string; readonly dataset: string | null },
  where: Filter | undefined,
): Promise<MatrixSelection> {
  const element = await store.reads.monitorElementByPath(names.monitorElement);
  if (element === null) throw unknown('monitorElement', names.monitorElement);
  const dataset = await store.reads.datasetByName(names.dataset ?? (await onlyDataset(store, noun, element)));
  if (dataset === null) throw unknown('dataset', names.dataset ?? '');
  const fixed = [equals('monitorElementId', element.id), equals('datasetId', dataset.id)];
  // summaries of runs have statistics without bins
  const withBins = noun === 'runHistogram' ? [equals('hasBins', true)] : [];
  return {
    noun,
    monitorElementId: element.id,
    datasetId: dataset.id,
    where: bothOf(...fixed, ...withBins, where),
  };
}

async function onlyDataset(store: Store, noun: HistogramNoun, element: { id: number; path: string }): Promise<string> {
  const names = await store.reads.datasetsOfElement(noun, element.id);
  const [name] = names;
  if (name === undefined) throw new NotFoundError(`${element.path} has no histograms of that level`, {});
  if (names.length === 1) return name;
  throw new InvalidInputError(
    `dataset: ${names.length} datasets have ${element.path}; name one: ${names.slice(0, 20).join(', ')}`,
    { field: 'dataset', datasets: names.slice(0, 20) },
  );
}

const unknown = (field: string, name: string) =>
  new NotFoundError(`${field}: '${name.slice(0, 500)}' is not stored`, { field, value: name.slice(0, 500) });
