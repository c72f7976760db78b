import { datasetNameProblem } from '../../src/domain/dataset-name.ts';
import { sourceNameProblem } from '../../src/domain/source-name.ts';
import { UsageError } from './command.ts';

/** @throws UsageError where nothing can be called as `--dataset` or `--source` says: before any file is read. */
export function assertNames({ dataset, source }: { readonly dataset?: string; readonly source?: string }): void {
  refuse('dataset', dataset, datasetNameProblem);
  refuse('source', source, sourceNameProblem);
}

function refuse(flag: string, name: string | undefined, problemOf: (name: string) => string | null): void {
  const problem = name === undefined ? null : problemOf(name);
  if (problem !== null) throw new UsageError(`--${flag} ${JSON.stringify(name)} is no name: ${problem}`);
}
