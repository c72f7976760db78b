import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { elementChoiceOf } from '../../ingest/commands/element-options.ts';
import { choiceIdentity, type ElementChoice, namesOf, pathOf } from '../../ingest/pipeline/elements.ts';
import { ingestFile } from '../../ingest/pipeline/pipeline.ts';
import type { IngestHooks, IngestSettings } from '../../ingest/pipeline/report.ts';
import { csv, csvRow } from '../support/csv-files.ts';
import { dumpDatabase } from '../support/database-dump.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { DATASET, ingestFolder, none } from '../support/ingest-files.ts';

const { folder, parser, file } = ingestFolder('elements');

describe('a choice of monitor elements', () => {
  test('gives paths by the map, else by the prefix, and finds the names back', () => {
    const choice = { map: { a: 'Pixel/a', b: 'Strip/c' }, prefix: 'Strip/' };
    expect(['a', 'b', 'c'].map((name) => pathOf(name, choice))).toEqual(['Pixel/a', 'Strip/c', 'Strip/c']);
    expect(namesOf('Strip/c', choice)).toEqual(['b', 'c']);
    expect(namesOf('Strip/a', choice)).toEqual([]);
    expect(pathOf('constructor', choice)).toBe('Strip/constructor');
  });

  test('has an identity that order does not change and content does', () => {
    expect(choiceIdentity()).toBe('');
    expect(choiceIdentity({ include: [], map: {}, prefix: '' })).toBe('');
    const identity = choiceIdentity({ include: ['b', 'a'], map: { x: 'X/x', y: 'Y/y' } });
    expect(choiceIdentity({ map: { y: 'Y/y', x: 'X/x' }, include: ['a', 'b', 'a'] })).toBe(identity);
    expect(choiceIdentity({ map: { y: 'Y/y', x: 'X/x' }, exclude: ['a', 'b'] })).not.toBe(identity);
  });

  test('reads a map from CSV and from JSON alike, and globs from lists', async () => {
    const text = 'name,path\r\ncharge,Pixel/charge\n"odd ""name"", with comma",Strip/odd\n\n';
    const byCsv = await elementChoiceOf({ 'me-map': file('map.csv', text) });
    const json = JSON.stringify({ charge: 'Pixel/charge', 'odd "name", with comma': 'Strip/odd' });
    expect(byCsv).toEqual(await elementChoiceOf({ 'me-map': file('map.json', json) }));
    expect(byCsv?.map).toEqual(JSON.parse(json));
    const reversed = 'path,name\nPixel/charge,charge\nStrip/odd,"odd ""name"", with comma"\n';
    expect((await elementChoiceOf({ 'me-map': file('reversed.csv', reversed) }))?.map).toEqual(JSON.parse(json));
    const list = file('list.txt', '# pixels\nPixel/*\n\n  Strip/?  \n');
    expect((await elementChoiceOf({ include: [`@${list}`, 'x'] }))?.include).toEqual(['Pixel/*', 'Strip/?', 'x']);
  });

  test('has braces stand for globs, as a shell does, and other braces for themselves', async () => {
    const included = async (glob: string) => (await elementChoiceOf({ include: [glob] }))?.include;
    expect(await included('Pixel/{charge,size}_{1,2}')).toEqual([
      'Pixel/charge_1',
      'Pixel/charge_2',
      'Pixel/size_1',
      'Pixel/size_2',
    ]);
    expect(await included('{a{b,},c}/*')).toEqual(['ab/*', 'a/*', 'c/*']);
    for (const plain of ['a{b}', 'a{b,c', 'a}b,c', '[{]a,b}', '{}']) expect(await included(plain)).toEqual([plain]);
    await expect(included('{a,b}'.repeat(12))).rejects.toThrow('stands for more than 1000 globs');
    expect((await elementChoiceOf({ exclude: [`@${file('braces.txt', 'x{1,2}')}`] }))?.exclude).toEqual(['x1', 'x2']);
  });

  test.each([
    ['a,b,c', /bad\.csv:1: two cells are wanted/],
    ['a,P/a\na,P/b', /bad\.csv:2: a is P\/b here and P\/a in .*bad\.csv:1/],
    ['a,/b', /bad\.csv:1: "\/b" is no path: it has an empty part/],
    ['{"a": 1}', /the path of a is no text/],
    ['{"a": "P/a",\n "a": "P/b"}', /bad\.csv:2: a stands there twice/],
    ['{"a"', /no JSON/],
  ])('refuses the map %j, saying where', async (text, message) => {
    await expect(elementChoiceOf({ 'me-map': file('bad.csv', text) })).rejects.toThrow(message);
  });
});

describe.each(databases)('reading chosen monitor elements on $name', (database) => {
  let opened: Awaited<ReturnType<typeof createTestStore>>;
  beforeEach(async () => {
    opened = await createTestStore(database);
  });
  afterEach(() => opened.drop());

  const ingest = (path: string, elements: ElementChoice, settings: IngestSettings = {}, hooks: IngestHooks = {}) =>
    ingestFile({ store: opened.store, parser }, path, { dataset: DATASET, elements, ...settings }, hooks);
  const paths = async () => (await opened.store.lists.count('monitorElement')) as number;
  const rows = async () => (await dumpDatabase(opened.url)).lumisectionHistograms ?? [];

  const names = ['charge', 'size', 'hits'];
  const twelve = csv(
    ...[1, 2, 3, 4].flatMap((ls) => names.map((name, i) => csvRow({ ls, name, bins: [i, ls, 2, 3, 0] }))),
  );

  test('refuses the row whose path the prefix makes too long, and no other', async () => {
    const names = ['short', 'x'.repeat(990), '\u5b57'.repeat(660)];
    const path = file('long-paths.csv', csv(...names.map((name) => csvRow({ name }))));
    const report = await ingest(path, { prefix: 'p'.repeat(980) });
    expect(report.counts).toEqual({ ...none, inserted: 1, rejected: 2 });
    expect(report.issues).toMatchObject([3, 4].map((line) => ({ severity: 'REJECTED', code: 'BAD_PATH', line })));
  });

  test('leaves out what is not included or is excluded, and lists it', async () => {
    const path = file('chosen.csv', twelve);
    const report = await ingest(path, { include: ['Pixel/*'], exclude: ['*/size'], prefix: 'Pixel' }, { batchRows: 5 });
    expect(report).toMatchObject({ outcome: 'ingested', exitStatus: 0, counts: { ...none, inserted: 8 } });
    expect(report.skipped).toEqual({ rows: 4, elements: [{ path: 'Pixel/size', rows: 4 }] });
    expect(report.issues).toEqual([]);
    expect(await paths()).toBe(2);
    const again = await ingest(path, { exclude: ['*/size'], prefix: 'Pixel/', include: ['Pixel/*'] });
    expect(again).toMatchObject({ outcome: 'known', skipped: report.skipped });
    // another choice is another reading: what is there is found identical
    const more = await ingest(path, { prefix: 'Pixel' });
    expect(more).toMatchObject({ outcome: 'ingested', counts: { ...none, inserted: 4, identical: 8 } });
    expect(more.skipped).toEqual({ rows: 0, elements: [] });
  });

  test('stores the chosen rows as they would be stored without a choice', async () => {
    await ingest(file('whole.csv', twelve), {});
    const whole = await rows();
    const other = await createTestStore(database);
    try {
      const tools = { store: other.store, parser };
      await ingestFile(tools, join(folder, 'whole.csv'), { dataset: DATASET, elements: { exclude: ['size'] } });
      const chosen = (await dumpDatabase(other.url)).lumisectionHistograms ?? [];
      expect(chosen).toHaveLength(8);
      expect(chosen).toEqual(whole.filter((row) => !row.includes('size')));
    } finally {
      await other.drop();
    }
  });

  test('counts what was left out once, however often the reading stops', async () => {
    const path = file('stops.csv', twelve);
    const elements = { include: ['size'] };
    const stops: string[] = [];
    for (let attempt = 0; attempt < 6; attempt++) {
      const controller = new AbortController();
      controller.abort();
      const { outcome } = await ingest(path, elements, { batchRows: 5 }, { signal: controller.signal });
      stops.push(outcome);
    }
    expect(new Set(stops)).toEqual(new Set(['cancelled']));
    const report = await ingest(path, elements);
    expect(report).toMatchObject({ outcome: 'ingested', counts: { ...none, inserted: 4 } });
    expect(report.skipped).toEqual({
      rows: 8,
      elements: [
        { path: 'charge', rows: 4 },
        { path: 'hits', rows: 4 },
      ],
    });
  });

  test('names both places where two names lead to one path, equal content or not', async () => {
    const map = { a: 'Pixel/x', b: 'Pixel/x' };
    const path = file(
      'collide.csv',
      csv(
        csvRow({ name: 'a', ls: 1 }),
        csvRow({ name: 'b', ls: 1 }),
        csvRow({ name: 'b', ls: 2, bins: [1, 1, 1, 1, 1] }),
        csvRow({ name: 'a', ls: 2 }),
      ),
    );
    const report = await ingest(path, { map }, { batchRows: 1, onConflict: 'replace' });
    expect(report).toMatchObject({ exitStatus: 2, counts: { ...none, inserted: 2, conflicting: 2 } });
    expect(report.issues.map(({ code, line, reason }) => [code, line, reason])).toEqual([
      [
        'NAMES_COLLIDE',
        3,
        'b in line 3 and a in line 2 both are Pixel/x in run 1, LS 1, as the names were mapped: a stays, b does not',
      ],
      [
        'NAMES_COLLIDE',
        5,
        'a in line 5 and b in line 4 both are Pixel/x in run 1, LS 2, as the names were mapped: b stays, a does not',
      ],
    ]);
    const failed = await ingest(
      file('fails.csv', csv(csvRow({ name: 'a', ls: 9 }), csvRow({ name: 'b', ls: 9 }))),
      {
        map,
      },
      { onConflict: 'fail' },
    );
    expect(failed).toMatchObject({ outcome: 'failed', exitStatus: 2, error: { code: 'CONFLICT', line: 3 } });
    expect(await rows()).toHaveLength(2);
  });

  test('names both lines of a conflict under a renamed element', async () => {
    const text = csv(csvRow({ name: 'a' }), csvRow({ name: 'a', bins: [9, 9, 9, 9, 9] }));
    const report = await ingest(file('renamed.csv', text), { map: { a: 'Pixel/x' } });
    expect(report.issues).toMatchObject([{ value: 'run 1, LS 1, Pixel/x' }]);
    expect(report.issues[0]?.reason).toContain('line 2 stays, line 3 does not');
  });

  test('reads a file as the format that is told, whatever its content', async () => {
    const report = await ingest(file('told.csv', twelve), {}, { format: 'lumi-json', source: 'x' });
    expect(report).toMatchObject({ outcome: 'failed', format: 'lumi-json', error: { code: 'MALFORMED_JSON' } });
  });
});
