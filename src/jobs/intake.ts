import { IngestRoots } from './ingest-roots.ts';
import { UploadFolder } from './upload-folder.ts';

export interface IntakeSettings {
  /** Folder of uploads. */
  readonly uploads: string;
  readonly maxUploadBytes: number;
  /** Folders that clients may have files read from. */
  readonly ingestRoots: readonly string[];
}

/** What mutations need to take files in. */
export interface Intake {
  readonly uploads: UploadFolder;
  readonly roots: IngestRoots;
  /** Tells the worker of this server, where there is one, that jobs wait. */
  readonly wake: () => void;
}

export const createIntake = (
  { uploads, maxUploadBytes, ingestRoots }: IntakeSettings,
  wake: () => void = () => {},
): Intake => ({
  uploads: new UploadFolder(uploads, maxUploadBytes),
  roots: new IngestRoots(ingestRoots),
  wake,
});
