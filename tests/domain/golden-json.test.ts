import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { goldenJson, maskFromGoldenJson, parseGoldenJson } from '../../src/domain/golden-json.ts';
import { END_OF_RUN, LuminosityMask } from '../../src/domain/lumi-mask.ts';

describe('a golden JSON', () => {
  it('is written as LumiList writes it', () => {
    const mask = maskFromGoldenJson('{"315259":[[1,172]],"315257":[[91,92],[1,88]],"9":[[1,1]]}');
    expect(goldenJson(mask)).toBe('{"315257": [[1, 88], [91, 92]],\n "315259": [[1, 172]],\n "9": [[1, 1]]}');
    expect(goldenJson(LuminosityMask.EMPTY)).toBe('{}');
    expect(maskFromGoldenJson(goldenJson(mask)).equals(mask)).toBe(true);
  });

  it('may say "the whole run" in each of the known ways, and is never written with -1', () => {
    const mask = maskFromGoldenJson('{"1": [[-1]], "2": [[1, 0]], "3": [[1, 268435455]], "4": [[7, 0]]}');
    expect([...mask].map(({ ranges }) => ranges)).toEqual([
      [{ first: 1, last: END_OF_RUN }],
      [{ first: 1, last: END_OF_RUN }],
      [{ first: 1, last: END_OF_RUN }],
      [{ first: 7, last: END_OF_RUN }],
    ]);
    expect(goldenJson(mask)).toContain('"1": [[1, 268435455]]');
  });

  it('is read in any layout, with the line of each run and what had to be mended', () => {
    const { runs, problems } = parseGoldenJson(
      '\uFEFF{\r\n "2": [\r\n  [5, 6], [1, 2],\r\n [3, 4]\r\n ],\r\n\r\n "1" : [ ] }\r\n',
    );
    expect(problems).toEqual([]);
    expect(runs).toEqual([
      { run: 2, line: 2, ranges: [{ first: 1, last: 6 }], unsorted: true, overlapping: false, touching: true },
      { run: 1, line: 7, ranges: [], unsorted: false, overlapping: false, touching: false },
    ]);
    expect(parseGoldenJson(' {} ')).toEqual({ runs: [], problems: [] });
  });

  it.each([
    ['{"1": [[2, 1]]}', 'BAD_RANGE', '[2, 1]'],
    ['{"1": [[0, 1]]}', 'BAD_RANGE', '[0, 1]'],
    ['{"1": [[-3, 1]]}', 'BAD_RANGE', '[-3, 1]'],
    ['{"1": [[1.5, 2]]}', 'BAD_RANGE', '[1.5, 2]'],
    ['{"1": [[1]]}', 'BAD_RANGE', '[1]'],
    ['{"1": [[-1], [1, 2]]}', 'BAD_RANGE', '[-1]'],
    ['{"1": [[1, 2, 3]]}', 'BAD_RANGE', '[1, 2, 3]'],
    ['{"1": [[1, 999999999]]}', 'BAD_RANGE', '[1, 999999999]'],
    ['{"x": [[1, 2]]}', 'BAD_RUN_NUMBER', 'x'],
    ['{"0": [[1, 2]]}', 'BAD_RUN_NUMBER', '0'],
    ['{"9999999999": [[1, 2]]}', 'BAD_RUN_NUMBER', '9999999999'],
  ])('leaves out a bad run and says why: %s', (text, code, value) => {
    const withGoodRun = `{"7": [[1, 2]],\n${text.slice(1)}`;
    const { runs, problems } = parseGoldenJson(withGoodRun);
    expect(runs.map(({ run }) => run)).toEqual([7]);
    expect(problems).toMatchObject([{ code, line: 2, value }]);
    expect(() => maskFromGoldenJson(text)).toThrow(/^line 1, run /);
  });

  it('takes neither of two entries of one run', () => {
    const { runs, problems } = parseGoldenJson('{"1": [[1, 2]],\n "2": [[1, 2]],\n "1": [[5, 6]]}');
    expect(runs.map(({ run }) => run)).toEqual([2]);
    expect(problems).toMatchObject([{ code: 'DUPLICATE_KEY', line: 3, field: '1', value: '[5, 6]' }]);
    expect(problems[0]?.reason).toContain('line 1');
  });

  it.each([
    ['', 1],
    ['[]', 1],
    ['{"1": [[1, 2]]', 1],
    ['{"1": [[1, 2],]}', 1],
    ['{"1": \n[[1, 2]], }', 2],
    ['{"1":\n [[1,\n "2"]]}', 3],
    ['{"1": [1, 2]}', 1],
    ['{1: [[1, 2]]}', 1],
    ["{'1': [[1, 2]]}", 1],
    ['{"1": [[01, 2]]}', 1],
    ['{"1": [[1, 2]]} x', 1],
    ['{"1": null}', 1],
    ['{"1": [[NaN, 2]]}', 1],
  ])('of another form is refused with its line: %j', (text, line) => {
    expect(() => parseGoldenJson(text)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
    expect(() => parseGoldenJson(text)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ line }) }),
    );
  });
});

const data = new URL('../../../shared/data/', import.meta.url);
const files = ['json_GOLDEN_2018.txt', 'json_DCSONLY_2018.txt'].map((name) => new URL(name, data));
if (files.every((file) => existsSync(file))) {
  describe('the real JSON files of 2018', () => {
    const [golden, dcs] = files.map((file) => readFileSync(file, 'utf8')) as [string, string];

    it('hold the known numbers of runs and lumisections', () => {
      const [good, on] = [maskFromGoldenJson(golden), maskFromGoldenJson(dcs)];
      expect([good.runCount, good.lumisectionCount]).toEqual([478, 234529]);
      expect([on.runCount, on.lumisectionCount]).toEqual([681, 258508]);
      expect(good.difference(on).equals(LuminosityMask.EMPTY)).toBe(true);
      expect(good.intersection(on).equals(good)).toBe(true);
      expect(good.union(on).equals(on)).toBe(true);
      expect(on.difference(good).lumisectionCount).toBe(23979);
    });

    it('have unsorted ranges in 175 runs of the DCS-only file', () => {
      expect(parseGoldenJson(dcs).runs.filter(({ unsorted }) => unsorted)).toHaveLength(175);
    });

    it('come back unchanged', () => {
      const mask = maskFromGoldenJson(golden);
      expect(JSON.parse(goldenJson(mask))).toEqual(JSON.parse(golden));
    });
  });
} else {
  console.log('golden-json.test.ts: ../shared/data is absent, its real files are not tested');
}
