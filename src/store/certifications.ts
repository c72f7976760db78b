import { InvalidInputError } from '../domain/errors.ts';
import type { CertificationRecord, CertificationRun, IssueRecord } from '../domain/record.ts';
import type { Column, Transaction } from './database.ts';
import type { Dialect, KeyColumn } from './dialect.ts';
import { Outcome, type WrittenRows } from './outcome.ts';
import { enterRuns } from './run-rows.ts';

const COLUMNS: readonly Column[] = [
  { name: 'run_number', type: 'integer' },
  { name: 'source', type: 'text' },
  { name: 'dataset', type: 'text' },
  { name: 'subsystem', type: 'text' },
  { name: 'version', type: 'integer' },
  { name: 'lumisection_first', type: 'integer' },
  { name: 'lumisection_last', type: 'integer' },
  { name: 'flag', type: 'text' },
];

export const VERSION: readonly (Column & KeyColumn)[] = [
  { name: 'source', type: 'text' },
  { name: 'dataset', type: 'text' },
  { name: 'subsystem', type: 'text' },
  { name: 'version', type: 'integer' },
];
const VERSION_FILE: readonly Column[] = [...VERSION, { name: 'file_id', type: 'integer' }];

/**
 * Makes the record the next version of its (source, dataset, subsystem), unless it says exactly what the latest one says.
 * The rows of the result are its runs: inserted where the latest version says nothing of the run, replaced where it says
 * something else. What earlier versions say stays stored. A further file that says the same is kept in
 * `version_contribution`. The caller lets no other transaction write meanwhile.
 * @returns also what there is to say of the version: that runs of the one before are missing.
 * @throws InvalidInputError where it would name no run, and the one before does: `allowEmpty` says that this is meant.
 */
export async function writeCertification(
  transaction: Transaction,
  dialect: Dialect,
  record: CertificationRecord,
  origin: {
    readonly source: string;
    readonly kind: string;
    readonly fileId: number;
    /** Runs of which nobody is told what the source says: they count as inserted, whatever is stored. */
    readonly hidden: ReadonlySet<number>;
    readonly allowEmpty: boolean;
  },
): Promise<WrittenRows & { readonly issues: readonly IssueRecord[] }> {
  const { dataset, subsystem, runs } = record;
  const { source, kind, fileId, hidden, allowEmpty } = origin;
  const key = [source, dataset, subsystem] as const;
  await refuseMaskName(transaction, source);
  const latest = await latestVersion(transaction, key);
  const outcomes = Uint8Array.from(runs, (run) => {
    const before = hidden.has(run.run) ? null : (latest.runs.get(run.run) ?? '');
    if (before === contentOf(run)) return Outcome.identical;
    return before ? Outcome.replaced : Outcome.inserted;
  });
  const judged = runs.filter(({ ranges }) => ranges.length > 0);
  const issues: IssueRecord[] = [];
  const unchanged = latest.version > 0 && outcomes.every((outcome) => outcome === Outcome.identical);
  if (unchanged && judged.length === latest.runs.size) {
    // whose the version is has it already
    if (latest.fileId !== fileId)
      await transaction.insert(
        'version_contribution',
        VERSION_FILE,
        [[...key, latest.version, fileId]],
        'ON CONFLICT DO NOTHING',
      );
  } else {
    const version = latest.version + 1;
    refuseRepeatedRuns(runs);
    const before = [...latest.runs.keys()].filter((run) => !hidden.has(run));
    if (judged.length === 0 && before.length > 0 && !allowEmpty)
      throw emptyVersion(source, latest.version, before.length);
    issues.push(...lackingRuns(judged, before, latest.version));
    await transaction.all(
      `INSERT INTO certification_version (source, dataset, subsystem, version, kind, author, created_at, file_id, cause, comment)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        ...[...key, version, kind, record.author ?? null, new Date(), fileId],
        ...[record.cause ?? null, record.comment ?? null],
      ],
    );
    await enterRuns(transaction, dialect, new Map(judged.map(({ run }) => [run, dataset])));
    const rows = judged.flatMap(({ run, ranges }) =>
      ranges.map(({ first, last, flag }) => [run, ...key, version, first, last, flag]),
    );
    await transaction.insert('certification', COLUMNS, rows);
    transaction.publish({ kind: 'certification', source, dataset, subsystem, version });
  }
  return { outcomes, sameFile: new Set(), earlierFiles: new Map(), issues };
}

const emptyVersion = (source: string, version: number, count: number) =>
  new InvalidInputError(
    `it names no run, so that ${JSON.stringify(source)} would say nothing of the ${count} runs of its version ${version}: if that is meant, allow it to be empty (--allow-empty, allowEmpty)`,
    { reason: 'EMPTY_VERSION', field: 'source', value: source },
  );

/** Versions are whole: what is not named again is not evaluated any more, which may not be what was meant. */
function lackingRuns(judged: readonly CertificationRun[], before: readonly number[], version: number): IssueRecord[] {
  const named = new Set(judged.map(({ run }) => run));
  const lacking = before.filter((run) => !named.has(run));
  if (lacking.length === 0) return [];
  const reason = `version ${version + 1} lacks ${lacking.length} of ${before.length} runs of version ${version}: it says nothing of them`;
  const value = lacking.slice(0, NAMED_RUNS).join(', ') + (lacking.length > NAMED_RUNS ? ', ...' : '');
  return [{ severity: 'NOTE', code: 'RUNS_LACKING', field: 'run', value, reason }];
}

const NAMED_RUNS = 5;

/** A name says one thing, wherever a mask is asked for. */
async function refuseMaskName(transaction: Transaction, source: string): Promise<void> {
  const masks = await transaction.arrays('SELECT 1 FROM saved_mask WHERE name = $1 LIMIT 1', [source]);
  if (masks.length === 0) return;
  throw new InvalidInputError(`source: a saved mask is called ${JSON.stringify(source)}: take another name`, {
    field: 'source',
  });
}

/** The number of the latest version (0: none), whose it is, and what it says of each run. */
async function latestVersion(transaction: Transaction, key: readonly [string, string, string]) {
  const [found] = await transaction.all<{ version: number; fileId: number | null }>(
    `SELECT version, file_id FROM certification_version WHERE source = $1 AND dataset = $2 AND subsystem = $3
     ORDER BY version DESC LIMIT 1`,
    key,
  );
  const version = found?.version ?? 0;
  const rows = await transaction.arrays<[number, number, number, string]>(
    `SELECT run_number, lumisection_first, lumisection_last, flag FROM certification
     WHERE source = $1 AND dataset = $2 AND subsystem = $3 AND version = $4 ORDER BY run_number, lumisection_first`,
    [...key, version],
  );
  const runs = new Map<number, string>();
  for (const [run, first, last, flag] of rows) runs.set(run, (runs.get(run) ?? '') + rangeText(first, last, flag));
  return { version, fileId: found?.fileId ?? null, runs };
}

const rangeText = (first: number, last: number, flag: string) => `${first}-${last} ${flag};`;

const contentOf = ({ ranges }: CertificationRun) =>
  ranges.map(({ first, last, flag }) => rangeText(first, last, flag)).join('');

function refuseRepeatedRuns(runs: readonly CertificationRun[]): void {
  const seen = new Set<number>();
  for (const { run, line } of runs) {
    if (seen.has(run))
      throw new InvalidInputError(`run ${run} stands twice in one certification`, { line, field: 'run' });
    seen.add(run);
  }
}
