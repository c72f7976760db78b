import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addBins } from '../../../src/domain/add-bins.ts';
import { storedBinning } from '../../../src/domain/binning.ts';
import { decodeBins, encodeBins } from '../../../src/domain/codec.ts';
import { exactSum } from '../../../src/domain/exact-sum.ts';
import type { Bins } from '../../../src/domain/histogram.ts';
import { databases } from '../../support/databases.ts';
import { rounds } from '../../support/rounds.ts';
import { openedStore } from './opened-store.ts';
import { AXIS, batchesOf, momentsOf, type Part } from './parts.ts';
import { write } from './write.ts';

// few keys, so that parts meet; numbers whose sums round
const cell = fc.oneof(
  fc.nat(300),
  fc.constantFrom(0, 0, 1, -1, 0.1, 0.7, -0.3, 1e15, 2 ** 53 - 1, 1e-20, 1e-20, Math.fround(0.1), Math.fround(2.3)),
);
const cells = fc.array(cell, { minLength: 5, maxLength: 5 });
const bins: fc.Arbitrary<Bins> = fc
  .record({ contents: cells, float32: fc.boolean(), sumw2: fc.option(cells, { nil: undefined }) })
  .map(({ contents, float32, sumw2 }) => ({
    flow: true,
    contents: float32 ? Float32Array.from(contents) : Float64Array.from(contents),
    ...(sumw2 && { sumw2: Float64Array.from(sumw2) }),
  }));
const part = fc.record({
  ls: fc.nat(2),
  me: fc.constantFrom('a', 'b'),
  bins: fc.oneof(
    bins,
    cells.map(
      (contents): Bins => ({ flow: true, contents: Float64Array.from(contents, (value) => Math.round(value)) }),
    ),
  ),
  entries: fc.option(fc.oneof(fc.nat(500), fc.constant(0.25)), { freq: 8 }),
  title: fc.constantFrom('one', 'two'),
});

const FILES = 4;
/** Each file can be read in two ways (with another choice of monitor elements, say): the same bytes count once. */
const READINGS = 2;
type Reading = readonly [file: number, way: number];
const reading = fc.tuple(fc.nat(FILES - 1), fc.nat(READINGS - 1));
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('read' as const), reading, cut: fc.nat(6), force: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), reading }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

describe.each(databases)('adding on $name', (database) => {
  const opened = openedStore(database);

  /** What is stored of a run: by key the histogram with what belongs to it. */
  async function stored(run: number): Promise<Map<string, unknown>> {
    const columns = `h.entries, h.integral, h.mean_x, h.rms_x, h.skewness, h.bins, h.file_id IS NULL, b.title`;
    const from = 'JOIN monitor_element e ON e.id = h.monitor_element_id JOIN binning b ON b.id = h.binning_id';
    const rows = await opened.look.arrays<
      [number, string, number | null, number, number | null, number | null, number | null, Uint8Array, unknown, string]
    >(
      `SELECT h.lumisection_number, e.path, ${columns} FROM lumisection_histogram h ${from} WHERE h.run_number = $1
       UNION ALL SELECT 0, e.path, ${columns} FROM run_histogram h ${from} WHERE h.run_number = $1`,
      [run],
    );
    return new Map(
      rows.map(([ls, me, entries, integral, meanX, rmsX, skewness, blob, sum, title]) => [
        `${ls} ${me}`,
        {
          entries,
          ...{ integral: known(integral), meanX: known(meanX), rmsX: known(rmsX), skewness: known(skewness) },
          bins: Buffer.from(blob).toString('hex'),
          sum: Boolean(sum),
          title,
        },
      ]),
    );
  }

  /** SQLite knows no -0. */
  const known = (value: number | null) => (value === null || Number.isNaN(value) ? null : value + 0);

  /** What ought to be stored: the sums of the parts, in the order in which they happen to stand here. */
  function expected(parts: readonly Omit<Part, 'run'>[]): Map<string, unknown> {
    const byKey = new Map<string, Omit<Part, 'run'>[]>();
    for (const part of parts) {
      const key = `${part.ls} ${part.me}`;
      byKey.set(key, [...(byKey.get(key) ?? []), part]);
    }
    return new Map(
      [...byKey].map(([key, together]) => {
        // as they come back from the database
        const bins = addBins(together.map((part) => decodeBins(encodeBins(part.bins), [3])));
        const { integral, meanX, rmsX, skewness } = momentsOf({ bins }, [AXIS]);
        const entries = together.map((part) => part.entries);
        const binnings = together.map(({ title = '' }) => storedBinning({ title, axes: [AXIS] }));
        return [
          key,
          {
            entries: entries.includes(null) ? null : exactSum(entries as number[]),
            ...{ integral: known(integral), meanX: known(meanX), rmsX: known(rmsX), skewness: known(skewness) },
            bins: Buffer.from(encodeBins(bins)).toString('hex'),
            sum: together.length > 1,
            // of several titles the one whose binning has the smallest hash
            title: binnings.reduce((one, other) => (other.hash < one.hash ? other : one)).title,
          },
        ];
      }),
    );
  }

  async function emptyCounts(run: number): Promise<string[]> {
    const kept = await opened.look.arrays(
      `SELECT e.path, h.lumisection_count, h.empty_count, h.run_histogram_count FROM run_monitor_element h
       JOIN monitor_element e ON e.id = h.monitor_element_id WHERE h.run_number = $1`,
      [run],
    );
    return kept.map((row) => row.join(' ')).sort();
  }

  test('any split, order and repetition of files, and any withdrawal, leave the sums of the parts that are left', async () => {
    let run = 0;
    const files = fc.array(fc.array(part, { minLength: 1, maxLength: 6 }), { minLength: FILES, maxLength: FILES });
    await fc.assert(
      fc.asyncProperty(files, fc.array(step, { minLength: 1, maxLength: 10 }), async (contents, steps: Step[]) => {
        run++;
        const present = new Map<string, Reading>();
        const idOf = async ([file, way]: Reading, force = false) => {
          const identity = { sha256: `${run}-${file}`, dataset: '', source: '', format: 'test', meMap: String(way) };
          const facts = { path: `/data/${run}/${file}`, size: 1 };
          return opened.store.ledger.begin(identity, facts, { force, takeBack: true });
        };
        for (const step of steps) {
          const [file] = step.reading;
          const name = step.reading.join();
          if (step.do === 'withdraw') {
            const { id } = (await idOf(step.reading)).file;
            await opened.store.ledger.withdraw(id);
            await opened.store.ledger.finish(id, { status: 'CANCELLED' });
            present.delete(name);
          } else {
            const { file: row, known } = await idOf(step.reading, step.force);
            expect(known).toBe(present.has(name) && !step.force);
            if (known) continue;
            const others = [...present.keys()].some((other) => other !== name && other.startsWith(`${file},`));
            const parts = (contents[file] ?? []).map((part) => ({ ...part, run }));
            const total = { added: 0, inserted: 0, identical: 0 };
            for (const batch of [...batchesOf(parts.slice(0, step.cut)), ...batchesOf(parts.slice(step.cut))]) {
              const { counts } = await write(opened.store.ledger, row.id, batch, { onConflict: 'add' });
              for (const name of ['added', 'inserted', 'identical'] as const) total[name] += counts[name];
            }
            expect(others ? total.identical : total.added + total.inserted).toBe(parts.length);
            await opened.store.ledger.finish(row.id, { status: 'DONE' });
            present.set(name, step.reading);
          }
          const there = new Set([...present.values()].map(([file]) => file));
          const parts = [...there].sort().flatMap((file) => contents[file] ?? []);
          expect(await stored(run)).toEqual(expected(parts));
        }
        if (run % 10 === 5) expect(await opened.store.verify()).toEqual([]);
        for (const name of present.keys()) {
          await opened.store.ledger.withdraw((await idOf(present.get(name) as Reading, true)).file.id);
        }
        expect(await stored(run)).toEqual(new Map());
        expect(await emptyCounts(run)).toEqual([]);
      }),
      { numRuns: rounds(database.name === 'sqlite' ? 20 : 6) },
    );
    expect(await opened.look.arrays('SELECT * FROM contribution')).toEqual([]);
  }, 120_000);
});
