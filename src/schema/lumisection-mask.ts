import type { Context } from '../context.ts';
import { finite } from '../domain/finite.ts';
import { goldenJson } from '../domain/golden-json.ts';
import { parseMask } from '../domain/mask-expression-parser.ts';
import type { Luminosity } from '../store/mask-luminosity.ts';
import type { MaskPart as Part, ReadMask } from '../store/mask-reads.ts';
import type { Masks } from '../store/masks.ts';
import { builder } from './builder.ts';

/** What a mask holds; its luminosity is read once, when a field asks for it. */
export class MaskAnswer {
  readonly mask: ReadMask['mask'];
  readonly madeOf: ReadMask['madeOf'];
  readonly #masks: Masks;
  #luminosity: Promise<Luminosity> | undefined;

  constructor({ mask, madeOf }: ReadMask, masks: Masks) {
    this.mask = mask;
    this.madeOf = madeOf;
    this.#masks = masks;
  }

  get luminosity(): Promise<Luminosity> {
    this.#luminosity ??= this.#masks.luminosity(this.mask);
    return this.#luminosity;
  }
}

/** Reads the mask that a text says. @throws InvalidInputError, LimitExceededError, NotFoundError */
export async function answerMask({ store, cost }: Context, text: string, field: string): Promise<MaskAnswer> {
  cost.addMasks(1);
  return new MaskAnswer(await store.masks.read(parseMask(text, field)), store.masks);
}

export const MaskPart = builder.objectRef<Part>('MaskPart').implement({
  description: 'A version that a mask was made of: of a certification source, or of a saved mask.',
  fields: (t) => ({
    source: t.exposeString('source', { nullable: true, description: 'The certification source; null: a saved mask.' }),
    mask: t.exposeString('mask', { nullable: true, description: 'The saved mask; null: a certification source.' }),
    dataset: t.exposeString('dataset', {
      nullable: true,
      description: 'Of a source: the dataset that the version judges; empty for all of them.',
    }),
    subsystem: t.exposeString('subsystem', {
      nullable: true,
      description: 'Of a source: the subsystem that the version judges; empty for all of them together.',
    }),
    version: t.exposeInt('version', { description: 'Number of the version, from 1.' }),
  }),
});

export const LumisectionMask = builder.objectRef<MaskAnswer>('LumisectionMask').implement({
  description:
    'A set of lumisections. Whole runs end at their last lumisection that is known: the last one that is stored, or what the run reports as `lumisectionCount`, if that is more.',
  fields: (t) => ({
    json: t.string({
      description:
        "The set as a golden JSON in the layout of CMS's LumiList: a line a run, ranges with both ends inclusive. A whole run of which no lumisection is known ends at 268435455, as in CMS's own tools.",
      resolve: ({ mask }, _args, { cost }) => {
        const json = goldenJson(mask);
        cost.addBytes(json.length, json.length);
        return json;
      },
    }),
    lumisectionCount: t.int({
      nullable: true,
      description: 'Number of lumisections; null where a whole run is meant of which no lumisection is known.',
      resolve: ({ mask }) => mask.lumisectionCount,
    }),
    runCount: t.int({
      description: 'Number of runs with at least one lumisection.',
      resolve: ({ mask }) => mask.runCount,
    }),
    openRuns: t.intList({
      description:
        'Runs that are meant whole and of which no lumisection is known: these keep `lumisectionCount` from being a number. Ascending.',
      resolve: ({ mask }, _args, { cost }) => {
        const runs = mask.openRuns;
        cost.addListed(runs.length);
        return runs;
      },
    }),
    recordedLumi: t.float({
      nullable: true,
      description:
        'Sum of the luminosity that was recorded, in 1/pb, over the lumisections of the set of which it is known (`recordedLumiCount`); null where it is known of none.',
      resolve: async ({ luminosity }) => finite((await luminosity).recorded),
    }),
    deliveredLumi: t.float({
      nullable: true,
      description:
        'Sum of the luminosity that was delivered, in 1/pb, over the lumisections of the set of which it is known (`deliveredLumiCount`); null where it is known of none.',
      resolve: async ({ luminosity }) => finite((await luminosity).delivered),
    }),
    storedCount: t.int({
      description: 'Number of lumisections of the set that are stored: the others have no conditions.',
      resolve: async ({ luminosity }) => (await luminosity).stored,
    }),
    recordedLumiCount: t.int({
      description: 'Number of lumisections of the set of which `recordedLumi` is known.',
      resolve: async ({ luminosity }) => (await luminosity).recordedCount,
    }),
    deliveredLumiCount: t.int({
      description: 'Number of lumisections of the set of which `deliveredLumi` is known.',
      resolve: async ({ luminosity }) => (await luminosity).deliveredCount,
    }),
    madeOf: t.field({
      type: [MaskPart],
      description: 'The versions of sources and saved masks that were read for it.',
      resolve: ({ madeOf }, _args, { cost }) => {
        cost.addNodes(madeOf.length);
        return madeOf;
      },
    }),
  }),
});

builder.queryField('lumisectionMask', (t) =>
  t.field({
    type: LumisectionMask,
    description:
      'The lumisections that an expression says: names of certification sources (what their newest version calls GOOD) and of saved masks, `good() bad() notEvaluated()`, runs and ranges, `where()`, combined by `& | -` and, inside of a set, `!`. See docs/masks.md.',
    args: {
      expression: t.arg.string({
        required: true,
        description: 'For example `golden-2018 & dcs-2018 - bad(rr-2018, pixel)`. At most 10,000 characters.',
      }),
    },
    resolve: (_root, { expression }, context) => answerMask(context, expression, 'expression'),
  }),
);
