import type { Counts } from '../domain/record.ts';
import type { IntakeSettings } from './intake.ts';

/** What the server tells its worker process. */
export type ToWorker =
  | {
      readonly kind: 'start';
      /** Not an argument of the process: everybody on the machine can read those, and it may hold a password. */
      readonly databaseUrl: string;
      readonly intake: IntakeSettings;
      readonly atATime: number;
    }
  | { readonly kind: 'wake' }
  /** Finish the batches in flight, put the jobs back, and end. */
  | { readonly kind: 'stop' };

/** What the worker process tells the server. */
export type FromWorker =
  /** There was no job to be taken, after so many wakings. */
  | { readonly kind: 'idle'; readonly wakings: number }
  /** Rows were committed, of a file of this format. */
  | { readonly kind: 'brought'; readonly format: string; readonly counts: Readonly<Counts> }
  | { readonly kind: 'trouble'; readonly message: string; readonly stack: string | undefined };
