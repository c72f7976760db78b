import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SqliteConnection } from '../../src/store/sqlite-connection.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';
import { lumisectionBatch, type TestHistogram } from './batch.ts';
import { CHARGE_PATH, certify, contentsOf, fillWorld, ingest, STATUS, UL2018 } from './world.ts';

const RUN_GRAPH = readFileSync(join(import.meta.dirname, '../queries/run-graph.graphql'), 'utf8');
const WIDE_GRAPH = /* GraphQL */ `
  query ($run: Int!) {
    run(number: $run) {
      lumisections(first: 1000, where: { mask: "wide" }) {
        totalCount
        nodes {
          number
          run { number }
          verdict(source: "wide")
          histograms(first: 1, where: { monitorElement: { path: { glob: "PixelPhase1/*" } } }) {
            totalCount
            nodes { monitorElement { path } dataset { name } lumisection { number } run { era } axes { title } entries meanX bins dataFile { path } }
          }
        }
      }
    }
  }
`;

describe.each(databases)('SQL on $name', (database) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  let ask: Ask;
  const statements: string[] = [];

  async function statementsOf(query: string, variables?: Record<string, unknown>): Promise<string[]> {
    statements.length = 0;
    const { errors } = await ask(query, variables);
    expect(errors).toBeUndefined();
    return [...statements];
  }

  beforeAll(async () => {
    opened = await createTestStore(database, { onStatement: (sql) => statements.push(sql) });
    await fillWorld(opened.store);
    const histogramsOf = (run: number, lumisections: number): TestHistogram[] =>
      Array.from({ length: lumisections }, (_, i) =>
        [CHARGE_PATH, STATUS].map((element) => ({
          run,
          lumisection: i + 1,
          dataset: UL2018,
          element,
          contents: contentsOf(element, i),
        })),
      ).flat();
    await ingest(opened.store, { path: 'narrow.csv', format: 'test' }, [lumisectionBatch(histogramsOf(1, 1))]);
    await ingest(opened.store, { path: 'wide.csv', format: 'test' }, [lumisectionBatch(histogramsOf(2, 2000))]);
    const everything = (run: number) => ({ run, line: 1, ranges: [{ first: 1, last: 3000, flag: 'GOOD' as const }] });
    await certify(opened.store, 'wide', '', [everything(1), everything(2)]);
    ask = asker(opened.store);
  });
  afterAll(() => opened.drop());

  it('of RunGraph is exactly this', async () => {
    // what the process keeps (names of monitor elements and datasets, binnings) is read once; which way a list goes
    // depends on what is known of the elements, so that names of datasets may be needed by the second answer only
    await ask(RUN_GRAPH);
    await ask(RUN_GRAPH);
    // sorted: which of two independent statements goes first is the database's answer time
    const found = (await statementsOf(RUN_GRAPH)).sort();
    await expect(`${found.join(';\n\n')};\n`).toMatchFileSnapshot(
      join(import.meta.dirname, `run-graph.${database.name}.sql`),
    );
  });

  it('is as many statements for 2,000 lumisections as for one', async () => {
    await statementsOf(WIDE_GRAPH, { run: 1 });
    const narrow = await statementsOf(WIDE_GRAPH, { run: 1 });
    const wide = await statementsOf(WIDE_GRAPH, { run: 2 });
    expect(wide.length).toBe(narrow.length);
    const { data } = await ask(WIDE_GRAPH, { run: 2 });
    expect(data.run.lumisections.totalCount).toBe(2000);
    expect(data.run.lumisections.nodes.length).toBe(1000);
    expect(
      data.run.lumisections.nodes.every(
        ({ histograms }: { histograms: { nodes: unknown[] } }) => histograms.nodes.length === 1,
      ),
    ).toBe(true);
  });

  it('counts only where totalCount is asked for', async () => {
    const list = (fields: string) => `{ run(number: 315257) { lumisections { ${fields} } } }`;
    const without = await statementsOf(list('nodes { number }'));
    const withCount = await statementsOf(list('totalCount nodes { number }'));
    const countAlone = await statementsOf(list('totalCount'));
    expect(without.filter((sql) => /count\(\*\) AS n/.test(sql))).toEqual([]);
    expect(withCount.length).toBe(without.length + 1);
    expect(countAlone.length).toBe(without.length);
  });

  it('reads no run and no lumisection of which only the number is asked for', async () => {
    const list = (fields: string) =>
      `{ lumisectionHistograms(first: 5, where: { run: { number: { eq: 315257 } } }) { nodes { ${fields} } } }`;
    const keys = await statementsOf(list('lumisection { __typename id number run { number } } run { id number }'));
    expect(keys.length).toBe(1);
    const more = await statementsOf(list('lumisection { number pileup } run { ... { number } }'));
    expect(more.length).toBe(3);
    const { data } = await ask(
      list('lumisection { id number run { id number } } again: lumisection { id number pileup run { id era } }'),
    );
    for (const { lumisection, again } of data.lumisectionHistograms.nodes) {
      expect(lumisection).toEqual({ id: again.id, number: again.number, run: { id: again.run.id, number: 315257 } });
      expect(again.pileup).toBe(30 + lumisection.number);
    }
  });

  if (database.name === 'sqlite') {
    it('finds the histograms of one lumisection by an index, without those of its run', async () => {
      const found = [
        ...(await statementsOf('{ lumisection(run: 2, number: 7) { histograms { nodes { entries } } } }')),
        ...(await statementsOf(
          '{ lumisectionHistograms(where: { run: { number: { eq: 2 } }, lumisection: { number: { eq: 7 } } }) { nodes { entries } } }',
        )),
      ].filter((sql) => sql.includes('FROM lumisection_histogram t'));
      expect(found.length).toBe(2);
      const reader = new SqliteConnection(opened.url.slice('file:'.length), () => {}, { readOnly: 'file' });
      try {
        for (const sql of found) {
          expect(reader.planOf(sql).join('\n')).toMatch(
            /SEARCH t USING INDEX \w+ \(run_number=\? AND lumisection_number=\?\)/,
          );
        }
      } finally {
        reader.close();
      }
    });
  }

  it('reads neither bins nor binnings nor names that are not asked for', async () => {
    const found = await statementsOf('{ lumisectionHistograms(first: 5) { nodes { entries meanX } } }');
    expect(found.filter((sql) => /\bbins\b|FROM binning/i.test(sql))).toEqual([]);
  });
});
