import type { Compress } from './compress.ts';
import { MemorySink, RootFileWriter } from './file-writer.ts';

/** A histogram to write; members by their ROOT names, all others 0 or empty. */
export interface WrittenHistogram {
  readonly key: string;
  /** A class of the schema; a TObjString is its key. */
  readonly className: string;
  /** Folders, outermost first; none for the top folder. */
  readonly folder?: readonly string[];
  readonly members: Readonly<Record<string, unknown>>;
}

/** A ROOT file of histograms in its top folder and in folders. */
export function rootFile(histograms: readonly WrittenHistogram[], compress?: Compress): Buffer {
  const sink = new MemorySink();
  const file = new RootFileWriter(sink, compress);
  const write = ({ key, className, members }: WrittenHistogram): Buffer =>
    file.object(className, key, (objects) => {
      if (className === 'TObjString') objects.objString(key);
      else objects.object(className, { fName: key, ...members });
    });
  const folder = (inside: readonly WrittenHistogram[], depth: number): Buffer[] => {
    const keys = inside.filter((one) => (one.folder?.length ?? 0) === depth).map(write);
    const names = new Set(inside.flatMap((one) => one.folder?.[depth] ?? []));
    for (const below of names) {
      const within = inside.filter((one) => one.folder?.[depth] === below);
      keys.push(file.folder(below, folder(within, depth + 1)));
    }
    return keys;
  };
  file.end(folder(histograms, 0));
  return sink.take();
}
