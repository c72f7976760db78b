import { certificationRows } from '../../ingest/pipeline/call/certifications.ts';
import type { Context } from '../context.ts';
import { LimitExceededError } from '../domain/errors.ts';
import { GoldenJson } from './bins-input.ts';
import { bring } from './bring.ts';
import { builder } from './builder.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { CertificationFlag } from './enums.ts';
import { Certification } from './refs.ts';
import { choicesOf, payloadOf } from './upsert-payload.ts';

const about = DESCRIPTIONS.certification;

const CertificationRangeInput = builder.inputType('CertificationRangeInput', {
  description: 'Lumisections of a run that have one flag.',
  fields: (t) => ({
    first: t.int({ required: true, description: 'First lumisection, at least 1.' }),
    last: t.int({ description: 'Last lumisection, inclusive; to the end of the run unless told.' }),
    flag: t.field({ type: CertificationFlag, required: true, description: about.flag }),
  }),
});

const CertifiedRunInput = builder.inputType('CertifiedRunInput', {
  description: 'What is judged of a run. Half a run is no run: where one range is wrong, all of it is refused.',
  fields: (t) => ({
    run: t.int({ required: true, description: 'Run number, at least 1.' }),
    ranges: t.field({ type: [CertificationRangeInput], required: true, description: 'Its ranges, in any order.' }),
  }),
});

const CertificationInput = builder.inputType('CertificationInput', {
  description: 'Verdicts that become one version of the source, whole: give `runs` or `golden`.',
  fields: (t) => ({
    dataset: t.string({ description: about.dataset }),
    subsystem: t.string({ description: about.subsystem }),
    cause: t.string({
      description:
        'Why there is this version, in a word or two, e.g. `re-reco`: at most 200 characters. Kept with the version that is made.',
    }),
    comment: t.string({ description: 'What to say of the version: at most 2,000 characters. Kept as `cause` is.' }),
    runs: t.field({
      type: [CertifiedRunInput],
      description:
        'The runs that are judged: in all certifications of a call together at most `LUMIGRAPH_MAX_INPUT_ROWS`, as are their ranges.',
    }),
    golden: t.field({
      type: GoldenJson,
      description:
        'A golden JSON: what it lists is GOOD. Its runs and ranges are together at most ten times `LUMIGRAPH_MAX_INPUT_ROWS`; upload larger ones.',
    }),
  }),
});

const CertificationFractionInput = builder.inputType('CertificationFractionInput', {
  description: 'The share of good lumisections of a run, as a source states it.',
  fields: (t) => ({
    run: t.int({ required: true, description: 'Run number, at least 1.' }),
    subsystem: t.string({ description: about.subsystem }),
    fraction: t.float({ required: true, description: 'From 0 to 1.' }),
  }),
});

const UpsertCertificationsInput = builder.inputType('UpsertCertificationsInput', {
  description: 'Verdicts of one source to write.',
  fields: (t) => ({
    source: t.string({ required: true, description: about.source }),
    certifications: t.field({
      type: [CertificationInput],
      description:
        'At most `LUMIGRAPH_MAX_INPUT_ROWS`. Each makes a version of its dataset and subsystem where it says another thing than the newest one.',
    }),
    fractions: t.field({
      type: [CertificationFractionInput],
      description: 'At most `LUMIGRAPH_MAX_INPUT_ROWS`.',
    }),
    ...choicesOf(t),
  }),
});

interface Written {
  readonly source: string;
  readonly runs: readonly number[];
}

const UpsertCertificationsPayload = payloadOf<Written>('UpsertCertificationsPayload', (t) => ({
  certifications: t.field({
    type: [Certification],
    description: 'What the newest versions of the source say of the runs that were named, by run.',
    resolve: async ({ source, runs }, _args, { loaders }) => {
      const ofRuns = await Promise.all(runs.map((run) => loaders.certificationsOfRun.load(run)));
      return ofRuns.flat().filter((certification) => certification.source === source);
    },
  }),
}));

/** A golden JSON of a year has a few thousand runs and ranges; those of a call are written while nobody else is served. */
const GOLDEN_TIMES = 10;

/** Counted before anything is parsed: each run and each range opens a bracket. @throws LimitExceededError */
function refuseLargeGoldens(
  { maxInputRows }: Pick<Context, 'maxInputRows'>,
  certifications: readonly { readonly golden?: string | null | undefined }[],
): void {
  const max = maxInputRows * GOLDEN_TIMES;
  let actual = 0;
  for (const { golden } of certifications) {
    for (let at = golden?.indexOf('[') ?? -1; at >= 0; at = golden?.indexOf('[', at + 1) ?? -1) actual++;
  }
  if (actual <= max) return;
  throw new LimitExceededError(
    `golden: ${actual} runs and ranges are more than ${max}: upload the file (uploadDataFile), or have LUMIGRAPH_MAX_INPUT_ROWS raised`,
    { limit: { name: 'LUMIGRAPH_MAX_INPUT_ROWS', max, actual }, field: 'golden' },
  );
}

builder.mutationFields((t) => ({
  upsertCertifications: t.field({
    scope: 'ingest',
    type: UpsertCertificationsPayload,
    description:
      'Writes verdicts of a source. Versions are whole, whatever `onConflict` says: a run that the new version does not name is not evaluated by it, and the report notes how many of the one before it lacks (`RUNS_LACKING`). One that would name no run at all is refused.',
    args: { input: t.arg({ type: UpsertCertificationsInput, required: true, description: 'What to write.' }) },
    resolve: async (_root, { input }, context) => {
      const { source, onConflict, strict } = input;
      const certifications = input.certifications ?? [];
      const fractions = input.fractions ?? [];
      const lists = { certifications, fractions };
      refuseLargeGoldens(context, certifications);
      const runs = certifications.flatMap((certification) => certification.runs ?? []);
      const inner = { 'certifications.runs': runs, 'certifications.runs.ranges': runs.flatMap(({ ranges }) => ranges) };
      const call = { name: 'upsertCertifications', lists, inner, choices: { onConflict, strict }, source };
      const result = await bring(context, call, () =>
        certificationRows(source, certifications, fractions, context.viewer.name),
      );
      const records = result.batches.flatMap((batch) => (batch.kind === 'certification' ? batch.runs : []));
      return { ...result, source, runs: [...new Set(records.map(({ run }) => run))].sort((a, b) => a - b) };
    },
  }),
}));
