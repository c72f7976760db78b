import { NotFoundError } from '../domain/errors.ts';
import type { DataFile as Row } from '../generated/sqlite/client.ts';
import type { MissedEvents, StoreEvent } from '../store/events.ts';
import { builder } from './builder.ts';
import { DataFileError, dataFileKey, errorOf } from './data-file.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { DataFileStatus } from './enums.ts';
import { atEvent, eventStream, onceFor, sharedReads } from './event-source.ts';
import { IngestReport, reportOf } from './ingest-report.ts';
import { DataFile } from './refs.ts';

const about = DESCRIPTIONS.dataFile;

const DataFileProgress = builder.objectRef<Row>('DataFileProgress').implement({
  description: 'How far a file has come, at one moment.',
  fields: (t) => ({
    dataFile: t.field({ type: DataFile, description: 'The file.', resolve: (file) => file }),
    status: t.field({
      type: DataFileStatus,
      description: about.status,
      resolve: ({ status }) => status as typeof DataFileStatus.$inferType,
    }),
    bytesDone: t.field({
      type: 'SafeInt',
      description: about.bytesDone,
      resolve: ({ bytesDone }) => Number(bytesDone),
    }),
    bytesTotal: t.field({
      type: 'SafeInt',
      nullable: true,
      description: 'Bytes of the (decompressed) content; null while nobody knows, as of a compressed file under way.',
      resolve: bytesTotal,
    }),
    report: t.field({ type: IngestReport, description: 'How many rows went which way so far.', resolve: reportOf }),
    error: t.field({
      type: DataFileError,
      nullable: true,
      description: 'What stopped the file; null where nothing did.',
      resolve: errorOf,
    }),
  }),
});

function bytesTotal({ path, size, bytesDone, status }: Row): number | null {
  if (!/\.gz$/i.test(path) && bytesDone <= size) return Number(size);
  return status === 'DONE' ? Number(bytesDone) : null;
}

const SETTLED: readonly string[] = ['DONE', 'FAILED', 'QUARANTINED', 'CANCELLED'];

/** What of a file a client can see: a state that looks like the one before is not told again. */
const visible = ({ leaseOwner, leaseExpiresAt, ...row }: Row) => Object.values(row).join(' ');

builder.subscriptionField('dataFileProgress', (t) =>
  t.field({
    type: DataFileProgress,
    scope: 'read',
    description:
      'How far a file has come: at once, then a few times a second while it changes, and at last when it is done, failed, quarantined or cancelled, which ends the subscription. A slow client sees fewer states, always the latest.',
    args: { id: t.arg.id({ required: true, description: 'An `id` that a DataFile gave.' }) },
    subscribe: async (_root, { id }, context) => {
      const [fileId] = dataFileKey.parseGlobal(id);
      const reads = sharedReads(context);
      if (!(await reads.dataFiles([fileId]))[0]) {
        throw new NotFoundError(`there is no data file ${id}`, { field: 'id', value: id });
      }
      let latest = '';
      let followed = fileId;
      const stream = await eventStream<StoreEvent | MissedEvents, Row>(context, {
        topic: `dataFile ${fileId}`,
        most: 1,
        items: (event) => [event],
        async turn({ item }) {
          const [file] = await onceFor(item, () => reads.dataFiles([fileId]));
          if (!file) {
            stream.queue.end();
            return undefined;
          }
          // what was offered turned out to be known: its own entry tells how it goes on
          if (file.id !== followed) {
            followed = file.id;
            await stream.follow(`dataFile ${followed}`);
            stream.queue.push({ kind: 'dataFile', id: followed });
          }
          const state = visible(file);
          if (SETTLED.includes(file.status)) stream.queue.end();
          if (state === latest) return undefined;
          latest = state;
          return file;
        },
      });
      // read when it is taken, so that it is no older than an event whose place it takes
      stream.queue.push({ kind: 'dataFile', id: fileId });
      return stream.values;
    },
    resolve: (file, _args, context) => atEvent(file, context),
  }),
);
