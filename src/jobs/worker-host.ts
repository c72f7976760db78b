import { type ChildProcess, fork } from 'node:child_process';
import { hasDied } from '../../ingest/pipeline/process-name.ts';
import type { Counts } from '../domain/record.ts';
import { execArgvOf, ownProgram } from '../own-program.ts';
import type { Jobs } from '../store/jobs.ts';
import { createIntake, type Intake, type IntakeSettings } from './intake.ts';
import type { UploadFolder } from './upload-folder.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

export interface HostSettings extends IntakeSettings {
  readonly databaseUrl: string;
  /** Files that are read at a time; 0: this server has no worker. */
  readonly jobs: number;
  readonly keepUploadsDays: number;
}

export interface HostHooks {
  readonly onTrouble?: (what: string, facts: Record<string, unknown>) => void;
  /** Told of rows that jobs brought, by the format of their file, as they are committed. */
  readonly onBrought?: (format: string, counts: Readonly<Counts>) => void;
}

/** How often the queue is looked at: for what other servers queued, and what dead workers left. */
const LOOK_MS = 5_000;
/** An idle worker process holds some 60 MB. */
const IDLE_MS = 60_000;
/** A worker process that died is not started anew before. */
const PAUSE_MS = 2_000;
/** What the batch in flight may take when the server stops; what is killed then goes on from its last checkpoint. */
const STOP_WITHIN_MS = 10_000;
const SWEEP_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** A host with the intake that wakes it. */
export function hostJobs(jobs: Jobs, settings: HostSettings, hooks: HostHooks): { intake: Intake; host: WorkerHost } {
  const intake = createIntake(settings, () => host.wake());
  const host = new WorkerHost(jobs, intake.uploads, settings, hooks);
  return { intake, host };
}

/** Keeps a worker process for a server while there are jobs: beside its event loop, and apart from what may kill it. */
export class WorkerHost {
  readonly #jobs: Jobs;
  readonly #uploads: UploadFolder;
  readonly #settings: HostSettings;
  readonly #hooks: HostHooks;
  readonly #timers: NodeJS.Timeout[] = [];
  #child: ChildProcess | undefined;
  #wakings = 0;
  #notBefore = 0;
  #idle: NodeJS.Timeout | undefined;
  #looking = false;
  #isClosed = false;

  constructor(jobs: Jobs, uploads: UploadFolder, settings: HostSettings, hooks: HostHooks = {}) {
    this.#jobs = jobs;
    this.#uploads = uploads;
    this.#settings = settings;
    this.#hooks = hooks;
    if (settings.jobs === 0) return;
    this.#every(LOOK_MS, () => this.#look());
    this.#every(SWEEP_MS, () => this.#sweep());
  }

  /** Jobs wait: the worker process is woken, or started. */
  wake(): void {
    if (this.#isClosed || this.#settings.jobs === 0 || Date.now() < this.#notBefore) return;
    this.#child ??= this.#start();
    clearTimeout(this.#idle);
    this.#wakings++;
    this.#tell({ kind: 'wake' });
  }

  /** The process id of the worker, while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Stops the worker after the batches in flight. Its jobs wait then, to be gone on with by the next one. */
  async close(withinMs = STOP_WITHIN_MS): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#end(withinMs);
  }

  #every(milliseconds: number, work: () => Promise<void>): void {
    const safely = () => work().catch((error) => this.#hooks.onTrouble?.('looking after jobs failed', { error }));
    this.#timers.push(setInterval(safely, milliseconds).unref());
    void safely();
  }

  async #look(): Promise<void> {
    if (this.#looking || this.#isClosed) return;
    this.#looking = true;
    try {
      if (await this.#jobs.isWaiting(hasDied)) this.wake();
    } finally {
      this.#looking = false;
    }
  }

  async #sweep(): Promise<void> {
    await this.#uploads.sweep(await this.#jobs.unfinishedUploads(), this.#settings.keepUploadsDays * DAY_MS);
  }

  #start(): ChildProcess {
    const { databaseUrl, jobs: atATime, uploads, ingestRoots, maxClientJobs } = this.#settings;
    const { maxUploadBytes, maxClientWaitingBytes, maxWaitingBytes } = this.#settings;
    const limits = { maxUploadBytes, maxClientWaitingBytes, maxWaitingBytes, maxClientJobs };
    const program = ownProgram('src/jobs/worker-process');
    const child = fork(program, [], {
      // not the server's own flags: a debugger's port is nothing for two
      execArgv: ['--max-semi-space-size=8', ...execArgvOf(program)],
    });
    child.on('message', (message: FromWorker) => {
      if (message.kind === 'brought') this.#hooks.onBrought?.(message.format, message.counts);
      else if (message.kind === 'trouble') this.#hooks.onTrouble?.('a job went wrong', { ...message });
      else if (message.wakings === this.#wakings) this.#endWhenIdle();
    });
    child.on('error', (error) => this.#hooks.onTrouble?.('the worker process failed', { error }));
    child.once('exit', (code, signal) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      clearTimeout(this.#idle);
      this.#notBefore = Date.now() + PAUSE_MS;
      this.#hooks.onTrouble?.('the worker process ended', { code, signal });
    });
    this.#wakings = 0;
    child.send({
      kind: 'start',
      databaseUrl,
      intake: { uploads, ingestRoots, ...limits },
      atATime,
    } satisfies ToWorker);
    return child;
  }

  #tell(message: ToWorker): void {
    // one that dies is noticed by its exit
    if (this.#child?.connected) this.#child.send(message, () => {});
  }

  #endWhenIdle(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.#end(STOP_WITHIN_MS), IDLE_MS).unref();
  }

  async #end(withinMs: number): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    clearTimeout(this.#idle);
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    this.#tell({ kind: 'stop' });
    this.#child = undefined;
    const late = setTimeout(() => child.kill('SIGKILL'), withinMs);
    await gone;
    clearTimeout(late);
  }
}
