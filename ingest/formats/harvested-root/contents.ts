import type { IssueRecord } from '../../../src/domain/record.ts';
import { FileError } from '../../file-error.ts';
import { RootFault } from '../root/fault.ts';
import type { RootFile } from '../root/file.ts';
import { type Key, latestCycles } from '../root/key.ts';

/** An object and the folder it lies in, as a path. */
export interface Placed {
  readonly folder: string;
  readonly key: Key;
}

export interface Contents {
  /** Everything but folders and texts, by the place of its record. */
  readonly objects: readonly Placed[];
  /** Paths of the objects that a text beside them marks as efficiencies (`<name>e=1`). */
  readonly efficiencies: ReadonlySet<string>;
  readonly scalars: number;
  readonly qualityTests: number;
  /** Folders that could not be read. */
  readonly faults: readonly IssueRecord[];
}

const MAX_DEPTH = 60;

/** Lists a folder of the top with all below it. A folder that cannot be read costs itself. @throws FileError. */
export async function contentsOf(file: RootFile, top: string): Promise<Contents> {
  const objects: Placed[] = [];
  const efficiencies = new Set<string>();
  const faults: IssueRecord[] = [];
  const seen = new Set<number>();
  let scalars = 0;
  let qualityTests = 0;
  const visit = async (key: Key, folder: string, depth: number): Promise<void> => {
    // a damaged file may hold itself
    if (seen.has(key.seek) || depth > MAX_DEPTH) return;
    seen.add(key.seek);
    let keys: Key[];
    try {
      keys = latestCycles(await file.directory(key));
    } catch (error) {
      if (error instanceof FileError) throw error;
      const [code, byte] = error instanceof RootFault ? [error.code, error.byte] : ['BROKEN_RECORD', undefined];
      const reason = error instanceof Error ? error.message : String(error);
      faults.push({
        severity: 'REJECTED',
        code,
        byte: byte ?? key.seek,
        field: 'folder',
        value: folder.slice(0, 200),
        reason,
      });
      return;
    }
    for (const inner of keys) {
      if (/^TDirectory(File)?$/.test(inner.className)) await visit(inner, `${folder}/${inner.name}`, depth + 1);
      else if (inner.className !== 'TObjString') objects.push({ folder, key: inner });
      else {
        // the name of a text's key is the text
        const efficiency = /^<(.+?)>e=1/.exec(inner.name)?.[1];
        if (efficiency !== undefined) efficiencies.add(`${folder}/${efficiency}`);
        else if (/^<.+?>[ifs]=/.test(inner.name)) scalars++;
        else qualityTests++;
      }
    }
  };
  for (const key of latestCycles(file.keys)) if (key.name === top) await visit(key, top, 0);
  objects.sort((a, b) => a.key.seek - b.key.seek);
  return { objects, efficiencies, scalars, qualityTests, faults };
}
