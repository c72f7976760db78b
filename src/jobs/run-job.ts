import type { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import { FILE_BUSY } from '../../ingest/pipeline/lease.ts';
import type { FileReport } from '../../ingest/pipeline/report.ts';
import { ingestPatiently } from '../../ingest/pipeline/retry.ts';
import { LumigraphError } from '../domain/errors.ts';
import type { Job } from '../generated/sqlite/client.ts';
import { MAX_ATTEMPTS } from '../store/jobs.ts';
import type { Store } from '../store/store.ts';
import type { Intake } from './intake.ts';
import { type JobSettings, settingsOf } from './job-settings.ts';
import { keepJob } from './keep-job.ts';
import { uploadLedgerPath } from './upload-folder.ts';

export interface JobTools {
  readonly store: Store;
  readonly parser: ParseProcess;
  readonly intake: Pick<Intake, 'uploads' | 'roots'>;
  /** See keepJob. */
  readonly renewMs?: number | undefined;
}

/** Failures that pass: of the database or its disk, not of the file. */
const TRANSIENT = new Set(['DATABASE_LOST', 'UNAVAILABLE', 'DISK_FULL']);

/** Before another look at a file that another process reads. */
const BUSY_SECONDS = 5;
/** Before the second attempt after a failure that may pass; doubled for each further one. */
const RETRY_SECONDS = 15;

/**
 * Works on a job that was claimed: reads its file, and settles the job, or puts it back into the queue where somebody
 * else has its file, the database went away, or `stop` says that this worker ends (the batch in flight is finished first).
 * @throws what the database throws: the job is left then, and taken over when its lease has run out.
 */
export async function runJob(tools: JobTools, job: Job, lease: string, stop: AbortSignal): Promise<void> {
  const { store, intake } = tools;
  const keeper = keepJob(store.jobs, job.id, lease, stop, tools.renewMs);
  let report: FileReport;
  try {
    report = await read(tools, job, keeper);
  } catch (error) {
    if (!(error instanceof LumigraphError) && !(error instanceof RangeError)) throw error;
    const code = error instanceof LumigraphError ? error.code : 'FILE_NOT_FOUND';
    await store.jobs.settle(job.id, lease, { state: 'FAILED', problem: { code, message: error.message } });
    return;
  } finally {
    keeper.end();
  }
  const { outcome, error } = report;
  // what got further is tried as if for the first time
  const attempts = report.rowsRead > 0 ? 1 : job.attempts;
  if (outcome === 'ingested' || outcome === 'known') {
    const settled = await store.jobs.settle(job.id, lease, { state: 'DONE' });
    if (settled && job.origin === 'upload') await intake.uploads.remove(job.path);
  } else if (keeper.isLost()) {
    // another worker has it
  } else if (outcome === 'failed' && TRANSIENT.has(error?.code ?? '') && attempts < MAX_ATTEMPTS) {
    const afterSeconds = RETRY_SECONDS * 2 ** (attempts - 1);
    await store.jobs.release(job.id, lease, { afterSeconds, counts: true });
  } else if (outcome === 'failed') {
    await store.jobs.settle(job.id, lease, { state: 'FAILED', problem: error ?? undefined });
  } else if (keeper.isCancelled()) {
    await store.jobs.settle(job.id, lease, { state: 'CANCELLED' });
  } else {
    const afterSeconds = error?.code === FILE_BUSY && !stop.aborted ? BUSY_SECONDS : 0;
    await store.jobs.release(job.id, lease, { afterSeconds, counts: false });
  }
}

async function read({ store, parser, intake }: JobTools, job: Job, keeper: ReturnType<typeof keepJob>) {
  const isUpload = job.origin === 'upload';
  const path = isUpload ? intake.uploads.locate(job.path) : job.path;
  const recheck = isUpload ? {} : { opened: ({ ino }: { ino: string }) => intake.roots.recheck(path, ino) };
  if (!isUpload) await intake.roots.recheck(path);
  const settings = await forceAtMostOnce(store, job, settingsOf(job.settings));
  const judged = {
    ...settings,
    judgement: { author: job.owner },
    // which scopes it had then nobody knows any more
    bringer: { name: job.owner, scopes: [], authenticated: true },
  };
  return ingestPatiently({ store, parser }, path, judged, {
    signal: keeper.signal,
    goesOn: () => !keeper.isCancelled(),
    leaveBusy: true,
    ...recheck,
    onProgress: keeper.note,
    entry: { id: job.fileId, path: isUpload ? uploadLedgerPath(job.path) : path },
  });
}

/** A forced reading that broke off is gone on with, not begun anew. */
async function forceAtMostOnce({ reads }: JobTools['store'], job: Job, settings: JobSettings): Promise<JobSettings> {
  if (!settings.force) return settings;
  const [file] = await reads.dataFiles([job.fileId]);
  const isBegun = file?.startedAt != null && job.startedAt !== null && file.startedAt >= job.startedAt;
  return { ...settings, force: file?.status === 'DONE' || !isBegun };
}
