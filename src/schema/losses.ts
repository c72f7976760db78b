import { InvalidInputError, LimitExceededError } from '../domain/errors.ts';
import { ExactSum } from '../domain/exact-sum.ts';
import { finite } from '../domain/finite.ts';
import { lossesByRules, MAX_LOSS_RULES } from '../domain/losses.ts';
import { END_OF_RUN } from '../domain/lumi-mask.ts';
import { parseMask } from '../domain/mask-expression-parser.ts';
import { NO_LUMINOSITY } from '../store/mask-luminosity.ts';
import type { LossRule, MaskPart as Part, ReadLosses } from '../store/mask-reads.ts';
import { builder } from './builder.ts';
import { MaskPart } from './lumisection-mask.ts';

/** Lumisections and their luminosity. */
interface Amount {
  readonly lumisections: number | null;
  readonly recorded: ExactSum | null;
  readonly delivered: ExactSum | null;
}

interface Loss {
  readonly rules: readonly string[];
  readonly exclusive: Amount;
  readonly inclusive: Amount;
}

interface LossReport {
  readonly universe: Amount;
  readonly kept: Amount;
  readonly lost: Amount;
  readonly rules: readonly Loss[];
  readonly combinations: readonly Loss[];
  readonly madeOf: readonly Part[];
}

const LossAmount = builder.objectRef<Amount>('LossAmount').implement({
  description: 'How much a set of lumisections is.',
  fields: (t) => ({
    lumisectionCount: t.int({
      nullable: true,
      description: 'Number of lumisections; null where a whole run is meant of which no lumisection is known.',
      resolve: ({ lumisections }) => lumisections,
    }),
    recordedLumi: t.float({
      nullable: true,
      description:
        'Sum of the luminosity that was recorded, in 1/pb, over those of which it is known; null where it is known of none.',
      resolve: ({ recorded }) => finite(recorded?.total()),
    }),
    deliveredLumi: t.float({
      nullable: true,
      description:
        'Sum of the luminosity that was delivered, in 1/pb, over those of which it is known; null where it is known of none.',
      resolve: ({ delivered }) => finite(delivered?.total()),
    }),
  }),
});

const LossByRules = builder.objectRef<Loss>('LossByRules').implement({
  description: 'What one rule, or several together, lose.',
  fields: (t) => ({
    rules: t.exposeStringList('rules', { description: 'Names of the rules.' }),
    exclusive: t.field({
      type: LossAmount,
      description: 'What exactly these rules lose, and no other: without them it would be kept.',
      resolve: ({ exclusive }) => exclusive,
    }),
    inclusive: t.field({
      type: LossAmount,
      description: 'What all of these rules lose, whether others lose it too or not.',
      resolve: ({ inclusive }) => inclusive,
    }),
  }),
});

const Losses = builder.objectRef<LossReport>('Losses').implement({
  description:
    'Why lumisections are lost. `universe` = `kept` + `lost`, and `lost` is the sum of all that is exclusive.',
  fields: (t) => ({
    universe: t.field({
      type: LossAmount,
      description: 'What there was to lose.',
      resolve: ({ universe }) => universe,
    }),
    kept: t.field({ type: LossAmount, description: 'What no rule loses.', resolve: ({ kept }) => kept }),
    lost: t.field({ type: LossAmount, description: 'What at least one rule loses.', resolve: ({ lost }) => lost }),
    rules: t.field({
      type: [LossByRules],
      description: 'Each rule by itself, in the order in which they were given.',
      resolve: ({ rules }) => rules,
    }),
    combinations: t.field({
      type: [LossByRules],
      description: 'Each combination of two and more rules that lose anything as exactly these, the most first.',
      resolve: ({ combinations }) => combinations,
    }),
    madeOf: t.field({
      type: [MaskPart],
      description: 'The versions of sources and saved masks that were read.',
      resolve: ({ madeOf }, _args, { cost }) => {
        cost.addNodes(madeOf.length);
        return madeOf;
      },
    }),
  }),
});

const LossRuleInput = builder.inputType('LossRuleInput', {
  description: 'A rule by which lumisections are lost: give `keeps` or `loses`, as masks.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'What to call it: 1 to 100 characters, each rule another.' }),
    keeps: t.string({
      description:
        'What the rule keeps: everything else of the universe is lost by it, what nobody evaluated included. A complement is one of the universe.',
    }),
    loses: t.string({ description: 'What the rule loses. A complement is one of the universe.' }),
  }),
});

builder.queryField('losses', (t) =>
  t.field({
    type: Losses,
    description:
      'Why lumisections of a universe are lost, by rule and by combination of rules, in lumisections and in luminosity.',
    args: {
      universe: t.arg.string({ required: true, description: 'A mask: what there is to lose, e.g. `dcs-2018`.' }),
      rules: t.arg({
        type: [LossRuleInput],
        required: true,
        description: `The rules: at least 1, at most ${MAX_LOSS_RULES}.`,
      }),
    },
    resolve: async (_root, { universe, rules }, { store, cost }) => {
      if (rules.length === 0) throw new InvalidInputError('rules: give at least one rule', { field: 'rules' });
      if (rules.length > MAX_LOSS_RULES) {
        throw new LimitExceededError(`rules: ${rules.length} are more than ${MAX_LOSS_RULES}`, {
          field: 'rules',
          limit: MAX_LOSS_RULES,
        });
      }
      const names = rules.map(({ name }) => name);
      for (const [i, name] of names.entries()) {
        const field = `rules.${i}.name`;
        if (name.trim() === '' || name.length > 100) {
          throw new InvalidInputError(`${field}: a name has 1 to 100 characters`, { field });
        }
        if (names.indexOf(name) < i) throw new InvalidInputError(`${field}: two rules have one name`, { field });
      }
      cost.addMasks(1 + rules.length);
      const read = await store.masks.losses(
        parseMask(universe, 'universe'),
        rules.map((rule, i) => ruleOf(rule, `rules.${i}`)),
      );
      const report = reportOf(names, read);
      cost.addNodes(report.rules.length + report.combinations.length);
      return report;
    },
  }),
);

function ruleOf({ keeps, loses }: { keeps?: string | null; loses?: string | null }, path: string): LossRule {
  if ((keeps == null) === (loses == null)) {
    throw new InvalidInputError(`${path}: give either keeps or loses`, { field: path });
  }
  const [text, field] = loses == null ? [keeps as string, 'keeps'] : [loses, 'loses'];
  return { expression: parseMask(text, `${path}.${field}`, { inUniverse: true }), loses: loses != null };
}

function reportOf(names: readonly string[], { segments, luminosity, madeOf }: ReadLosses): LossReport {
  const counts = new Map<number, number | null>();
  for (const { first, last, rules } of segments) {
    const before = counts.get(rules);
    counts.set(rules, before === null || last === END_OF_RUN ? null : (before ?? 0) + last - first + 1);
  }
  const exclusive = new Map(
    [...counts].map(([rules, lumisections]): [number, Amount] => {
      const { recorded, delivered } = luminosity.get(rules) ?? NO_LUMINOSITY;
      return [rules, { lumisections, recorded, delivered }];
    }),
  );
  const { rules, combinations } = lossesByRules(names.length, exclusive, sumOf);
  const named = (loss: (typeof rules)[number]): Loss => ({
    rules: names.filter((_, rule) => (loss.rules & (1 << rule)) !== 0),
    exclusive: loss.exclusive,
    inclusive: loss.inclusive,
  });
  const size = ({ exclusive: { lumisections } }: Loss) => lumisections ?? Number.POSITIVE_INFINITY;
  return {
    universe: sumOf([...exclusive.values()]),
    kept: exclusive.get(0) ?? sumOf([]),
    lost: sumOf([...exclusive].filter(([set]) => set !== 0).map(([, amount]) => amount)),
    rules: rules.map(named),
    combinations: combinations.map(named).sort((a, b) => (size(a) === size(b) ? 0 : size(b) > size(a) ? 1 : -1)),
    madeOf,
  };
}

function sumOf(amounts: readonly Amount[]): Amount {
  const known = (values: readonly (ExactSum | null)[]) => {
    const sums = values.filter((value) => value !== null);
    return sums.length === 0 ? null : ExactSum.of(sums);
  };
  return {
    lumisections: amounts.some(({ lumisections }) => lumisections === null)
      ? null
      : amounts.reduce((sum, { lumisections }) => sum + (lumisections ?? 0), 0),
    recorded: known(amounts.map(({ recorded }) => recorded)),
    delivered: known(amounts.map(({ delivered }) => delivered)),
  };
}
