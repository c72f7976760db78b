import { datasetNameProblem } from '../../src/domain/dataset-name.ts';
import { InvalidInputError } from '../../src/domain/errors.ts';
import { FileError } from '../file-error.ts';
import type { ByteSource } from '../source.ts';
import type { ReadOptions } from './format.ts';

/**
 * The dataset of every histogram of a file: the flag's, else what the file states.
 * @throws FileError DATASET_REQUIRED, beginning with `silent`; InvalidInputError where the flag names no dataset.
 */
export function datasetOf(source: ByteSource, options: ReadOptions, stated: string | null, silent: string): string {
  const dataset = options.dataset || stated;
  if (!dataset) {
    const reason = `${source.path}: ${silent} which dataset it belongs to: give --dataset NAME`;
    throw new FileError('DATASET_REQUIRED', reason, { file: source.path });
  }
  const problem = datasetNameProblem(dataset);
  if (problem === null) return dataset;
  throw new InvalidInputError(`${JSON.stringify(dataset)} is no name of a dataset: ${problem}`, { dataset });
}
