import type { Scope } from '../../src/domain/viewer.ts';
import type { Store } from '../../src/store/store.ts';
import { type Ask, asker } from './ask.ts';
import { CHARGE, fillTaskWorld, RUNS, SIZE } from './task-world.ts';
import { UL2018 } from './world.ts';

/** The world of tasks with a frozen one, `judged`, and who takes part in it. */
export interface PredictionWorld {
  readonly root: Ask;
  readonly author: Ask;
  readonly rival: Ask;
  readonly reader: Ask;
}

const CREATE = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { created } }';
const FREEZE = 'mutation ($task: String!) { freezeTask(input: { task: $task }) { task { hash } } }';

export const JUDGED = {
  ...{ name: 'judged', monitorElements: [CHARGE.path, SIZE.path], dataset: UL2018, seed: 7, metric: 'ROC_AUC' },
  truth: { positive: 'dcs-2018 - golden-2018', negative: 'golden-2018' },
  ...{ training: { runs: [RUNS[0]] }, validation: { runs: [RUNS[1]] }, testing: { runs: [RUNS[2]] } },
};

export async function fillPredictionWorld(store: Store): Promise<PredictionWorld> {
  await fillTaskWorld(store);
  const withToken = async (name: string, scopes: Scope[]) => {
    const expiresAt = new Date(Date.now() + 600_000);
    return asker(store, {}, (await store.tokens.create({ name, scopes, expiresAt }, 'test')).secret);
  };
  const world = {
    root: asker(store),
    author: await withToken('author', ['challenge']),
    rival: await withToken('rival', ['challenge']),
    reader: asker(store, {}, null),
  };
  await freeze(world.root, JUDGED);
  return world;
}

/** Makes a task and freezes it. */
export async function freeze(
  ask: Ask,
  input: Readonly<Record<string, unknown>> & { readonly name: string },
): Promise<void> {
  for (const answer of [await ask(CREATE, { input }), await ask(FREEZE, { task: input.name })]) {
    if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  }
}

/** Scores of all lumisections of runs; null: none. */
export const scoresOf = (
  runs: readonly number[],
  score: (lumisection: number, run: number) => number | null,
): { run: number; lumisection: number; score: number }[] =>
  runs.flatMap((run) =>
    Array.from({ length: 10 }, (_, i) => ({ run, lumisection: i + 1, score: score(i + 1, run) })).filter(
      (one): one is { run: number; lumisection: number; score: number } => one.score !== null,
    ),
  );
