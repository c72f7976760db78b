import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cancellation } from '../../../src/domain/cancellation.ts';
import { exactSum } from '../../../src/domain/exact-sum.ts';
import type { Filter } from '../../../src/domain/filter.ts';
import { LuminosityMask } from '../../../src/domain/lumi-mask.ts';
import { parseMask } from '../../../src/domain/mask-expression-parser.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { createTestStore, databases } from '../../support/databases.ts';
import { rounds } from '../../support/rounds.ts';
import { arbitraryMask, BEYOND, holds } from './mask-brute-force.ts';
import { makeWorld, writeWorld } from './world.ts';

const world = makeWorld(4);
const everyLumisection = world.run.flatMap(({ number: run }) =>
  Array.from({ length: BEYOND }, (_, i) => ({ run, lumisection: i + 1 })),
);

describe.each(databases)('masks on $name', (database) => {
  let store: Store;
  let url: string;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    ({ store, url, drop } = await createTestStore(database, { prisma: true }));
    await writeWorld(store, world);
  });
  afterAll(() => drop());

  const read = async (text: string) => (await store.masks.read(parseMask(text))).mask;
  const save = (name: string, expression: string, comment: string | null = null) =>
    store.masks.save({ name, expression, comment, author: 'tester' });
  const first = world.run[0]?.number as number;

  /** Where a whole run ends: the world knows of each. */
  const lengthOf = (run: number) => {
    const stored = world.lumisection.filter(({ runNumber }) => runNumber === run).map(({ number }) => number);
    return Math.max(...stored, world.run.find(({ number }) => number === run)?.lumisectionCount ?? 0);
  };

  test('hold what each lumisection says by itself, whole runs to their last lumisection that is known', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryMask(world), async (text) => {
        const expression = parseMask(text);
        const mask = await read(text);
        for (const { run, lumisection } of everyLumisection) {
          const isMeant = holds(world, expression, run, lumisection);
          // a stretch that goes on for ever ends with the run
          const isCut = lumisection > lengthOf(run) && holds(world, expression, run, 268_435_455) && isMeant;
          if (!isCut) expect(mask.contains(run, lumisection), `${text} at ${run}:${lumisection}`).toBe(isMeant);
          if (holds(world, expression, run, 268_435_455)) expect(mask.contains(run, BEYOND)).toBe(false);
        }
      }),
      { numRuns: rounds(20) },
    );
  });

  test('split a universe by the rules that lose it', async () => {
    const masks = arbitraryMask(world, { inUniverse: true });
    const rule = fc.record({ text: masks, loses: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        arbitraryMask(world),
        fc.array(rule, { minLength: 1, maxLength: 3 }),
        async (universe, rules) => {
          const whole = await read(universe);
          const parsed = rules.map(({ text, loses }) => ({
            expression: parseMask(text, 'rule', { inUniverse: true }),
            loses,
          }));
          const { segments, luminosity } = await store.masks.losses(parseMask(universe), parsed);
          const found = new Map<string, number>();
          for (const { run, first: from, last, rules: set } of segments) {
            for (let lumisection = from; lumisection <= Math.min(last, BEYOND); lumisection++) {
              found.set(`${run}:${lumisection}`, set);
            }
          }
          const lumi = new Map<number, (number | null)[]>();
          for (const { run, lumisection } of everyLumisection) {
            const lost = parsed.map(({ expression, loses }) => holds(world, expression, run, lumisection) === loses);
            const set = lost.reduce((bits, isLost, i) => bits | (isLost ? 1 << i : 0), 0);
            expect(found.get(`${run}:${lumisection}`)).toBe(whole.contains(run, lumisection) ? set : undefined);
            const row = world.lumisection.find(({ runNumber, number }) => runNumber === run && number === lumisection);
            if (row && whole.contains(run, lumisection)) lumi.set(set, [...(lumi.get(set) ?? []), row.recordedLumi]);
          }
          expect(luminosity.size).toBe(lumi.size);
          for (const [set, values] of lumi) {
            const known = values.filter((value) => value !== null);
            expect(luminosity.get(set)).toMatchObject({ stored: values.length, recordedCount: known.length });
            expect(luminosity.get(set)?.recorded?.total() ?? null).toBe(known.length === 0 ? null : exactSum(known));
          }
        },
      ),
      { numRuns: rounds(10) },
    );
  });

  test('sum the luminosity of what is stored, and tell how much of it is known', async () => {
    const mask = await read(`${first} | where(number <= 3)`);
    const rows = world.lumisection.filter(({ runNumber, number }) => mask.contains(runNumber, number));
    const known = rows.map(({ recordedLumi }) => recordedLumi).filter((value) => value !== null);
    const found = await store.masks.luminosity(mask);
    expect(found).toMatchObject({ stored: rows.length, recordedCount: known.length });
    expect(found.recorded).toBe(exactSum(known));
    expect(await store.masks.luminosity(LuminosityMask.EMPTY)).toMatchObject({ stored: 0, recorded: null });
  });

  test('stay open where nothing is known of a whole run', async () => {
    const mask = await read(`${first} | 999999`);
    expect(mask.openRuns).toEqual([999_999]);
    expect(mask.lumisectionCount).toBeNull();
    expect(mask.rangesOf(first)).toEqual([{ first: 1, last: lengthOf(first) }]);
  });

  test('are saved in versions, which never change and are found by name', async () => {
    const one = await save('kept', `${first}:1-3 | golden`, 'why');
    expect(one).toMatchObject({ created: true, mask: { name: 'kept', version: 1, author: 'tester', comment: 'why' } });
    expect(JSON.parse(one.mask.madeOf)).toEqual([
      { source: 'golden', mask: null, dataset: '', subsystem: '', version: 2 },
    ]);
    expect((await save('kept', `${first}:1-3 | golden`)).created).toBe(false);
    const two = await save('kept', 'kept & where(number < 3)');
    expect(two).toMatchObject({ created: true, mask: { version: 2 } });
    // made of itself: the same again
    expect(await save('kept', 'kept & where(number < 3)')).toMatchObject({ created: false, mask: { version: 2 } });
    expect((await read('kept@1')).equals(await read(`${first}:1-3 | golden`))).toBe(true);
    expect((await read('kept - kept@1')).runCount).toBe(0);
    expect((await read('kept')).equals(await read('kept@2'))).toBe(true);
    const listed = await store.lists.page('lumisection', {
      first: 1000,
      orderBy: [],
      where: { kind: 'mask', mask: 'kept' },
    });
    const mask = await read('kept');
    expect(listed.rows.length).toBeGreaterThan(0);
    expect(listed.rows.every(({ runNumber, number }) => mask.contains(runNumber, number) && number < 3)).toBe(true);
    expect((await store.reads.savedMasks([{ name: 'kept', version: 1 }]))[0]).toEqual(one.mask);
  });

  test('are found as soon as another process has saved them', async () => {
    const count = () => store.lists.count('lumisection', { kind: 'mask', mask: 'from-elsewhere' });
    await expect(count()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const other = await openStore(url, { migrate: false });
    try {
      const content = { name: 'from-elsewhere', comment: null, author: 'other' };
      await other.masks.save({ ...content, expression: 'where(number = 1)' });
      const before = await count();
      expect(before).toBe(world.lumisection.filter(({ number }) => number === 1).length);
      await other.masks.save({ ...content, expression: 'where(number > 0)' });
      expect(await count()).toBe(world.lumisection.length);
      // a version that is not in memory yet, before anything else was asked for
      await other.masks.save({ ...content, expression: 'where(number > 1)' });
      expect((await read('from-elsewhere@3 & where(number = 1)')).runCount).toBe(0);
      await other.masks.save({ ...content, expression: 'where(number > 2)' });
      expect(await store.lists.count('lumisection', { kind: 'mask', mask: 'from-elsewhere@4' })).toBe(
        world.lumisection.filter(({ number }) => number > 2).length,
      );
    } finally {
      await other.close();
    }
  });

  test('mean the newest version to all that ask at the same time', async () => {
    const other = await openStore(url, { migrate: false });
    const count = () => store.lists.count('lumisection', { kind: 'mask', mask: 'at-once' });
    try {
      for (let least = 0; least < 12; least++) {
        await other.masks.save({
          name: 'at-once',
          comment: null,
          author: 'other',
          expression: `where(number > ${least})`,
        });
        const expected = world.lumisection.filter(({ number }) => number > least).length;
        expect(await Promise.all([count(), count(), count()])).toEqual([expected, expected, expected]);
      }
    } finally {
      await other.close();
    }
  });

  test('and sets mean the same to one operation, until it writes or is told to forget', async () => {
    const other = await openStore(url, { migrate: false });
    const by = { author: 'other', description: null, comment: null, exclude: [] };
    const small: Filter = { kind: 'mask', mask: 'moving' };
    const few: Filter = { kind: 'set', set: 'moving-set' };
    const ask = async ({ lists }: Store) => [
      await lists.count('lumisection', small),
      await lists.count('monitorElement', few),
      (await lists.page('lumisection', { first: 1000, orderBy: [], where: small })).rows.length,
    ];
    const saveAll = async (least: number, globs: string[]) => {
      await other.masks.save({ ...by, name: 'moving', expression: `where(number > ${least})` });
      await other.elementSets.save({ ...by, name: 'moving-set', include: globs });
      const lumisections = world.lumisection.filter(({ number }) => number > least).length;
      const elements = globs.length === 0 ? 0 : world.monitorElement.length;
      return [lumisections, elements, lumisections];
    };
    try {
      const before = await saveAll(0, ['*']);
      const operation = store.forOperation(new Cancellation());
      expect(await ask(operation)).toEqual(before);
      const after = await saveAll(2, ['no/such']);
      after[1] = 0;
      expect(await ask(operation)).toEqual(before);
      expect(await operation.elementSets.meant(few)).toEqual([{ name: 'moving-set', version: 1 }]);
      expect((await operation.masks.read(parseMask('moving'))).madeOf).toMatchObject([{ mask: 'moving', version: 1 }]);
      expect(await ask(store.forOperation(new Cancellation()))).toEqual(after);
      operation.forgetNames();
      expect(await ask(operation)).toEqual(after);
      await operation.masks.save({ ...by, name: 'moving', expression: 'where(number > 0)' });
      expect((await ask(operation))[0]).toBe(before[0]);
    } finally {
      await other.close();
    }
  });

  test('and sources have no name in common, and unknown names are refused with their place', async () => {
    await expect(save('golden', 'rr')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await expect(read('golden & nowhere')).rejects.toMatchObject({ code: 'NOT_FOUND', details: { column: 10 } });
    await expect(read('golden-rr')).rejects.toMatchObject({ message: expect.stringContaining('between blanks') });
    await expect(read('good(golden, pixel)')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(read('golden@1')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await expect(read('saved@3')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(read('bad(saved)')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    for (const mask of ['golden & nowhere', 'good(golden, pixel)', 'saved@3', 'bad(saved)']) {
      const where = { kind: 'mask', mask } as const;
      await expect(store.lists.count('lumisection', where)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(store.lists.count('run', where)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });
});
