import { csv, csvRow } from '../../tests/support/csv-files.ts';
import { TASK, testRun } from './judged-task.ts';
import { type FloodKind, post, query, times, variants } from './refused.ts';
import { DATASET, FIRST_RUN } from './world.ts';

/** Requests that are answered, of somebody with a token who sends the next one at once. */
export function admitted(secret: string): readonly FloodKind[] {
  const authorization = `Bearer ${secret}`;
  const ask = (text: string, variables: object = {}) => query(text, variables, { authorization });
  return [
    {
      name: 'queries of thousands of objects',
      code: 'HTTP 200',
      requests: variants((v) =>
        ask(
          `{ run(number: ${FIRST_RUN}) { a${v}: lumisections(first: 100) { nodes { histograms(first: 20) { nodes { entries meanX } } } } } }`,
        ),
      ),
    },
    {
      name: 'queries of as many aliases as there may be',
      code: 'HTTP 200',
      requests: variants((v) => ask(`{ runs { nodes { ${times(95, (i) => `a${v}_${i}: lumisectionCount`)} } } }`)),
    },
    {
      name: 'mutations of a hundred runs',
      code: 'HTTP 200',
      requests: variants((v) =>
        ask('mutation ($input: UpsertRunsInput!) { upsertRuns(input: $input) { report { inserted rejected } } }', {
          input: { runs: Array.from({ length: 100 }, (_, i) => ({ number: 600_000 + 100 * v + i, fill: v + 1 })) },
        }),
      ),
    },
    {
      name: 'submissions of a hundred scores',
      code: 'HTTP 200',
      requests: variants((v) =>
        ask(
          `mutation ($input: SubmitPredictionInput!) { submitPrediction(input: $input) { report { inserted identical conflicting rejected } } }`,
          {
            input: {
              ...{ task: TASK, strategy: { name: 'flood', version: String(v % 7) }, evaluate: false },
              scores: Array.from({ length: 100 }, (_, i) => ({
                run: testRun(0),
                lumisection: i + 1,
                score: v + i / 8,
              })),
            },
          },
        ),
      ),
    },
    {
      name: 'uploads of small files',
      code: 'HTTP 200',
      requests: variants((v) => upload(csv(csvRow({ run: 700_000 + v })), authorization)),
    },
  ];
}

const BOUNDARY = 'xxFLOODxx';
const UPLOAD = JSON.stringify({
  query: `mutation ($file: File!) { uploadDataFile(input: { file: $file, dataset: "${DATASET}" }) { job { id } } }`,
  variables: { file: null },
});

function upload(content: string, authorization: string): string {
  const parts = [
    ['name="operations"', UPLOAD],
    ['name="map"', '{"0":["variables.file"]}'],
    ['name="0"; filename="flood.csv"', content],
  ].map(([about, body]) => `--${BOUNDARY}\r\ncontent-disposition: form-data; ${about}\r\n\r\n${body}\r\n`);
  const body = `${parts.join('')}--${BOUNDARY}--\r\n`;
  const type = `multipart/form-data; boundary=${BOUNDARY}`;
  return post(body, { authorization, 'content-type': type, 'x-graphql-yoga-csrf': '1' });
}
