import type { Job as Row } from '../generated/sqlite/client.ts';
import { builder } from './builder.ts';
import { jobs } from './connections.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { JobState } from './enums.ts';
import { nodeKey } from './global-id.ts';
import { DataFile, Job } from './refs.ts';

const about = DESCRIPTIONS.job;
/** Keys of jobs in ids. */
export const jobKey = nodeKey('Job', ['int']);

builder.nodeRef(Job, {
  id: { resolve: ({ id }: Row) => jobKey.format([id]), parse: jobKey.parse },
  loadManyWithoutCache: (ids, { loaders }) => Promise.all(ids.map(([id]) => loaders.job.load(id))),
});

const JobError = builder.objectRef<{ code: string; message: string }>('JobError').implement({
  description: 'What stopped a job.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Stable code, for programs.' }),
    message: t.exposeString('message', { description: 'What happened, and what to do about it.' }),
  }),
});

builder.prismaObjectFields(Job, (t) => ({
  state: t.field({
    type: JobState,
    description: about.state,
    resolve: ({ state }) => state as typeof JobState.$inferType,
  }),
  owner: t.exposeString('owner', { description: about.owner }),
  bytesDone: t.field({ type: 'SafeInt', description: about.bytesDone, resolve: ({ bytesDone }) => Number(bytesDone) }),
  bytesTotal: t.field({
    type: 'SafeInt',
    description: about.bytesTotal,
    resolve: ({ bytesTotal }) => Number(bytesTotal),
  }),
  attempts: t.exposeInt('attempts', { description: about.attempts }),
  cancelRequested: t.exposeBoolean('cancelRequested', { description: about.cancelRequested }),
  error: t.field({
    type: JobError,
    nullable: true,
    description: 'What stopped the job; null where nothing did.',
    resolve: ({ errorCode, errorMessage }) =>
      errorCode === null ? null : { code: errorCode, message: errorMessage ?? '' },
  }),
  createdAt: t.expose('createdAt', { type: 'DateTime', description: about.createdAt }),
  startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: about.startedAt }),
  finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: about.finishedAt }),
  dataFile: t.field({
    type: DataFile,
    description: 'The file: its entry in the ledger.',
    resolve: ({ fileId }, _args, { loaders }) => loaders.dataFile.load(fileId) as Promise<never>,
  }),
}));

builder.queryFields((t) => ({
  job: t.field({
    type: Job,
    nullable: true,
    description: 'The job of this id; null where there is none.',
    args: { id: t.arg.id({ required: true, description: 'An `id` that a Job gave.' }) },
    resolve: (_root, { id }, { loaders }) => loaders.job.load(jobKey.parseGlobal(id)[0]),
  }),
  jobs: t.field({
    type: jobs.type,
    description: 'All jobs, those that are over included.',
    args: jobs.args,
    resolve: jobs.all,
  }),
}));
