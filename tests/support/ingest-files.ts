import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';

export const DATASET = '/ZeroBias/Run2018A-12Nov2019_UL2018-v1/DQMIO';

/** The counts of a file of which no row was met. */
export const none = { inserted: 0, identical: 0, conflicting: 0, replaced: 0, added: 0, rejected: 0 };

/** A folder for files and a parse process to read them, for the tests of one file; both are gone after these. */
export function ingestFolder(name: string) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `lumigraph-${name}-`)));
  const parser = new ParseProcess();
  afterAll(async () => {
    await parser.close();
    rmSync(folder, { recursive: true, force: true });
  });
  /** Writes a file of this name into the folder. @returns its path. */
  const file = (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  return { folder, parser, file };
}
