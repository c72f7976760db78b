import { Bool, Field, makeData } from 'apache-arrow';
import type { PackedType } from '../domain/bins-text.ts';
import { INJECTION_KINDS } from '../domain/injection.ts';
import { FLOAT64, INT32, integers, Names, nullable, type Props } from './arrow-columns.ts';
import { arrowFile } from './arrow-file.ts';
import { binColumns, binFields } from './arrow-writer.ts';
import type { ExportWriter } from './export-format.ts';
import type { TaskRow } from './task-export-row.ts';

const TRUTHS = ['POSITIVE', 'NEGATIVE'];
const GAPS = ['NO_HISTOGRAM', 'LOW_ENTRIES', 'INCOMPATIBLE_BINNING', 'NO_FLOW_BINS'];
const BOOL = new Bool();
/** In a dictionary, for what is hidden or does not apply. */
const NONE = '';

interface TaskArrowOptions {
  readonly type: PackedType;
  readonly flow: boolean;
  readonly monitorElements: readonly string[];
}

/** See arrowFile. Names are dictionaries, in which a truth that is hidden, and what a row has not, is empty. */
export function taskArrowWriter({ type, flow, monitorElements }: TaskArrowOptions): ExportWriter<TaskRow> {
  const elements = new Names(0, monitorElements);
  const truths = new Names(1, [...TRUTHS, NONE]);
  const gaps = new Names(2, [...GAPS, NONE]);
  const injections = new Names(3, [...INJECTION_KINDS, NONE]);
  const fields = [
    new Field('run', INT32, false),
    new Field('lumisection', INT32, true),
    new Field('lumisectionLast', INT32, true),
    new Field('monitorElement', elements.type, false),
    new Field('truth', truths.type, false),
    new Field('valid', BOOL, false),
    new Field('gap', gaps.type, false),
    new Field('injection', injections.type, false),
    new Field('strength', FLOAT64, true),
    new Field('entries', FLOAT64, true),
    ...binFields(type),
  ];
  return arrowFile(fields, (rows) => [
    integers(Int32Array.from(rows, ({ run }) => run)),
    nullable(INT32, rows, ({ lumisection }) => lumisection || null),
    nullable(INT32, rows, ({ lumisectionLast }) => lumisectionLast || null),
    elements.column(rows, ({ monitorElement }) => monitorElement),
    truths.column(rows, ({ truth }) => truth ?? NONE),
    flags(rows, ({ gap }) => gap === null),
    gaps.column(rows, ({ gap }) => gap ?? NONE),
    injections.column(rows, ({ injection }) => injection?.kind ?? NONE),
    nullable(FLOAT64, rows, ({ injection }) => injection?.strength),
    nullable(FLOAT64, rows, ({ entries }) => entries),
    ...binColumns(rows, type, flow),
  ]);
}

/** A bit for each row. */
function flags(rows: readonly TaskRow[], isSet: (row: TaskRow) => boolean) {
  const data = new Uint8Array(Math.ceil(rows.length / 64) * 8);
  for (const [i, row] of rows.entries()) if (isSet(row)) data[i >> 3] = (data[i >> 3] as number) | (1 << (i & 7));
  return makeData({ type: BOOL, length: rows.length, nullCount: 0, data } as unknown as Props);
}
