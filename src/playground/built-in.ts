import { createHash } from 'node:crypto';
import { z } from 'zod';
import { InvalidInputError } from '../domain/errors.ts';
import { NOTHING_STATED, type StrategyDefinition } from '../domain/strategy-definition.ts';
import { combinationNamed } from '../strategies/combination.ts';
import { optionsFor, preparationOptions } from '../strategies/preparation-options.ts';
import { strategyNamed } from '../strategies/registry.ts';
import { validated } from '../strategies/validated.ts';
import { LEARN_FROM, type LearnFrom } from './learn.ts';

/** How a built-in strategy is to be run, as somebody states it; what is not stated has its default. */
export interface BuiltInRequest {
  readonly strategy: string;
  readonly parameters?: unknown;
  readonly preparation?: unknown;
  /** A 32-bit integer. */
  readonly seed?: number | undefined;
  readonly learnFrom?: LearnFrom | undefined;
  readonly combination?: string | undefined;
  readonly combinationParameters?: unknown;
}

/** The same, whole: with all defaults. */
export interface BuiltIn {
  readonly strategy: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly preparation: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly learnFrom: LearnFrom;
  readonly combination: { readonly name: string; readonly parameters: Readonly<Record<string, unknown>> };
}

export interface BuiltInVersion {
  readonly builtIn: BuiltIn;
  /** Names it among the versions of the strategy. */
  readonly version: string;
  readonly definition: StrategyDefinition;
}

const DEFAULT_SEED = 1;
const DEFAULT_COMBINATION = 'gaussian';
/** A label of what is stated that is longer is a hash of that. */
const MOST_LABEL_CHARACTERS = 100;

type Plain = Readonly<Record<string, unknown>>;

/**
 * What a request means, and what the version of it is called: the version of the code, then all that differs from its
 * defaults: `1`, `1 components=4`, `1 components=4 rebin=[10,10] seed=2`.
 * @throws NotFoundError, InvalidInputError that name the field
 */
export function builtInVersion(request: BuiltInRequest): BuiltInVersion {
  const strategy = strategyNamed(request.strategy);
  const combination = combinationNamed(request.combination ?? DEFAULT_COMBINATION);
  const builtIn: BuiltIn = {
    strategy: strategy.name,
    parameters: validated('parameters', strategy.parameters, request.parameters) as Plain,
    preparation: optionsFor(strategy.reads, validated('preparation', preparationOptions, request.preparation)),
    seed: validated('seed', z.int32().default(DEFAULT_SEED), request.seed ?? DEFAULT_SEED),
    learnFrom: validated('learnFrom', z.enum(LEARN_FROM), request.learnFrom ?? 'GOOD'),
    combination: {
      name: combination.name,
      parameters: validated('combinationParameters', combination.parameters, request.combinationParameters) as Plain,
    },
  };
  const { parameters, preparation, seed, learnFrom } = builtIn;
  const codes = { strategyVersion: strategy.version, combinationVersion: combination.version };
  const differs = [
    ...differences(parameters, validated('parameters', strategy.parameters, {}) as Plain),
    ...differences(preparation, optionsFor(strategy.reads, validated('preparation', preparationOptions, {}))),
    ...differences({ seed, learnFrom }, { seed: DEFAULT_SEED, learnFrom: 'GOOD' }),
    ...differences({ combination: combination.name }, { combination: DEFAULT_COMBINATION }),
    ...differences(codes, { ...codes, combinationVersion: 1 }),
    ...differences(
      builtIn.combination.parameters,
      validated('combinationParameters', combination.parameters, {}) as Plain,
    ),
  ];
  return {
    builtIn,
    version: labelOf(strategy.version, differs),
    definition: {
      ...NOTHING_STATED,
      description: strategy.summary,
      parameters: { ...parameters, learnFrom, combination: builtIn.combination, ...codes },
      preparation,
      reference: { kind: 'TRAINING', run: null, count: null },
      seed,
    },
  };
}

/**
 * What a stored version is to do.
 * @throws InvalidInputError where its code is no more what it was: scores would not be those of that version
 */
export function builtInOf(name: string, { parameters, preparation, seed }: StrategyDefinition): BuiltIn {
  const { learnFrom, combination, strategyVersion, combinationVersion, ...own } = parameters as Plain & {
    readonly learnFrom: LearnFrom;
    readonly combination: BuiltIn['combination'];
  };
  const isSame =
    strategyNamed(name).version === strategyVersion &&
    combinationNamed(combination.name).version === combinationVersion;
  if (!isSame) {
    throw new InvalidInputError(`${name}: this program computes another version of it: run it again as that one`, {
      reason: 'OTHER_CODE',
    });
  }
  return { strategy: name, parameters: own, preparation, seed: seed ?? DEFAULT_SEED, learnFrom, combination };
}

/** `name=VALUE` of what is not as usual, by name. */
function differences(stated: object, usual: object): string[] {
  const before = new Map(Object.entries(usual).map(([name, value]) => [name, JSON.stringify(value)]));
  return Object.entries(stated)
    .filter(([name, value]) => value !== undefined && JSON.stringify(value) !== before.get(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .sort();
}

function labelOf(version: number, differs: readonly string[]): string {
  const label = [version, ...differs].join(' ');
  if (label.length <= MOST_LABEL_CHARACTERS) return label;
  return `${version} ${createHash('sha256').update(label).digest('hex').slice(0, 16)}`;
}
