import type { IssueRecord } from '../../../src/domain/record.ts';
import { FileError } from '../../file-error.ts';
import { RootFault } from '../root/fault.ts';
import type { RootFile } from '../root/file.ts';
import { type Key, latestCycles } from '../root/key.ts';
import { parseText, type QualityTest, type Scalar, type Text } from './text.ts';

/** What a row of the file lies in, and its record. */
interface Placed {
  /** The folder as a path. */
  readonly folder: string;
  readonly key: Key;
}

/** A row of the file: an object, what a text says, or a text that says nothing of what it should. */
export type Row =
  | (Placed & { readonly kind: 'object'; readonly name: string; readonly efficiency: boolean })
  | (Placed & { readonly kind: 'broken' } & Pick<Extract<Text, { kind: 'broken' }>, 'code' | 'reason'>)
  | (Placed & { readonly kind: 'scalar'; readonly name: string; readonly value: Scalar })
  | (Placed & { readonly kind: 'qualityTest'; readonly name: string; readonly value: QualityTest });

export interface Contents {
  /** Objects, broken texts, scalars, quality tests: one kind after the other, each by the place of its record. */
  readonly rows: readonly Row[];
  /** What was passed over. */
  readonly notes: readonly IssueRecord[];
  /** Folders that could not be read. */
  readonly faults: readonly IssueRecord[];
}

const MAX_DEPTH = 60;
const KINDS: readonly Row['kind'][] = ['object', 'broken', 'scalar', 'qualityTest'];
const PASSED_OVER = {
  tag: ['TAGS_NOT_KEPT', 'marks of monitor elements (t=)'],
  note: ['TEXTS_NOT_KEPT', 'texts without a label'],
  stray: ['MARKS_OF_NOTHING', 'marks of efficiencies (e=1) beside no object of their name'],
} as const;

/**
 * Lists a folder of the top with all below it. A folder below that cannot be read costs itself.
 * @throws FileError BROKEN_ROOT where there is no such folder, and what reading throws.
 */
export async function contentsOf(file: RootFile, top: string): Promise<Contents> {
  const folders = latestCycles(file.keys).filter(({ name }) => name === top);
  if (folders.length === 0) {
    throw new FileError('BROKEN_ROOT', `${file.source.path}: there is no folder ${top}`, {
      file: file.source.path,
      field: top,
    });
  }
  const listing = new Listing(file);
  for (const key of folders) await listing.visit(key, top, 0);
  return listing;
}

class Listing implements Contents {
  readonly faults: IssueRecord[] = [];
  readonly #rows: Row[] = [];
  readonly #passedOver = { tag: 0, note: 0, stray: 0 };
  readonly #file: RootFile;
  readonly #seen = new Set<number>();

  constructor(file: RootFile) {
    this.#file = file;
  }

  get rows(): readonly Row[] {
    const bySeek = this.#rows.toSorted((a, b) => a.key.seek - b.key.seek);
    return KINDS.flatMap((kind) => bySeek.filter((row) => row.kind === kind));
  }

  get notes(): readonly IssueRecord[] {
    return (Object.keys(PASSED_OVER) as (keyof typeof PASSED_OVER)[])
      .filter((what) => this.#passedOver[what] > 0)
      .map((what) => {
        const [code, words] = PASSED_OVER[what];
        return {
          severity: 'NOTE',
          code,
          reason: `${words}: ${this.#passedOver[what]} in the file, not kept`,
        };
      });
  }

  async visit(key: Key, folder: string, depth: number): Promise<void> {
    // a damaged file may hold itself
    if (this.#seen.has(key.seek) || depth > MAX_DEPTH) return;
    this.#seen.add(key.seek);
    let keys: Key[];
    try {
      keys = latestCycles(await this.#file.directory(key));
    } catch (error) {
      if (error instanceof FileError) throw error;
      this.faults.push(faultOf(error, key, folder));
      return;
    }
    const isFolder = ({ className }: Key) => /^TDirectory(File)?$/.test(className);
    const texts = keys.filter(({ className }) => className === 'TObjString');
    const objects = keys.filter((inner) => !isFolder(inner) && inner.className !== 'TObjString');
    this.#add(folder, objects, texts);
    for (const inner of keys) if (isFolder(inner)) await this.visit(inner, `${folder}/${inner.name}`, depth + 1);
  }

  /** The objects of a folder and the texts beside them; the name of a text's key is the text. */
  #add(folder: string, objects: readonly Key[], texts: readonly Key[]): void {
    const names = new Set(objects.map(({ name }) => name));
    const scalarName = /^<(.+?)>[ifs]=/s;
    const all = new Set([...names, ...texts.flatMap(({ name }) => scalarName.exec(name)?.[1] ?? [])]);
    const efficiencies = new Set<string>();
    for (const key of texts) {
      const text = parseText(key.name, all);
      if (text.kind === 'efficiency') {
        if (names.has(text.name)) efficiencies.add(text.name);
        else this.#passedOver.stray++;
      } else if (text.kind === 'tag' || text.kind === 'note') this.#passedOver[text.kind]++;
      else this.#rows.push({ folder, key, ...text });
    }
    for (const key of objects) {
      this.#rows.push({ kind: 'object', folder, key, name: key.name, efficiency: efficiencies.has(key.name) });
    }
  }
}

function faultOf(error: unknown, key: Key, folder: string): IssueRecord {
  const [code, byte] = error instanceof RootFault ? [error.code, error.byte] : ['BROKEN_RECORD', undefined];
  const reason = error instanceof Error ? error.message : String(error);
  const value = folder.slice(0, 200);
  return { severity: 'REJECTED', code, byte: byte ?? key.seek, field: 'folder', value, reason };
}
