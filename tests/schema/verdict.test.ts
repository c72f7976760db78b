import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mergeRanges } from '../../src/domain/lumi-mask.ts';
import type { Flag } from '../../src/domain/record.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';
import { ingest } from './world.ts';

const LAST = 30;

/** Disjoint ranges with flags: cuts the lumisections at some places. */
const ranges = fc
  .array(
    fc.record({
      length: fc.integer({ min: 1, max: 8 }),
      flag: fc.constantFrom<Flag | null>('GOOD', 'GOOD', 'GOOD', 'BAD', 'STANDBY', null),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((parts) => {
    let next = 1;
    return parts.flatMap(({ length, flag }) => {
      const first = next;
      next += length + 1;
      return flag === null ? [] : [{ first, last: first + length - 1, flag }];
    });
  });
const scopes = fc.uniqueArray(
  fc.record({ dataset: fc.constantFrom('', '/A/B-v1/DQM'), subsystem: fc.constantFrom('', 'pixel', 'strip'), ranges }),
  { minLength: 1, maxLength: 4, selector: ({ dataset, subsystem }) => `${dataset}|${subsystem}` },
);

describe.each(databases)('verdicts on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  let ask: Ask;

  beforeAll(async () => {
    opened = await createTestStore(database);
    const lumisections = Array.from({ length: LAST }, (_, i) => ({ run: 1, number: i + 1 }));
    await ingest(opened.store, { path: 'oms.csv', format: 'test' }, [{ kind: 'lumisections', lumisections }]);
    ask = asker(opened.store);
  });
  afterAll(() => opened.drop());

  it('say GOOD of exactly the lumisections that a mask of the source holds, in lists and as JSON', async () => {
    let sources = 0;
    await fc.assert(
      fc.asyncProperty(scopes, async (certified) => {
        const source = `source-${++sources}`;
        for (const { dataset, subsystem, ranges } of certified) {
          await ingest(opened.store, { path: 'x.json', format: 'test', source }, [
            { kind: 'certification', dataset, subsystem, runs: [{ run: 1, line: 1, ranges }] },
          ]);
        }
        const { data, errors } = await ask(
          `query ($source: String!) {
            all: lumisections(first: 1000) { nodes { number verdict(source: $source) } }
            masked: lumisections(first: 1000, where: { mask: $source }) { nodes { number } }
            certificationMask(source: $source) { json }
          }`,
          { source },
        );
        expect(errors).toBeUndefined();
        const judged: { number: number; verdict: string }[] = data.all.nodes;
        const good = judged.filter(({ verdict }) => verdict === 'GOOD').map(({ number }) => number);
        expect(data.masked.nodes.map(({ number }: { number: number }) => number)).toEqual(good);
        const { ranges } = mergeRanges(good.map((number) => ({ first: number, last: number })));
        const json = JSON.parse(data.certificationMask.json)['1'] ?? [];
        const listed = json.map(([first, last]: [number, number]) => ({ first, last: Math.min(last, LAST) }));
        expect(listed.filter(({ first }: { first: number }) => first <= LAST)).toEqual(ranges);
        for (const { number, verdict } of judged) {
          const flags = certified.flatMap(({ ranges }) =>
            ranges.filter(({ first, last }) => first <= number && number <= last).map(({ flag }) => flag),
          );
          if (flags.includes('BAD')) expect(verdict).toBe('BAD');
          if (flags.length === 0) expect(verdict).toBe('NOT_EVALUATED');
        }
      }),
      { numRuns: 25 },
    );
  });

  it('are GOOD for every dataset that the run is judged for, wherever they are asked', async () => {
    const uneven = [
      { dataset: '/A/B-v1/DQM', run: 1, last: LAST },
      { dataset: '/C/D-v1/DQM', run: 1, last: 5 },
      // of other runs: it says nothing of this one
      { dataset: '/E/F-v1/DQM', run: 2, last: 3 },
    ];
    for (const { dataset, run, last } of uneven) {
      const ranges = [{ first: 1, last, flag: 'GOOD' as const }];
      await ingest(opened.store, { path: 'x.json', format: 'test', source: 'uneven' }, [
        { kind: 'certification', dataset, subsystem: 'pixel', runs: [{ run, line: 1, ranges }] },
      ]);
    }
    const { data, errors } = await ask(`{
      certificationMask(source: "uneven") { json }
      byName: lumisectionMask(expression: "uneven") { json }
      good: lumisectionMask(expression: "good(uneven)") { json }
      notEvaluated: lumisectionMask(expression: "notEvaluated(uneven) & 1:1-${LAST}") { json }
      ofOne: lumisectionMask(expression: "good(uneven, *, /A/B-v1/DQM)") { json }
      lumisections(first: 7, where: { run: { number: { eq: 1 } } }) {
        nodes { number verdict(source: "uneven") one: verdict(source: "uneven", dataset: "/A/B-v1/DQM") }
      }
      listed: lumisections(where: { mask: "good(uneven)" }) { totalCount }
      runs(where: { mask: "uneven" }) { nodes { number } }
      losses(universe: "1:1-${LAST}", rules: [{ name: "uneven", keeps: "uneven" }]) { kept { lumisectionCount } }
      lumisectionFacets(where: { run: { number: { eq: 1 } } }) { flag(source: "uneven") { value count } }
      runFacets(where: { number: { eq: 1 } }) { flag(source: "uneven") { value count } }
    }`);
    expect(errors).toBeUndefined();
    const good = { json: '{"1": [[1, 5]],\n "2": [[1, 3]]}' };
    expect([data.certificationMask, data.byName, data.good]).toEqual([good, good, good]);
    expect(data.notEvaluated.json).toBe(`{"1": [[6, ${LAST}]]}`);
    expect(data.ofOne.json).toBe(`{"1": [[1, ${LAST}]]}`);
    expect(data.lumisections.nodes.slice(4)).toEqual([
      { number: 5, verdict: 'GOOD', one: 'GOOD' },
      { number: 6, verdict: 'NOT_EVALUATED', one: 'GOOD' },
      { number: 7, verdict: 'NOT_EVALUATED', one: 'GOOD' },
    ]);
    expect(data.listed.totalCount).toBe(5);
    expect(data.runs.nodes).toEqual([{ number: 1 }, { number: 2 }]);
    expect(data.losses.kept.lumisectionCount).toBe(5);
    expect(data.lumisectionFacets.flag).toEqual([
      { value: 'NOT_EVALUATED', count: LAST - 5 },
      { value: 'GOOD', count: 5 },
    ]);
    expect(data.runFacets.flag).toEqual([{ value: 'NOT_EVALUATED', count: 1 }]);
  });

  it('of one subsystem are asked by its name; an unknown source or subsystem is an error', async () => {
    const certification = { kind: 'certification', dataset: '' } as const;
    for (const [subsystem, flag] of [
      ['pixel', 'GOOD'],
      ['strip', 'BAD'],
    ] as const) {
      await ingest(opened.store, { path: 'x.json', format: 'test', source: 'rr' }, [
        { ...certification, subsystem, runs: [{ run: 1, line: 1, ranges: [{ first: 1, last: 5, flag }] }] },
      ]);
    }
    const verdict = (args: string) => ask(`{ lumisection(run: 1, number: 3) { verdict(${args}) } }`);
    expect((await verdict('source: "rr", subsystem: "pixel"')).data.lumisection.verdict).toBe('GOOD');
    expect((await verdict('source: "rr", subsystem: "strip"')).data.lumisection.verdict).toBe('BAD');
    expect((await verdict('source: "rr"')).data.lumisection.verdict).toBe('BAD');
    for (const args of ['source: "rrr"', 'source: "rr", subsystem: "tracking"', 'source: "rr", dataset: "/X/Y-v1/Z"']) {
      expect((await verdict(args)).errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    }
  });
});
