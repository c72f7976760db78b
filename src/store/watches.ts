import { madeStorable } from '../domain/storable-text.ts';
import type { Watch, WatchedRun, WatchedScore } from '../generated/sqlite/client.ts';
import type { Column, Database, Queries, Transaction } from './database.ts';
import { rowOfIds } from './rows-of-ids.ts';
import type { Lease } from './store.ts';
import { isLeft, lapsed } from './strategy-runs.ts';

/** The histograms that a watch looks at. */
export interface WatchedContent {
  readonly datasetId: number;
  readonly monitorElementIds: readonly number[];
}

/** How many histograms of a watch a run has. */
export type RunCount = Pick<WatchedRun, 'runNumber' | 'histograms'>;
export type NewWatchedScore = Pick<WatchedScore, 'lumisectionNumber' | 'score' | 'reason' | 'histograms'>;

/** Lumisections are told of so many in one event. */
const TOLD_AT_ONCE = 500;

/** Predictions whose models score lumisections as they arrive. One process at a time looks after a watch, by a lease. */
export interface Watches {
  /** Begins a watch, for what comes from now on; one that there is stays. */
  start(predictionId: number, author: string, content: WatchedContent): Promise<Watch>;
  /** Ends a watch; its scores stay. @returns whether there was one. */
  stop(predictionId: number): Promise<boolean>;
  of(predictionIds: readonly number[]): Promise<(Watch | null)[]>;
  /** All of them, by prediction. */
  all(): Promise<Watch[]>;
  /** @returns false where another process looks after it, or it was ended. */
  claim(predictionId: number, lease: Lease): Promise<boolean>;
  release(predictionId: number, lease: string): Promise<void>;
  /** Keeps what keeps a watch from scoring, whoever has it; null: nothing. */
  note(predictionId: number, problem: { readonly code: string; readonly message: string } | null): Promise<void>;
  /** Runs that have other numbers of histograms than when they were looked at; ascending. */
  changedRuns(predictionId: number, content: WatchedContent): Promise<RunCount[]>;
  /** Lumisections of a run with more histograms than when they were scored; ascending. */
  unscored(
    predictionId: number,
    run: number,
    content: WatchedContent,
  ): Promise<Omit<NewWatchedScore, 'score' | 'reason'>[]>;
  /** Keeps scores, and tells of them; `run` was looked at whole. @returns false where the lease is lost. */
  record(predictionId: number, lease: string, run: RunCount, scores: readonly NewWatchedScore[]): Promise<boolean>;
  /** By run and lumisection, those behind `after`; the first `most`. */
  page(
    predictionId: number,
    page: { readonly after: readonly [run: number, lumisection: number]; readonly most: number },
  ): Promise<WatchedScore[]>;
  /** Of these lumisections of a run, by number. */
  scores(predictionId: number, run: number, lumisections: readonly number[]): Promise<WatchedScore[]>;
}

const LEASE_SECONDS = 60;

const SCORE_COLUMNS: readonly Column[] = [
  { name: 'run_number', type: 'integer' },
  { name: 'prediction_id', type: 'integer' },
  { name: 'lumisection_number', type: 'integer' },
  { name: 'score', type: 'float' },
  { name: 'reason', type: 'text' },
  { name: 'histograms', type: 'integer' },
  { name: 'scored_at', type: 'time' },
];

export const createWatches = (database: Pick<Database, 'dialect' | 'all' | 'arrays' | 'write'>): Watches => {
  const { dialect } = database;
  const [before, behind] = dialect.oneOf.int;
  return {
    start: (predictionId, author, content) =>
      database.write(async (transaction) => {
        const [known] = await watchOf(transaction, predictionId);
        if (known !== undefined) return known;
        await transaction.all('INSERT INTO watch (prediction_id, author, created_at) VALUES ($1, $2, $3)', [
          ...[predictionId, author, new Date()],
        ]);
        for (const count of await countsOf(transaction, content)) await keepCount(transaction, predictionId, count);
        transaction.publish({ kind: 'strategyRun', predictionId });
        return (await watchOf(transaction, predictionId))[0] as Watch;
      }),

    stop: (predictionId) =>
      database.write(async (transaction) => {
        const gone = await transaction.all('DELETE FROM watch WHERE prediction_id = $1 RETURNING prediction_id', [
          predictionId,
        ]);
        await transaction.all('DELETE FROM watched_run WHERE prediction_id = $1', [predictionId]);
        return gone.length > 0;
      }),

    of: (ids) => rowOfIds<Watch>(database, 'SELECT * FROM watch', 'prediction_id', ids),

    all: () => database.all<Watch>('SELECT * FROM watch ORDER BY prediction_id'),

    claim: (predictionId, { owner, isDead }) =>
      database.write(async (transaction) => {
        const [row] = await transaction.all<Watch & { lapsed: number }>(
          `SELECT *, ${lapsed(dialect)} AS lapsed FROM watch WHERE prediction_id = $1 ${dialect.lockFreeRows}`,
          [predictionId],
        );
        if (row === undefined || !isLeft(row, isDead)) return false;
        await transaction.all(
          `UPDATE watch SET lease_owner = $2, lease_expires_at = ${dialect.timeFromNow(LEASE_SECONDS)}
           WHERE prediction_id = $1`,
          [predictionId, owner],
        );
        return true;
      }),

    release: (predictionId, lease) =>
      database.write(async (transaction) => {
        await transaction.all(
          `UPDATE watch SET lease_owner = NULL, lease_expires_at = NULL WHERE prediction_id = $1 AND lease_owner = $2`,
          [predictionId, lease],
        );
      }),

    note: (predictionId, problem) =>
      database.write(async (transaction) => {
        await transaction.all('UPDATE watch SET error_code = $2, error_message = $3 WHERE prediction_id = $1', [
          ...[predictionId, problem?.code ?? null, problem === null ? null : madeStorable(problem.message)],
        ]);
      }),

    async changedRuns(predictionId, content) {
      const seen = await database.arrays<[number, number]>(
        'SELECT run_number, histograms FROM watched_run WHERE prediction_id = $1',
        [predictionId],
      );
      const known = new Map(seen);
      const now = await countsOf(database, content);
      return now.filter(({ runNumber, histograms }) => known.get(runNumber) !== histograms);
    },

    async unscored(predictionId, run, { datasetId, monitorElementIds }) {
      const stored = await database.arrays<[number, number]>(
        `SELECT lumisection_number, count(*) FROM lumisection_histogram
         WHERE run_number = $1 AND dataset_id = $2 AND monitor_element_id ${before}$3${behind}
         GROUP BY lumisection_number ORDER BY lumisection_number`,
        [run, datasetId, dialect.listParameter(monitorElementIds)],
      );
      const scored = await database.arrays<[number, number]>(
        'SELECT lumisection_number, histograms FROM watched_score WHERE run_number = $1 AND prediction_id = $2',
        [run, predictionId],
      );
      const known = new Map(scored);
      return stored
        .map(([lumisectionNumber, histograms]) => ({ lumisectionNumber, histograms: Number(histograms) }))
        .filter(({ lumisectionNumber, histograms }) => (known.get(lumisectionNumber) ?? 0) < histograms);
    },

    record: (predictionId, lease, run, scores) =>
      database.write(async (transaction) => {
        const held = await transaction.all(
          `UPDATE watch SET lease_expires_at = ${dialect.timeFromNow(LEASE_SECONDS)}
           WHERE prediction_id = $1 AND lease_owner = $2 RETURNING prediction_id`,
          [predictionId, lease],
        );
        if (held.length === 0) return false;
        // deleted meanwhile, with all that was said of it
        if ((await transaction.all('SELECT 1 FROM run WHERE number = $1', [run.runNumber])).length === 0) return true;
        const now = new Date();
        await transaction.insert(
          'watched_score',
          SCORE_COLUMNS,
          scores.map(({ lumisectionNumber, score, reason, histograms }) => [
            ...[run.runNumber, predictionId, lumisectionNumber],
            ...[score, reason, histograms, now],
          ]),
          `ON CONFLICT (run_number, prediction_id, lumisection_number) DO UPDATE SET score = excluded.score,
             reason = excluded.reason, histograms = excluded.histograms, scored_at = excluded.scored_at`,
        );
        await keepCount(transaction, predictionId, run);
        for (let from = 0; from < scores.length; from += TOLD_AT_ONCE) {
          const lumisections = scores.slice(from, from + TOLD_AT_ONCE).map((one) => one.lumisectionNumber);
          transaction.publish({ kind: 'scored', predictionId, run: run.runNumber, lumisections });
        }
        return true;
      }),

    page: (predictionId, { after: [run, lumisection], most }) =>
      database.all<WatchedScore>(
        `SELECT * FROM watched_score WHERE prediction_id = $1 AND (run_number, lumisection_number) > ($2, $3)
         ORDER BY run_number, lumisection_number LIMIT $4`,
        [predictionId, run, lumisection, most],
      ),

    scores: (predictionId, run, lumisections) =>
      database.all<WatchedScore>(
        `SELECT * FROM watched_score WHERE run_number = $1 AND prediction_id = $2 AND lumisection_number ${before}$3${behind}
         ORDER BY lumisection_number`,
        [run, predictionId, dialect.listParameter(lumisections)],
      ),
  };

  async function countsOf(queries: Queries, { datasetId, monitorElementIds }: WatchedContent): Promise<RunCount[]> {
    const rows = await queries.arrays<[number, number]>(
      `SELECT run_number, sum(lumisection_count) FROM run_monitor_element
       WHERE monitor_element_id ${before}$1${behind} AND dataset_id = $2 GROUP BY run_number ORDER BY run_number`,
      [dialect.listParameter(monitorElementIds), datasetId],
    );
    return rows.map(([runNumber, histograms]) => ({ runNumber, histograms: Number(histograms) }));
  }
};

const watchOf = (transaction: Transaction, predictionId: number) =>
  transaction.all<Watch>('SELECT * FROM watch WHERE prediction_id = $1', [predictionId]);

async function keepCount(transaction: Transaction, predictionId: number, { runNumber, histograms }: RunCount) {
  await transaction.all(
    `INSERT INTO watched_run (run_number, prediction_id, histograms) VALUES ($1, $2, $3)
     ON CONFLICT (run_number, prediction_id) DO UPDATE SET histograms = excluded.histograms`,
    [runNumber, predictionId, histograms],
  );
}
