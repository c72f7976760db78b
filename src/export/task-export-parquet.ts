import type { PackedType } from '../domain/bins-text.ts';
import type { ExportWriter } from './export-format.ts';
import { binColumns, name, optional, parquetFile, required } from './parquet-file.ts';
import type { TaskRow } from './task-export-row.ts';

/** In a column of names, for what is hidden or does not apply. */
const NONE = '';

/** See parquetFile. The columns of the file in Arrow. */
export const taskParquetWriter = ({
  type,
  flow,
}: {
  type: PackedType;
  flow: boolean;
}): ExportWriter<TaskRow, Iterable<TaskRow>> =>
  parquetFile<TaskRow>(
    [
      { ...required('run', { type: 'INT32' }, ({ run }) => run), bounds: true },
      { ...optional('lumisection', 'INT32', ({ lumisection }) => lumisection || null), bounds: true },
      optional('lumisectionLast', 'INT32', ({ lumisectionLast }) => lumisectionLast || null),
      name('monitorElement', ({ monitorElement }) => monitorElement),
      name('truth', ({ truth }) => truth ?? NONE),
      required('valid', { type: 'BOOLEAN' }, ({ gap }) => gap === null),
      name('gap', ({ gap }) => gap ?? NONE),
      name('injection', ({ injection }) => injection?.kind ?? NONE),
      optional('strength', 'DOUBLE', ({ injection }) => injection?.strength),
      optional('entries', 'DOUBLE', ({ entries }) => entries),
      ...binColumns<TaskRow>(type, flow),
    ],
    flow,
  );
