import { rootFile, type WrittenHistogram } from './writer.ts';

/** A folder of a harvested file: histograms by their names, and texts. */
export interface WrittenFolder {
  /** Behind `DQMData/Run N`. */
  readonly path: string;
  readonly histograms?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly texts?: readonly string[];
}

/** A file as DQM harvesting writes it, of TH1F and of texts that are keys of their own. */
export function harvestedFile(run: number, folders: readonly WrittenFolder[]): Buffer {
  return rootFile(
    folders.flatMap(({ path, histograms = {}, texts = [] }): WrittenHistogram[] => {
      const folder = ['DQMData', `Run ${run}`, ...path.split('/')];
      return [
        ...Object.entries(histograms).map(([key, members]) => ({ key, className: 'TH1F', folder, members })),
        ...texts.map((key) => ({ key, className: 'TObjString', folder, members: {} })),
      ];
    }),
  );
}

/** A text of a harvested file. */
export const labelled = (label: string, content: string) => `<${label}>${content}</${label}>`;
