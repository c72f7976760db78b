import type { Cancellation } from '../domain/cancellation.ts';
import { InvalidInputError } from '../domain/errors.ts';
import type { MemberIndex } from '../domain/member-index.ts';
import type { PartScores } from '../domain/prediction-scores.ts';
import { TASK_PARTS, type TaskPart } from '../domain/task.ts';
import type { MemberContent } from '../export/member-histograms.ts';
import type { Store } from '../store/store.ts';
import type { NotLearned } from '../store/strategy-runs.ts';
import type { WorkerPool } from '../workers/worker-pool.ts';
import type { BuiltIn } from './built-in.ts';
import { learnedCombination, OWN, ownScores, scoreTable } from './combine.ts';
import { assertModelSize, learnedFrom, readTraining } from './learn.ts';
import { membersOf } from './members.ts';
import { scoreAll } from './score-all.ts';

/** What a task has for strategies. */
export interface Subject {
  readonly taskId: number;
  readonly index: MemberIndex;
  readonly elements: readonly { readonly id: number; readonly path: string; readonly content: MemberContent }[];
}

export interface Tools {
  readonly store: Store;
  readonly workers: WorkerPool;
  readonly cancellation: Cancellation;
  /** Told of steps as they are done: members that were read. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface BuiltInResult {
  /** By monitor element (id), those that were learned; 0: how their scores become one, where there are several. */
  readonly models: ReadonlyMap<number, Uint8Array>;
  readonly notLearned: readonly NotLearned[];
  /** Of members, in their order; by monitor element (id), and their own (0). */
  readonly scores: ReadonlyMap<TaskPart, ReadonlyMap<number, PartScores>>;
}

/**
 * Fits a built-in strategy to the training part of a task, one model for each monitor element, and scores the members of
 * all parts; scores of several monitor elements become one by the combination.
 * Numbers depend on what is stored alone, whatever database and however many threads there are.
 * @throws InvalidInputError where nothing can be learned of any monitor element; the reason of the cancellation
 */
export async function runBuiltIn(tools: Tools, subject: Subject, builtIn: BuiltIn): Promise<BuiltInResult> {
  const progress = new Progress(tools, subject, builtIn);
  const models = new Map<number, Uint8Array>();
  const notLearned: NotLearned[] = [];
  const scores = new Map(TASK_PARTS.map((part) => [part, new Map<number, PartScores>()]));
  let failure: InvalidInputError | undefined;
  for (const { id, path, content } of subject.elements) {
    const model = await fitted(tools, subject, builtIn, content, path).catch((error: unknown) => {
      if (!(error instanceof InvalidInputError)) throw error;
      failure ??= error;
      notLearned.push({ monitorElement: path, reason: error.message });
      return null;
    });
    progress.step(learnedFrom(subject.index, builtIn.learnFrom));
    if (model !== null) models.set(id, model);
    for (const part of TASK_PARTS) {
      const members = membersOf(tools.store, subject.taskId, part);
      partOf(scores, part).set(id, await scoreAll(tools, content, members, model, (count) => progress.step(count)));
    }
  }
  if (failure !== undefined && models.size === 0) throw failure;
  const used = subject.elements.filter(({ id }) => models.has(id));
  const combine = await learnedCombination(tools, subject, builtIn, {
    used,
    models,
    validation: partOf(scores, 'VALIDATION'),
  });
  for (const byElement of scores.values()) {
    const values = await combine(scoreTable(byElement, used));
    byElement.set(OWN, ownScores([...byElement.values()], values));
  }
  return { models, notLearned, scores };
}

const partOf = <Value>(byPart: ReadonlyMap<TaskPart, Value>, part: TaskPart) => byPart.get(part) as Value;

async function fitted(
  { store, workers, cancellation }: Tools,
  subject: Subject,
  builtIn: BuiltIn,
  content: MemberContent,
  path: string,
): Promise<Uint8Array> {
  const { strategy, parameters, preparation, seed, learnFrom } = builtIn;
  const rows = await readTraining(store, { ...subject, content, learnFrom, seed });
  const task = { rows, strategy, parameters, preparation, seed };
  const model = await workers.run('fitStrategy', task, { cancellation, transfer: [rows.bytes.buffer] });
  assertModelSize(model, path);
  return model;
}

class Progress {
  readonly #tools: Tools;
  readonly #total: number;
  #done = 0;

  constructor(tools: Tools, { index, elements }: Subject, { learnFrom }: BuiltIn) {
    this.#tools = tools;
    this.#total = elements.length * (index.columns.run.length + learnedFrom(index, learnFrom));
  }

  step(members: number): void {
    this.#done += members;
    this.#tools.onProgress?.(this.#done, this.#total);
  }
}
