import { describe, expect, it } from 'vitest';
import type { Branch } from '../../../../ingest/formats/root/branch.ts';
import { RootFile } from '../../../../ingest/formats/root/file.ts';
import { Tree } from '../../../../ingest/formats/root/tree.ts';
import { openSource } from '../../../../ingest/source.ts';
import { zlibBlock } from '../../../support/root-writer/compress.ts';
import { type DqmioOptions, dqmioFile, TYPE_TREES, type WrittenElement } from '../../../support/root-writer/dqmio.ts';
import { elementsOfEveryType } from '../../../support/root-writer/elements.ts';
import { scratchFiles } from '../scratch-file.ts';

const scratch = scratchFiles();
const TREES = TYPE_TREES.filter(([name]) => name !== 'TH3Fs');
const layouts: [string, DqmioOptions][] = [
  ['in one basket', {}],
  ['in many compressed baskets', { basketEntries: 2, compress: zlibBlock }],
  ['the last of which lies inside the tree', { basketEntries: 2, embedLast: true }],
];

const written = (options: DqmioOptions) =>
  dqmioFile(
    [1, 2, 3, 4, 5].map((lumi) => ({ run: 1, lumi, elements: elementsOfEveryType(lumi) })),
    options,
  );

describe.each(layouts)('trees %s', (_name, options) => {
  it('are read by an independent reader', async () => {
    const { openFile } = (await import('jsroot/io' as string)) as { openFile(bytes: ArrayBuffer): Promise<JsFile> };
    const { TSelector, treeProcess } = (await import('jsroot/tree' as string)) as JsTree;
    const file = await openFile(Uint8Array.from(written(options)).buffer);
    for (const [name] of TREES) {
      const tree = await file.readObject(name);
      const selector = new TSelector();
      for (const branch of tree.fBranches.arr) selector.addBranch(branch, branch.fName);
      const entries: unknown[][] = [];
      selector.Process = () => {
        const { FullName, Flags, Value } = selector.tgtobj;
        entries.push([FullName, Flags, plain(Value)]);
      };
      await treeProcess(tree, selector);
      expect(entries, name).toEqual([1, 2, 3, 4, 5].map((k) => expectedEntry(name, k)));
    }
  });

  it('give back every number, text and histogram', async () => {
    await opened(written(options), async (tree) => {
      for (const [name, value] of TREES) {
        const [fullName, flags, values] = await Promise.all(
          ['FullName', 'Flags', 'Value'].map(async (branch) => (await tree(name)).branch(branch)),
        );
        const entries: unknown[][] = [];
        for (let entry = 0; entry < 5; entry++) {
          const found = await entryOf(values as Branch, value, entry);
          entries.push([await fullName?.text(entry), await flags?.number(entry), plain(found)]);
        }
        expect(entries, name).toEqual([1, 2, 3, 4, 5].map((k) => expectedEntry(name, k)));
      }
    });
  });

  it('are read in any order', async () => {
    await opened(written(options), async (tree) => {
      const branch = (await tree('Ints')).branch('Value');
      for (const entry of [4, 0, 3, 1, 2, 4, 4, 0]) {
        expect(await branch.integer(entry)).toBe(2n ** 60n + BigInt(entry + 1));
      }
      await expect(branch.integer(5)).rejects.toMatchObject({ code: 'BROKEN_RECORD' });
    });
  });
});

describe('a branch of the newer kind', () => {
  it('is read as well where its entries begin with their own version', async () => {
    const tree = ['Headed', { object: 'TH1D', headed: true }] as const;
    const [, , , , , double] = elementsOfEveryType(3);
    const elements = [{ ...double, tree: 'Headed' } as WrittenElement];
    await opened(dqmioFile([{ run: 1, lumi: 1, elements }], { moreTrees: [tree] }), async (tree) => {
      const found = await (await tree('Headed')).branch('Value').object(0);
      expect(['Pixel/double', 0, plain(found)]).toEqual(expectedEntry('TH1Ds', 3));
    });
  });

  it('is refused by name where it is split, or holds no objects', async () => {
    const split = (values: Record<string, unknown>) => {
      const branches = values.fBranches as { values: Record<string, unknown> }[];
      const [name] = branches;
      const parts = branches.map((branch) => ({ ...branch, values: { ...branch.values, fBranches: [name] } }));
      return { ...values, fBranches: parts };
    };
    const bytes = dqmioFile([{ run: 1, lumi: 1, elements: elementsOfEveryType(1) }], {
      mendTree: (name, values) => (name === 'TH1Fs' ? split(values) : values),
    });
    await opened(bytes, async (tree) => {
      for (const [name, what] of [
        ['TH1Fs', 'no whole objects'],
        ['Ints', 'no whole objects'],
      ] as const) {
        const reading = (await tree(name)).branch('Value').object(0);
        await expect(reading).rejects.toMatchObject({
          code: 'UNSUPPORTED_BRANCH',
          message: expect.stringContaining(what),
        });
      }
      const reading = (await tree('Strings')).branch('Value').number(0);
      await expect(reading).rejects.toMatchObject({ code: 'UNSUPPORTED_BRANCH' });
    });
  });
});

describe('a damaged basket', () => {
  it('costs its own entries, and says which', async () => {
    const bytes = written({ basketEntries: 2, compress: zlibBlock });
    await opened(bytes, async (tree) => {
      const branch = (await tree('TH2Fs')).branch('Value');
      await branch.object(2);
      const byte = branch.byte ?? 0;
      const damaged = Buffer.from(bytes);
      // behind its key and the header of its block
      damaged.fill(0xff, byte + 120, byte + 140);
      await opened(damaged, async (tree) => {
        const again = (await tree('TH2Fs')).branch('Value');
        for (const entry of [2, 3, 2]) {
          await expect(again.object(entry)).rejects.toMatchObject({
            code: 'BROKEN_COMPRESSION',
            byte,
            first: 2,
            end: 4,
          });
        }
        for (const entry of [0, 1, 4]) expect((await again.object(entry)).className).toBe('TH2F');
      });
    });
  });

  it('is not there where the branch says nothing of it', async () => {
    const bytes = dqmioFile([{ run: 1, lumi: 1, elements: elementsOfEveryType(1) }], {
      mendTree: (name, values) => (name === 'Ints' ? { ...values, fBranches: [] } : values),
    });
    await opened(bytes, async (tree) => {
      const ints = await tree('Ints');
      expect(() => ints.branch('Value')).toThrow(expect.objectContaining({ code: 'MISSING_BRANCH' }));
    });
  });
});

async function entryOf(branch: Branch, value: unknown, entry: number): Promise<unknown> {
  if (value === 'i64') return branch.integer(entry);
  if (value === 'f64') return branch.number(entry);
  return value === 'string' ? branch.text(entry) : branch.object(entry);
}

/** What was written, in the types that were written. */
function expectedEntry(tree: string, k: number): unknown[] {
  const element = elementsOfEveryType(k).find((one) => one.tree === tree);
  if (!element) throw new Error(`nothing of ${tree}`);
  const { fullName, value } = element;
  if (typeof value !== 'object') return [fullName, 0, typeof value === 'bigint' ? Number(value) : value];
  const { fArray, fSumw2 = [], fBinEntries = [], fXaxis, fYaxis, fEntries } = value as Members;
  const rounded = fArray.map((one) => (tree.endsWith('Fs') ? Math.fround(one) : one));
  const labels = (axis: Members['fXaxis'] | undefined) => axis?.fLabels.filter((label) => label !== null) ?? [];
  return [fullName, 0, [fEntries, rounded, [...fSumw2], [...fBinEntries], labels(fXaxis), labels(fYaxis)]];
}

/** Of either reader. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  const { fEntries, fArray, fSumw2, fBinEntries, fXaxis, fYaxis } = value as Found;
  const labels = ({ fLabels }: Found['fXaxis']) => (fLabels?.arr ?? fLabels?.items ?? []).map(({ fString }) => fString);
  return [fEntries, [...fArray], [...fSumw2], [...(fBinEntries ?? [])], labels(fXaxis), labels(fYaxis)];
}

async function opened(bytes: Buffer, use: (tree: (name: string) => Promise<Tree>) => Promise<void>): Promise<void> {
  const source = await openSource(scratch(bytes, 'trees.root'));
  try {
    const file = await RootFile.open(source);
    await use(async (name) => {
      const key = file.keys.find((one) => one.name === name);
      if (!key) throw new Error(`no tree ${name}`);
      return Tree.open(file, key);
    });
  } finally {
    await source.close();
  }
}

interface Members {
  readonly fEntries: number;
  readonly fArray: number[];
  readonly fSumw2?: number[];
  readonly fBinEntries?: number[];
  readonly fXaxis: { readonly fLabels: (string | null)[] };
  readonly fYaxis?: { readonly fLabels: (string | null)[] };
}

interface Found {
  readonly fEntries: number;
  readonly fArray: Iterable<number>;
  readonly fSumw2: Iterable<number>;
  readonly fBinEntries?: Iterable<number>;
  readonly fXaxis: { readonly fLabels: { arr?: { fString: string }[]; items?: { fString: string }[] } | null };
  readonly fYaxis: Found['fXaxis'];
}

interface JsFile {
  readObject(name: string): Promise<{ fBranches: { arr: { fName: string }[] } }>;
}

interface JsTree {
  readonly TSelector: new () => {
    tgtobj: Readonly<Record<string, unknown>>;
    Process: () => void;
    addBranch(branch: object, name: string): void;
  };
  treeProcess(tree: object, selector: object): Promise<unknown>;
}
