import { MAX_LUMISECTION } from '../../../src/domain/lumi-mask.ts';
import type { LumisectionFlag } from '../../../src/domain/lumisection-flags.ts';
import type { IssueRecord, LumisectionRecord, RunRecord } from '../../../src/domain/record.ts';
import { type RowFault, rejectedRow } from '../../formats/csv/fault.ts';
import { eraOf } from '../../formats/oms/oms-runs.ts';
import { counted, endsBeforeItBegins, finiteOrBlank, isFault } from '../../formats/table/cell-checks.ts';
import type { CallRows } from './bring.ts';
import { firstFault, textFault } from './checks.ts';

type Nullable<T> = { readonly [K in keyof T]: T[K] | null | undefined };

export type RunInput = Pick<RunRecord, 'number'> & Nullable<Omit<RunRecord, 'number' | 'line'>>;
export type LumisectionInput = Pick<LumisectionRecord, 'run' | 'number'> &
  Nullable<Omit<LumisectionRecord, 'run' | 'number' | 'line' | 'flagsOn' | 'flagsOff'>> & {
    readonly flagsOn?: readonly LumisectionFlag[] | null;
    readonly flagsOff?: readonly LumisectionFlag[] | null;
  };

const COUNTED = ['year', 'fill'] as const;
const MEASURED = ['initialLumi', 'endLumi', 'deliveredLumi', 'recordedLumi', 'energy', 'magneticField'] as const;
const MEASURED_OF_LUMISECTION = ['zeroBiasRate', 'deliveredLumi', 'recordedLumi', 'pileup'] as const;

export function runRows(inputs: readonly RunInput[]): CallRows {
  const { records, issues } = checked(inputs, runOf);
  return { rows: inputs.length, batches: records.length > 0 ? [{ kind: 'runs', runs: records }] : [], issues };
}

export function lumisectionRows(inputs: readonly LumisectionInput[]): CallRows {
  const { records, issues } = checked(inputs, lumisectionOf);
  const batches = records.length > 0 ? [{ kind: 'lumisections' as const, lumisections: records }] : [];
  return { rows: inputs.length, batches, issues };
}

/** The records of what is right, the issues of what is not. */
export function checked<Input, Rec extends object>(
  inputs: readonly Input[],
  recordOf: (input: Input, line: number) => Rec | RowFault,
): { records: Rec[]; issues: IssueRecord[] } {
  const records: Rec[] = [];
  const issues: IssueRecord[] = [];
  for (const [i, input] of inputs.entries()) {
    const record = recordOf(input, i + 1);
    if (isFault(record)) issues.push(rejectedRow(record, i + 1));
    else records.push(record as Rec);
  }
  return { records, issues };
}

function runOf(input: RunInput, line: number): RunRecord | RowFault {
  const era = input.era == null ? null : eraOf(input.era);
  if (input.era != null && era === null) {
    return { code: 'BAD_TEXT', reason: 'an era reads 2018A or Run2018A', field: 'era', value: input.era.slice(0, 200) };
  }
  const fault = firstFault(
    counted(input.number, 'number'),
    ...COUNTED.map((name) => (input[name] == null ? null : counted(input[name], name))),
    input.lumisectionCount == null ? null : counted(input.lumisectionCount, 'lumisectionCount', MAX_LUMISECTION),
    ...MEASURED.map((name) => finiteOrBlank(input[name] ?? null, name)),
    textFault('era', era, 20),
    textFault('period', input.period, 20),
    endsBeforeItBegins(input.startedAt, input.endedAt, 'endedAt'),
  );
  return fault ?? ({ ...input, era, line } as RunRecord);
}

function lumisectionOf(input: LumisectionInput, line: number): LumisectionRecord | RowFault {
  // as sets: a client may send each flag a hundred thousand times
  const [on, off] = [new Set(input.flagsOn), new Set(input.flagsOff)];
  const both = [...on].find((flag) => off.has(flag));
  const fault = firstFault(
    counted(input.run, 'run'),
    counted(input.number, 'number', MAX_LUMISECTION),
    ...MEASURED_OF_LUMISECTION.map((name) => finiteOrBlank(input[name] ?? null, name)),
    endsBeforeItBegins(input.startedAt, input.endedAt, 'endedAt'),
    both && { code: 'NOT_A_FLAG', reason: 'a flag is on or off, not both', field: 'flagsOn', value: both },
  );
  return fault ?? ({ ...input, flagsOn: [...on], flagsOff: [...off], line } as LumisectionRecord);
}
