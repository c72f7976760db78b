import { endReading, hasDied, nameReading } from '../../ingest/pipeline/process-name.ts';
import type { Cancellation } from '../domain/cancellation.ts';
import { LumigraphError } from '../domain/errors.ts';
import { reasonOf, SCORED } from '../domain/prediction.ts';
import type { PartScores } from '../domain/prediction-scores.ts';
import type { Store } from '../store/store.ts';
import type { SeenMember } from '../store/task-members.ts';
import type { NewWatchedScore, RunCount, WatchedContent } from '../store/watches.ts';
import type { WorkerPool } from '../workers/worker-pool.ts';
import { combinedBy, OWN, ownScores, scoreTable } from './combine.ts';
import { problemOf } from './problem.ts';
import type { Subject } from './run-built-in.ts';
import { scoreAll } from './score-all.ts';
import { subjectOf } from './subject.ts';

/** What a watch scores with. */
interface Watched {
  readonly subject: Subject;
  /** Those of which something was learned. */
  readonly content: WatchedContent;
}

type Trouble = (what: string, facts: Record<string, unknown>) => void;

/** Scores of lumisections are written so many at once. */
const LUMISECTIONS_AT_ONCE = 1_000;

/** Scores what has arrived for each watch since it was looked at. */
export class Watcher {
  readonly #store: Store;
  readonly #workers: WorkerPool;
  readonly #cancellation: Cancellation;
  readonly #onTrouble: Trouble;
  /** By prediction: neither its models nor its task change. */
  readonly #known = new Map<number, Watched>();

  constructor(store: Store, workers: WorkerPool, cancellation: Cancellation, onTrouble: Trouble) {
    this.#onTrouble = onTrouble;
    this.#store = store;
    this.#workers = workers;
    this.#cancellation = cancellation;
  }

  /** Looks at every watch once. What keeps one from scoring is kept with it, and is no hindrance to others. */
  async look(): Promise<void> {
    for (const { predictionId, errorCode } of await this.#store.watches.all()) {
      try {
        await this.#lookAt(predictionId, errorCode !== null);
      } catch (error) {
        if (this.#cancellation.reason !== undefined) throw error;
        if (!(error instanceof LumigraphError)) this.#onTrouble('a watch failed', { error, predictionId });
        await this.#store.watches.note(predictionId, problemOf(error));
      }
    }
  }

  async #lookAt(predictionId: number, hasFailed: boolean): Promise<void> {
    const { watches } = this.#store;
    const watched = await this.#watched(predictionId);
    if (watched === null) return;
    const changed = await watches.changedRuns(predictionId, watched.content);
    if (changed.length === 0) return hasFailed ? watches.note(predictionId, null) : undefined;
    const owner = nameReading();
    try {
      if (!(await watches.claim(predictionId, { owner, isDead: hasDied }))) return;
      try {
        const models = await this.#modelsOf(predictionId);
        for (const run of await watches.changedRuns(predictionId, watched.content)) {
          if (!(await this.#score(predictionId, owner, watched, models, run))) return;
        }
        if (hasFailed) await watches.note(predictionId, null);
      } finally {
        await watches.release(predictionId, owner);
      }
    } finally {
      endReading(owner);
    }
  }

  /** @returns false where another process has the watch. */
  async #score(
    predictionId: number,
    lease: string,
    { subject, content }: Watched,
    models: ReadonlyMap<number, Uint8Array>,
    run: RunCount,
  ): Promise<boolean> {
    const { watches } = this.#store;
    const unscored = await watches.unscored(predictionId, run.runNumber, content);
    // a run that is looked at half is looked at again
    const unfinished = { ...run, histograms: -1 };
    for (let from = 0; from === 0 || from < unscored.length; from += LUMISECTIONS_AT_ONCE) {
      const some = unscored.slice(from, from + LUMISECTIONS_AT_ONCE);
      const { answers, scores } = await this.#scoresOf(subject, models, run.runNumber, some);
      const told = some.map(
        (one, i): NewWatchedScore => ({
          ...one,
          score: answers[i] === SCORED ? (scores[i] as number) : null,
          reason: reasonOf(answers[i] as number),
        }),
      );
      const isLast = from + LUMISECTIONS_AT_ONCE >= unscored.length;
      if (!(await watches.record(predictionId, lease, isLast ? run : unfinished, told))) return false;
    }
    return true;
  }

  async #scoresOf(
    { elements }: Subject,
    models: ReadonlyMap<number, Uint8Array>,
    run: number,
    lumisections: readonly { readonly lumisectionNumber: number }[],
  ): Promise<PartScores> {
    const tools = { store: this.#store, workers: this.#workers, cancellation: this.#cancellation };
    const members = lumisections.map(
      ({ lumisectionNumber: first }): SeenMember => ({ part: 'TEST', run, first, last: first, truth: null }),
    );
    const byElement = new Map<number, PartScores>();
    for (const { id, content } of elements) {
      byElement.set(id, await scoreAll(tools, content, [members], models.get(id) ?? null));
    }
    const used = elements.filter(({ id }) => models.has(id));
    const combine = combinedBy(models.get(OWN), tools);
    return ownScores([...byElement.values()], await combine(scoreTable(byElement, used)));
  }

  async #modelsOf(predictionId: number): Promise<Map<number, Uint8Array>> {
    const models = new Map<number, Uint8Array>();
    const [facts = []] = await this.#store.models.of([predictionId]);
    for (const { monitorElementId } of facts) {
      const content = await this.#store.models.content(predictionId, monitorElementId);
      if (content !== null) models.set(monitorElementId, content);
    }
    return models;
  }

  async #watched(predictionId: number): Promise<Watched | null> {
    const known = this.#known.get(predictionId);
    if (known !== undefined) return known;
    const watched = await watchedBy(this.#store, predictionId);
    if (watched !== null) this.#known.set(predictionId, watched);
    return watched;
  }
}

/** What the watch of a prediction looks at; null where it has no models. @throws NotFoundError as subjectOf does */
export async function watchedBy(store: Store, predictionId: number): Promise<Watched | null> {
  const [prediction] = await store.reads.predictions([predictionId]);
  const [task] = prediction ? await store.reads.tasks([prediction.taskId]) : [];
  const [models = []] = await store.models.of([predictionId]);
  const monitorElementIds = models.map((model) => model.monitorElementId).filter((id) => id !== OWN);
  if (!task || monitorElementIds.length === 0) return null;
  const subject = await subjectOf(store, task);
  const datasetId = subject.elements[0]?.content.datasetId as number;
  return { subject, content: { datasetId, monitorElementIds } };
}
