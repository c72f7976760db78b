import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Writes files that are removed when the tests of the calling file are done. */
export function scratchFiles(): (content: string | Uint8Array, name?: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'lumigraph-format-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let count = 0;
  return (content, name = 'file.csv') => {
    const place = join(folder, String(count++));
    mkdirSync(place);
    writeFileSync(join(place, name), content);
    return join(place, name);
  };
}
