import type { IngestProgress } from '../../ingest/pipeline/report.ts';
import type { JobProgress, Jobs } from '../store/jobs.ts';

/** How often the lease of a job is renewed, its progress is told, and somebody's wish to cancel it is heard of. */
const RENEW_MS = 1_000;

/** Keeps a job while its file is read. `signal` is aborted when the reading is to stop, for whatever reason. */
export function keepJob(jobs: Jobs, id: number, lease: string, stop: AbortSignal, renewMs = RENEW_MS) {
  const controller = new AbortController();
  let progress: JobProgress | undefined;
  let state: 'kept' | 'lost' | 'cancelled' = 'kept';
  let renewing = false;
  const renew = async () => {
    if (renewing) return;
    renewing = true;
    try {
      const kept = await jobs.renew(id, lease, progress);
      progress = undefined;
      if (kept !== null && !kept.cancelRequested) return;
      state = kept === null ? 'lost' : 'cancelled';
      controller.abort();
    } catch {
      // a database that is gone is for the reading to find out
    } finally {
      renewing = false;
    }
  };
  const timer = setInterval(renew, renewMs);
  const onStop = () => controller.abort();
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  return {
    signal: controller.signal,
    /** Another worker has the job. */
    isLost: () => state === 'lost',
    /** Somebody cancelled it. */
    isCancelled: () => state === 'cancelled',
    note({ bytesDone, bytesTotal }: IngestProgress) {
      progress = { bytesDone, bytesTotal };
    },
    end() {
      clearInterval(timer);
      stop.removeEventListener('abort', onStop);
    },
  };
}
