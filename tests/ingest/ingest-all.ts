import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import type { FileReport, IngestSettings } from '../../ingest/pipeline/report.ts';
import { ingestPatiently } from '../../ingest/pipeline/retry.ts';
import { openStore } from '../../src/store/open-store.ts';

export interface IngestAllSettings extends IngestSettings {
  /** Files at a time (default 1). */
  readonly jobs?: number;
}

/** Ingests files as the command does, and tells of each SQL statement before it is sent. */
export async function ingestAll(
  url: string,
  paths: readonly string[],
  { jobs = 1, ...settings }: IngestAllSettings,
  onStatement: () => void,
): Promise<FileReport[]> {
  const store = await openStore(url, { onStatement });
  const reports: FileReport[] = [];
  const waiting = paths.values();
  await Promise.all(
    Array.from({ length: jobs }, async () => {
      const parser = new ParseProcess();
      for (const path of waiting) reports.push(await ingestPatiently({ store, parser }, path, settings));
      await parser.close();
    }),
  );
  await store.close();
  return reports;
}
