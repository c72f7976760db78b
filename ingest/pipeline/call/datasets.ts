import type { DatasetRecord } from '../../../src/domain/record.ts';
import type { RowFault } from '../../formats/csv/fault.ts';
import type { CallRows } from './bring.ts';
import { datasetFault, firstFault, textFault } from './checks.ts';
import { checked } from './conditions.ts';

export interface DatasetInput {
  readonly name: string;
  readonly description?: string | null;
}

const MAX_DESCRIPTION = 10_000;

/** Turns datasets into records. `nullClears`: a description that is null is stated to be none, not left open. */
export function datasetRows(inputs: readonly DatasetInput[], { nullClears = false } = {}): CallRows {
  const { records, issues } = checked(inputs, ({ name, description: given }, line): DatasetRecord | RowFault => {
    const description = given === null && !nullClears ? undefined : given;
    const empty: RowFault | null =
      description?.trim() === '' ? { code: 'BAD_TEXT', reason: 'it says nothing', field: 'description' } : null;
    const fault = firstFault(datasetFault('name', name), textFault('description', description, MAX_DESCRIPTION), empty);
    return fault ?? { name, line, ...(description !== undefined && { description }) };
  });
  return { rows: inputs.length, batches: records.length > 0 ? [{ kind: 'datasets', datasets: records }] : [], issues };
}
