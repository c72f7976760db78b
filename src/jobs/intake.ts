import { IngestRoots } from './ingest-roots.ts';
import { UploadFolder, type UploadLimits } from './upload-folder.ts';

export interface IntakeSettings extends UploadLimits {
  /** Folder of uploads. */
  readonly uploads: string;
  /** Folders that clients may have files read from. */
  readonly ingestRoots: readonly string[];
  /** Most jobs of one client that wait. */
  readonly maxClientJobs: number;
}

/** What mutations need to take files in. */
export interface Intake {
  readonly uploads: UploadFolder;
  readonly roots: IngestRoots;
  readonly maxClientJobs: number;
  /** Tells the worker of this server, where there is one, that jobs wait. */
  readonly wake: () => void;
}

export const createIntake = (
  { uploads, ingestRoots, maxClientJobs, ...limits }: IntakeSettings,
  wake: () => void = () => {},
): Intake => ({
  uploads: new UploadFolder(uploads, limits),
  roots: new IngestRoots(ingestRoots),
  maxClientJobs,
  wake,
});
