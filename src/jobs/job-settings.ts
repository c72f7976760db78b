import { formatIds } from '../../ingest/formats/registry.ts';
import { compileChoice } from '../../ingest/pipeline/elements.ts';
import type { IngestSettings } from '../../ingest/pipeline/report.ts';
import { datasetNameProblem } from '../domain/dataset-name.ts';
import { InvalidInputError } from '../domain/errors.ts';
import { sourceNameProblem } from '../domain/source-name.ts';
import { isStorable } from '../domain/storable-text.ts';

/** How the file of a job is to be read, as the job's row keeps it. */
export type JobSettings = Pick<
  IngestSettings,
  'dataset' | 'source' | 'allowEmpty' | 'format' | 'onConflict' | 'strict' | 'force' | 'elements'
>;

const SHOWN_CHARACTERS = 200;

export const settingsText = (settings: JobSettings): string => JSON.stringify(settings);

export const settingsOf = (text: string): JobSettings => JSON.parse(text) as JobSettings;

/** @throws InvalidInputError that names the field: what can never work is refused before a file is taken in for it. */
export function checkSettings({ dataset, source, format, elements }: JobSettings): void {
  const datasetProblem = dataset === undefined ? null : datasetNameProblem(dataset);
  if (datasetProblem !== null) throw refusal('dataset', dataset, `no dataset can be called so: ${datasetProblem}`);
  if (dataset !== undefined && !isStorable(dataset))
    throw refusal('dataset', dataset, 'it has characters that no database keeps');
  const sourceProblem = source === undefined ? null : sourceNameProblem(source);
  if (sourceProblem !== null) throw refusal('source', source, `no source can be called so: ${sourceProblem}`);
  if (format !== undefined && !formatIds.includes(format)) {
    throw refusal('format', format, `there is no such format; known are ${formatIds.join(', ')}`);
  }
  if (elements) compileChoice(elements);
}

const refusal = (field: string, value = '', reason = '') =>
  new InvalidInputError(`${field}: ${reason}`, { field, value: value.slice(0, SHOWN_CHARACTERS) });
