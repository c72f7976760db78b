import { builder } from './builder.ts';
import { Prediction } from './refs.ts';

/** A payload that holds one prediction and nothing else. */
export const predictionPayload = (name: string, description: string, prediction = 'The prediction.') =>
  builder.objectRef<{ prediction: typeof Prediction.$inferType }>(name).implement({
    description,
    fields: (t) => ({
      prediction: t.field({ type: Prediction, description: prediction, resolve: (payload) => payload.prediction }),
    }),
  });
