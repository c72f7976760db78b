import { MAX_LUMISECTION } from '../../../src/domain/lumi-mask.ts';
import type { CertificationRecord, CertificationRun, Flag, IssueRecord } from '../../../src/domain/record.ts';
import type { ByteSource } from '../../source.ts';
import { rejectedRow } from '../csv/fault.ts';
import type { Format, ReadOptions, ReadStep } from '../format.ts';
import { counted, flagOf, isFault } from '../table/cell-checks.ts';
import { sharedLists } from '../table/shared-lists.ts';
import type { TableRow } from '../table/table.ts';
import { openFitting, recognisesTable } from '../table/table-format.ts';

const FLAG = /^([a-z0-9]+)_flag$/;
const title = 'Run Registry lumisection table';
const looksFor = 'a CSV, JSON or Parquet table with the columns run_number, lumi_number and columns like pixel_flag';
const fits = (columns: readonly string[]) =>
  ['run_number', 'lumi_number'].every((name) => columns.includes(name)) && columns.some((name) => FLAG.test(name));

/**
 * Run Registry's table of lumisections: a certification of each subsystem (`golden_flag`: of all, subsystem ''). True is
 * GOOD, false BAD; about what is absent it says nothing. One step a subsystem: each becomes a version of its own.
 */
export const runRegistryLumisections: Format = {
  id: 'run-registry-lumisections',
  title,
  needs: 'source',
  looksFor,
  ...recognisesTable(title, fits),
  read,
};

/** Line and flags of a lumisection; null where rows contradict each other. */
type Verdicts = Map<number, { readonly line: number; readonly flags: readonly (boolean | null)[] } | null>;

async function* read(source: ByteSource, options: ReadOptions): AsyncGenerator<ReadStep> {
  const { subsystems, runs, issues } = await readVerdicts(source);
  const records = subsystems.map((subsystem, i): CertificationRecord => {
    const judged = [...runs].sort(([a], [b]) => a - b).map(([run, verdicts]) => certificationOf(run, verdicts, i));
    const dataset = options.dataset ?? '';
    return { kind: 'certification', dataset, subsystem, runs: judged.filter(({ ranges }) => ranges.length > 0) };
  });
  // a version that says nothing would only hide the one before it
  const steps: (CertificationRecord | null)[] = records.filter((record) => record.runs.length > 0);
  if (steps.length === 0) steps.push(null);
  const end = Math.max(source.stamp.size, steps.length);
  const done = options.resume?.line ?? 0;
  if (done >= steps.length) yield { batch: null, issues: [], position: { byte: end, line: done } };
  for (let i = done; i < steps.length; i++) {
    const byte = Math.max(i + 1, i + 1 === steps.length ? end : Math.floor((end / steps.length) * (i + 1)));
    yield { batch: steps[i] ?? null, issues: i === 0 ? issues : [], position: { byte, line: i + 1 } };
  }
}

async function readVerdicts(source: ByteSource) {
  const table = await openFitting({ title, looksFor, fits }, source);
  const columns = table.columns.filter((name) => FLAG.test(name));
  const runs = new Map<number, Verdicts>();
  const issues: IssueRecord[] = [...table.notes];
  const once = sharedLists<boolean | null>();
  for await (const row of table.rows()) {
    const read = row.fault ?? verdictOf(row, columns);
    if ('code' in read) {
      issues.push(rejectedRow(read, row.line));
      continue;
    }
    const { run, lumisection } = read;
    const flags = once(read.flags);
    const verdicts = runs.get(run) ?? (new Map() as Verdicts);
    runs.set(run, verdicts);
    const before = verdicts.get(lumisection);
    if (before === undefined) verdicts.set(lumisection, { line: row.line, flags });
    else if (before === null || before.flags.some((flag, i) => flag !== flags[i])) {
      // which one is meant, nobody can tell
      const value = `run ${run}, LS ${lumisection}`;
      const twice = (line: number, other: string): IssueRecord => ({
        ...rejectedRow(
          { code: 'DUPLICATE_KEY', reason: `${other} says something else; neither is taken`, value },
          line,
        ),
        field: 'lumi_number',
      });
      if (before) issues.push(twice(before.line, `line ${row.line}`));
      issues.push(twice(row.line, before ? `line ${before.line}` : 'an earlier line'));
      verdicts.set(lumisection, null);
    }
  }
  const subsystems = columns.map((name) => (name === 'golden_flag' ? '' : name.replace(FLAG, '$1')));
  return { subsystems, runs, issues };
}

function verdictOf({ cells }: TableRow, columns: readonly string[]) {
  const run = counted(cells.run_number ?? null, 'run_number');
  if (isFault(run)) return run;
  const lumisection = counted(cells.lumi_number ?? null, 'lumi_number', MAX_LUMISECTION);
  if (isFault(lumisection)) return lumisection;
  const flags: (boolean | null)[] = [];
  for (const name of columns) {
    const flag = flagOf(cells[name] ?? null, name);
    if (isFault(flag)) return flag;
    flags.push(flag);
  }
  return { run, lumisection, flags };
}

function certificationOf(run: number, verdicts: Verdicts, column: number): CertificationRun {
  const ranges: { first: number; last: number; flag: Flag }[] = [];
  let firstLine = Number.POSITIVE_INFINITY;
  for (const [lumisection, verdict] of [...verdicts].sort(([a], [b]) => a - b)) {
    const good = verdict?.flags[column] ?? null;
    if (verdict === null || good === null) continue;
    firstLine = Math.min(firstLine, verdict.line);
    const flag = good ? 'GOOD' : 'BAD';
    const latest = ranges.at(-1);
    if (latest?.flag === flag && latest.last === lumisection - 1) latest.last = lumisection;
    else ranges.push({ first: lumisection, last: lumisection, flag });
  }
  return { run, line: Number.isFinite(firstLine) ? firstLine : 0, ranges };
}
