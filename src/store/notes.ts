import { randomUUID } from 'node:crypto';
import { NotFoundError } from '../domain/errors.ts';
import type { Note } from '../generated/sqlite/client.ts';
import type { Column, Database, Transaction } from './database.ts';
import type { Dialect } from './dialect.ts';
import { prune, Touched } from './prune.ts';

/** What somebody writes; null: of the whole run, to the end of it, of no monitor element in particular. */
export type NoteContent = Pick<
  Note,
  'runNumber' | 'lumisectionFirst' | 'lumisectionLast' | 'monitorElementId' | 'text' | 'author'
>;
export type NoteKey = Pick<Note, 'runNumber' | 'id'>;
export type NoteChanges = Partial<
  Pick<NoteContent, 'lumisectionFirst' | 'lumisectionLast' | 'monitorElementId' | 'text'>
>;

/** What people write about runs. */
export interface Notes {
  /**
   * Adds a note, unless there is one of this author that says the same of the same: then that one is given back.
   * @throws NotFoundError where the run, or the monitor element, is not stored.
   */
  create(content: NoteContent): Promise<{ note: Note; created: boolean }>;
  /** Changes what is given, and the time of the change where that is another content. @throws NotFoundError */
  update(key: NoteKey, changes: NoteChanges): Promise<Note>;
  /** @returns whether there was one. */
  delete(key: NoteKey): Promise<boolean>;
}

const COLUMNS: readonly Column[] = [
  { name: 'run_number', type: 'integer' },
  { name: 'id', type: 'text' },
  { name: 'lumisection_first', type: 'integer' },
  { name: 'lumisection_last', type: 'integer' },
  { name: 'monitor_element_id', type: 'integer' },
  { name: 'text', type: 'text' },
  { name: 'author', type: 'text' },
  { name: 'created_at', type: 'time' },
  { name: 'updated_at', type: 'time' },
];

/** Notes are few: each change lets nobody else write meanwhile, so that a look and a deed are one. */
const ALONE = { alone: true } as const;

export const createNotes = (database: Pick<Database, 'write' | 'dialect'>): Notes => ({
  create: (content) => database.write((transaction) => create(transaction, content), ALONE),
  update: (key, changes) => database.write((transaction) => update(transaction, database.dialect, key, changes), ALONE),
  delete: ({ runNumber, id }) =>
    database.write(async (transaction) => {
      const gone = await transaction.arrays<[number | null]>(
        'DELETE FROM note WHERE run_number = $1 AND id = $2 RETURNING monitor_element_id',
        [runNumber, id],
      );
      for (const [element] of gone) await pruneAfter(transaction, database.dialect, runNumber, element);
      return gone.length > 0;
    }, ALONE),
});

async function create(transaction: Transaction, content: NoteContent): Promise<{ note: Note; created: boolean }> {
  const { runNumber, lumisectionFirst, lumisectionLast, monitorElementId, text, author } = content;
  const runs = await transaction.arrays('SELECT 1 FROM run WHERE number = $1', [runNumber]);
  if (runs.length === 0) throw new NotFoundError(`run ${runNumber} is not stored`, { field: 'run' });
  await assertElement(transaction, monitorElementId);
  const [known] = await transaction.all<Note>(
    `SELECT * FROM note WHERE run_number = $1 AND coalesce(lumisection_first, 0) = $2
       AND coalesce(lumisection_last, 0) = $3 AND coalesce(monitor_element_id, 0) = $4 AND author = $5 AND text = $6
     ORDER BY created_at, id`,
    [runNumber, lumisectionFirst ?? 0, lumisectionLast ?? 0, monitorElementId ?? 0, author, text],
  );
  if (known) return { note: known, created: false };
  const now = new Date();
  const note = { ...content, id: randomUUID(), createdAt: now, updatedAt: now };
  await transaction.insert('note', COLUMNS, [
    [runNumber, note.id, lumisectionFirst, lumisectionLast, monitorElementId, text, author, now, now],
  ]);
  return { note, created: true };
}

async function update(
  transaction: Transaction,
  dialect: Dialect,
  { runNumber, id }: NoteKey,
  changes: NoteChanges,
): Promise<Note> {
  const [stored] = await transaction.all<Note>('SELECT * FROM note WHERE run_number = $1 AND id = $2', [runNumber, id]);
  if (!stored) throw new NotFoundError('the note is not stored (any more)', { field: 'id' });
  await assertElement(transaction, changes.monitorElementId ?? null);
  const changed = { ...stored, ...changes };
  const { lumisectionFirst, lumisectionLast, monitorElementId, text } = changed;
  if (Object.entries(changes).every(([name, value]) => stored[name as keyof NoteChanges] === value)) return stored;
  const updatedAt = new Date();
  await transaction.all(
    `UPDATE note SET lumisection_first = $1, lumisection_last = $2, monitor_element_id = $3, text = $4, updated_at = $5
     WHERE run_number = $6 AND id = $7`,
    [lumisectionFirst, lumisectionLast, monitorElementId, text, updatedAt, runNumber, id],
  );
  if (monitorElementId !== stored.monitorElementId) {
    await pruneAfter(transaction, dialect, runNumber, stored.monitorElementId);
  }
  return { ...changed, updatedAt };
}

/** The note may have been the last that a run, or a monitor element, had. */
async function pruneAfter(transaction: Transaction, dialect: Dialect, run: number, element: number | null) {
  const touched = new Touched();
  touched.runs.add(run);
  if (element !== null) touched.monitorElements.add(element);
  await prune(transaction, dialect, touched);
}

/** A monitor element may go between the look of the caller and the note that keeps it. */
async function assertElement(transaction: Transaction, id: number | null): Promise<void> {
  if (id === null) return;
  const rows = await transaction.arrays('SELECT 1 FROM monitor_element WHERE id = $1', [id]);
  if (rows.length === 0)
    throw new NotFoundError('the monitor element is not stored any more', { field: 'monitorElement' });
}
