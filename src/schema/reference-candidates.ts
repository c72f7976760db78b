import type { Context } from '../context.ts';
import { InvalidInputError, NotFoundError } from '../domain/errors.ts';
import { finite } from '../domain/finite.ts';
import {
  ENOUGH_LUMISECTIONS,
  HALF_DAYS,
  HALF_PILEUP,
  type RankedCandidate,
  type RankedReason,
  REFERENCE_REASONS,
  REFERENCE_WEIGHTS,
  type ReferenceReason,
  type ReferenceWeights,
  rankReferences,
} from '../domain/reference-rank.ts';
import type { ReferenceChoice as Choice } from '../generated/sqlite/client.ts';
import { MOST_CANDIDATES, type ReferenceScope } from '../store/reference-candidates.ts';
import { checkFirst, countObjects } from './bounded-list.ts';
import { builder } from './builder.ts';
import { Dataset, ReferenceChoice, Run } from './refs.ts';
import { toFilter, whereRef } from './where.ts';

const DEFAULT_SHOWN = 10;
const MOST_DATASETS = 100;
const MOST_WEIGHT = 1_000;

const ABOUT: Readonly<Record<ReferenceReason, string>> = {
  GOOD_FRACTION:
    'Share of its stored lumisections that `source` calls GOOD: that is its closeness. Counts with a `source`.',
  LUMINOSITY:
    'Its recorded luminosity, in 1/pb, of its lumisections, else as the run states it. Closeness: its share of that of the run, at most 1.',
  PILEUP: `By how much its mean pileup differs. Closeness: 1 / (1 + (difference / ${HALF_PILEUP} of the run's)^2).`,
  TIME: `How many days later it began (earlier: negative). Closeness: 1 / (1 + (days / ${HALF_DAYS})^2).`,
  LUMISECTIONS: `Number of its stored lumisections, else as the run states it. Closeness: that divided by ${ENOUGH_LUMISECTIONS}, at most 1.`,
  SAME_ERA: '1 where it is of the same era, else 0.',
  SAME_FIELD: '1 where the magnetic field is the same within 0.1 T, else 0.',
  SAME_PROCESSING: '1 where its dataset was processed alike (`processing`), else 0.',
};

const Reason = builder.enumType('ReferenceReason', {
  description: 'Why a run may be a good reference for another.',
  values: Object.fromEntries(
    REFERENCE_REASONS.map((reason) => [
      reason,
      { value: reason, description: `${ABOUT[reason]} Weight unless told: ${REFERENCE_WEIGHTS[reason]}.` },
    ]),
  ) as Record<ReferenceReason, { value: ReferenceReason; description: string }>,
});

const ReasonOfCandidate = builder.objectRef<RankedReason>('ReferenceReasonValue').implement({
  description: 'One reason for a candidate, and what it adds to its score.',
  fields: (t) => ({
    reason: t.field({ type: Reason, description: 'The reason.', resolve: ({ reason }) => reason }),
    value: t.float({
      nullable: true,
      description:
        'Of the candidate, as the reason says; null where it is not known, or nothing is known of the run to measure it with.',
      resolve: ({ value }) => finite(value),
    }),
    closeness: t.exposeFloat('closeness', {
      nullable: true,
      description:
        'How good that is, from 0 to 1; 0 where the value is not known. Null where the reason counts for nobody: without a weight, or where the run lacks what candidates are measured with.',
    }),
    weight: t.exposeFloat('weight', { description: 'Its weight; 0 where the reason does not count.' }),
    part: t.exposeFloat('part', {
      description: 'What it adds to the score: `closeness` times `weight` over the sum of all weights that count.',
    }),
  }),
});

interface Placed extends RankedCandidate {
  readonly rank: number;
}

const Candidate = builder.objectRef<Placed>('ReferenceCandidate').implement({
  description: 'A run in a dataset that could be the reference of another.',
  fields: (t) => ({
    rank: t.exposeInt('rank', { description: 'Its place, from 1.' }),
    run: t.field({
      type: Run,
      description: 'The run.',
      resolve: ({ facts: { run } }, _args, { loaders }) => loaders.run.load(run) as Promise<never>,
    }),
    dataset: t.field({
      type: Dataset,
      description: 'Its dataset.',
      resolve: async ({ facts: { dataset } }, _args, { store }) =>
        (await store.reads.datasetByName(dataset)) as typeof Dataset.$inferType,
    }),
    score: t.exposeFloat('score', { description: 'From 0 to 1: the sum of the parts of all reasons.' }),
    reasons: t.field({
      type: [ReasonOfCandidate],
      description: 'Every reason, with its value and its part in the score.',
      resolve: ({ reasons }, _args, context) => countObjects(reasons, context),
    }),
  }),
});

interface Ranking {
  readonly candidates: readonly Placed[];
  readonly hasMore: boolean;
  readonly chosen: () => Promise<Choice | null>;
}

const RankingRef = builder.objectRef<Ranking>('ReferenceRanking').implement({
  description: 'Runs that could be references of a run in a dataset, the best first. See docs/references.md.',
  fields: (t) => ({
    candidates: t.field({
      type: [Candidate],
      description:
        'The best first; equal scores by distance in run number, then the dataset of the run, then run number and name.',
      args: {
        first: t.arg.int({
          required: true,
          defaultValue: DEFAULT_SHOWN,
          description: `Most of them, at most ${MOST_CANDIDATES}.`,
        }),
      },
      resolve: ({ candidates }, { first }, context) =>
        countObjects(candidates.slice(0, checkFirst(first, MOST_CANDIDATES)), context),
    }),
    considered: t.int({ description: 'How many were ranked.', resolve: ({ candidates }) => candidates.length }),
    hasMore: t.exposeBoolean('hasMore', {
      description: `Whether there are more: the ${MOST_CANDIDATES} nearest by run number are ranked. Narrow \`where\` to rank others.`,
    }),
    chosen: t.field({
      type: ReferenceChoice,
      nullable: true,
      description: 'What was chosen last for the run and dataset; null where nobody chose.',
      resolve: ({ chosen }) => chosen(),
    }),
  }),
});

const WeightInput = builder.inputType('ReferenceWeightInput', {
  description: 'How much a reason counts.',
  fields: (t) => ({
    reason: t.field({ type: Reason, required: true, description: 'The reason.' }),
    weight: t.float({ required: true, description: `From 0 (not at all) to ${MOST_WEIGHT}.` }),
  }),
});

function weightsOf(given: readonly { reason: ReferenceReason; weight: number }[]): ReferenceWeights {
  const weights = { ...REFERENCE_WEIGHTS };
  for (const [i, { reason, weight }] of given.entries()) {
    if (!(weight >= 0 && weight <= MOST_WEIGHT)) {
      const field = `weights.${i}.weight`;
      throw new InvalidInputError(`${field}: ${weight} is not between 0 and ${MOST_WEIGHT}`, { field });
    }
    weights[reason] = weight;
  }
  return weights;
}

async function datasetIds({ store }: Context, names: readonly string[]): Promise<number[]> {
  if (names.length > MOST_DATASETS) {
    throw new InvalidInputError(`datasets: ${names.length} are more than ${MOST_DATASETS}`, { field: 'datasets' });
  }
  const found = await store.reads.datasetsByName(names);
  return found.map((dataset, i) => {
    if (dataset === null) throw unknown('datasets', names[i] as string);
    return dataset.id;
  });
}

const unknown = (field: string, name: string) =>
  new NotFoundError(`${field}: '${name.slice(0, 500)}' is not stored`, { field, value: name.slice(0, 500) });

builder.queryField('referenceCandidates', (t) =>
  t.field({
    type: RankingRef,
    description:
      'Ranks runs as references of a run in a dataset, each with its reasons: what was certified, luminosity, pileup, distance in time and more. A convention that is open to weights, not a measurement. What is not known counts as 0.',
    args: {
      run: t.arg.int({ required: true, description: 'Run number, at least 1. One that is not stored is an error.' }),
      dataset: t.arg.string({
        required: true,
        description: 'Whole name of the dataset in which it is compared. One that is not stored is an error.',
      }),
      datasets: t.arg.stringList({
        description: `Datasets of candidates, at most ${MOST_DATASETS}: all of the same primary dataset and tier unless told. An unknown one is an error.`,
      }),
      where: t.arg({
        type: whereRef('run'),
        description: 'Only these runs: `{ number: { lt: 315257 } }` for earlier ones. Never the run itself.',
      }),
      source: t.arg.string({
        description: 'A certification source: its newest version says which lumisections are good.',
      }),
      subsystem: t.arg.string({
        description: 'One subsystem that `source` judges, e.g. `pixel`; without it all of them together.',
      }),
      weights: t.arg({ type: [WeightInput], description: 'Other weights than the usual ones, of any of the reasons.' }),
    },
    resolve: async (_root, given, context) => {
      const { run, dataset, datasets, where, source, subsystem, weights } = given;
      if (subsystem && !source) {
        throw new InvalidInputError('subsystem: there is no `source` whose subsystem it could be', {
          field: 'subsystem',
        });
      }
      const scope: ReferenceScope = {
        run,
        dataset,
        datasetIds: datasets ? await datasetIds(context, datasets) : null,
        where: toFilter('run', where),
        source: source ? { source, subsystem: subsystem ?? null, dataset: null } : undefined,
      };
      const weighted = weightsOf(weights ?? []);
      const { runReferences } = context.store;
      const facts = await runReferences.facts(scope);
      if (facts === null) {
        const isKnown = (await context.loaders.run.load(run)) !== null;
        throw isKnown ? unknown('dataset', dataset) : unknown('run', String(run));
      }
      // without a source nobody is good or not
      const used = source ? weighted : { ...weighted, GOOD_FRACTION: 0 };
      const ranked = rankReferences(facts.target, facts.candidates, used);
      return {
        candidates: ranked.map((candidate, i) => ({ ...candidate, rank: i + 1 })),
        hasMore: facts.hasMore,
        chosen: () => runReferences.chosen(run, dataset),
      };
    },
  }),
);
