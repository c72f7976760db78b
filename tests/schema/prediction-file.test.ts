import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import { createIntake } from '../../src/jobs/intake.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { AUTHORIZED, SESSION } from '../support/session.ts';
import type { Answer, Ask } from './ask.ts';
import { fillPredictionWorld, scoresOf } from './prediction-world.ts';
import { CHARGE, RUNS } from './task-world.ts';

const ANSWER = `report { inserted identical conflicting replaced rejected issues { line severity code field value reason } }
  prediction { status threshold scoresHash coverage { expected scored missing reasons { reason count } } }`;
const SUBMIT = `mutation ($input: SubmitPredictionInput!) { submitPrediction(input: $input) { ${ANSWER} } }`;
const SUBMIT_FILE = `mutation ($input: SubmitPredictionFileInput!) { submitPredictionFile(input: $input) { ${ANSWER} } }`;

const tested = RUNS[2] as number;
const scores = scoresOf(RUNS, (number, run) => number * 0.1 + (run % 3));

const uploads = mkdtempSync(join(tmpdir(), 'lumigraph-scores-'));
afterAll(() => rmSync(uploads, { recursive: true, force: true }));

describe.each(databases)('files of scores on $name', (database) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  let app: App;
  let root: Ask;
  beforeAll(async () => {
    opened = await createTestStore(database);
    ({ root } = await fillPredictionWorld(opened.store));
    const config = parseConfig({ LUMIGRAPH_LOG: 'error', LUMIGRAPH_UPLOADS: uploads });
    app = createApp(opened.store, config, { session: SESSION, intake: createIntake(config) });
  });
  afterAll(() => opened.drop());

  const send = async (content: string | Uint8Array, input: object, headers: object = AUTHORIZED): Promise<Answer> => {
    const form = new FormData();
    const variables = { input: { task: 'judged', ...input, file: null } };
    form.append('operations', JSON.stringify({ query: SUBMIT_FILE, variables }));
    form.append('map', JSON.stringify({ 0: ['variables.input.file'] }));
    form.append('0', new File([content as BlobPart], 'scores'));
    const init = { method: 'POST', headers: { 'x-graphql-yoga-csrf': '1', ...headers }, body: form };
    return (await (await app.fetch(new Request('http://localhost/graphql', init))).json()) as Answer;
  };
  const by = (name: string) => ({ strategy: { name, version: '1' } });

  test('say the same as the mutation, in each format, and leave nothing behind', async () => {
    const input = { task: 'judged', ...by('call'), scores, threshold: 0.5 };
    const called = (await root(SUBMIT, { input })).data.submitPrediction;
    const csv = `run,lumisection,score\n${scores.map(({ run, lumisection, score }) => `${run},${lumisection},${score}`).join('\n')}`;
    const arrow = tableToIPC(
      tableFromArrays({
        run: Int32Array.from(scores, ({ run }) => run),
        lumisection: Int32Array.from(scores, ({ lumisection }) => lumisection),
        score: Float64Array.from(scores, ({ score }) => score),
      }),
    );
    for (const [name, content] of [
      ['csv', csv],
      ['arrow', arrow],
    ] as const) {
      const { data, errors } = await send(content, { ...by(name), threshold: 0.5 });
      expect(errors).toBeUndefined();
      expect(data.submitPredictionFile).toEqual(called);
    }
    const again = (await send(csv, { ...by('csv'), threshold: 0.5 })).data.submitPredictionFile;
    expect(again.report).toMatchObject({ inserted: 0, identical: 30 });
    expect(again.prediction).toEqual(called.prediction);
    expect(existsSync(uploads) ? readdirSync(uploads) : []).toEqual([]);
  });

  test('count and list rows that are none, of unknown members or elements, and second ones, by line', async () => {
    const lines = [
      'run,lumisection,score,monitorElement,reason',
      `${tested},1,0.5,,`,
      `${tested},1,0.75,,`,
      `${tested},11,1,,`,
      `${tested},2,many,,`,
      `${tested},2,nan,,`,
      `${tested},3,,,EMPTY`,
      `${tested},3,9,${CHARGE.path},`,
      `${tested},3,9,no/such,`,
      `${tested},4,0.25,,`,
      `${tested},5,1,,EMPTY`,
    ];
    const { data } = await send(lines.join('\n'), by('faulty'));
    const { report, prediction } = data.submitPredictionFile;
    expect(report).toMatchObject({ inserted: 4, identical: 0, conflicting: 0, rejected: 6 });
    expect(report.issues.map(({ line, code, field }: Record<string, unknown>) => [line, code, field])).toEqual([
      [3, 'DUPLICATE', 'lumisection'],
      [4, 'UNKNOWN_MEMBER', 'lumisection'],
      [5, 'NOT_A_NUMBER', 'score'],
      [6, 'NOT_FINITE', 'score'],
      [9, 'UNKNOWN_ELEMENT', 'monitorElement'],
      [11, 'SCORE_AND_REASON', 'reason'],
    ]);
    expect(prediction.coverage).toEqual({
      expected: 10,
      scored: 2,
      missing: 8,
      reasons: [{ reason: 'EMPTY', count: 1 }],
    });
    const { data: read } = await root(
      `{ prediction(task: "judged", strategy: { name: "faulty", version: "1" }) { coverage(monitorElement: "${CHARGE.path}") { scored } } }`,
    );
    expect(read.prediction.coverage).toEqual({ scored: 1 });
  });

  test('of which nothing is taken make no prediction', async () => {
    for (const [text, rejected] of [
      ['run,lumisection,score\n', 0],
      [`run,lumisection,score\n${tested},11,1\n`, 1],
      [`run,lumisection,score,monitorElement\n${tested},11,1,${CHARGE.path}\n${tested},1,1,no/such\n`, 2],
    ] as const) {
      const { data, errors } = await send(text, by('nobody'));
      expect(errors).toBeUndefined();
      expect(data.submitPredictionFile).toMatchObject({ prediction: null, report: { inserted: 0, rejected } });
    }
    // a row of another monitor element makes one, and what was refused before it stays so
    const mixed = `run,lumisection,score,monitorElement\n${tested},11,1,${CHARGE.path}\n${tested},1,1,\n`;
    expect((await send(mixed, by('nobody'))).data.submitPredictionFile).toMatchObject({
      ...{ prediction: { coverage: { scored: 1 } }, report: { inserted: 1, rejected: 1 } },
    });
  });

  test('of one monitor element need not name it in each row, and conflicts are told by line', async () => {
    const rows = (score: number) => `run,lumisection,score\n${tested},1,${score}\n${tested},2,1\n`;
    const input = { ...by('element'), monitorElement: CHARGE.path, threshold: 3 };
    expect((await send(rows(1), input)).data.submitPredictionFile).toMatchObject({
      report: { inserted: 2 },
      prediction: { threshold: null, coverage: { scored: 0 } },
    });
    const { report } = (await send(rows(2), input)).data.submitPredictionFile;
    expect(report).toMatchObject({ identical: 1, conflicting: 1, issues: [{ line: 2, code: 'CONFLICT' }] });
    expect((await send(rows(2), { ...input, onConflict: 'FAIL' })).errors?.[0]?.extensions.reason).toBe('CONFLICT');
    expect((await send(rows(2), { ...input, onConflict: 'REPLACE' })).data.submitPredictionFile.report.replaced).toBe(
      1,
    );
  });

  test('are refused as a whole where they are no table of scores, and from whom may not submit', async () => {
    const reasonOf = async (content: string, input: object, headers?: object) => {
      const [error] = (await send(content, input, headers)).errors ?? [];
      return error?.extensions.reason ?? error?.extensions.code;
    };
    const csv = 'run,lumisection,score\n1,1,1\n';
    expect(await reasonOf('PAR1 and then nothing', by('no'))).toBe('BROKEN_PARQUET');
    expect(await reasonOf('run,lumisection\n1,1\n', by('no'))).toBe('MISSING_COLUMN');
    expect(await reasonOf(csv, { ...by('no'), task: 'nobody' })).toBe('NOT_FOUND');
    expect(await reasonOf(csv, by('no'), {})).toBe('UNAUTHENTICATED');
    expect(existsSync(uploads) ? readdirSync(uploads) : []).toEqual([]);
  });
});
