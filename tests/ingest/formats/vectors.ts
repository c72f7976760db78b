import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileErrorDetails } from '../../../ingest/file-error.ts';
import type { ReadOptions } from '../../../ingest/formats/format.ts';
import type { IssueRecord } from '../../../src/domain/record.ts';
import type { PlainRow } from './plain-rows.ts';

/** One case: a file as it may come, and beside it, in JSON, what reading it gives. */
export interface Vector {
  readonly title: string;
  readonly formatId: string;
  /** A copy under the name that the case asks for. */
  readonly path: string;
  readonly expected: Expected;
}

interface Expected {
  /** The name of the file where it matters. */
  readonly name?: string;
  readonly options: ReadOptions;
  /** Every row, in order; a row has at least these members. */
  readonly rows: readonly PlainRow[];
  /** Every issue, in order of lines; an issue has at least these members. */
  readonly issues: readonly Partial<IssueRecord>[];
  /** Why the whole file is refused. */
  readonly error?: FileErrorDetails & { readonly code: string };
  /** False where nobody can tell what format the file was meant to be; or the code of what is known to be wrong with it all the same. */
  readonly recognised?: boolean | string;
}

const folder = new URL('../../vectors/', import.meta.url).pathname;
const scratch = mkdtempSync(join(tmpdir(), 'lumigraph-vectors-'));

/** All cases of a format: `tests/vectors/FORMAT/CASE.{csv,txt}` beside `CASE.json`. */
export function vectorsOf(formatId: string): Vector[] {
  const files = readdirSync(join(folder, formatId)).sort();
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const title = file.replace(/\.json$/, '');
      const input = files.find((other) => other !== file && other.replace(/\.[^.]+$/, '') === title);
      if (input === undefined) throw new Error(`${formatId}/${file} stands alone`);
      const expected = JSON.parse(readFileSync(join(folder, formatId, file), 'utf8')) as Expected;
      const place = mkdtempSync(join(scratch, `${title}-`));
      const path = join(place, expected.name ?? input);
      copyFileSync(join(folder, formatId, input), path);
      return { title, formatId, path, expected };
    });
}

/** Real files, where there are any beside the project; they are not part of it. */
export function realFiles(...names: string[]): string[] {
  const data = new URL('../../../../shared/data/', import.meta.url).pathname;
  return existsSync(data)
    ? readdirSync(data)
        .filter((name) => names.some((end) => name.endsWith(end)))
        .map((name) => join(data, name))
    : [];
}
