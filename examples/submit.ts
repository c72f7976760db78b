/**
 * Takes part in a task: learns what good histograms of a monitor element look like on average, scores all others by how
 * far their shape is from that, and reads its place on the board.
 *
 *     npx tsx examples/submit.ts --task sample --token TOKEN --monitor-element PixelPhase1/Tracks/PXBarrel/charge_PXLayer_3
 */
import { parseArgs } from 'node:util';
import { decodeBins } from '../client/bins.ts';
import { type Client, createClient } from '../client/client.ts';
import { LeaderboardDocument, SubmitPredictionDocument, TaskMatrixDocument } from '../client/documents.ts';
import type { TaskPartName } from '../client/gql/graphql.ts';

const SCORES_A_CALL = 10_000;

const text = { type: 'string' } as const;
const { values: options } = parseArgs({
  options: {
    url: { ...text, default: 'http://localhost:4000/graphql' },
    /** Of the scope `challenge`: `npm run token -- create --name me --scope challenge`. */
    token: text,
    task: text,
    /** One of those of the task; needed where it has several. */
    'monitor-element': text,
    strategy: { ...text, default: 'mean-shape' },
  },
});

interface Row {
  readonly run: number;
  readonly lumisection: number;
  /** Null where it is hidden. */
  readonly truth: 'POSITIVE' | 'NEGATIVE' | null;
  /** Bins as shares of their sum; null where there is no histogram, or nothing in it. */
  readonly shape: Float64Array | null;
  readonly isThere: boolean;
}

async function readPart(client: Client, task: string, part: TaskPartName): Promise<Row[]> {
  const rows: Row[] = [];
  const pages = client.pages(
    TaskMatrixDocument,
    { task, part, monitorElement: options['monitor-element'] },
    ({ task }) => (task ? { ...task.matrix.matrix, truth: task.matrix.truth } : null),
  );
  for await (const { runs, lumisections, valid, binsBase64, shape, truth } of pages) {
    const bins = decodeBins(binsBase64, 'FLOAT64');
    const length = shape.slice(1).reduce((cells, side) => cells * side, 1);
    for (const [i, run] of runs.entries()) {
      const own = bins.subarray(i * length, (i + 1) * length);
      const sum = own.reduce((total, value) => total + value, 0);
      const isThere = valid[i] === true;
      rows.push({
        ...{ run, lumisection: lumisections?.[i] ?? 0, truth: truth?.[i] ?? null, isThere },
        shape: isThere && sum > 0 ? own.map((value) => value / sum) : null,
      });
    }
  }
  return rows;
}

function meanOf(shapes: readonly Float64Array[]): Float64Array {
  const mean = new Float64Array(shapes[0]?.length ?? 0);
  for (const shape of shapes) for (const [i, share] of shape.entries()) mean[i] = (mean[i] as number) + share;
  return mean.map((sum) => sum / shapes.length);
}

/** Total variation: half of the sum of all differences, 0 to 1. */
const distance = (shape: Float64Array, mean: Float64Array) =>
  shape.reduce((sum, share, i) => sum + Math.abs(share - (mean[i] as number)), 0) / 2;

async function takePart(task: string, token: string): Promise<void> {
  const client = createClient({ url: options.url, token });
  const train = await readPart(client, task, 'TRAIN');
  const good = train.flatMap(({ truth, shape }) => (truth === 'NEGATIVE' && shape ? [shape] : []));
  if (good.length === 0) throw new Error(`the task ${task} is not there, or has nothing good to learn from`);
  const mean = meanOf(good);
  const rows = [...(await readPart(client, task, 'VALIDATION')), ...(await readPart(client, task, 'TEST'))];
  const scores = rows.map(({ run, lumisection, shape, isThere }) => ({
    ...{ run, lumisection },
    ...(shape
      ? { score: distance(shape, mean) }
      : { reason: isThere ? ('EMPTY' as const) : ('NO_HISTOGRAM' as const) }),
  }));
  const strategy = { name: options.strategy, version: '1' };
  for (let begin = 0; begin < scores.length; begin += SCORES_A_CALL) {
    const some = scores.slice(begin, begin + SCORES_A_CALL);
    const { submitPrediction } = await client.request(SubmitPredictionDocument, {
      input: { task, strategy, scores: some },
    });
    for (const { code, reason } of submitPrediction.report.issues) console.error(`${code}: ${reason}`);
    const coverage = submitPrediction.prediction?.coverage;
    console.log(coverage ? `${coverage.scored} of ${coverage.expected} scored` : 'nothing was taken');
  }
  const board = await client.request(LeaderboardDocument, { task });
  for (const { rank, strategy: other, value } of board.task?.leaderboard ?? []) {
    const isOwn = other.name === strategy.name && other.version === strategy.version;
    console.log(
      `${rank ?? '-'}. ${other.name} ${other.version}: ${value?.toFixed(4) ?? '-'}${isOwn ? ' <-- this one' : ''}`,
    );
  }
}

if (options.task === undefined || options.token === undefined) {
  console.error('usage: npx tsx examples/submit.ts --task NAME --token TOKEN [--monitor-element PATH] [--url URL]');
  process.exitCode = 1;
} else await takePart(options.task, options.token);
