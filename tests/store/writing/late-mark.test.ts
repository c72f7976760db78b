import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { databases } from '../../support/databases.ts';
import { rounds } from '../../support/rounds.ts';
import { openedStore } from './opened-store.ts';
import { batchesOf, counts, type Part } from './parts.ts';
import { beginFile, write } from './write.ts';

// few contents, so that parts are equal as well
const part = fc.record({
  ls: fc.nat(2),
  bins: fc.constantFrom(counts(0, 1, 2, 3, 0), counts(0, 0, 0, 0, 0), counts(0, 0.1, 0.2, 0.7, 0)),
  entries: fc.constantFrom(6, null),
});
/** What is read from a file twice, in two ways, are the same bytes and count once. */
const files = fc
  .tuple(
    fc.array(fc.array(part, { maxLength: 4 }), { minLength: 3, maxLength: 3 }),
    fc.array(fc.nat(2), { minLength: 1, maxLength: 5 }),
  )
  .map(([contents, order]) => order.map((bytes) => ({ bytes, parts: contents[bytes] ?? [] })));

describe.each(databases)('the mark of an efficiency on $name', (database) => {
  const opened = openedStore(database);

  type Content = { bytes: number; parts: readonly Omit<Part, 'run' | 'me'>[] };
  let readings = 0;

  /** Reads the files in order, the mark before the one of this place. @returns what is stored, files by their order. */
  async function stored(files: readonly Content[], place: number) {
    const run = ++readings;
    const me = `element ${run}`;
    const mark = async () => {
      const marked = { run: run + 1_000_000, ls: 1, me, bins: counts(0, 1, 1, 1, 0), entries: 3, efficiency: true };
      for (const batch of batchesOf([marked]))
        await write(opened.store.ledger, await beginFile(opened.store.ledger), batch);
    };
    const ids: number[] = [];
    for (const [i, { bytes, parts }] of files.entries()) {
      if (i === place) await mark();
      const id = await beginFile(opened.store.ledger, { sha256: `${run} ${bytes}`, meMap: String(i) });
      ids.push(id);
      for (const part of parts) {
        for (const batch of batchesOf([{ ...part, run, me }])) {
          await write(opened.store.ledger, id, batch, {
            onConflict: 'add',
            conflictIssue: () => ({ severity: 'CONFLICTING', code: 'NOT_ADDED', reason: '' }),
          });
        }
      }
      await opened.store.ledger.finish(id, { status: 'DONE' });
    }
    if (place >= files.length) await mark();
    const order = new Map(ids.map((id, i) => [id, i]));
    const named = (rows: unknown[][], ...columns: number[]) =>
      rows
        .map((row) => row.map((value, i) => (columns.includes(i) ? order.get(value as number) : value)).join(' '))
        .sort();
    const content = 'entries, integral, mean_x, rms_x, skewness, binning_id, bins';
    const ofRun = 'WHERE run_number = $1';
    return {
      histograms: named(
        await opened.look.arrays(
          `SELECT file_id, lumisection_number, ${content} FROM lumisection_histogram ${ofRun}
           UNION ALL SELECT file_id, 0, ${content} FROM run_histogram ${ofRun}`,
          [run],
        ),
        0,
      ),
      contributions: named(
        await opened.look.arrays(
          `SELECT file_id, like_file_id, lumisection_number, part, bins FROM contribution ${ofRun}`,
          [run],
        ),
        0,
        1,
      ),
      counts: await opened.look.arrays(
        `SELECT lumisection_count, empty_count, run_histogram_count FROM run_monitor_element ${ofRun}`,
        [run],
      ),
      files: await opened.look.arrays(
        `SELECT inserted, identical, conflicting, added, (SELECT count(*) FROM ingest_issue i WHERE i.file_id = f.id)
         FROM data_file f WHERE sha256 LIKE $1 ORDER BY id`,
        [`${run} %`],
      ),
    };
  }

  test('leaves the same whether it comes before, between or after the parts', async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.nat(5), async (files, place) => {
        const [late, early] = [await stored(files, place), await stored(files, 0)];
        // how many rows of a further reading of the same bytes were alike is not kept
        if (new Set(files.map(({ bytes }) => bytes)).size < files.length) late.files = early.files;
        expect(late).toEqual(early);
      }),
      { numRuns: rounds(database.name === 'sqlite' ? 30 : 8) },
    );
    expect(await opened.store.verify()).toEqual([]);
  });
});
