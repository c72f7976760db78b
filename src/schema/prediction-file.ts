import type { GraphQLResolveInfo } from 'graphql';
import type { CallIssue } from '../../ingest/pipeline/call/bring.ts';
import type { Context } from '../context.ts';
import { type Counts, type IssueRecord, noCounts, REPORTED_ISSUES } from '../domain/record.ts';
import { definitionOf } from '../domain/task.ts';
import { type FileScores, readScoreFile } from '../jobs/score-file.ts';
import type { SubmissionReport } from '../store/predictions.ts';
import { builder } from './builder.ts';
import { OnScoreConflict, SubmitPredictionPayload, submissionFields } from './prediction-mutations.ts';
import type { Prediction } from './refs.ts';
import { type SubmittedTo, submitScores } from './submit-scores.ts';
import { taskCalled } from './task-called.ts';

const SubmitPredictionFileInput = builder.inputType('SubmitPredictionFileInput', {
  description: 'A file with scores of members of a frozen task.',
  fields: (t) => ({
    ...submissionFields(t),
    file: t.field({
      type: 'File',
      required: true,
      description:
        'A table in CSV, Parquet, Arrow IPC (not compressed) or JSON, with the columns `run`, `lumisection` and `score`, and perhaps `reason` and `monitorElement`: at most 2,000,000 rows, and at most `LUMIGRAPH_MAX_UPLOAD_BYTES` long.',
    }),
    monitorElement: t.string({
      description:
        'Path of the monitor element that rows are of which name none; they are of the members as such unless told.',
    }),
    threshold: t.float({
      description:
        'What calls a member bad, in the orientation of the strategy: finite. Of the rows that name no monitor element.',
    }),
    onConflict: t.field({
      type: OnScoreConflict,
      required: true,
      defaultValue: 'keep',
      description:
        'What becomes of members that have another score already. FAIL: nothing is stored of the monitor element that has the conflict, and of those behind it.',
    }),
    evaluate: t.boolean({
      description:
        'Whether to evaluate what is stored then. Unless told: once every member of the test part has a score or a reason, and where the answer asks for `evaluation`.',
    }),
  }),
});

builder.mutationFields((t) => ({
  submitPredictionFile: t.field({
    type: SubmitPredictionPayload,
    scope: 'challenge',
    description:
      'The same as `submitPrediction` for scores in a file that is sent along by the GraphQL multipart request spec. The same file again changes nothing. Rows that are none, of unknown members or monitor elements, and second ones of a member are counted and listed with their line.',
    args: { input: t.arg({ type: SubmitPredictionFileInput, required: true, description: 'The file.' }) },
    resolve: async (_root, { input: { file, ...given } }, context, info) => {
      const task = await taskCalled(given.task, context);
      const { path } = await file.receive();
      const { uploads } = context.intake;
      try {
        const { scores, rejected, issues } = await readScoreFile(uploads.locate(path));
        const report = new FileReport(rejected, issues);
        const known = new Set(definitionOf(task).monitorElements);
        const groups = [...scores].map(([element, rows]) => ({
          element: element ?? given.monitorElement ?? null,
          rows,
        }));
        const prediction = await submitGroups(context, given, report.withoutUnknown(groups, known), info, report);
        return { prediction, report: report.told() };
      } finally {
        await uploads.remove(path);
      }
    },
  }),
}));

interface Group {
  readonly element: string | null;
  readonly rows: FileScores;
}

/** One after the other; only behind the last one is anything evaluated. */
async function submitGroups(
  context: Context,
  given: SubmittedTo,
  groups: readonly Group[],
  info: GraphQLResolveInfo,
  report: FileReport,
): Promise<typeof Prediction.$inferType | null> {
  const { threshold, thresholdFrom, ...rest } = given;
  const own = given.monitorElement ?? null;
  // what the threshold is of comes last
  const ordered = [
    ...groups.filter(({ element }) => element !== own),
    ...groups.filter(({ element }) => element === own),
  ];
  const last = ordered.at(-1) ?? { element: own, rows: NO_ROWS };
  for (const group of [...ordered.slice(0, -1), last]) {
    const { element, rows } = group;
    const to = {
      ...{ ...rest, monitorElement: element },
      ...(element === own && { threshold, thresholdFrom }),
      ...(group !== last && { evaluate: false }),
    };
    const { prediction, report: one } = await submitScores(context, to, rows.rows, info);
    report.add(one, rows.lines);
    if (group === last) return prediction;
  }
  throw new Error('there is a last one');
}

const NO_ROWS: FileScores = {
  rows: { run: [], lumisection: [], score: [], reason: [] },
  lines: new Float64Array(0),
};

/** What became of the rows of a file, by line. */
class FileReport {
  readonly #counts: Counts = noCounts();
  readonly #issues: CallIssue[];

  constructor(rejected: number, issues: readonly IssueRecord[]) {
    this.#counts.rejected = rejected;
    this.#issues = issues.map(({ line = null, severity, code, field = null, value = null, reason }) => ({
      ...{ index: null, line, severity, code, field, value, reason },
    }));
  }

  /** Rows of monitor elements that the task does not have are refused. */
  withoutUnknown(groups: readonly Group[], known: ReadonlySet<string>): Group[] {
    return groups.filter(({ element, rows: { lines } }) => {
      if (element === null || known.has(element)) return true;
      this.#counts.rejected += lines.length;
      const value = element.slice(0, 200);
      for (const line of lines.subarray(0, REPORTED_ISSUES)) {
        const reason = 'the task has no such monitor element';
        const where = { index: null, line, field: 'monitorElement', value };
        this.#issues.push({ ...where, severity: 'REJECTED', code: 'UNKNOWN_ELEMENT', reason });
      }
      return false;
    });
  }

  add({ counts, issues }: SubmissionReport, lines: Float64Array): void {
    for (const name of ['inserted', 'identical', 'conflicting', 'replaced', 'rejected'] as const) {
      this.#counts[name] += counts[name];
    }
    for (const { row, ...issue } of issues) {
      this.#issues.push({ ...issue, index: null, line: lines[row] as number });
    }
  }

  told(): Counts & { issues: readonly CallIssue[] } {
    const issues = this.#issues.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)).slice(0, REPORTED_ISSUES);
    return { ...this.#counts, issues };
  }
}
