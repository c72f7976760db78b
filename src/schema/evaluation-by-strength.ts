import { InvalidInputError } from '../domain/errors.ts';
import { type StrengthEfficiency as Efficiency, efficiencyByStrength } from '../domain/evaluation/by-strength.ts';
import { SCORED } from '../domain/prediction.ts';
import { signOf } from '../domain/prediction-evaluation.ts';
import { orientationOf } from '../playground/evaluation.ts';
import { builder } from './builder.ts';
import { Evaluation } from './evaluation.ts';
import { InjectionKind } from './task-enums.ts';

const StrengthEfficiency = builder.objectRef<Efficiency>('StrengthEfficiency').implement({
  description: 'How well anomalies are found that were made in good members, of one kind and strength.',
  fields: (t) => ({
    kind: t.field({ type: InjectionKind, description: 'What was done.', resolve: ({ kind }) => kind }),
    strength: t.exposeFloat('strength', { description: 'How strongly, in (0, 1].' }),
    injected: t.exposeInt('injected', { description: 'How many there are in the part.' }),
    found: t.exposeInt('found', { description: 'How many of them are flagged; none that has no score.' }),
    efficiency: t.exposeFloat('efficiency', { description: '`found / injected`, 0 to 1.' }),
  }),
});

builder.objectField(Evaluation, 'byStrength', (t) =>
  t.field({
    type: [StrengthEfficiency],
    nullable: true,
    description:
      'How well it finds the anomalies that the task makes, by kind and strength, each member alike; empty of a task that makes none, null without a threshold, and of a public part.',
    args: {
      threshold: t.arg.float({
        description: 'In the orientation of the strategy; that of the prediction unless told.',
      }),
    },
    resolve: async (shown, { threshold }, { store, cost }) => {
      const { task, part, prediction, version, monitorElementId, scope } = shown;
      if (threshold != null && !Number.isFinite(threshold)) {
        throw new InvalidInputError('threshold: it is no finite number', { field: 'threshold' });
      }
      const given = threshold ?? shown.threshold;
      if (scope === 'PUBLIC' || given === null) return null;
      const injected = await store.tasks.injected(task.id, part);
      const index = await store.predictions.members(task.id);
      const said = await store.predictions.scores(prediction.id, part, monitorElementId);
      const [begin] = index.range(part);
      const sign = signOf(orientationOf(version));
      const scores = Float64Array.from(injected, ({ run, first }) => {
        const at = index.place(run, first) - begin;
        return said?.answers[at] === SCORED ? sign * (said.scores[at] as number) : Number.NaN;
      });
      const injections = injected.map(({ injection }) => injection);
      const found = efficiencyByStrength(injections, scores, sign * given);
      cost.addNodes(found.length);
      return found;
    },
  }),
);
