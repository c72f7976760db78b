import { CALL_FORMAT, type CallIssue } from '../../ingest/pipeline/call/bring.ts';
import { type Counts, REPORTED_ISSUES } from '../domain/record.ts';
import type { DataFile, IngestIssue } from '../generated/sqlite/client.ts';
import { builder } from './builder.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { IssueSeverity } from './enums.ts';

const about = DESCRIPTIONS.dataFile;

const IngestReportIssue = builder.objectRef<CallIssue>('IngestReportIssue').implement({
  description: 'A row that was refused or in conflict, or a note.',
  fields: (t) => ({
    index: t.exposeInt('index', {
      nullable: true,
      description: 'Place of the row in the list of the input, from 0; absent where the rows came from a file.',
    }),
    line: t.field({
      type: 'SafeInt',
      nullable: true,
      description: 'Line of a CSV, from 1, or number of the row; absent where the rows did not come from a file.',
      resolve: ({ line = null }) => line,
    }),
    severity: t.field({
      type: IssueSeverity,
      description: 'What became of the row.',
      resolve: ({ severity }) => severity,
    }),
    code: t.exposeString('code', { description: 'Stable code of the reason, for programs.' }),
    field: t.exposeString('field', { nullable: true, description: 'The field at fault.' }),
    value: t.exposeString('value', { nullable: true, description: 'The offending value, cut to 200 characters.' }),
    reason: t.exposeString('reason', { description: 'The reason in words.' }),
  }),
});

type Report = Counts & { readonly issues?: readonly CallIssue[]; readonly file?: DataFile };

export const IngestReport = builder.objectRef<Report>('IngestReport').implement({
  description: 'How many rows went which way. Every row is counted exactly once.',
  fields: (t) => ({
    inserted: t.exposeInt('inserted', { description: about.inserted }),
    identical: t.exposeInt('identical', { description: about.identical }),
    conflicting: t.exposeInt('conflicting', { description: about.conflicting }),
    replaced: t.exposeInt('replaced', { description: about.replaced }),
    added: t.exposeInt('added', { description: about.added }),
    rejected: t.exposeInt('rejected', { description: about.rejected }),
    issues: t.field({
      type: [IngestReportIssue],
      description: `Rows that were refused or in conflict, by index; of a file the first ${REPORTED_ISSUES} (\`DataFile.issues\` pages through all).`,
      resolve: async ({ issues, file }, _args, { loaders }) => {
        if (issues || !file) return issues ?? [];
        const stored = await loaders.firstIssues.load(file.id);
        return stored.map((issue) => storedIssue(issue, file.format === CALL_FORMAT));
      },
    }),
  }),
});

function storedIssue({ line, severity, code, field, value, reason }: IngestIssue, ofCall: boolean): CallIssue {
  const place = line === null ? null : Number(line);
  const where = ofCall ? { index: place && place - 1 } : { index: null, line: place };
  return { ...where, severity: severity as CallIssue['severity'], code, field, value, reason };
}

/** The report on a file of the ledger. */
export const reportOf = (file: DataFile): Report => {
  const { inserted, identical, conflicting, replaced, added, rejected } = file;
  return { inserted, identical, conflicting, replaced, added, rejected, file };
};
