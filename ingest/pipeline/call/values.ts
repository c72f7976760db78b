import { MAX_INT32 } from '../../../src/domain/int32.ts';
import { MAX_LUMISECTION } from '../../../src/domain/lumi-mask.ts';
import type { QualityTestRecord, RecordBatch, ScalarRecord, ScalarType } from '../../../src/domain/record.ts';
import { scalarProblem } from '../../../src/domain/scalar.ts';
import { missing } from '../../formats/csv/cell-faults.ts';
import type { RowFault } from '../../formats/csv/fault.ts';
import { shortened } from '../../formats/shortened.ts';
import { counted, finiteOrBlank } from '../../formats/table/cell-checks.ts';
import type { CallRows } from './bring.ts';
import { datasetFault, firstFault, monitorElementFault, textFault } from './checks.ts';
import { checked } from './conditions.ts';

/** Where a value of a monitor element belongs. */
interface ValuePlace {
  readonly run: number;
  /** Absent for a value of the whole run. */
  readonly lumisection?: number | null;
  readonly dataset: string;
  readonly monitorElement: string;
}

export interface ScalarValueInput extends ValuePlace {
  readonly type: ScalarType;
  readonly value: string;
}

export interface QualityTestInput extends ValuePlace {
  readonly name: string;
  readonly statusCode: number;
  readonly result?: number | null;
  readonly algorithm?: string | null;
  readonly message?: string | null;
}

const MAX_VALUE = 65_535;
const MAX_TEST_NAME = 255;

export function scalarRows(inputs: readonly ScalarValueInput[]): CallRows {
  const { records, issues } = checked(inputs, (input, line): ScalarRecord | RowFault => {
    const { type, value } = input;
    const problem = scalarProblem(type, value);
    const fault = firstFault(
      placeFault(input),
      textFault('value', value, MAX_VALUE),
      problem && { code: 'NOT_A_NUMBER', reason: `it ${problem}`, field: 'value', value: shortened(value) },
    );
    return fault ?? { ...placeOf(input), type, value, line };
  });
  return { rows: inputs.length, batches: batchOf(records, { kind: 'scalars', scalars: records }), issues };
}

export function qualityTestRows(inputs: readonly QualityTestInput[]): CallRows {
  const { records, issues } = checked(inputs, (input, line): QualityTestRecord | RowFault => {
    const { name, statusCode, result = null, algorithm, message } = input;
    const badStatus: RowFault | null =
      statusCode >= 0 && statusCode <= MAX_INT32
        ? null
        : { code: 'OUT_OF_RANGE', reason: 'no code of a status', field: 'statusCode', value: String(statusCode) };
    const fault = firstFault(
      placeFault(input),
      name === '' ? missing('name') : textFault('name', name, MAX_TEST_NAME),
      badStatus,
      finiteOrBlank(result, 'result'),
      textFault('algorithm', algorithm),
      textFault('message', message, MAX_VALUE),
    );
    return (
      fault ?? { ...placeOf(input), name, statusCode, result, algorithm: algorithm ?? '', message: message ?? '', line }
    );
  });
  return { rows: inputs.length, batches: batchOf(records, { kind: 'qualityTests', qualityTests: records }), issues };
}

const batchOf = (records: readonly object[], batch: RecordBatch) => (records.length > 0 ? [batch] : []);

const placeOf = ({ run, lumisection, dataset, monitorElement }: ValuePlace) => ({
  ...{ run, dataset, monitorElement },
  lumisection: lumisection ?? 0,
});

function placeFault({ run, lumisection, dataset, monitorElement }: ValuePlace): RowFault | null {
  return firstFault(
    counted(run, 'run'),
    lumisection == null ? null : counted(lumisection, 'lumisection', MAX_LUMISECTION),
    datasetFault('dataset', dataset),
    monitorElementFault('monitorElement', monitorElement),
  );
}
