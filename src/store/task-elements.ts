import { NotFoundError } from '../domain/errors.ts';
import type { TaskDefinition } from '../domain/task.ts';
import type { CheckedQuery } from './checked-query.ts';
import type { Queries } from './database.ts';

/** Whose histograms a task is about. */
export interface TaskElements {
  readonly datasetId: number;
  /** In the order in which they are stated. */
  readonly elements: readonly { readonly id: number; readonly path: string }[];
}

/** @throws NotFoundError for a dataset or monitor elements that are not stored. */
export async function elementsOf(
  query: CheckedQuery,
  queries: Queries,
  { dataset, monitorElements }: Pick<TaskDefinition, 'dataset' | 'monitorElements'>,
): Promise<TaskElements> {
  const { dialect } = query.database;
  const datasets = await queries.arrays<[number]>('SELECT id FROM dataset WHERE name = $1', [dataset]);
  const datasetId = datasets[0]?.[0];
  if (datasetId === undefined) {
    throw new NotFoundError(`no dataset is called ${JSON.stringify(dataset)}`, { field: 'dataset' });
  }
  const [before, behind] = dialect.oneOf.text;
  const rows = await queries.arrays<[number, string]>(
    `SELECT id, path FROM monitor_element WHERE path ${before}$1${behind}`,
    [dialect.listParameter(monitorElements)],
  );
  const ids = new Map(rows.map(([id, path]) => [path, id]));
  const elements = monitorElements.map((path) => {
    const id = ids.get(path);
    if (id !== undefined) return { id, path };
    throw new NotFoundError(`no monitor element has the path ${JSON.stringify(path.slice(0, 200))}`, {
      field: 'monitorElements',
    });
  });
  return { datasetId, elements };
}
