import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANOMALIES, isGolden, isLost, SUBSYSTEMS, truthOf } from '../../ingest/sample/anomalies.ts';
import { bell, cosine, exp, expOfMinus } from '../../ingest/sample/arithmetic.ts';
import { SAMPLE_HISTOGRAMS } from '../../ingest/sample/elements.ts';
import { sampleFiles } from '../../ingest/sample/files.ts';
import { fill } from '../../ingest/sample/generate.ts';
import {
  DCS,
  GOLDEN,
  SAMPLE_MONITOR_ELEMENTS as ME,
  PROMPT,
  REPROCESSED,
  REPROCESSED_RUN,
  SAMPLE_RUN_NUMBERS,
  SAMPLE_RUNS,
  SAMPLE_TASK,
  type SampleRun,
  TRUTH,
} from '../../ingest/sample/names.ts';
import { randomOf } from '../../ingest/sample/random.ts';
import { conditionsOf, lumisectionRecords, runRecords } from '../../ingest/sample/runs.ts';
import { fillSample, fillSampleBoard, isEmpty, type SampleProgress } from '../../ingest/sample.ts';
import { decodeBins } from '../../src/domain/codec.ts';
import { computeMoments } from '../../src/domain/moments.ts';
import { shapeOf } from '../../src/domain/shape.ts';
import { StrategyRunner } from '../../src/playground/strategy-runner.ts';
import { WorkerPool } from '../../src/workers/worker-pool.ts';
import { asker } from '../schema/ask.ts';
import { createTestStore, databases } from '../support/databases.ts';

const histogram = (path: string) => {
  const found = SAMPLE_HISTOGRAMS.find((candidate) => candidate.path === path);
  if (!found) throw new Error(path);
  return found;
};
const contents = (path: string, run: SampleRun, ls: number, reprocessed = false) => [
  ...fill(histogram(path), run, ls, reprocessed, 1),
];
const moments = (path: string, run: SampleRun, ls: number, reprocessed = false) =>
  computeMoments(
    { flow: true, contents: Float64Array.from(contents(path, run, ls, reprocessed)) },
    histogram(path).axes,
  );

describe('the arithmetic of the sample', () => {
  it('agrees with Math to the last digits', () => {
    for (let x = -30; x < 30; x += 0.37) expect(exp(x) / Math.exp(x)).toBeCloseTo(1, 13);
    for (let x = 0; x < 40; x += 0.0137) expect(expOfMinus(x) / Math.exp(-x)).toBeCloseTo(1, 12);
    for (let x = -3; x < 3; x += 0.037) expect(cosine(x)).toBeCloseTo(Math.cos(2 * Math.PI * x), 11);
    expect(bell(3, 1, 2)).toBeCloseTo(Math.exp(-0.5), 12);
  });

  it('uses nothing that an engine may compute in its own way', () => {
    const names = ['arithmetic', 'random', 'shapes', 'pixel', 'strip', 'ecal', 'csc', 'runs', 'anomalies', 'generate'];
    for (const name of names) {
      const text = readFileSync(join(import.meta.dirname, `../../ingest/sample/${name}.ts`), 'utf8');
      const used = [...text.matchAll(/Math\.(\w+)\(/g)].map((match) => match[1]);
      const exact = ['abs', 'ceil', 'floor', 'imul', 'max', 'min', 'round', 'sqrt'];
      expect(used.filter((method) => !exact.includes(method ?? ''))).toEqual([]);
      expect(text).not.toMatch(/ \*\* |Math\.random|Date\.now|new Date\(\)/);
    }
  });

  it.each([0.02, 0.7, 4, 15.9, 16.1, 60, 2500])('counts with the mean and the variance of Poisson(%d)', (lambda) => {
    const random = randomOf(`test ${lambda}`);
    const draws = 60_000;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < draws; i++) {
      const count = random.poisson(lambda);
      sum += count;
      squares += count * count;
    }
    const mean = sum / draws;
    expect(Math.abs(mean - lambda) / Math.sqrt(lambda / draws)).toBeLessThan(4);
    expect((squares / draws - mean * mean) / lambda).toBeCloseTo(1, 1);
  });

  it('gives streams of different names different numbers', () => {
    const firsts = new Set(Array.from({ length: 20_000 }, (_, i) => randomOf(`1/398010/${i}/0/x`).bits()));
    expect(firsts.size).toBeGreaterThan(19_990);
  });
});

describe('the sample data', () => {
  it('hold six runs of 600 lumisections and 24 elements of four subsystems, as their names say', () => {
    expect(SAMPLE_RUN_NUMBERS).toEqual([398010, 398011, 398014, 398027, 398028, 398033]);
    expect(SAMPLE_RUN_NUMBERS.reduce((sum, run) => sum + SAMPLE_RUNS[run], 0)).toBe(600);
    expect(SAMPLE_HISTOGRAMS.map(({ path }) => path).toSorted()).toEqual(Object.values(ME).toSorted());
    expect(SAMPLE_HISTOGRAMS).toHaveLength(24);
    expect(new Set(SAMPLE_HISTOGRAMS.map(({ path }) => path.split('/')[0]))).toEqual(
      new Set(['PixelPhase1', 'SiStrip', 'EcalBarrel', 'CSC']),
    );
    expect(histogram(ME.ecalEnergy).axes[0]?.edges).toHaveLength(36);
    expect(histogram(ME.ecalIntegrity).axes[0]?.labels).toHaveLength(36);
    expect(histogram(ME.cscOccupancy).axes[1]?.labels).toHaveLength(20);
  });

  it('book axes that are valid', () => {
    for (const { axes, cells } of SAMPLE_HISTOGRAMS) {
      expect(cells).toBe(axes.reduce((product, axis) => product * (axis.bins + 2), 1));
      for (const axis of axes) {
        expect(axis.max).toBeGreaterThan(axis.min);
        if (axis.edges) {
          expect(axis.edges).toHaveLength(axis.bins + 1);
          expect([axis.edges[0], axis.edges.at(-1)]).toEqual([axis.min, axis.max]);
          expect(axis.edges.every((edge, i) => i === 0 || edge > (axis.edges?.[i - 1] as number))).toBe(true);
        }
      }
    }
  });

  it('describe fills whose pileup falls, and detectors that are off at both ends', () => {
    const mean = (run: SampleRun, first: number, last: number) => {
      let sum = 0;
      for (let ls = first; ls <= last; ls++) sum += conditionsOf(run, ls).pileup;
      return sum / (last - first + 1);
    };
    expect(mean(398010, 20, 40)).toBeGreaterThan(mean(398010, 120, 140));
    expect(mean(398010, 120, 140)).toBeGreaterThan(mean(398011, 1, 20));
    const [first] = lumisectionRecords(398010);
    expect(first?.flagsOff).toEqual(expect.arrayContaining(['bpix_ready', 'beam1_stable']));
    expect(first?.flagsOn).toContain('beam1_present');
    expect(lumisectionRecords(398014).at(-1)?.flagsOff).toEqual(
      expect.arrayContaining(['bpix_ready', 'beam1_present']),
    );
    for (const record of lumisectionRecords(398033)) {
      expect([...(record.flagsOn ?? []), ...(record.flagsOff ?? [])].length).toBe(
        new Set([...(record.flagsOn ?? []), ...(record.flagsOff ?? [])]).size,
      );
    }
  });

  it('give runs whose luminosity is that of their lumisections and whose times do not overlap', () => {
    const runs = runRecords();
    for (const run of runs) {
      const sum = lumisectionRecords(run.number as SampleRun).reduce((total, ls) => total + (ls.recordedLumi ?? 0), 0);
      expect(run.recordedLumi).toBeCloseTo(sum, 3);
      expect(run.recordedLumi).toBeLessThan(run.deliveredLumi ?? 0);
    }
    for (let i = 1; i < runs.length; i++) {
      expect(runs[i]?.startedAt?.getTime()).toBeGreaterThanOrEqual(runs[i - 1]?.endedAt?.getTime() ?? Infinity);
    }
  });

  it('are the same bytes for the same seed, and others for another', () => {
    const digest = (seed: number) => {
      const hash = createHash('sha256');
      for (const element of SAMPLE_HISTOGRAMS) {
        for (const [run, ls] of [
          [398010, 3],
          [398010, 80],
          [398028, 110],
        ] as const) {
          hash.update(new Uint8Array(fill(element, run, ls, false, seed).slice().buffer));
        }
      }
      return hash.digest('hex').slice(0, 16);
    };
    expect(digest(1)).toBe('325d115977abf1df');
    expect(digest(2)).not.toBe(digest(1));
  });

  it('give the two datasets of one run different histograms', () => {
    expect(contents(ME.chargeLayer1, REPROCESSED_RUN, 20)).not.toEqual(
      contents(ME.chargeLayer1, REPROCESSED_RUN, 20, true),
    );
    expect(moments(ME.residualsPlus, REPROCESSED_RUN, 20, true).meanX).toBeLessThan(
      0.6 * moments(ME.residualsPlus, REPROCESSED_RUN, 20).meanX,
    );
  });
});

describe('the injected faults of the sample', () => {
  it('show in the histograms they name, between the lumisections they name', () => {
    // a region of 6 % of the sensor is empty
    const [good, dead] = [60, 80].map((ls) => moments(ME.pixelBarrelMap, 398010, ls).integral) as [number, number];
    expect(dead / good).toBeLessThan(0.97);
    // shifts
    const charge = (ls: number) => moments(ME.chargeLayer3, 398011, ls).meanX;
    expect(charge(41) / charge(40)).toBeLessThan(0.85);
    expect(charge(65) / charge(64)).toBeGreaterThan(1.15);
    expect(moments(ME.stripSignalTib, 398014, 6).meanX).toBeLessThan(0.8 * moments(ME.stripSignalTib, 398014, 5).meanX);
    expect(moments(ME.ecalTiming, 398028, 120).meanX - moments(ME.ecalTiming, 398028, 91).meanX).toBeGreaterThan(2);
    expect(moments(ME.ecalTimingAmplitude, 398028, 120).meanY).toBeGreaterThan(2);
    // hot channels
    expect(Math.max(...contents(ME.cscOccupancy, 398027, 60))).toBeGreaterThan(
      3 * Math.max(...contents(ME.cscOccupancy, 398027, 59)),
    );
    expect(Math.max(...contents(ME.ecalOccupancy, 398028, 20))).toBeGreaterThan(
      10 * Math.max(...contents(ME.ecalOccupancy, 398028, 19)),
    );
    // low statistics
    expect(moments(ME.stripMap, 398033, 31).integral).toBeLessThan(0.1 * moments(ME.stripMap, 398033, 30).integral);
  });

  it('are BAD in the truth of their subsystem, and nothing else is', () => {
    for (const run of SAMPLE_RUN_NUMBERS) {
      for (let ls = 1; ls <= SAMPLE_RUNS[run]; ls++) {
        for (const subsystem of SUBSYSTEMS) {
          const faulty = ANOMALIES.some(
            (a) => a.run === run && a.subsystem === subsystem && a.first <= ls && ls <= a.last,
          );
          expect(truthOf(run, ls, subsystem) === 'BAD').toBe(faulty);
        }
        if (isLost(run, ls)) expect(truthOf(run, ls, 'ecal')).toBeNull();
      }
    }
  });

  it('stand in the table for newcomers', () => {
    const table = readFileSync(join(import.meta.dirname, '../../examples/README.md'), 'utf8').replace(/ +/g, ' ');
    for (const { run, first, last, subsystem } of ANOMALIES) {
      expect(table).toContain(`| ${run} | ${first} to ${last} | ${subsystem} |`);
    }
  });

  it('are kept out of the golden lumisections, but for the one that was overlooked', () => {
    const golden = ANOMALIES.filter((a) => isGolden(a.run, a.first)).map((a) => a.name);
    expect(golden).toEqual(['hot trigger tower']);
    expect(isGolden(398010, 1)).toBe(false);
    expect(isGolden(398028, 62)).toBe(false);
  });
});

describe('the example files', () => {
  it.each([...sampleFiles().keys()])('%s is what the generator gives', (name) => {
    const committed = readFileSync(join(import.meta.dirname, '../../examples/data', name), 'utf8');
    expect(committed === sampleFiles().get(name)).toBe(true);
  });
});

type Filled = Awaited<ReturnType<typeof createTestStore>>;

/** Steps after which filling is cut off: in the first run, and in the second one. */
const CUT_OFF = { sqlite: 8, postgresql: 22 };
const results: unknown[] = [];

/** Hashes of the task of the sample, to compare the databases with one another. */
const tasks: unknown[] = [];

describe.each(databases)('filling $name with the sample', (database) => {
  let filled: Filled;
  beforeAll(async () => {
    filled = await createTestStore(database, { prisma: true });
  });
  afterAll(() => filled.drop());

  it('goes on where it was cut off, and puts everything into the ledger once', async () => {
    const { store } = filled;
    let before = 0;
    const stop = ({ stepsDone, histograms }: SampleProgress) => {
      before = histograms;
      if (stepsDone === CUT_OFF[database.name]) throw new Error('cut off');
    };
    await expect(fillSample(store, { onProgress: stop })).rejects.toThrow('cut off');
    expect(await isEmpty(store)).toBe(true);
    const progress: SampleProgress[] = [];
    await fillSample(store, { onProgress: (step) => progress.push(step) });
    expect(await isEmpty(store)).toBe(false);
    expect(progress).toHaveLength(86);
    expect(progress.at(-1)).toEqual({ stepsDone: 86, stepsTotal: 86, histograms: 17_136 - before });

    const files = await store.prisma.dataFile.findMany({ orderBy: { id: 'asc' } });
    const inserted = 6 + 600 + 17_136;
    expect(files.map(({ path, status, source, inserted: rows }) => [path, status, source, rows])).toEqual([
      ['sample:lumigraph', 'DONE', '', inserted],
      ['sample:truth', 'DONE', TRUTH, expect.any(Number)],
      ['sample:golden', 'DONE', GOLDEN, expect.any(Number)],
      ['sample:dcs', 'DONE', DCS, expect.any(Number)],
    ]);
    for (const file of files) {
      expect(file.inserted).toBeGreaterThan(0);
      expect([file.identical, file.conflicting, file.replaced, file.rejected]).toEqual([0, 0, 0, 0]);
    }
    expect(await store.prisma.lumisectionHistogram.count()).toBe((600 - 3 + 110) * 24);
    expect(await store.prisma.runHistogram.count()).toBe(7 * 24);
    expect(await store.prisma.run.count({ where: { era: '2026Z', energy: 6800 } })).toBe(6);
    expect(await store.prisma.lumisection.count({ where: { pileup: { gt: 0 } } })).toBe(600 - 8 - 7 - 6 - 2);

    await fillSample(store);
    expect(await store.prisma.dataFile.findMany({ orderBy: { id: 'asc' } })).toEqual(files);
  });

  it('comes to the same end wherever it was cut off, on either database', async () => {
    const { prisma } = filled.store;
    const content = {
      files: await prisma.dataFile.findMany({
        orderBy: { id: 'asc' },
        omit: { id: true, createdAt: true, startedAt: true, finishedAt: true },
      }),
      elements: await prisma.runMonitorElement.findMany({
        orderBy: [{ runNumber: 'asc' }, { datasetId: 'asc' }, { monitorElementId: 'asc' }],
      }),
      histograms: await prisma.lumisectionHistogram.findMany({
        where: { runNumber: { in: [398010, 398014] }, lumisectionNumber: { lt: 12 } },
        orderBy: [{ runNumber: 'asc' }, { monitorElementId: 'asc' }, { lumisectionNumber: 'asc' }],
      }),
      verdicts: await prisma.certification.findMany({
        orderBy: [{ runNumber: 'asc' }, { source: 'asc' }, { subsystem: 'asc' }, { lumisectionFirst: 'asc' }],
      }),
    };
    for (const rows of Object.values(content)) expect(rows.length).toBeGreaterThan(3);
    results.push(content);
    for (const other of results) expect(other).toEqual(content);
    expect(results).toHaveLength(databases.indexOf(database) + 1);
  });

  it('ends with a frozen task, the same on either database, and strategies that wait for their run', async () => {
    const { store } = filled;
    expect(await fillSampleBoard(store)).toBe(true);
    expect(await fillSampleBoard(store)).toBe(false);
    const task = await store.reads.taskByName(SAMPLE_TASK);
    tasks.push(task?.hash);
    expect(task).toMatchObject({ state: 'FROZEN', author: 'lumigraph', hash: tasks[0] });
    const [counts = []] = await store.reads.taskRunCounts([task?.id as number]);
    for (const { positives, negatives } of counts) expect(Math.min(positives ?? 0, negatives ?? 0)).toBeGreaterThan(0);
    expect(counts.map(({ part }) => part)).toEqual(['TEST', 'TEST', 'TEST', 'TEST', 'TRAIN', 'VALIDATION']);
    const predictions = await store.prisma.prediction.findMany();
    expect(predictions.map(({ status }) => status)).toEqual(['QUEUED', 'QUEUED', 'QUEUED', 'QUEUED']);
  });

  // scores are the same on all databases (tests/playground), and this takes seconds
  if (database.name === 'sqlite') {
    it('has a board with all strategies above the one that sees no shape', async () => {
      const { store } = filled;
      const workers = new WorkerPool({ threads: 2 });
      const runner = new StrategyRunner(store, workers);
      runner.wake();
      await runner.drained();
      await Promise.all([runner.close(), workers.close()]);
      const leaderboard = readFileSync(join(import.meta.dirname, '../../web/examples/12-leaderboard.graphql'), 'utf8');
      const board = (await asker(store)(leaderboard)).data.task.leaderboard;
      expect(board.map(({ rank }: { rank: number }) => rank)).toEqual([1, 2, 3, 4]);
      expect(board.at(-1).strategy).toEqual({ name: 'entries', version: '1' });
      expect(board[0].value).toBeGreaterThan(0.9);
      for (const { coverage, flags, interval, value } of board) {
        expect([coverage.missing, flags]).toEqual([0, []]);
        expect(interval.low).toBeLessThanOrEqual(value);
        expect(interval.high).toBeGreaterThanOrEqual(value);
      }
    });
  }

  it('has no task where data of others lie', async () => {
    const { store, drop } = await createTestStore(database);
    expect(await fillSampleBoard(store)).toBe(false);
    expect(await store.reads.taskByName(SAMPLE_TASK)).toBeNull();
    await drop();
  });

  it('sums the lumisections of a run to its run-level histograms', async () => {
    const { prisma } = filled.store;
    const { id } = await prisma.monitorElement.findFirstOrThrow({ where: { path: ME.cscOccupancy } });
    const where = { runNumber: 398014, monitorElementId: id };
    const shape = shapeOf({ axes: histogram(ME.cscOccupancy).axes });
    const lumisections = await prisma.lumisectionHistogram.findMany({ where });
    const [whole, ...more] = await prisma.runHistogram.findMany({ where });
    expect([lumisections.length, more]).toEqual([40, []]);
    expect(whole?.entries).toBe(lumisections.reduce((sum, row) => sum + (row.entries ?? 0), 0));
    const parts = lumisections.map(({ bins }) => decodeBins(bins, shape).contents);
    const sums = Array.from(parts[0] ?? [], (_, i) => parts.reduce((sum, bins) => sum + (bins[i] as number), 0));
    expect(Array.from(decodeBins(whole?.bins ?? new Uint8Array(), shape).contents)).toEqual(sums);
  });

  it('leaves out the lumisections of the lost job', async () => {
    const found = await filled.store.prisma.lumisectionHistogram.findMany({
      where: { runNumber: 398028 },
      distinct: ['lumisectionNumber'],
      select: { lumisectionNumber: true },
    });
    const numbers = found.map(({ lumisectionNumber }) => lumisectionNumber);
    expect(numbers).toHaveLength(127);
    expect(numbers).not.toContain(62);
  });

  it('does not call a database empty that holds something else', async () => {
    const { store, drop } = await createTestStore(database, { prisma: true });
    try {
      await store.prisma.run.create({ data: { number: 1 } });
      expect(await isEmpty(store)).toBe(false);
    } finally {
      await drop();
    }
  });
});

it('names the datasets as CMS does', () => {
  for (const name of [PROMPT, REPROCESSED]) expect(name).toMatch(/^\/ZeroBias\/Run2026Z-\w+-v1\/DQMIO$/);
});
