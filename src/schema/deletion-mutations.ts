import { hasDied } from '../../ingest/pipeline/process-name.ts';
import { mayChangeJobOf, requireOwnerOfJob } from '../domain/ownership.ts';
import type { RunDeletion } from '../store/delete-run.ts';
import type { Ledger } from '../store/store.ts';
import { BROUGHT, type Brought, HOLDERS, type Holder, type Withdrawal } from '../store/withdrawal.ts';
import { readAnew } from './bring.ts';
import { builder } from './builder.ts';
import { dataFileKey } from './data-file.ts';
import { DataFile } from './refs.ts';

const ABOUT: Readonly<Record<Brought | Holder, string>> = {
  lumisectionHistograms: 'Histograms of lumisections.',
  runHistograms: 'Run-level histograms.',
  scalarValues: 'Values of scalar monitor elements.',
  qualityTests: 'Results of quality tests.',
  certificationVersions: 'Versions of certifications.',
  certificationRanges: 'Ranges of lumisections that certifications judged.',
  fractions:
    'Shares of good lumisections, as sources state them; those of runs whose truth a task hides are not counted.',
  conditions: 'Values of conditions: fields and flags of runs and lumisections.',
  datasetDescriptions: 'Descriptions of datasets.',
  notes: 'Notes of people, which go with their run alone.',
  runs: 'Runs of which nothing is stored any more.',
  lumisections: 'Lumisections of which nothing is stored any more.',
  monitorElements: 'Monitor elements of which nothing is stored any more.',
  datasets: 'Datasets of which nothing is stored any more.',
};

const DeletedCounts = builder.objectRef<Withdrawal['gone']>('DeletedCounts').implement({
  description: 'How much went, by noun.',
  fields: (t) =>
    Object.fromEntries(
      [...BROUGHT, ...HOLDERS].map((noun) => [
        noun,
        t.field({ type: 'SafeInt', description: ABOUT[noun], resolve: (counts) => counts[noun] }),
      ]),
    ),
});

const SharedCounts = builder.objectRef<Withdrawal['stays']>('SharedCounts').implement({
  description: 'How much stays because other files brought it as well, by noun.',
  fields: (t) =>
    Object.fromEntries(
      BROUGHT.map((noun) => [
        noun,
        t.field({ type: 'SafeInt', description: ABOUT[noun], resolve: (counts) => counts[noun] }),
      ]),
    ),
});

const DeleteDataFileInput = builder.inputType('DeleteDataFileInput', {
  description: 'The file whose content is to go.',
  fields: (t) => ({ id: t.id({ required: true, description: 'An `id` that a DataFile gave.' }) }),
});

const DeleteDataFilePayload = builder
  .objectRef<Awaited<ReturnType<Ledger['discard']>>>('DeleteDataFilePayload')
  .implement({
    description: 'What became of that which the file had brought.',
    fields: (t) => ({
      dataFile: t.field({
        type: DataFile,
        description: 'Its entry in the ledger, which stays: CANCELLED, with the code `WITHDRAWN`.',
        resolve: ({ file }) => file,
      }),
      gone: t.field({
        type: DeletedCounts,
        description: 'What it alone had brought, and what held nothing else.',
        resolve: ({ withdrawal }) => withdrawal.gone,
      }),
      stays: t.field({
        type: SharedCounts,
        description: 'What other files brought as well; sums stay without the share of the file.',
        resolve: ({ withdrawal }) => withdrawal.stays,
      }),
    }),
  });

const DeleteRunInput = builder.inputType('DeleteRunInput', {
  description: 'The run that is to go.',
  fields: (t) => ({
    number: t.int({ required: true, description: 'Number of the run.' }),
    dryRun: t.boolean({
      required: true,
      defaultValue: true,
      description: 'Only say what would go: nothing is deleted unless this is `false`.',
    }),
  }),
});

const DeleteRunPayload = builder.objectRef<RunDeletion & { readonly dryRun: boolean }>('DeleteRunPayload').implement({
  description: 'What went, or would go.',
  fields: (t) => ({
    number: t.exposeInt('number', { description: 'Number of the run.' }),
    dryRun: t.exposeBoolean('dryRun', { description: 'Whether nothing was deleted.' }),
    gone: t.field({
      type: DeletedCounts,
      description: 'By noun. Versions of certifications stay, without what they said of the run.',
      resolve: ({ gone }) => gone,
    }),
    dataFileCount: t.exposeInt('files', {
      description: 'How many files had brought something of it: each has a note (`RUN_DELETED`) among its issues.',
    }),
  }),
});

builder.mutationFields((t) => ({
  deleteDataFile: t.field({
    scope: 'ingest',
    type: DeleteDataFilePayload,
    description:
      'Takes back what a file brought and no other file has alike. What its rows replaced does not come back; read again, it brings the same. Jobs of your own (with the scope `admin`: any) that wait for it are cancelled, and its upload is removed.',
    args: { input: t.arg({ type: DeleteDataFileInput, required: true, description: 'Which file.' }) },
    resolve: async (_root, { input: { id } }, context) => {
      const [fileId] = dataFileKey.parseGlobal(id);
      const discarded = await context.store.ledger.discard(fileId, hasDied, (owner) =>
        requireOwnerOfJob(context.viewer, owner),
      );
      for (const { path, owner } of await context.store.jobs.leftUploads(fileId)) {
        if (mayChangeJobOf(context.viewer, owner)) await context.intake.uploads.remove(path);
      }
      readAnew(context);
      return discarded;
    },
  }),
  deleteRun: t.field({
    scope: 'admin',
    type: DeleteRunPayload,
    description:
      'Deletes a run with everything that belongs to it; unless told otherwise only says what that would be.',
    args: { input: t.arg({ type: DeleteRunInput, required: true, description: 'Which run.' }) },
    resolve: async (_root, { input: { number, dryRun } }, context) => {
      const deletion = await context.store.ledger.deleteRun(number, { dryRun, isDead: hasDied });
      if (!dryRun) readAnew(context);
      return { ...deletion, dryRun };
    },
  }),
}));
