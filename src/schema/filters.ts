import type { EnumRef, InputRef } from '@pothos/core';
import type { Field } from '../store/noun-info.ts';
import type { Noun } from '../store/store.ts';
import { builder, type ExtendedTypes } from './builder.ts';
import {
  CertificationFlag,
  DataFileStatus,
  IssueSeverity,
  JobState,
  LumisectionFlag,
  MonitorElementKind,
  Orientation,
  PredictionStatus,
  QualityStatus,
  ScalarType,
  TaskGranularity,
  TaskMetric,
  TaskState,
  ThresholdSource,
} from './enums.ts';

/**
 * The one set of operators. Every scalar field of every `where` is one of these inputs; where.ts maps what arrives to
 * the filter of the domain. All operators of one object must hold. A null operand is an error, never "no condition".
 */
export type OperatorInput = InputRef<Record<string, unknown>>;

const ALL_HOLD = 'All that are given must hold. null is refused as an operand: use `isNull`.';
const EQ = 'Equal to.';
const NE = 'Not equal to; holds for absent values too.';
const IN = 'One of these (never, if the list is empty).';
const NOT_IN = 'None of these; holds for absent values too.';
const IS_NULL = 'true: absent; false: present.';

type Ordered = 'Int' | 'SafeInt' | 'Float' | 'DateTime';

const ordered = (name: string, type: Ordered, what: string): OperatorInput =>
  builder.inputRef<Record<string, unknown>>(name).implement({
    description: `Operators on ${what}. ${ALL_HOLD}`,
    fields: (t) => ({
      eq: t.field({ type, description: EQ }),
      ne: t.field({ type, description: NE }),
      in: t.field({ type: [type], description: IN }),
      notIn: t.field({ type: [type], description: NOT_IN }),
      lt: t.field({ type, description: 'Less than (exclusive).' }),
      lte: t.field({ type, description: 'Less than or equal to (inclusive).' }),
      gt: t.field({ type, description: 'Greater than (exclusive).' }),
      gte: t.field({ type, description: 'Greater than or equal to (inclusive).' }),
      isNull: t.boolean({ description: IS_NULL }),
    }),
  });

const IntFilter = ordered('IntFilter', 'Int', 'a 32-bit integer');
const SafeIntFilter = ordered('SafeIntFilter', 'SafeInt', 'an integer up to 2^53 - 1');
const FloatFilter = ordered('FloatFilter', 'Float', 'a number');
const DateTimeFilter = ordered('DateTimeFilter', 'DateTime', 'a moment');

const BooleanFilter: OperatorInput = builder.inputRef<Record<string, unknown>>('BooleanFilter').implement({
  description: `Operators on a truth value. ${ALL_HOLD}`,
  fields: (t) => ({
    eq: t.boolean({ description: EQ }),
    ne: t.boolean({ description: NE }),
    isNull: t.boolean({ description: IS_NULL }),
  }),
});

export const IdFilter: OperatorInput = builder.inputRef<Record<string, unknown>>('IDFilter').implement({
  description: 'Operators on the id of an object. All that are given must hold.',
  fields: (t) => ({
    eq: t.id({ description: 'The object of this id.' }),
    ne: t.id({ description: 'Any object but the one of this id.' }),
    in: t.idList({ description: 'One of the objects of these ids (never, if the list is empty).' }),
    notIn: t.idList({ description: 'None of the objects of these ids.' }),
  }),
});

const TextMode = builder.enumType('TextMode', {
  description: 'How the operators of one text filter compare.',
  values: {
    SENSITIVE: { description: 'Upper and lower case differ.' },
    INSENSITIVE: { description: 'Upper and lower case are the same.' },
  } as const,
});

const StringFilter: OperatorInput = builder.inputRef<Record<string, unknown>>('StringFilter').implement({
  description: `Operators on text, compared by code point. ${ALL_HOLD}`,
  fields: (t) => ({
    eq: t.string({ description: EQ }),
    ne: t.string({ description: NE }),
    in: t.stringList({ description: IN }),
    notIn: t.stringList({ description: NOT_IN }),
    lt: t.string({ description: 'Sorts before (exclusive).' }),
    lte: t.string({ description: 'Sorts before or equal to (inclusive).' }),
    gt: t.string({ description: 'Sorts after (exclusive).' }),
    gte: t.string({ description: 'Sorts after or equal to (inclusive).' }),
    contains: t.string({ description: 'Holds this text anywhere; no character of it is special.' }),
    startsWith: t.string({ description: 'Begins with this text; no character of it is special.' }),
    endsWith: t.string({ description: 'Ends with this text; no character of it is special.' }),
    glob: t.string({
      description:
        'Matches as a whole: `*` stands for any text (slashes too), `?` for one character, `[a-z]` for one of a set, `[!a-z]` for one outside it.',
    }),
    regex: t.string({ description: 'Matches somewhere (RE2 syntax, linear time); `^` and `$` tie it to the ends.' }),
    isNull: t.boolean({ description: IS_NULL }),
    mode: t.field({
      type: TextMode,
      defaultValue: 'SENSITIVE',
      description: 'Whether case matters, for all operators of this object.',
    }),
  }),
});

const enumFilter = (type: EnumRef<ExtendedTypes, string>, what: string): OperatorInput =>
  builder.inputRef<Record<string, unknown>>(`${type.name}Filter`).implement({
    description: `Operators on ${what}. ${ALL_HOLD}`,
    fields: (t) => ({
      eq: t.field({ type, description: EQ }),
      ne: t.field({ type, description: NE }),
      in: t.field({ type: [type], description: IN }),
      notIn: t.field({ type: [type], description: NOT_IN }),
      isNull: t.boolean({ description: IS_NULL }),
    }),
  });

const LumisectionFlagsFilter: OperatorInput = builder
  .inputRef<Record<string, unknown>>('LumisectionFlagsFilter')
  .implement({
    description: `Operators on a set of flags. ${ALL_HOLD}`,
    fields: (t) => ({
      hasAll: t.field({ type: [LumisectionFlag], description: 'Every one of these is in the set.' }),
      hasAny: t.field({ type: [LumisectionFlag], description: 'At least one of these is in the set.' }),
    }),
  });

/** Filters of the fields with a closed list of values. */
const enumFilters: Readonly<Record<string, OperatorInput>> = {
  'monitorElement.kind': enumFilter(MonitorElementKind, 'a kind of monitor element'),
  'qualityTest.status': enumFilter(QualityStatus, 'the status of a quality test'),
  'scalarValue.type': enumFilter(ScalarType, 'a type of scalar value'),
  'certification.flag': enumFilter(CertificationFlag, 'a judgement'),
  'dataFile.status': enumFilter(DataFileStatus, 'the status of a file'),
  'task.state': enumFilter(TaskState, 'the state of a task'),
  'task.granularity': enumFilter(TaskGranularity, 'what a member of a task is'),
  'task.metric': enumFilter(TaskMetric, 'a metric'),
  'strategyVersion.orientation': enumFilter(Orientation, 'an orientation of scores'),
  'prediction.status': enumFilter(PredictionStatus, 'the status of a prediction'),
  'prediction.thresholdFrom': enumFilter(ThresholdSource, 'where a threshold is from'),
  'job.state': enumFilter(JobState, 'the state of a job'),
  'ingestIssue.severity': enumFilter(IssueSeverity, 'the severity of an issue'),
};

const scalarFilters = {
  int: IntFilter,
  bigint: SafeIntFilter,
  float: FloatFilter,
  text: StringFilter,
  time: DateTimeFilter,
  boolean: BooleanFilter,
  flags: LumisectionFlagsFilter,
};

/** The operators for a field of a noun. */
export function operatorsOf(noun: Noun, name: string, field: Field): OperatorInput {
  if (field.type !== 'text' || field.values === undefined) return scalarFilters[field.type];
  const filter = enumFilters[`${noun}.${name}`];
  if (filter === undefined) throw new Error(`${noun}.${name} has a closed list of values but no enum`);
  return filter;
}
