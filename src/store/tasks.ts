import { Cancellation } from '../domain/cancellation.ts';
import { InvalidInputError, type LumigraphError, NotFoundError, UnavailableError } from '../domain/errors.ts';
import { definitionOf, type TaskDefinition, type TaskMember, type TaskPart } from '../domain/task.ts';
import { type BoardScope, publicRuns } from '../domain/task-board.ts';
import { TaskHash } from '../domain/task-hash.ts';
import { isAuthor } from '../domain/viewer.ts';
import type { Task } from '../generated/sqlite/client.ts';
import type { CheckedQuery } from './checked-query.ts';
import type { Transaction } from './database.ts';
import { type HiddenTasks, veilOf } from './hidden-tasks.ts';
import { type SubmissionCount, submissionCounts } from './submissions.ts';
import { type Asker, boardScope, closedPart, publicRunsOf } from './task-access.ts';
import { type AssembledTask, assembleTask } from './task-assembly.ts';
import { type TaskChanges, taskChanges } from './task-changes.ts';
import { ContentReader } from './task-content.ts';
import {
  deleteMembers,
  injectedMembers,
  type MemberPlace,
  memberPage,
  replaceMembers,
  type SeenMember,
} from './task-members.ts';
import { nameOf } from './task-truth.ts';
import { Turn } from './turn.ts';

/** What may be changed of a draft. */
export type TaskUpdate = Partial<TaskDefinition> & { readonly name?: string };

/** Tasks: what strategies compete on. Definitions are checked, with all that they name, whenever they are written. */
export interface Tasks {
  /**
   * Makes a draft, unless there is a task of this name, author and definition: then that one is given back.
   * @throws InvalidInputError (reason NAME_TAKEN) where another task has the name; whatever assembling it throws.
   */
  create(
    task: { readonly name: string; readonly author: string },
    definition: TaskDefinition,
  ): Promise<{ task: Task; created: boolean }>;
  /**
   * Changes what is given of a draft, and looks up anew what it names.
   * @throws InvalidInputError (reason FROZEN, NAME_TAKEN); NotFoundError; whatever assembling it throws.
   */
  update(id: number, changes: TaskUpdate): Promise<Task>;
  /**
   * Looks up anew what a draft names, and keeps that with its hash. A frozen task is given back as it is.
   * @throws NotFoundError; UnavailableError where the draft is changed meanwhile; whatever assembling it throws.
   */
  freeze(id: number): Promise<{ task: Task; frozen: boolean }>;
  /** @throws InvalidInputError (reason FROZEN). @returns whether there was one. */
  delete(id: number): Promise<boolean>;
  /** Members of a part by run and first lumisection, behind `after`; the first `most`. */
  members(
    id: number,
    part: TaskPart,
    page: { readonly after: MemberPlace | undefined; readonly most: number },
  ): Promise<SeenMember[]>;
  /** See injectedMembers. */
  injected(id: number, part: TaskPart): ReturnType<typeof injectedMembers>;
  /** What is another thing than when the task was frozen, of runs behind `after` (0: from the first). */
  changes(task: Task, after: number): Promise<TaskChanges>;
  /** Opens the hidden truth of a frozen task to everybody, for good. A task whose truth is open is given back as it is. */
  reveal(id: number): Promise<Task>;
  /** Of which of its test runs whoever asks may see evaluations: see boardScope. */
  boardScope(task: Pick<Task, 'id'>): Promise<BoardScope>;
  /** A part that strategies learn from, whose truth is hidden from whoever asks: see closedPart. */
  closedPart(task: Pick<Task, 'id'>): Promise<TaskPart | null>;
  /** The test runs that are the public part of a task; empty where it has none. */
  publicRuns(id: number): Promise<ReadonlySet<number>>;
  /** What each author has had evaluated on a task, by name. */
  submissions(id: number): Promise<SubmissionCount[]>;
}

/** @param asker who asks; null: the server itself, to whom nothing is hidden. */
export const createTasks = (query: CheckedQuery, hidden: HiddenTasks, asker: Asker | null): Tasks => ({
  create: (task, definition) => create(query, task, definition),
  update: async (id, changes) => update(await seenByAuthor(query, hidden, asker, id), id, changes),
  freeze: async (id) => {
    const frozen = await freeze(await seenByAuthor(query, hidden, asker, id), id);
    if (frozen.task.isTruthHidden) await hidden.read();
    return frozen;
  },
  reveal: async (id) => {
    const task = await reveal(query, id);
    await hidden.read();
    return task;
  },
  boardScope: (task) => boardScope(query.database, task, asker === null ? [] : hidden.from(asker).map(({ id }) => id)),
  closedPart: (task) => closedPart(query.database, task, asker === null ? [] : hidden.from(asker).map(({ id }) => id)),
  publicRuns: (id) => publicRunsOf(query.database, id),
  submissions: (id) => submissionCounts(query.database, id, new Date()),
  delete: (id) => query.database.write((transaction) => remove(transaction, id), { alone: true }),
  members: (id, part, page) => memberPage(query.database, id, part, page),
  injected: (id, part) => injectedMembers(query.database, id, part),
  changes: (task, after) => query.database.snapshot((queries) => taskChanges(query, queries, task, after)),
});

/**
 * A task is made of what its author may see: whoever else has the right to change or freeze it may see more, and the author
 * would see that in the task. To ask for a hidden truth takes the scope `admin`, before whom nothing is hidden.
 */
async function seenByAuthor(
  query: CheckedQuery,
  hidden: HiddenTasks,
  asker: Asker | null,
  id: number,
): Promise<CheckedQuery> {
  const { author, isTruthHidden } = await found(query, id);
  if (asker === null || isTruthHidden || isAuthor(asker, author)) return query;
  const eyes: Asker = { name: author, scopes: [], authenticated: true };
  const veil = veilOf(hidden, eyes, () => {});
  return query.for(veil, query.names, new Cancellation());
}

async function create(
  query: CheckedQuery,
  { name, author }: { name: string; author: string },
  definition: TaskDefinition,
) {
  const assembled = await query.database.snapshot((queries) => assembleTask(query, queries, definition));
  return query.database.write(
    async (transaction) => {
      const [known] = await transaction.all<Task>('SELECT * FROM task WHERE name = $1', [name]);
      if (known !== undefined) {
        if (known.author === author && known.definition === JSON.stringify(definition))
          return { task: known, created: false };
        throw nameTaken(name);
      }
      const now = new Date();
      const [row] = await transaction.arrays<[number]>(
        `INSERT INTO task (name, description, state, author, dataset, granularity, window_length, metric, seed, is_truth_hidden,
           definition, made_of, left_out, created_at, updated_at)
         VALUES ($1, $2, 'DRAFT', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id`,
        [...namedColumns(name, definition, author), ...assembledColumns(definition, assembled), now, now],
      );
      const id = row?.[0] as number;
      await replaceMembers(transaction, id, assembled.members);
      return { task: await stored(transaction, id), created: true };
    },
    { alone: true },
  );
}

/** In the order of the columns `name` to `is_truth_hidden`, without the state. */
const namedColumns = (name: string, definition: TaskDefinition, author: string) => {
  const { description, dataset, granularity, windowLength, metric, seed, isTruthHidden } = definition;
  return [name, description, author, dataset, granularity, windowLength, metric, seed, isTruthHidden];
};

/** `definition`, `made_of`, `left_out` */
const assembledColumns = (definition: TaskDefinition, { madeOf, leftOut }: AssembledTask) =>
  [definition, madeOf, leftOut].map((value) => JSON.stringify(value));

async function update(query: CheckedQuery, id: number, { name, ...changes }: TaskUpdate): Promise<Task> {
  const draft = await draftOf(query, id);
  const definition: TaskDefinition = { ...definitionOf(draft), ...changes };
  const assembled = await query.database.snapshot((queries) => assembleTask(query, queries, definition));
  return query.database.write(
    async (transaction) => {
      await assertUnchanged(transaction, draft);
      const called = name ?? draft.name;
      const others = await transaction.arrays('SELECT 1 FROM task WHERE name = $1 AND id <> $2', [called, id]);
      if (others.length > 0) throw nameTaken(called);
      await transaction.all(
        `UPDATE task SET name = $1, description = $2, author = $3, dataset = $4, granularity = $5, window_length = $6,
           metric = $7, seed = $8, is_truth_hidden = $9, definition = $10, made_of = $11, left_out = $12, updated_at = $13
         WHERE id = $14`,
        [...namedColumns(called, definition, draft.author), ...assembledColumns(definition, assembled), new Date(), id],
      );
      await replaceMembers(transaction, id, assembled.members);
      return stored(transaction, id);
    },
    { alone: true },
  );
}

async function freeze(query: CheckedQuery, id: number): Promise<{ task: Task; frozen: boolean }> {
  const known = await found(query, id);
  if (known.state === 'FROZEN') return { task: known, frozen: false };
  const definition = definitionOf(known);
  const { assembled, digests, hash } = await query.database.snapshot(async (queries) => {
    const assembled = await assembleTask(query, queries, definition);
    const content = { ...assembled.subject, dataset: definition.dataset, minEntries: definition.minEntries };
    const reader = new ContentReader(query.database.dialect, queries, content);
    const digests = await digestsOf(reader, assembled.members);
    return { assembled, digests, hash: await hashOf(definition, assembled, digests) };
  });
  const task = await query.database.write(
    async (transaction) => {
      await assertUnchanged(transaction, known);
      const now = new Date();
      await transaction.all(
        `UPDATE task SET state = 'FROZEN', hash = $1, made_of = $2, left_out = $3, updated_at = $4, frozen_at = $5 WHERE id = $6`,
        [hash, ...assembledColumns(definition, assembled).slice(1), now, now, id],
      );
      await replaceMembers(transaction, id, assembled.members, digests);
      if (definition.isTruthHidden) await hide(query, transaction, id, publicRuns(testMembers(assembled), definition));
      return stored(transaction, id);
    },
    { alone: true },
  );
  return { task, frozen: true };
}

const testMembers = ({ members }: AssembledTask) => members.filter(({ part }) => part === 'TEST');

/** From now on what is certified of the test runs is closed. */
async function hide(
  { database: { dialect } }: CheckedQuery,
  transaction: Transaction,
  id: number,
  shown: ReadonlySet<number>,
): Promise<void> {
  const [before, behind] = dialect.oneOf.int;
  await transaction.all(
    `INSERT INTO hidden_run (run_number, task_id, is_public)
     SELECT m.run_number, m.task_id, m.run_number ${before}$2${behind} FROM task_member m
     WHERE m.task_id = $1 AND m.part = 'TEST' GROUP BY m.run_number, m.task_id`,
    [id, dialect.listParameter([...shown])],
  );
  transaction.publish({ kind: 'tasks' });
}

function reveal({ database }: CheckedQuery, id: number): Promise<Task> {
  return database.write(
    async (transaction) => {
      const now = new Date();
      await transaction.all(
        `UPDATE task SET revealed_at = $1, updated_at = $1
         WHERE id = $2 AND is_truth_hidden AND state = 'FROZEN' AND revealed_at IS NULL`,
        [now, id],
      );
      transaction.publish({ kind: 'tasks' });
      const task = await stored(transaction, id);
      if (task === null) throw noTask();
      if (task.state === 'FROZEN') return task;
      throw new InvalidInputError(
        `the task ${JSON.stringify(task.name)} is a draft: what it hides is open until it is frozen`,
        {
          reason: 'DRAFT',
        },
      );
    },
    { alone: true },
  );
}

/** Aligned with the members, which come by part and run; a run in two parts is read twice. */
async function digestsOf(reader: ContentReader, members: readonly TaskMember[]): Promise<Uint8Array[]> {
  const digests: Uint8Array[] = [];
  for (let from = 0; from < members.length; ) {
    const { run, part } = members[from] as TaskMember;
    let to = from;
    while (members[to]?.run === run && members[to]?.part === part) to++;
    digests.push(...(await reader.digests(run, members.slice(from, to))));
    from = to;
  }
  return digests;
}

async function hashOf(
  definition: TaskDefinition,
  { members, madeOf }: AssembledTask,
  digests: readonly Uint8Array[],
): Promise<string> {
  const hash = new TaskHash({
    ...definition,
    truthVersions: madeOf.map(nameOf),
    hidesTruth: definition.isTruthHidden,
  });
  const turn = new Turn();
  for (const [i, member] of members.entries()) {
    hash.add(member, digests[i] as Uint8Array);
    await turn.pass();
  }
  return hash.digest();
}

async function remove(transaction: Transaction, id: number): Promise<boolean> {
  const [task] = await transaction.all<Task>('SELECT * FROM task WHERE id = $1', [id]);
  if (task === undefined) return false;
  if (task.state === 'FROZEN') throw isFrozen(task.name);
  await deleteMembers(transaction, id);
  await transaction.all('DELETE FROM task WHERE id = $1', [id]);
  return true;
}

async function found({ database }: CheckedQuery, id: number): Promise<Task> {
  const [task] = await database.all<Task>('SELECT * FROM task WHERE id = $1', [id]);
  if (task === undefined) throw noTask();
  return task;
}

const noTask = () => new NotFoundError('the task is not stored (any more)', { field: 'task' });

async function draftOf(query: CheckedQuery, id: number): Promise<Task> {
  const task = await found(query, id);
  if (task.state === 'FROZEN') throw isFrozen(task.name);
  return task;
}

const stored = async (transaction: Transaction, id: number): Promise<Task> =>
  ((await transaction.all<Task>('SELECT * FROM task WHERE id = $1', [id]))[0] ?? null) as Task;

/** What was looked up is of a draft that may have changed since. */
async function assertUnchanged(transaction: Transaction, { id, definition, state }: Task): Promise<void> {
  const [now] = await transaction.all<Task>('SELECT * FROM task WHERE id = $1', [id]);
  if (now?.definition === definition && now.state === state) return;
  throw new UnavailableError('the task was changed meanwhile: look at it again', { reason: 'CHANGED' });
}

const nameTaken = (name: string): LumigraphError =>
  new InvalidInputError(`name: another task is called ${JSON.stringify(name)}`, {
    field: 'name',
    reason: 'NAME_TAKEN',
  });

const isFrozen = (name: string): LumigraphError =>
  new InvalidInputError(`the task ${JSON.stringify(name)} is frozen: make another one under a name of its own`, {
    reason: 'FROZEN',
  });
