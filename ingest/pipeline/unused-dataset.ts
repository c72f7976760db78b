import type { IssueRecord } from '../../src/domain/record.ts';
import type { Recognition } from '../parse-process/messages.ts';
import type { IngestSettings } from './report.ts';

/**
 * Says that a certification is not of the dataset that was named: it would stand beside the one of every dataset, and a
 * verdict would need both. Of a run of the command, not of the file: a file that is known tells it as well.
 */
export function unusedDataset({ needs, title }: Recognition, { dataset }: IngestSettings): IssueRecord[] {
  if (needs !== 'source' || dataset === undefined) return [];
  const reason = `not used: a ${title} is a certification of every dataset; --dataset is about histograms (of one dataset: upsertCertifications)`;
  return [{ severity: 'NOTE', code: 'DATASET_NOT_USED', field: 'dataset', value: dataset, reason }];
}
