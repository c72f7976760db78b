import { ForbiddenError } from '../domain/errors.ts';
import { reevaluate } from '../playground/evaluation.ts';
import { assertMade } from '../store/predictions.ts';
import { readAnew } from './bring.ts';
import { builder } from './builder.ts';
import { predictionKey } from './prediction.ts';
import { predictionPayload } from './prediction-payload.ts';
import { ownPrediction } from './run-strategy.ts';
import { upToDate } from './submit-scores.ts';

const EvaluatePredictionInput = builder.inputType('EvaluatePredictionInput', {
  description: 'A prediction that is to be evaluated.',
  fields: (t) => ({
    prediction: t.id({ required: true, description: 'An `id` that a Prediction gave.' }),
    newestTruth: t.boolean({
      required: true,
      defaultValue: false,
      description:
        'Also under the truth as it is now, of the members that were frozen, where that is another one: those numbers stand beside the others, which stay (`evaluation(truth: NEWEST)`).',
    }),
  }),
});

const DeletePredictionInput = builder.inputType('DeletePredictionInput', {
  description: 'A prediction that is to go.',
  fields: (t) => ({ prediction: t.id({ required: true, description: 'An `id` that a Prediction gave.' }) }),
});

const DeletePredictionPayload = builder.objectRef<{ deleted: boolean }>('DeletePredictionPayload').implement({
  description: 'What became of the prediction.',
  fields: (t) => ({ deleted: t.exposeBoolean('deleted', { description: 'Whether there was such a prediction.' }) }),
});

const EvaluatePredictionPayload = predictionPayload('EvaluatePredictionPayload', 'The prediction as it is stored.');

builder.mutationFields((t) => ({
  evaluatePrediction: t.field({
    type: EvaluatePredictionPayload,
    scope: 'challenge',
    description:
      'Evaluates the scores that a prediction has, unless they are evaluated already. Only its author may, and whoever has the scope `admin`.',
    args: { input: t.arg({ type: EvaluatePredictionInput, required: true, description: 'Which prediction.' }) },
    resolve: async (_root, { input: { prediction: id, newestTruth } }, context) => {
      const prediction = await ownPrediction(context, id);
      assertMade(prediction.status, 'it is evaluated when it is COMPLETE');
      if (newestTruth && (await context.store.tasks.boardScope({ id: prediction.taskId })) !== 'TEST') {
        throw new ForbiddenError('newestTruth: the truth of the task is hidden', { scope: 'admin' });
      }
      const evaluated = await upToDate(prediction, context);
      if (newestTruth && evaluated.scoresHash !== null) await reevaluate(context, evaluated);
      readAnew(context);
      return { prediction: evaluated };
    },
  }),
  deletePrediction: t.field({
    type: DeletePredictionPayload,
    scope: 'challenge',
    description:
      'Deletes a prediction with its scores, evaluations and models. Only its author may, and whoever has the scope `admin`. What was counted as a submission stays counted.',
    args: { input: t.arg({ type: DeletePredictionInput, required: true, description: 'Which prediction.' }) },
    resolve: async (_root, { input: { prediction: id } }, context) => {
      const [known] = await context.store.reads.predictions([...predictionKey.parseGlobal(id)]);
      const deleted =
        known !== undefined &&
        known !== null &&
        (await context.store.predictions.delete((await ownPrediction(context, id)).id));
      readAnew(context);
      return { deleted };
    },
  }),
}));
