import type { StoreEvent } from './events.ts';

type Rows = <Row extends unknown[]>(sql: string, ...parameters: (string | number)[]) => Row[];

/** What is known of the scores of a watch. */
interface Seen {
  /** How many histograms each run had when it was looked at: another number, and it has new scores. */
  readonly runs: ReadonlyMap<number, number>;
  /** When the newest score was made, as it is stored. */
  readonly newest: string | number;
}

/** Scores of watches that are listened to, as they were when they were last looked at. */
export class WatchedScoresSeen {
  readonly #rows: Rows;
  readonly #seen = new Map<number, Seen>();

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** Takes the scores of a prediction as they are now. */
  learn(predictionId: number): void {
    const [[newest] = [null]] = this.#rows<[string | number | null]>(
      'SELECT max(scored_at) FROM watched_score WHERE prediction_id = ?',
      predictionId,
    );
    const runs = new Map(
      this.#rows<[number, number]>(
        'SELECT run_number, histograms FROM watched_run WHERE prediction_id = ?',
        predictionId,
      ),
    );
    // smaller than every time, whether these are numbers or texts
    this.#seen.set(predictionId, { runs, newest: newest ?? 0 });
  }

  knows(predictionId: number): boolean {
    return this.#seen.has(predictionId);
  }

  /** What became of the scores of these predictions since; of others nothing is known any more. */
  compare(predictionIds: readonly number[]): StoreEvent[] {
    const events: StoreEvent[] = [];
    for (const predictionId of predictionIds) {
      const before = this.#seen.get(predictionId);
      this.learn(predictionId);
      if (before === undefined) continue;
      for (const [run, histograms] of this.#seen.get(predictionId)?.runs ?? []) {
        if (before.runs.get(run) === histograms) continue;
        const rows = this.#rows<[number]>(
          `SELECT lumisection_number FROM watched_score WHERE run_number = ? AND prediction_id = ? AND scored_at >= ?
           ORDER BY lumisection_number`,
          ...[run, predictionId, before.newest],
        );
        const lumisections = rows.map(([number]) => number);
        if (lumisections.length > 0) events.push({ kind: 'scored', predictionId, run, lumisections });
      }
    }
    for (const known of this.#seen.keys()) if (!predictionIds.includes(known)) this.#seen.delete(known);
    return events;
  }

  clear(): void {
    this.#seen.clear();
  }
}
