import type { PackedType } from '../domain/bins-text.ts';
import type { ExportRow, ExportWriter } from './export-format.ts';
import { STATISTICS } from './export-rows.ts';
import { binColumns, name, optional, parquetFile, required } from './parquet-file.ts';

/** See parquetFile. */
export const parquetWriter = ({
  type,
  flow,
}: {
  type: PackedType;
  flow: boolean;
}): ExportWriter<ExportRow, Iterable<ExportRow>> =>
  parquetFile<ExportRow>(
    [
      { ...required('run', { type: 'INT32' }, ({ run }) => run), bounds: true },
      { ...optional('lumisection', 'INT32', ({ lumisection }) => lumisection || null), bounds: true },
      name('dataset', ({ dataset }) => dataset),
      name('monitorElement', ({ monitorElement }) => monitorElement),
      ...STATISTICS.map((statistic) => optional<ExportRow>(statistic, 'DOUBLE', (row) => row[statistic])),
      ...binColumns<ExportRow>(type, flow),
    ],
    flow,
  );
