import { sql } from 'kysely';
import { ExactSum } from '../domain/exact-sum.ts';
import type { Filter } from '../domain/filter.ts';
import type { RunFacts } from '../domain/reference-rank.ts';
import type { CheckedQuery } from './checked-query.ts';
import { packed, unpacked } from './column-packing.ts';
import type { FieldType } from './noun-info.ts';
import { type RunVerdicts, runVerdicts } from './run-verdicts.ts';
import type { SourceScope } from './store.ts';
import { isOneOf } from './test-sql.ts';

/** Whose references are looked for, and where. */
export interface ReferenceScope {
  readonly run: number;
  readonly dataset: string;
  /** Datasets of candidates, by id; null: all of the same primary dataset and tier, or the dataset itself where its name has none. */
  readonly datasetIds: readonly number[] | null;
  /** On runs: those that may be candidates. */
  readonly where: Filter | undefined;
  /** Says which lumisections are good. */
  readonly source: SourceScope | undefined;
}

export interface ReferenceFacts {
  readonly target: RunFacts;
  /** Runs that hold anything of the datasets, the nearest by number. */
  readonly candidates: readonly RunFacts[];
  /** Whether there are more than were looked at. */
  readonly hasMore: boolean;
}

/** Most pairs of run and dataset that are looked at: those nearest to the run by its number. */
export const MOST_CANDIDATES = 200;
/** Lumisections of so many runs are read at once. */
const RUNS_AT_ONCE = 20;

/** What is known of a run and of those that could be its references. Null where the run, or the dataset, is not stored. */
export async function referenceFacts(query: CheckedQuery, scope: ReferenceScope): Promise<ReferenceFacts | null> {
  const { run, source } = scope;
  const [own] = await query.send(
    sql`SELECT d.id, d.primary_dataset, d.tier, d.processing FROM dataset d WHERE d.name = ${scope.dataset}`,
  );
  if (own === undefined) return null;
  const [id, primary, tier, processing] = own as [number, string | null, string | null, string | null];
  const pairs = await candidatePairs(query, scope, [id, primary, tier]);
  const hasMore = pairs.length > MOST_CANDIDATES;
  if (hasMore) pairs.pop();
  const runs = [...new Set([run, ...pairs.map((pair) => pair.run)])];
  const verdicts = source && (await runVerdicts(query, source, runs));
  const facts = await factsOfRuns(query, runs, verdicts);
  const known = facts.get(run);
  if (known === undefined) return null;
  return {
    target: { ...known, run, dataset: scope.dataset, processing },
    candidates: pairs.flatMap((pair) => {
      const found = facts.get(pair.run);
      return found ? [{ ...found, ...pair }] : [];
    }),
    hasMore,
  };
}

type Pair = Pick<RunFacts, 'run' | 'dataset' | 'processing'>;

async function candidatePairs(
  query: CheckedQuery,
  { run, datasetIds, where }: ReferenceScope,
  [id, primary, tier]: readonly [number, string | null, string | null],
): Promise<Pair[]> {
  const { dialect } = query.database;
  const isAlike =
    datasetIds !== null
      ? isOneOf(dialect, sql`d.id`, 'int', datasetIds)
      : primary !== null && tier !== null
        ? sql`d.primary_dataset = ${primary} AND d.tier = ${tier}`
        : sql`d.id = ${id}`;
  const rows = await query.rows('run', where, (filters) => {
    const condition = where ? sql` AND ${filters.compile('run', 'r', where).sql}` : sql``;
    return sql`SELECT r.number, d.name, d.processing FROM dataset d CROSS JOIN run r
      WHERE ${isAlike} AND r.number <> ${run}${condition}
        AND EXISTS (SELECT 1 FROM run_monitor_element e WHERE e.run_number = r.number AND e.dataset_id = d.id)
      ORDER BY abs(r.number - ${run}), r.number, d.name ${sql.raw(dialect.binaryCollation)} LIMIT ${MOST_CANDIDATES + 1}`;
  });
  return (rows as [number, string, string | null][]).map(([number, dataset, processing]) => ({
    run: number,
    dataset,
    processing,
  }));
}

type FactsOfRun = Omit<RunFacts, keyof Pair>;
const VALUES: readonly FieldType[] = ['int', 'int', 'float', 'float'];

/** Runs that are not stored are left out. Luminosity and length are those of its lumisections, else as the run states them. */
async function factsOfRuns(
  query: CheckedQuery,
  runs: readonly number[],
  verdicts: RunVerdicts | undefined,
): Promise<Map<number, FactsOfRun>> {
  const { dialect } = query.database;
  const facts = new Map<number, FactsOfRun>();
  for (let from = 0; from < runs.length; from += RUNS_AT_ONCE) {
    const some = runs.slice(from, from + RUNS_AT_ONCE);
    const rows = (await query.send(
      sql`SELECT r.number, r.era, r.started_at, r.magnetic_field, r.recorded_lumi, r.lumisection_count FROM run r
        WHERE ${isOneOf(dialect, sql`r.number`, 'int', some)}`,
    )) as [number, string | null, string | Date | null, number | null, number | null, number | null][];
    const lumisections = sql`SELECT l.run_number AS c0, l.number AS c1, l.recorded_lumi AS c2, l.pileup AS c3
      FROM lumisection l WHERE ${isOneOf(dialect, sql`l.run_number`, 'int', some)}`;
    const found = await query.send(packed(dialect, lumisections, VALUES));
    const { count, columns } = unpacked(dialect, found, VALUES);
    const [run, number, recorded, pileup] = columns as [number[], number[], (number | null)[], (number | null)[]];
    const sums = new Map(some.map((run) => [run, new RunSums()]));
    for (let i = 0; i < count; i++) {
      const isGood = verdicts?.of(run[i] as number, number[i] as number) === 'GOOD';
      sums.get(run[i] as number)?.add(recorded[i] as number | null, pileup[i] as number | null, isGood);
    }
    for (const [number, era, startedAt, magneticField, recordedLumi, lumisectionCount] of rows) {
      const of = sums.get(number) as RunSums;
      facts.set(number, {
        goodFraction: verdicts && of.count > 0 ? of.good / of.count : null,
        recordedLumi: of.recorded.count === 0 ? recordedLumi : of.recorded.total,
        pileup: of.pileup.mean,
        startedAt: startedAt === null ? null : new Date(startedAt),
        lumisectionCount: of.count > 0 ? of.count : lumisectionCount,
        era,
        magneticField,
      });
    }
  }
  return facts;
}

class KnownSum {
  readonly #sum = new ExactSum();
  count = 0;

  add(value: number | null): void {
    if (value === null) return;
    this.#sum.add(value);
    this.count++;
  }

  /** Null where it is of none, and where it is more than a number can say. */
  get total(): number | null {
    const total = this.#sum.total();
    return this.count > 0 && Number.isFinite(total) ? total : null;
  }

  get mean(): number | null {
    const { total } = this;
    return total === null ? null : total / this.count;
  }
}

class RunSums {
  readonly recorded = new KnownSum();
  readonly pileup = new KnownSum();
  count = 0;
  good = 0;

  add(recorded: number | null, pileup: number | null, isGood: boolean): void {
    this.count++;
    if (isGood) this.good++;
    this.recorded.add(recorded);
    this.pileup.add(pileup);
  }
}
