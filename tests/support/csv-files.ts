/** Text of per-LS CSV files, small ones written out and large ones by rule. */

export const CSV_HEADER = 'fromrun,fromlumi,hname,metype,histo,entries,Xmax,Xmin,Xbins,Ymax,Ymin,Ybins';

export interface CsvRow {
  readonly run?: number | string;
  readonly ls?: number | string;
  readonly name?: string;
  readonly metype?: number | string;
  /** With flow bins; the text of the list where it is a string. */
  readonly bins?: readonly number[] | string;
  readonly entries?: number | string;
  readonly xbins?: number | string;
  readonly xmin?: number | string;
  readonly xmax?: number | string;
}

/** One row of a TH1 with three bins and two flow bins, unless told otherwise. */
export function csvRow(row: CsvRow = {}): string {
  const bins = row.bins ?? [0, 1, 2, 3, 0];
  const list = typeof bins === 'string' ? bins : `[${bins.join(', ')}]`;
  const entries = row.entries ?? (typeof bins === 'string' ? 6 : bins.reduce((sum, bin) => sum + bin, 0));
  const xbins = row.xbins ?? (typeof bins === 'string' ? 3 : bins.length - 2);
  const key = `${row.run ?? 1},${row.ls ?? 1},${row.name ?? 'charge'},${row.metype ?? 3}`;
  return `${key},"${list}",${entries},${row.xmax ?? 3},${row.xmin ?? 0},${xbins},1,0,1`;
}

export const csv = (...rows: readonly string[]): string => `${[CSV_HEADER, ...rows].join('\n')}\n`;

export interface Extent {
  readonly run?: number;
  readonly lumisections: number;
  readonly elements: number;
  /** Bins of each histogram (default 10). */
  readonly bins?: number;
}

/** A whole file: every element in every lumisection of one run, contents by a fixed rule. */
export function lumisectionCsv({ run = 1, lumisections, elements, bins = 10 }: Extent): string {
  const rows: string[] = [];
  for (let ls = 1; ls <= lumisections; ls++) {
    for (let element = 1; element <= elements; element++) {
      const contents = Array.from({ length: bins + 2 }, (_, bin) => (ls * 7 + element * 13 + bin * bin) % 50);
      rows.push(csvRow({ run, ls, name: `element_${element}`, bins: contents, xmax: bins }));
    }
  }
  return csv(...rows);
}
