import { InvalidInputError } from '../domain/errors.ts';
import { SAVED_NAME } from '../domain/saved-name.ts';
import {
  NOTHING_STATED,
  REFERENCE_POLICIES,
  type ReferencePolicy,
  type StrategyDefinition,
} from '../domain/strategy-definition.ts';
import { STRATEGIES } from '../strategies/registry.ts';
import { builder } from './builder.ts';
import { Orientation } from './enums.ts';
import type { Fields } from './input-fields.ts';
import { savedText } from './saved-text.ts';
import { elementsFrom, MOST_ELEMENTS } from './task-input.ts';

/** Longest texts, in UTF-16 code units. */
const MAX_DESCRIPTION = 2_000;
const MAX_URL = 2_000;
const MAX_VERSION = 100;
/** Most references that a policy names. */
const MOST_REFERENCES = 1_000;

const WORDS: Readonly<Record<(typeof REFERENCE_POLICIES)[number], string>> = {
  NONE: 'It holds them against no others.',
  TRAINING: 'Those of the training part.',
  FIXED_RUN: 'Those of one run.',
  RANKED: 'Those of the runs that suit best, as `referenceCandidates` ranks them.',
  SEVERAL: 'Those of several runs.',
  ROLLING: 'Those of the runs that went before.',
};

export const ReferencePolicyKind = builder.enumType('ReferencePolicyKind', {
  description: 'Which histograms a strategy holds others against.',
  values: Object.fromEntries(REFERENCE_POLICIES.map((kind) => [kind, { description: WORDS[kind] }])) as Record<
    (typeof REFERENCE_POLICIES)[number],
    { description: string }
  >,
});

const ReferencePolicyInput = builder.inputType('ReferencePolicyInput', {
  description: 'What a strategy holds histograms against.',
  fields: (t) => ({
    kind: t.field({ type: ReferencePolicyKind, required: true, description: 'Which ones.' }),
    run: t.int({ description: 'Number of the run: of FIXED_RUN, which needs it, alone.' }),
    count: t.int({ description: `How many, 1 to ${MOST_REFERENCES}: of RANKED, SEVERAL and ROLLING alone.` }),
  }),
});

/** What a version states of itself, beside its label. */
export const statedFields = (t: Fields) => ({
  orientation: t.field({
    type: Orientation,
    description: 'Which of its scores are the more anomalous; HIGHER unless told.',
  }),
  description: t.string({
    description: `What it does, or how it differs from others: at most ${MAX_DESCRIPTION} characters.`,
  }),
  sourceUrl: t.string({ description: `Where its source is: a URL of http or https, at most ${MAX_URL} characters.` }),
  parameters: t.field({ type: 'JSONObject', description: 'Its parameters; none unless told.' }),
  preparation: t.field({
    type: 'JSONObject',
    description:
      'What is done to bins before it sees them: `normalisation`, `flow`, `rebin`, `deadBins`, `maskedBins`.',
  }),
  monitorElements: t.stringList({
    description: `Paths of the monitor elements that it reads, 1 to ${MOST_ELEMENTS}; those of the task unless told.`,
  }),
  validFrom: t.int({ description: 'First run that it is meant for.' }),
  validTo: t.int({ description: 'Last run (inclusive) that it is meant for.' }),
  reference: t.field({ type: ReferencePolicyInput, description: 'What it holds histograms against.' }),
  seed: t.int({ description: 'What its random numbers begin with.' }),
});

export interface StatedInput {
  readonly orientation?: typeof Orientation.$inferType | null;
  readonly description?: string | null;
  readonly sourceUrl?: string | null;
  readonly parameters?: Readonly<Record<string, unknown>> | null;
  readonly preparation?: Readonly<Record<string, unknown>> | null;
  readonly monitorElements?: readonly string[] | null;
  readonly validFrom?: number | null;
  readonly validTo?: number | null;
  readonly reference?: {
    readonly kind: ReferencePolicy['kind'];
    readonly run?: number | null;
    readonly count?: number | null;
  } | null;
  readonly seed?: number | null;
}

const STATED = ['orientation', ...Object.keys(NOTHING_STATED)] as (keyof StatedInput)[];

/** Whether an input says anything of a version but its name. */
export const statesAnything = (input: StatedInput): boolean => STATED.some((field) => input[field] != null);

/** @throws InvalidInputError that names the field */
export function statedFrom(input: StatedInput): {
  orientation: typeof Orientation.$inferType;
  definition: StrategyDefinition;
} {
  const { monitorElements, parameters, preparation, validFrom = null, validTo = null, reference, seed = null } = input;
  for (const [field, run] of [
    ['validFrom', validFrom],
    ['validTo', validTo],
  ] as const) {
    if (run !== null && run < 1) throw new InvalidInputError(`${field}: ${run} is no number of a run`, { field });
  }
  if (validFrom !== null && validTo !== null && validTo < validFrom) {
    throw new InvalidInputError(`validTo: run ${validTo} is before run ${validFrom}`, { field: 'validTo' });
  }
  return {
    orientation: input.orientation ?? 'HIGHER',
    definition: {
      ...NOTHING_STATED,
      description: savedText('description', input.description, MAX_DESCRIPTION),
      sourceUrl: urlFrom(input.sourceUrl),
      ...(parameters != null && { parameters }),
      ...(preparation != null && { preparation }),
      monitorElements: monitorElements == null ? null : elementsFrom(monitorElements),
      ...{ validFrom, validTo, seed, reference: reference == null ? null : referenceFrom(reference) },
    },
  };
}

function referenceFrom({ kind, run = null, count = null }: NonNullable<StatedInput['reference']>): ReferencePolicy {
  if ((kind === 'FIXED_RUN') !== (run !== null)) {
    throw new InvalidInputError('reference.run: FIXED_RUN, and nothing else, names a run', { field: 'reference' });
  }
  if (run !== null && run < 1)
    throw new InvalidInputError(`reference.run: ${run} is no number of a run`, { field: 'reference' });
  const counts = kind === 'RANKED' || kind === 'SEVERAL' || kind === 'ROLLING';
  if (count !== null && (!counts || count < 1 || count > MOST_REFERENCES)) {
    throw new InvalidInputError(`reference.count: 1 to ${MOST_REFERENCES}, of RANKED, SEVERAL and ROLLING`, {
      field: 'reference',
    });
  }
  return { kind, run, count };
}

/** A link that a page may show: of http or https. */
export function urlFrom(text: string | null | undefined): string | null {
  const url = savedText('sourceUrl', text, MAX_URL);
  if (url === null || (/^https?:\/\//i.test(url) && URL.canParse(url))) return url;
  throw new InvalidInputError('sourceUrl: a URL that begins with http:// or https://', { field: 'sourceUrl' });
}

export const descriptionFrom = (text: string | null | undefined) => savedText('description', text, MAX_DESCRIPTION);

/** @throws InvalidInputError for what is no name of a strategy, or that of a built-in one (reason BUILT_IN). */
export function assertStrategyName(name: string, field: string): void {
  if (!SAVED_NAME.test(name)) {
    throw new InvalidInputError(
      `${field}: 1 to 100 letters, digits and . _ - that begin with a letter and end with a letter or digit`,
      { field },
    );
  }
  if (STRATEGIES.some((strategy) => strategy.name === name)) {
    throw new InvalidInputError(`${field}: ${name} is built-in: run it with runStrategy, or take another name`, {
      field,
      reason: 'BUILT_IN',
    });
  }
}

/** @throws InvalidInputError for what is no label of a version. */
export function assertVersion(version: string, field: string): void {
  const isShown = !UNSEEN.test(version) && version.normalize() === version;
  if (isShown && version.trim() === version && version !== '' && version.length <= MAX_VERSION) return;
  throw new InvalidInputError(
    `${field}: 1 to ${MAX_VERSION} printable characters (composed, as NFC has them), without blanks at the ends`,
    { field },
  );
}

/** What nobody sees, and blanks that look like a space: two labels that look alike would be two versions. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]|[^ \P{Zs}]/u;
