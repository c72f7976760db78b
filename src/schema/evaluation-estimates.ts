import type { AtThreshold } from '../domain/evaluation/at-threshold.ts';
import type { Estimate, Resampling as Resamplings } from '../domain/evaluation/bootstrap.ts';
import type { FalseAlarms as Alarms } from '../domain/evaluation/false-alarms.ts';
import { builder } from './builder.ts';

export const Interval = builder.objectRef<{ readonly low: number; readonly high: number }>('Interval').implement({
  description: 'Bounds between which the central 95 % of the values of resampled runs lie.',
  fields: (t) => ({
    low: t.exposeFloat('low', { description: 'Lower bound.' }),
    high: t.exposeFloat('high', { description: 'Upper bound.' }),
  }),
});

export const EstimateObject = builder.objectRef<Estimate>('Estimate').implement({
  description: 'A value with its interval.',
  fields: (t) => ({
    value: t.exposeFloat('value', { nullable: true, description: 'The value; null where it does not exist.' }),
    interval: t.field({
      type: Interval,
      nullable: true,
      description: 'Its interval; null with fewer than two runs, or fewer than 40 resamplings that have a value.',
      resolve: ({ interval }) => interval,
    }),
  }),
});

export const Resampling = builder.objectRef<Resamplings & { seed: number }>('Resampling').implement({
  description: 'What intervals rest on: whole runs (or fills) are drawn, as many as there are, with replacement.',
  fields: (t) => ({
    replicas: t.exposeInt('replicas', { description: 'How many times they were drawn.' }),
    oneClassReplicas: t.exposeInt('oneClassReplicas', {
      description: 'How many of these drew members of one class alone: they are in no interval.',
    }),
    clusters: t.exposeInt('clusters', { description: 'Number of runs (or fills).' }),
    effectiveClusters: t.float({
      description: 'How many runs of equal size would fluctuate as much (Kish).',
      resolve: ({ effectiveClusters }) => effectiveClusters.all,
    }),
    effectiveBadClusters: t.float({
      description: 'The same of those with bad members: an interval from few says little, however narrow.',
      resolve: ({ effectiveClusters }) => effectiveClusters.bad,
    }),
    effectiveGoodClusters: t.float({
      description: 'The same of those with good members.',
      resolve: ({ effectiveClusters }) => effectiveClusters.good,
    }),
    seed: t.exposeInt('seed', { description: 'What the draws began with: the seed of the task.' }),
  }),
});

const FalseAlarms = builder.objectRef<Alarms>('FalseAlarms').implement({
  description: 'How often a threshold calls somebody for nothing. Counts of members, whatever counts alike.',
  fields: (t) => ({
    count: t.exposeInt('count', { description: 'Good members that are flagged.' }),
    runs: t.exposeInt('runs', { description: 'Runs with good members.' }),
    perRun: t.exposeFloat('perRun', { nullable: true, description: 'Their ratio; null without such runs.' }),
    luminosity: t.exposeFloat('luminosity', {
      nullable: true,
      description:
        'Recorded luminosity of the good members of which it is known, in 1/pb; null where it is more than a number can say.',
    }),
    perHundredInversePb: t.exposeFloat('perHundredInversePb', {
      nullable: true,
      description: 'False alarms among those for each 100/pb; null without luminosity.',
    }),
  }),
});

/** With the threshold in the orientation of the strategy. */
type ShownThreshold = AtThreshold & { readonly given: number; readonly seed: number };

export const ThresholdEvaluation = builder.objectRef<ShownThreshold>('ThresholdEvaluation').implement({
  description: 'What a threshold does to members. Counts are sums of weights where each run counts alike.',
  fields: (t) => ({
    threshold: t.float({
      description: 'The threshold, in the orientation of the strategy.',
      resolve: ({ given }) => given,
    }),
    badFlagged: t.float({
      description: 'Bad members that are flagged.',
      resolve: ({ confusion }) => confusion.badFlagged,
    }),
    badPassed: t.float({ description: 'Bad members that are not.', resolve: ({ confusion }) => confusion.badPassed }),
    goodFlagged: t.float({
      description: 'Good members that are flagged.',
      resolve: ({ confusion }) => confusion.goodFlagged,
    }),
    goodPassed: t.float({
      description: 'Good members that are not.',
      resolve: ({ confusion }) => confusion.goodPassed,
    }),
    efficiency: t.field({
      type: EstimateObject,
      description: 'Share of the bad that are flagged (recall).',
      resolve: ({ efficiency }) => efficiency,
    }),
    falseAlarmRate: t.field({
      type: EstimateObject,
      description: 'Share of the good that are flagged.',
      resolve: ({ falseAlarmRate }) => falseAlarmRate,
    }),
    precision: t.field({
      type: EstimateObject,
      description: 'Share of the flagged that are bad.',
      resolve: ({ precision }) => precision,
    }),
    falseAlarms: t.field({
      type: FalseAlarms,
      description: 'False alarms by run and by luminosity.',
      resolve: ({ falseAlarms }) => falseAlarms,
    }),
    resampling: t.field({
      type: Resampling,
      description: 'What the intervals rest on.',
      resolve: ({ resampling, seed }) => ({ ...resampling, seed }),
    }),
  }),
});
