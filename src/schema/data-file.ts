import type { DataFile as Row } from '../generated/sqlite/client.ts';
import { builder } from './builder.ts';
import { dataFiles, ingestIssues } from './connections.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { DataFileStatus } from './enums.ts';
import { nodeKey } from './global-id.ts';
import { IngestReport, reportOf } from './ingest-report.ts';
import { DataFile } from './refs.ts';

const about = DESCRIPTIONS.dataFile;
/** Keys of files in ids. */
export const dataFileKey = nodeKey('DataFile', ['int']);

builder.nodeRef(DataFile, {
  id: { resolve: ({ id }: Row) => dataFileKey.format([id]), parse: dataFileKey.parse },
  loadManyWithoutCache: (ids, { loaders }) => Promise.all(ids.map(([id]) => loaders.dataFile.load(id))),
});

export const DataFileError = builder.objectRef<{ code: string; message: string }>('DataFileError').implement({
  description: 'What stopped a file.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Stable code, for programs.' }),
    message: t.exposeString('message', { description: 'What happened, where in the file, and what to do about it.' }),
  }),
});

export const errorOf = ({ errorCode, errorMessage }: Pick<Row, 'errorCode' | 'errorMessage'>) =>
  errorCode === null ? null : { code: errorCode, message: errorMessage ?? '' };

builder.prismaObjectFields(DataFile, (t) => ({
  path: t.exposeString('path', { description: about.path }),
  sha256: t.exposeString('sha256', { nullable: true, description: about.sha256 }),
  size: t.field({ type: 'SafeInt', description: about.size, resolve: ({ size }) => Number(size) }),
  format: t.exposeString('format', { description: about.format }),
  dataset: t.exposeString('dataset', { description: about.dataset }),
  source: t.exposeString('source', { description: about.source }),
  status: t.field({
    type: DataFileStatus,
    description: about.status,
    resolve: ({ status }) => status as typeof DataFileStatus.$inferType,
  }),
  bytesDone: t.field({ type: 'SafeInt', description: about.bytesDone, resolve: ({ bytesDone }) => Number(bytesDone) }),
  linesDone: t.field({ type: 'SafeInt', description: about.linesDone, resolve: ({ linesDone }) => Number(linesDone) }),
  report: t.field({ type: IngestReport, description: 'How many rows went which way.', resolve: reportOf }),
  error: t.field({
    type: DataFileError,
    nullable: true,
    description: 'What stopped the file; null where nothing did.',
    resolve: errorOf,
  }),
  createdAt: t.expose('createdAt', { type: 'DateTime', description: about.createdAt }),
  startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: about.startedAt }),
  finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: about.finishedAt }),
  issues: t.field({
    type: ingestIssues.type,
    description: about.issues,
    args: ingestIssues.args,
    resolve: ingestIssues.of(({ id }) => ({ fileId: id })),
  }),
}));

builder.queryFields((t) => ({
  dataFile: t.field({
    type: DataFile,
    nullable: true,
    description: 'The file of this id; null where there is none.',
    args: { id: t.arg.id({ required: true, description: 'An `id` that a DataFile gave.' }) },
    resolve: (_root, { id }, { loaders }) => loaders.dataFile.load(dataFileKey.parseGlobal(id)[0]),
  }),
  dataFiles: t.field({
    type: dataFiles.type,
    description: 'All files that were ever offered.',
    args: dataFiles.args,
    resolve: dataFiles.all,
  }),
}));
