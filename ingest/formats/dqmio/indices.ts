import { MAX_INT32 } from '../../../src/domain/int32.ts';
import { MAX_LUMISECTION } from '../../../src/domain/lumi-mask.ts';
import type { IssueRecord } from '../../../src/domain/record.ts';
import { FileError } from '../../file-error.ts';
import { RootFault } from '../root/fault.ts';
import type { RootFile } from '../root/file.ts';
import { Tree } from '../root/tree.ts';
import { type ElementTrees, treeKeys } from './trees.ts';
import { INDICES, NOTHING_STORED, TYPES } from './types.ts';

/** Consecutive entries of the tree of one type that belong to one lumisection, or (0) to the whole run. */
export interface Section {
  readonly run: number;
  readonly lumisection: number;
  readonly type: number;
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
  /** Entry of `Indices` that says so. */
  readonly row: number;
}

export interface Indices {
  /** In the order of the file. No two of them share an entry. */
  readonly sections: readonly Section[];
  /** Runs and lumisections that were processed though nothing was stored. */
  readonly empty: readonly Section[];
  /** Rows that say nothing that can be, and entries that no row speaks of. */
  readonly refused: readonly IssueRecord[];
  /** Types and trees that are not known. */
  readonly notes: readonly IssueRecord[];
}

/** Rows are held whole: as many as 70,000 lumisections have. */
const MAX_ROWS = 1_000_000;

/** Reads and checks the tree `Indices`. @throws FileError BROKEN_ROOT where it cannot be read to its end. */
export async function readIndices(file: RootFile, trees: ElementTrees): Promise<Indices> {
  const { path } = file.source;
  const key = treeKeys(file.keys).get(INDICES);
  const broken = (reason: string, byte?: number, cause?: unknown) =>
    new FileError('BROKEN_ROOT', `${path}: ${reason}`, { file: path, byte, field: INDICES }, { cause });
  if (!key) throw broken('there is no tree Indices, which says what belongs to which lumisection');
  try {
    const tree = await Tree.open(file, key);
    if (tree.entries > MAX_ROWS) {
      throw broken(`its tree Indices has ${tree.entries} rows, more than the allowed ${MAX_ROWS}`, key.seek);
    }
    const checked = new CheckedRows(trees);
    const names = ['Run', 'Lumi', 'Type', 'FirstIndex', 'LastIndex'] as const;
    const branches = names.map((name) => tree.branch(name));
    for (let row = 0; row < tree.entries; row++) {
      const values: number[] = [];
      for (const branch of branches) values.push(await branch.number(row));
      const [run = 0, lumisection = 0, type = 0, first = 0, last = 0] = values;
      checked.add({ run, lumisection, type, first, last, row }, branches[0]?.byte);
    }
    return checked.take();
  } catch (error) {
    // whatever a damaged description of a class led to
    if (error instanceof FileError) throw error;
    const { message, byte = key.seek } = error instanceof RootFault ? error : { message: String(error) };
    throw broken(`tree Indices: ${message}`, byte, error);
  }
}

class CheckedRows {
  readonly #trees: ElementTrees;
  readonly #good: Section[] = [];
  readonly #empty: Section[] = [];
  readonly #refused: IssueRecord[] = [];
  readonly #unknown = new Map<number, { rows: number; elements: number }>();

  constructor(trees: ElementTrees) {
    this.#trees = trees;
  }

  add(row: Section, byte: number | undefined): void {
    const { run, lumisection, type, first, last } = row;
    const tree = this.#trees.byType.get(type);
    const range = `${first} to ${last}`;
    if (!(run >= 1 && run <= MAX_INT32)) {
      this.#refuse(row, 'OUT_OF_RANGE', 'Run', run, 'no number of a run', byte);
    } else if (!(lumisection >= 0 && lumisection <= MAX_LUMISECTION)) {
      this.#refuse(
        row,
        'OUT_OF_RANGE',
        'Lumi',
        lumisection,
        `no number of a lumisection (at most ${MAX_LUMISECTION})`,
        byte,
      );
    } else if (type === NOTHING_STORED) {
      this.#empty.push(row);
    } else if (!(first >= 0 && first <= last)) {
      this.#refuse(row, 'BAD_RANGE', 'FirstIndex', range, 'it ends before it begins', byte);
    } else if (tree === undefined) {
      const seen = this.#unknown.get(type) ?? { rows: 0, elements: 0 };
      this.#unknown.set(type, { rows: seen.rows + 1, elements: seen.elements + last - first + 1 });
    } else if (tree instanceof RootFault) {
      const lost = `${tree.message}: ${counted(last - first + 1, 'monitor element')} lost`;
      this.#refuse(row, tree.code, 'Type', type, lost, tree.byte ?? byte);
    } else if (last >= tree.entries) {
      this.#refuse(row, 'BAD_RANGE', 'LastIndex', range, `${tree.name} has ${tree.entries} entries`, byte);
    } else this.#good.push(row);
  }

  take(): Indices {
    const sections = this.#withoutOverlaps().sort((a, b) => a.row - b.row);
    return { sections, empty: this.#empty, refused: this.#refused, notes: this.#notes() };
  }

  /** Of rows that share entries of a tree the one that begins first stays: nobody knows whose the others are. */
  #withoutOverlaps(): Section[] {
    const kept: Section[] = [];
    const sorted = this.#good.sort((a, b) => a.type - b.type || a.first - b.first || a.row - b.row);
    let place = 0;
    for (const [type, tree] of this.#trees.byType) {
      let next = 0;
      let latest: Section | undefined;
      for (; sorted[place]?.type === type; place++) {
        const section = sorted[place] as Section;
        if (latest && section.first < next) {
          const reason = `row ${latest.row} of Indices claims the entries ${latest.first} to ${latest.last} of ${TYPES[type]?.tree}`;
          this.#refuse(section, 'RANGES_OVERLAP', 'FirstIndex', `${section.first} to ${section.last}`, reason);
          continue;
        }
        this.#refuseUnclaimed(type, next, section.first - 1);
        kept.push(section);
        latest = section;
        next = section.last + 1;
      }
      if (!(tree instanceof RootFault)) this.#refuseUnclaimed(type, next, tree.entries - 1);
    }
    return kept;
  }

  #refuseUnclaimed(type: number, first: number, last: number): void {
    if (first > last) return;
    this.#refused.push({
      severity: 'REJECTED',
      code: 'UNCLAIMED_ENTRIES',
      field: TYPES[type]?.tree,
      value: `${first} to ${last}`,
      reason: `no row of Indices says to which run and lumisection ${counted(last - first + 1, 'monitor element')} belong`,
    });
  }

  #refuse(section: Section, code: string, field: string, value: number | string, reason: string, byte?: number): void {
    this.#refused.push({
      severity: 'REJECTED',
      code,
      byte,
      field: `${INDICES}.${field}`,
      value: String(value),
      reason: `row ${section.row} of Indices (run ${section.run}, LS ${section.lumisection}, type ${section.type}): ${reason}`,
    });
  }

  #notes(): IssueRecord[] {
    const types = [...this.#unknown].map(([type, { rows, elements }]): IssueRecord => {
      const reason = `${counted(elements, 'monitor element')} (${counted(rows, 'row')} of Indices) of type ${type}, which is not known: not read`;
      return { severity: 'NOTE', code: 'UNKNOWN_TYPE', field: `${INDICES}.Type`, value: String(type), reason };
    });
    const trees = this.#trees.unknown.map((name): IssueRecord => {
      const reason = `the tree ${name} is not one of a known type: it was not read`;
      return { severity: 'NOTE', code: 'UNKNOWN_TREE', field: 'tree', value: name.slice(0, 200), reason };
    });
    return [...types, ...trees];
  }
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
