import type { Context } from '../context.ts';
import { NotFoundError } from '../domain/errors.ts';
import type { TreeFolder, TreePlace } from '../store/element-tree.ts';
import { checkAfter, checkFirst, countObjects } from './bounded-list.ts';
import { builder } from './builder.ts';
import { MonitorElement } from './refs.ts';
import { toFilter, whereRef } from './where.ts';

const MOST = 10_000;
const DEFAULT = 1_000;

/** One place of the tree. Histograms are counted for all of its folders at once, and only when asked for. */
class Tree {
  readonly place: TreePlace;
  readonly #context: Context;
  #histograms: Promise<Map<string | null, number>> | undefined;

  constructor(place: TreePlace, context: Context) {
    this.place = place;
    this.#context = context;
  }

  histogramCounts(): Promise<Map<string | null, number>> {
    this.#histograms ??= this.#context.store.elementTree.histogramCounts(this.place);
    return this.#histograms;
  }
}

interface FolderOf extends TreeFolder {
  readonly tree: Tree;
}

const HISTOGRAMS = 'Number of their histograms (of `run` and `dataset`), of lumisections and runs together.';

const Folder = builder.objectRef<FolderOf>('MonitorElementFolder').implement({
  description: 'A folder of monitor elements, as the slashes of their paths make it.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name inside the folder above, e.g. `Tracks`.' }),
    path: t.string({
      description: 'What all paths in it begin with, the slash at its end included: the `prefix` to look into it.',
      resolve: ({ tree, name }) => `${tree.place.prefix}${name}/`,
    }),
    monitorElementCount: t.exposeInt('count', { description: 'Number of monitor elements in it, however deep.' }),
    histogramCount: t.field({
      type: 'SafeInt',
      description: HISTOGRAMS,
      resolve: async ({ tree, name }) => (await tree.histogramCounts()).get(name) ?? 0,
    }),
  }),
});

const pageArguments = (what: string) =>
  builder.args((t) => ({
    first: t.int({ required: true, defaultValue: DEFAULT, description: `Most ${what}, at most ${MOST}.` }),
    after: t.string({
      description: 'Only what stands behind this one, by code point: the last one of the page before.',
    }),
  }));

const pageOf = ({ first, after }: { first: number; after?: string | null | undefined }) => ({
  most: checkFirst(first, MOST),
  after: checkAfter(after),
});

const MonitorElementTree = builder.objectRef<Tree>('MonitorElementTree').implement({
  description: 'What one folder of monitor elements holds.',
  fields: (t) => ({
    path: t.string({
      description: 'What all paths in it begin with: empty, or with a slash at its end.',
      resolve: ({ place }) => place.prefix,
    }),
    monitorElementCount: t.int({
      description: 'Number of monitor elements in it, however deep.',
      resolve: ({ place }, _args, { store }) => store.elementTree.count(place),
    }),
    histogramCount: t.field({
      type: 'SafeInt',
      description: HISTOGRAMS,
      resolve: async (tree) => {
        const counts = await tree.histogramCounts();
        return [...counts.values()].reduce((sum, count) => sum + count, 0);
      },
    }),
    folders: t.field({
      type: [Folder],
      description: 'The folders right in it, by name.',
      args: pageArguments('folders'),
      resolve: async (tree, given, context) => {
        const folders = await context.store.elementTree.folders(tree.place, pageOf(given));
        return countObjects(folders, context).map((folder) => ({ ...folder, tree }));
      },
    }),
    monitorElements: t.field({
      type: [MonitorElement],
      description: 'The monitor elements right in it, by path.',
      args: pageArguments('monitor elements'),
      resolve: async ({ place }, given, context) => {
        const { store, loaders } = context;
        const ids = await store.elementTree.elements(place, pageOf(given));
        return countObjects((await Promise.all(ids.map((id) => loaders.monitorElement.load(id)))) as never[], context);
      },
    }),
  }),
});

builder.queryField('meTree', (t) =>
  t.field({
    type: MonitorElementTree,
    description:
      'One folder of the tree that the paths of monitor elements make. A folder that nothing lies in is empty; a run or dataset that is not stored is an error.',
    args: {
      prefix: t.arg.string({
        required: true,
        defaultValue: '',
        description: 'The folder, e.g. `PixelPhase1/Tracks` (with a slash at its end or without); empty: the root.',
      }),
      dataset: t.arg.string({ description: 'Only what this dataset has anything of: its whole name.' }),
      run: t.arg.int({ description: 'Only what this run has anything of (in `dataset`, where one is named).' }),
      where: t.arg({ type: whereRef('monitorElement'), description: 'Only these monitor elements.' }),
    },
    resolve: async (_root, { prefix, dataset, run, where }, context) => {
      const { store, loaders } = context;
      const [storedRun, storedDataset] = await Promise.all([
        typeof run === 'number' ? loaders.run.load(run) : undefined,
        typeof dataset === 'string' ? store.reads.datasetByName(dataset) : undefined,
      ]);
      if (storedRun === null) throw new NotFoundError(`There is no run ${run}`, { field: 'run' });
      if (storedDataset === null) {
        throw new NotFoundError(`No dataset is called ${JSON.stringify(dataset)}`, { field: 'dataset' });
      }
      const place: TreePlace = {
        prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`,
        run: run ?? undefined,
        datasetId: storedDataset?.id,
        where: toFilter('monitorElement', where),
      };
      return new Tree(place, context);
    },
  }),
);
