import type { InputFieldBuilder, ObjectFieldsShape } from '@pothos/core';
import type { CallResult } from '../../ingest/pipeline/call/bring.ts';
import { CHOICES, OnConflict } from './bring.ts';
import { builder, type ExtendedTypes } from './builder.ts';
import { IngestReport } from './ingest-report.ts';
import { DataFile } from './refs.ts';

type Inputs = InputFieldBuilder<ExtendedTypes, 'InputObject'>;

/** What every input that brings data may choose. */
export const choicesOf = (t: Inputs) => ({
  onConflict: t.field({ type: OnConflict, required: true, defaultValue: 'keep', description: CHOICES.onConflict }),
  strict: t.boolean({ required: true, defaultValue: false, description: CHOICES.strict }),
});

/** A payload: what was written, and how it went. */
export function payloadOf<Row extends object>(
  name: string,
  fields: ObjectFieldsShape<ExtendedTypes, Row & CallResult>,
) {
  const ref = builder.objectRef<Row & CallResult>(name).implement({
    description: 'What a mutation gives back.',
    fields: (t) => ({
      report: t.field({ type: IngestReport, description: CHOICES.report, resolve: ({ report }) => report }),
      dataFile: t.field({
        type: DataFile,
        nullable: true,
        description: CHOICES.dataFile,
        resolve: ({ dataFile }) => dataFile,
      }),
    }),
  });
  builder.objectFields(ref, fields as never);
  return ref;
}
