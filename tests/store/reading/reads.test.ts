import { describe, expect, test } from 'vitest';
import type { Filter } from '../../../src/domain/filter.ts';
import type { Verdict } from '../../../src/domain/verdict.ts';
import { databases } from '../../support/databases.ts';
import { rowsOf } from './brute-force.ts';
import { isGood } from './mask-brute-force.ts';
import { openedWorld } from './opened-world.ts';
import { makeWorld } from './world.ts';

const world = makeWorld(12);
const SOURCES = ['golden', 'rr', "o'dd"];
const everyLumisection = world.run.flatMap(({ number: runNumber }) =>
  Array.from({ length: 15 }, (_, i) => ({ runNumber, number: i + 1 })),
);

describe.each(databases)('reads on $name', (database) => {
  const opened = openedWorld(database, world);

  test('by key give rows in the order of the keys, null where there is none, again where asked twice', async () => {
    const { reads } = opened.store;
    const [run, other] = world.run as [(typeof world.run)[number], (typeof world.run)[number]];
    expect(await reads.runs([other.number, 1, run.number, other.number])).toEqual([other, null, run, other]);
    const lumisections = rowsOf(world, 'lumisection') as { runNumber: number; number: number }[];
    const mixed = [...lumisections].reverse();
    expect(await reads.lumisections([...mixed, { runNumber: 1, number: 1 }])).toEqual([...mixed, null]);
    const ofOneRun = lumisections.filter(({ runNumber }) => runNumber === run.number);
    expect(await reads.lumisections(ofOneRun)).toEqual(ofOneRun);
    const rows = (rowsOf(world, 'lumisectionHistogram') as never[]).slice(0, 100).reverse();
    expect(await reads.lumisectionHistograms(rows)).toEqual(rows);
    const ofRuns = rowsOf(world, 'runHistogram') as never[];
    expect(await reads.runHistograms(ofRuns)).toEqual(ofRuns);
    const issues = rowsOf(world, 'ingestIssue') as never[];
    expect(await reads.ingestIssues(issues)).toEqual(issues);
    const certifications = rowsOf(world, 'certification') as never[];
    expect(await reads.certifications(certifications)).toEqual(certifications);
    expect(await reads.dataFiles([3, 99, 1])).toEqual([
      rowsOf(world, 'dataFile')[2],
      null,
      rowsOf(world, 'dataFile')[0],
    ]);
    expect(await reads.binnings([1, 2])).toEqual([world.binning[0], null]);
    expect(await reads.runs([])).toEqual([]);
  });

  test('of dimensions read once what cannot change', async () => {
    const ids = world.monitorElement.map(({ id }) => id);
    for (let i = 0; i < 2; i++)
      expect(await opened.store.reads.monitorElements([...ids, 999])).toEqual([...world.monitorElement, null]);
    const open = world.monitorElement.find(({ dimension }) => dimension === null);
    if (!open) throw new Error('the world has no monitor element of unknown dimension');
    await opened.store.prisma.monitorElement.update({ where: { id: open.id }, data: { dimension: 2, kind: 'TH2' } });
    expect(await opened.store.reads.monitorElements([open.id])).toMatchObject([{ dimension: 2, kind: 'TH2' }]);
  });

  test('by name find exactly the name', async () => {
    const [element] = world.monitorElement as [(typeof world.monitorElement)[number]];
    expect(await opened.store.reads.monitorElementByPath(element.path)).toMatchObject({ id: element.id });
    expect(await opened.store.reads.monitorElementByPath(`${element.path} `)).toBeNull();
    expect(await opened.store.reads.monitorElementByPath('a\0')).toBeNull();
    expect(await opened.store.reads.datasetByName(world.dataset[1]?.name as string)).toEqual(world.dataset[1]);
  });

  test('count histograms and runs', async () => {
    const ids = [...world.monitorElement.map(({ id }) => id), 999];
    const has = (id: number) => (row: { monitorElementId: number }) => row.monitorElementId === id;
    expect(await opened.store.reads.histogramCounts(ids)).toEqual(
      ids.map((id) => world.lumisectionHistogram.filter(has(id)).length + world.runHistogram.filter(has(id)).length),
    );
    const datasets = [...world.dataset.map(({ id }) => id), 999];
    expect(await opened.store.reads.runCounts(datasets)).toEqual(
      datasets.map(
        (id) =>
          new Set(world.runMonitorElement.filter(({ datasetId }) => datasetId === id).map(({ runNumber }) => runNumber))
            .size,
      ),
    );
  });

  test('of certifications give the newest versions of a run with their ranges', async () => {
    const runs = world.run.map(({ number }) => number);
    const found = await opened.store.reads.certificationsOfRuns([...runs, 1]);
    expect(found.at(-1)).toEqual([]);
    for (const [i, runNumber] of runs.entries()) {
      const expected = rowsOf(world, 'certification').filter((row) => row.runNumber === runNumber && row.version === 2);
      expect(new Set(found[i])).toEqual(new Set(expected));
    }
    const rows = found.flat();
    const ranges = await opened.store.reads.certificationRanges(rows);
    for (const [i, row] of rows.entries()) {
      const own = world.certification.filter((range) =>
        (['runNumber', 'source', 'dataset', 'subsystem', 'version', 'flag'] as const).every(
          (field) => range[field] === row[field],
        ),
      );
      expect(ranges[i]).toEqual(own.map(({ lumisectionFirst: first, lumisectionLast: last }) => ({ first, last })));
    }
  });

  test.each(SOURCES)(
    'agree on what %s calls good: its verdicts, its mask and the lists under its mask',
    async (source) => {
      const verdicts = await opened.store.reads.verdicts({ source, dataset: null, subsystem: null }, everyLumisection);
      const mask = await opened.store.reads.goodLumisections(source);
      const listed = await opened.store.lists.page('lumisection', {
        first: 1000,
        orderBy: [],
        where: { kind: 'mask', mask: source },
      });
      const isListed = new Set(listed.rows.map(({ runNumber, number }) => `${runNumber} ${number}`));
      const exists = new Set(world.lumisection.map(({ runNumber, number }) => `${runNumber} ${number}`));
      const seen = new Set<Verdict>();
      for (const [i, { runNumber, number }] of everyLumisection.entries()) {
        const good = isGood(world, source, runNumber, number);
        seen.add(verdicts[i] as Verdict);
        expect(verdicts[i] === 'GOOD').toBe(good);
        expect(mask.contains(runNumber, number)).toBe(good);
        const key = `${runNumber} ${number}`;
        if (exists.has(key)) expect(isListed.has(key)).toBe(good);
      }
      // a golden list never says BAD
      expect(seen).toEqual(new Set(source === 'golden' ? ['GOOD', 'NOT_EVALUATED'] : ['GOOD', 'BAD', 'NOT_EVALUATED']));
    },
  );

  test('narrow a mask to runs and to a subsystem', async () => {
    const runNumber = world.run[1]?.number as number;
    const ofRun: Filter = {
      kind: 'related',
      field: 'run',
      of: { kind: 'test', field: 'number', op: 'eq', value: runNumber },
    };
    const whole = await opened.store.reads.goodLumisections('rr');
    const narrowed = await opened.store.reads.goodLumisections('rr', ofRun);
    expect(narrowed.equals(whole.onlyRuns((run) => run === runNumber))).toBe(true);
    const pixel = await opened.store.reads.goodLumisections('rr', {
      kind: 'test',
      field: 'subsystem',
      op: 'eq',
      value: 'pixel',
    });
    expect(whole.difference(pixel).runCount).toBe(0);
    expect(pixel.difference(whole).runCount).toBeGreaterThan(0);
    expect(
      (
        await opened.store.reads.goodLumisections('golden', {
          kind: 'test',
          field: 'dataset',
          op: 'eq',
          value: 'other',
        })
      ).runCount,
    ).toBe(0);
  });

  test('refuse an unknown source instead of calling nothing good', async () => {
    await expect(opened.store.reads.goodLumisections('nowhere')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(
      opened.store.reads.verdicts({ source: 'golden', dataset: null, subsystem: 'pixel' }, everyLumisection),
    ).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('pixel') });
  });
});
