import { NotFoundError } from '../domain/errors.ts';
import type { ReferencePolicy, StrategyDefinition } from '../domain/strategy-definition.ts';
import type { StrategyVersion as Row } from '../generated/sqlite/client.ts';
import { builder } from './builder.ts';
import { predictions, strategyVersions } from './connections.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { Orientation } from './enums.ts';
import { nodeKey } from './global-id.ts';
import { Strategy, StrategyVersion } from './refs.ts';
import { ReferencePolicyKind } from './strategy-input.ts';

const about = DESCRIPTIONS.strategyVersion;
const key = nodeKey('StrategyVersion', ['int']);

builder.nodeRef(StrategyVersion, {
  id: { resolve: ({ id }: Row) => key.format([id]), parse: key.parse },
  loadManyWithoutCache: (ids, { loaders }) => Promise.all(ids.map(([id]) => loaders.strategyVersion.load(id))),
});

const definitionOf = ({ definition }: Pick<Row, 'definition'>) => JSON.parse(definition) as StrategyDefinition;

const StrategyReference = builder.objectRef<ReferencePolicy>('StrategyReference').implement({
  description: 'What a strategy holds histograms against.',
  fields: (t) => ({
    kind: t.field({ type: ReferencePolicyKind, description: 'Which ones.', resolve: ({ kind }) => kind }),
    run: t.exposeInt('run', { nullable: true, description: 'Number of the run, of FIXED_RUN; else null.' }),
    count: t.exposeInt('count', {
      nullable: true,
      description: 'How many, of RANKED, SEVERAL and ROLLING; null where it is not stated.',
    }),
  }),
});

builder.prismaObjectFields(StrategyVersion, (t) => ({
  name: t.string({
    description: 'Name of its strategy.',
    resolve: async (version, _args, { loaders }) => (await strategyOf(version, loaders)).name,
  }),
  version: t.exposeString('version', { description: about.version }),
  strategy: t.field({
    type: Strategy,
    description: about.strategy,
    resolve: (version, _args, { loaders }) => strategyOf(version, loaders),
  }),
  orientation: t.field({
    type: Orientation,
    description: about.orientation,
    resolve: ({ orientation }) => orientation as typeof Orientation.$inferType,
  }),
  description: t.string({
    nullable: true,
    description: 'What it does, or how it differs from others; null where nobody told.',
    resolve: (version) => definitionOf(version).description,
  }),
  sourceUrl: t.string({
    nullable: true,
    description: 'Where the source of this version is; null where nobody told.',
    resolve: (version) => definitionOf(version).sourceUrl,
  }),
  parameters: t.field({
    type: 'JSONObject',
    description: 'Its parameters, as they were stated.',
    resolve: (version) => definitionOf(version).parameters,
  }),
  preparation: t.field({
    type: 'JSONObject',
    description:
      'What is done to bins before it sees them: `normalisation`, `flow`, `rebin`, `deadBins`, `maskedBins`.',
    resolve: (version) => definitionOf(version).preparation,
  }),
  monitorElements: t.stringList({
    nullable: true,
    description: 'Paths of the monitor elements that it reads; null: those of the task.',
    resolve: (version, _args, { cost }) => {
      const { monitorElements } = definitionOf(version);
      cost.addListed(monitorElements?.length ?? 0);
      return monitorElements && [...monitorElements];
    },
  }),
  validFrom: t.int({
    nullable: true,
    description: 'First run that it is meant for; null: open.',
    resolve: (version) => definitionOf(version).validFrom,
  }),
  validTo: t.int({
    nullable: true,
    description: 'Last run (inclusive) that it is meant for; null: open.',
    resolve: (version) => definitionOf(version).validTo,
  }),
  reference: t.field({
    type: StrategyReference,
    nullable: true,
    description: 'What it holds histograms against; null where nobody told.',
    resolve: (version) => definitionOf(version).reference,
  }),
  seed: t.int({
    nullable: true,
    description: 'What its random numbers begin with; null where nobody told.',
    resolve: (version) => definitionOf(version).seed,
  }),
  author: t.exposeString('author', { description: about.author }),
  createdAt: t.expose('createdAt', { type: 'DateTime', description: about.createdAt }),
  predictions: t.field({
    type: predictions.type,
    description: about.predictions,
    args: predictions.args,
    resolve: predictions.of(({ id }: Row) => ({ strategyVersionId: id })),
  }),
}));

async function strategyOf(
  { strategyId }: Row,
  { strategy }: { strategy: { load(id: number): Promise<typeof Strategy.$inferType | null> } },
) {
  const found = await strategy.load(strategyId);
  if (found === null) throw new NotFoundError('the strategy is not stored any more');
  return found;
}

builder.queryFields((t) => ({
  strategyVersion: t.field({
    type: StrategyVersion,
    nullable: true,
    description: 'A version of a strategy; null where there is none.',
    args: {
      name: t.arg.string({ required: true, description: 'Name of the strategy.' }),
      version: t.arg.string({ required: true, description: 'Label of the version.' }),
    },
    resolve: (_root, named, { store }) => store.strategies.version(named),
  }),
  strategyVersions: t.field({
    type: strategyVersions.type,
    description: 'All versions of all strategies.',
    args: strategyVersions.args,
    resolve: strategyVersions.all,
  }),
}));
