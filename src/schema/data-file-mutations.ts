import { hasDied } from '../../ingest/pipeline/process-name.ts';
import type { Context } from '../context.ts';
import { NotFoundError } from '../domain/errors.ts';
import { requireOwnerOfJob } from '../domain/ownership.ts';
import { passedLimit } from '../domain/passed-limit.ts';
import type { DataFile as DataFileRow, Job as JobRow } from '../generated/sqlite/client.ts';
import { checkSettings, type JobSettings, settingsText } from '../jobs/job-settings.ts';
import { uploadLedgerPath } from '../jobs/upload-folder.ts';
import type { JobRequest } from '../store/jobs.ts';
import { OnConflict, refuseLongLists } from './bring.ts';
import { builder } from './builder.ts';
import type { Fields } from './input-fields.ts';
import { jobKey } from './job.ts';
import { DataFile, Job } from './refs.ts';

const readingFields = (t: Fields) => ({
  dataset: t.string({
    description: 'Dataset of every histogram; wins over what the file or its name says. Not needed where these say it.',
  }),
  source: t.string({ description: 'Name of the certification that the file becomes a version of: `golden-2018`.' }),
  allowEmpty: t.boolean({
    required: true,
    defaultValue: false,
    description: 'Let it be a version that names no run although the one before it does; else such a file is refused.',
  }),
  format: t.string({ description: 'Read it as this format, whatever its content looks like.' }),
  onConflict: t.field({
    type: OnConflict,
    description: 'What becomes of a row whose key is stored with another content. Unless told: `KEEP`, of DQMIO `ADD`.',
  }),
  strict: t.boolean({
    required: true,
    defaultValue: false,
    description: 'One row that is refused or in conflict makes the file fail, and nothing of it stays.',
  }),
  force: t.boolean({ required: true, defaultValue: false, description: 'Read the file again although it is known.' }),
  include: t.stringList({
    description: 'Globs over paths of monitor elements: only what one of them matches is taken.',
  }),
  exclude: t.stringList({ description: 'Globs over paths of monitor elements: what one of them matches is left out.' }),
});

const UploadDataFileInput = builder.inputType('UploadDataFileInput', {
  description: 'A file that is sent along, and how it is to be read.',
  fields: (t) => ({
    file: t.field({
      type: 'File',
      required: true,
      description: 'The file, at most `LUMIGRAPH_MAX_UPLOAD_BYTES` long.',
    }),
    ...readingFields(t),
  }),
});

const IngestDataFilesInput = builder.inputType('IngestDataFilesInput', {
  description: 'Files that the server can reach, and how they are to be read.',
  fields: (t) => ({
    paths: t.stringList({
      required: true,
      description:
        'Paths of files, or patterns (`*`, `?`, `[...]` within a name, `**` for any folders), inside the folders of `LUMIGRAPH_INGEST_ROOTS` and relative to them. They may match `LUMIGRAPH_MAX_INPUT_ROWS` files.',
    }),
    ...readingFields(t),
  }),
});

interface Queued {
  readonly file: DataFileRow;
  readonly job: JobRow;
}

const UploadDataFilePayload = builder.objectRef<Queued>('UploadDataFilePayload').implement({
  description: 'What was begun: the file is read in the background.',
  fields: (t) => ({
    dataFile: t.field({
      type: DataFile,
      description:
        'Its entry in the ledger. Where the file turns out to be known, this `id` gives the entry that it has already.',
      resolve: ({ file }) => file,
    }),
    job: t.field({ type: Job, description: 'What reads it.', resolve: ({ job }) => job }),
  }),
});

const IngestDataFilesPayload = builder.objectRef<readonly Queued[]>('IngestDataFilesPayload').implement({
  description: 'What was begun: the files are read in the background.',
  fields: (t) => ({
    dataFiles: t.field({
      type: [DataFile],
      description:
        'Their entries in the ledger. Where a file turns out to be known, its `id` gives the entry that it has already.',
      resolve: (queued) => queued.map(({ file }) => file),
    }),
    jobs: t.field({
      type: [Job],
      description: 'What reads them, in the same order.',
      resolve: (queued) => queued.map(({ job }) => job),
    }),
  }),
});

const JobInput = (name: string, description: string) =>
  builder.inputType(name, {
    description,
    fields: (t) => ({ id: t.id({ required: true, description: 'An `id` that a Job gave.' }) }),
  });
const CancelJobInput = JobInput('CancelJobInput', 'The job that is to stop.');
const RetryJobInput = JobInput('RetryJobInput', 'The job that is to be tried again.');

const jobPayload = (name: string) =>
  builder.objectRef<JobRow>(name).implement({
    description: 'What a mutation of a job gives back.',
    fields: (t) => ({ job: t.field({ type: Job, description: 'The job as it is now.', resolve: (job) => job }) }),
  });
const CancelJobPayload = jobPayload('CancelJobPayload');
const RetryJobPayload = jobPayload('RetryJobPayload');

builder.mutationFields((t) => ({
  uploadDataFile: t.field({
    type: UploadDataFilePayload,
    scope: 'ingest',
    description:
      'Takes in a file that is sent along by the GraphQL multipart request spec, and begins to read it in the background.',
    args: { input: t.arg({ type: UploadDataFileInput, required: true, description: 'The file.' }) },
    resolve: async (_root, { input: { file, ...given } }, context) => {
      const settings = settingsFrom(given, context);
      await refuseLongQueues(context, 1);
      const { path, size, sha256 } = await file.receive();
      const request = { origin: 'upload', path, ledgerPath: uploadLedgerPath(path), size, sha256 } as const;
      try {
        const [queued] = await enqueue([request], settings, context);
        return queued as Queued;
      } catch (error) {
        await context.intake.uploads.remove(path);
        throw error;
      }
    },
  }),
  ingestDataFiles: t.field({
    type: IngestDataFilesPayload,
    scope: 'ingest',
    description: 'Begins to read files that the server can reach, in the background.',
    args: { input: t.arg({ type: IngestDataFilesInput, required: true, description: 'Which files.' }) },
    resolve: async (_root, { input: { paths, ...given } }, context, info) => {
      refuseLongLists(context, { paths });
      const settings = settingsFrom(given, context);
      const { files, leftOut } = await context.intake.roots.find(paths, context.maxInputRows);
      for (const path of leftOut) {
        const message = `${path} matches, but is left out: it leads out of the folders that this server reads from, or is no regular file that may be read`;
        context.warn({ code: 'FILE_LEFT_OUT', message, path: [info.path.key] });
      }
      await refuseLongQueues(context, files.length);
      const requests = files.map(({ path, size }) => ({ origin: 'path', path, ledgerPath: path, size }) as const);
      return enqueue(requests, settings, context);
    },
  }),
  cancelJob: t.field({
    type: CancelJobPayload,
    scope: 'ingest',
    description:
      'Stops a job of your own (with the scope `admin`: any): at once where it waits, else after the batch in flight. What was read stays: `retryJob` goes on from there, `deleteDataFile` takes it back.',
    args: { input: t.arg({ type: CancelJobInput, required: true, description: 'Which job.' }) },
    resolve: async (_root, { input }, context) =>
      context.store.jobs.cancel((await ownJob(input.id, context)).id, hasDied),
  }),
  retryJob: t.field({
    type: RetryJobPayload,
    scope: 'ingest',
    description:
      'Queues a job of your own (with the scope `admin`: any) anew that failed or was cancelled; its file goes on from where it stopped.',
    args: { input: t.arg({ type: RetryJobInput, required: true, description: 'Which job.' }) },
    resolve: async (_root, { input }, context) => {
      const { id, origin, path, state } = await ownJob(input.id, context);
      const takesFile = origin === 'upload' && (state === 'FAILED' || state === 'CANCELLED');
      if (takesFile && !(await context.intake.uploads.holds(path))) {
        const reason = `the upload of job ${id} is no longer kept: upload the file again (\`uploadDataFile\`)`;
        throw new NotFoundError(reason, { field: 'id' });
      }
      const job = await context.store.jobs.retry(id);
      context.intake.wake();
      return job;
    },
  }),
}));

interface Reading {
  readonly dataset?: string | null | undefined;
  readonly source?: string | null | undefined;
  readonly format?: string | null | undefined;
  readonly onConflict?: JobSettings['onConflict'] | null | undefined;
  readonly allowEmpty: boolean;
  readonly strict: boolean;
  readonly force: boolean;
  readonly include?: readonly string[] | null | undefined;
  readonly exclude?: readonly string[] | null | undefined;
}

/** @throws InvalidInputError, LimitExceededError */
function settingsFrom(given: Reading, context: Context): JobSettings {
  const { allowEmpty, strict, force } = given;
  const [include, exclude] = [given.include ?? [], given.exclude ?? []];
  refuseLongLists(context, { include, exclude });
  const settings: JobSettings = {
    dataset: given.dataset ?? undefined,
    source: given.source ?? undefined,
    format: given.format ?? undefined,
    onConflict: given.onConflict ?? undefined,
    ...(allowEmpty && { allowEmpty }),
    ...(strict && { strict }),
    ...(force && { force }),
    ...(include.length + exclude.length > 0 && { elements: { include, exclude } }),
  };
  checkSettings(settings);
  return settings;
}

/** @throws LimitExceededError where the files of one client that wait would be too many with so many more. */
async function refuseLongQueues({ store, viewer, intake }: Context, more: number): Promise<void> {
  const actual = (await store.jobs.countWaiting(viewer.name)) + more;
  if (actual <= intake.maxClientJobs) return;
  throw passedLimit({
    setting: 'LUMIGRAPH_MAX_CLIENT_JOBS',
    limit: intake.maxClientJobs,
    actual,
    what: `${actual} files of this client would wait to be read`,
    remedy: 'Wait until some are read (`jobs`), or cancel what is not needed (`cancelJob`).',
  });
}

type File = Pick<JobRequest, 'origin' | 'path' | 'ledgerPath' | 'size' | 'sha256'>;

async function enqueue(files: readonly File[], settings: JobSettings, { store, viewer, intake }: Context) {
  const { dataset = '', source = '', format = '' } = settings;
  const how = { dataset, source, format, settings: settingsText(settings) };
  const queued = await store.jobs.enqueue(
    files.map((file) => ({ ...file, ...how })),
    viewer.name,
  );
  intake.wake();
  return queued;
}

/** The key of a job that the viewer may change. @throws NotFoundError, ForbiddenError */
async function ownJob(id: string, { store, viewer }: Context): Promise<JobRow> {
  const [key] = jobKey.parseGlobal(id);
  const [job] = await store.reads.jobs([key]);
  if (!job) throw new NotFoundError('there is no job of this id', { field: 'id' });
  requireOwnerOfJob(viewer, job.owner);
  return job;
}
