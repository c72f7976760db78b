import { InvalidInputError, NotFoundError } from '../domain/errors.ts';
import type { ReferenceChoice } from '../generated/sqlite/client.ts';
import type { CheckedQuery } from './checked-query.ts';
import type { Column, Transaction } from './database.ts';
import { type ReferenceFacts, type ReferenceScope, referenceFacts } from './reference-candidates.ts';

/** What somebody chooses: which run, in which dataset, another one is compared with. */
export type ChoiceContent = Pick<
  ReferenceChoice,
  'runNumber' | 'dataset' | 'referenceRun' | 'referenceDataset' | 'comment' | 'author'
>;
export type ChoiceKey = Pick<ReferenceChoice, 'runNumber' | 'dataset' | 'version'>;

/** Runs that others are compared with. */
export interface RunReferences {
  /** See referenceFacts. */
  facts(scope: ReferenceScope): Promise<ReferenceFacts | null>;
  /** The newest choice for a run in a dataset; null where nobody chose. */
  chosen(run: number, dataset: string): Promise<ReferenceChoice | null>;
  /**
   * Keeps a choice as the next version for its run and dataset, unless the newest one says the same, by the same author.
   * @throws NotFoundError where either run holds nothing of its dataset; InvalidInputError where both are one.
   */
  choose(content: ChoiceContent): Promise<{ choice: ReferenceChoice; created: boolean }>;
}

export const createRunReferences = (query: CheckedQuery): RunReferences => ({
  facts: (scope) => referenceFacts(query, scope),
  chosen: (run, dataset) => newest(query.database, run, dataset),
  // a look at what is there and the deed are one
  choose: (content) => query.database.write((transaction) => choose(transaction, content), { alone: true }),
});

const COLUMNS: readonly Column[] = [
  { name: 'run_number', type: 'integer' },
  { name: 'dataset', type: 'text' },
  { name: 'version', type: 'integer' },
  { name: 'reference_run', type: 'integer' },
  { name: 'reference_dataset', type: 'text' },
  { name: 'comment', type: 'text' },
  { name: 'author', type: 'text' },
  { name: 'created_at', type: 'time' },
];

async function newest(queries: Pick<Transaction, 'all'>, run: number, dataset: string) {
  const [found] = await queries.all<ReferenceChoice>(
    'SELECT * FROM reference_choice WHERE run_number = $1 AND dataset = $2 ORDER BY version DESC LIMIT 1',
    [run, dataset],
  );
  return found ?? null;
}

async function choose(transaction: Transaction, content: ChoiceContent) {
  const { runNumber, dataset, referenceRun, referenceDataset, comment, author } = content;
  if (runNumber === referenceRun && dataset === referenceDataset) {
    throw new InvalidInputError('reference: a run is no reference for itself', { field: 'reference' });
  }
  await assertHolds(transaction, runNumber, dataset, 'run');
  await assertHolds(transaction, referenceRun, referenceDataset, 'reference');
  const before = await newest(transaction, runNumber, dataset);
  const same = ['referenceRun', 'referenceDataset', 'comment', 'author'] as const;
  if (before && same.every((name) => before[name] === content[name])) return { choice: before, created: false };
  const choice = { ...content, version: (before?.version ?? 0) + 1, createdAt: new Date() };
  await transaction.insert('reference_choice', COLUMNS, [
    [runNumber, dataset, choice.version, referenceRun, referenceDataset, comment, author, choice.createdAt],
  ]);
  return { choice, created: true };
}

async function assertHolds(transaction: Transaction, run: number, dataset: string, field: string): Promise<void> {
  const found = await transaction.arrays(
    `SELECT 1 FROM dataset d WHERE d.name = $1
       AND EXISTS (SELECT 1 FROM run_monitor_element e WHERE e.run_number = $2 AND e.dataset_id = d.id)`,
    [dataset, run],
  );
  if (found.length > 0) return;
  throw new NotFoundError(
    `${field}: run ${run} holds nothing of the dataset ${JSON.stringify(dataset.slice(0, 500))}`,
    {
      field,
    },
  );
}
