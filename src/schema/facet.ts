import { responsePathAsArray } from 'graphql';
import type { Filter } from '../domain/filter.ts';
import { FACETS, type FacetCount, type FacetNoun } from '../store/facets.ts';
import { nounInfo } from '../store/nouns.ts';
import type { Noun } from '../store/store.ts';
import { checkFirst, countObjects } from './bounded-list.ts';
import { builder } from './builder.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { TYPE_NAMES, toFilter, whereRef } from './where.ts';

const DEFAULT = 50;
const MOST = 1_000;

const Count = builder.objectRef<FacetCount>('FacetCount').implement({
  description: 'One value, and how many objects of a list have it.',
  fields: (t) => ({
    value: t.exposeString('value', {
      nullable: true,
      description: 'The value as a text, as an operator `eq` on it takes it; null for objects in which it is absent.',
    }),
    count: t.expose('count', { type: 'SafeInt', description: 'Number of objects.' }),
  }),
});

const firstArgument = builder.args((t) => ({
  first: t.int({
    required: true,
    defaultValue: DEFAULT,
    description: `Most values, at most ${MOST}; where there are more, a warning \`MORE_VALUES\` says so.`,
  }),
}));

const verdictArguments = builder.args((t) => ({
  source: t.string({ required: true, description: 'A certification source: its newest version judges.' }),
  subsystem: t.string({ description: 'One subsystem that it judges, e.g. `pixel`; without it all of them together.' }),
}));

/** `datasets.name` -> `datasetName`, `run.number` -> `runNumber`, `datasets.primaryDataset` -> `datasetPrimaryDataset`. */
const fieldName = (facet: string) => {
  const [relation, related] = facet.split('.') as [string, string | undefined];
  if (related === undefined) return relation;
  return `${relation.replace(/s$/, '')}${related.charAt(0).toUpperCase()}${related.slice(1)}`;
};

function describe(noun: Noun, facet: string): string {
  const [name, related] = facet.split('.') as [string, string | undefined];
  const relation = nounInfo(noun).relations[name];
  if (related === undefined || relation === undefined) {
    return (DESCRIPTIONS[noun] as Readonly<Record<string, string>>)[name] as string;
  }
  const about = (DESCRIPTIONS[relation.noun] as Readonly<Record<string, string>>)[related] as string;
  const each = relation.one ? '' : ' An object that has several counts for each.';
  return `Of its ${TYPE_NAMES[relation.noun]}: ${about}${each}`;
}

const quoted = (name: string) => `"${name.replaceAll(/["\\]/g, '\\$&')}"`;

/** Names of the roots: `runFacets`. */
const ROOTS: Readonly<Record<FacetNoun, string>> = {
  run: 'runFacets',
  lumisection: 'lumisectionFacets',
  lumisectionHistogram: 'lumisectionHistogramFacets',
  runHistogram: 'runHistogramFacets',
  dataset: 'datasetFacets',
  monitorElement: 'monitorElementFacets',
  dataFile: 'dataFileFacets',
  job: 'jobFacets',
};

interface Faceted {
  readonly where: Filter | undefined;
}

for (const noun of Object.keys(FACETS) as FacetNoun[]) {
  const name = TYPE_NAMES[noun];
  const type = builder.objectRef<Faceted>(`${name}Facets`).implement({
    description: `How many objects of a list of ${name} have which value: the most frequent values first. Each facet is counted only when asked for.`,
    fields: (t) =>
      Object.fromEntries(
        FACETS[noun].map((facet) => [
          fieldName(facet),
          t.field({
            type: [Count],
            description:
              facet === 'flag'
                ? 'What a certification source says: GOOD, BAD, NOT_EVALUATED. Of a run BAD where anything in it is, GOOD where every lumisection is that is known: those that are stored, and as many as the run has.'
                : describe(noun, facet),
            args: facet === 'flag' ? { ...firstArgument, ...verdictArguments } : firstArgument,
            resolve: async ({ where }, given, context, info) => {
              const { first, source, subsystem } = given as {
                first: number;
                source?: string;
                subsystem?: string | null;
              };
              const most = checkFirst(first, MOST);
              const judged = source && `${quoted(source)}${subsystem ? `, ${quoted(subsystem)}` : ''}`;
              const verdicts = judged ? { bad: `bad(${judged})`, good: `good(${judged})` } : undefined;
              if (verdicts) context.cost.addMasks(2);
              const counts = await context.store.facets.counts(noun, { facet, where, verdicts }, most + 1);
              if (counts.length > most) {
                context.warn({
                  code: 'MORE_VALUES',
                  message: `There are more than ${most} values; these are the most frequent ones.`,
                  path: responsePathAsArray(info.path),
                });
              }
              return countObjects(counts.slice(0, most), context);
            },
          }),
        ]),
      ),
  });
  builder.queryField(ROOTS[noun], (t) =>
    t.field({
      type,
      description: `Counts of ${name} by value, of the objects that the list of them has under the same \`where\`.`,
      args: { where: t.arg({ type: whereRef(noun), description: 'Conditions; without them everything counts.' }) },
      resolve: (_root, { where }) => ({ where: toFilter(noun, where) }),
    }),
  );
}
