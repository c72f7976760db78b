/**
 * One monitor element over the lumisections of a run: reads the histograms page by page, takes the mean of each from its
 * bins, and tells which lumisections stand out and what a certification says of them.
 *
 *     npx tsx examples/trend.ts --run 398011 --source sample-truth --subsystem pixel
 */
import { parseArgs } from 'node:util';
import { decodeBins } from '../client/bins.ts';
import { createClient } from '../client/client.ts';
import { graphql } from '../client/gql/gql.ts';

const TrendDocument = graphql(`
  query TrendOfOneElement($where: LumisectionHistogramWhere!, $source: String!, $subsystem: String!, $after: String) {
    lumisectionHistograms(first: 40, after: $after, where: $where, orderBy: [{ field: LUMISECTION }]) {
      nodes {
        lumisection { number pileup verdict(source: $source, subsystem: $subsystem) }
        axes { edges }
        entries
        binsBase64(type: FLOAT64)
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

const defaults = {
  url: 'http://localhost:4000/graphql',
  token: '',
  run: '398011',
  dataset: '/ZeroBias/Run2026Z-PromptReco-v1/DQMIO',
  'monitor-element': 'PixelPhase1/Tracks/PXBarrel/charge_PXLayer_3',
  source: 'sample-truth',
  subsystem: 'pixel',
  /** How many robust standard deviations from the median stand out. */
  threshold: '5',
};
const options = readOptions();

function readOptions(): typeof defaults {
  const text = (name: string) => ({ type: 'string', default: defaults[name as keyof typeof defaults] }) as const;
  const names = Object.fromEntries(Object.keys(defaults).map((name) => [name, text(name)]));
  try {
    return { ...defaults, ...parseArgs({ options: names }).values };
  } catch (error) {
    const usage = Object.entries(defaults).map(([name, value]) =>
      `  --${name} ${value && `(default ${value})`}`.trimEnd(),
    );
    console.error(`${(error as Error).message}\n\nusage: npx tsx examples/trend.ts [options]\n${usage.join('\n')}`);
    process.exit(1);
  }
}

interface Point {
  readonly lumisection: number;
  readonly pileup: number | null;
  readonly verdict: string;
  readonly entries: number | null;
  /** NaN where nothing is in range. */
  readonly mean: number;
}

/** Mean of the in-range bins at their centres. */
function meanOf(bins: Float64Array, edges: readonly number[]): number {
  let sum = 0;
  let weighted = 0;
  bins.forEach((content, i) => {
    sum += content;
    weighted += (content * ((edges[i] as number) + (edges[i + 1] as number))) / 2;
  });
  return weighted / sum;
}

async function readPoints(): Promise<Point[]> {
  const client = createClient({ url: options.url, ...(options.token !== '' && { token: options.token }) });
  const where = {
    run: { number: { eq: Number(options.run) } },
    dataset: { name: { eq: options.dataset } },
    monitorElement: { path: { eq: options['monitor-element'] } },
  };
  const { source, subsystem } = options;
  const points: Point[] = [];
  const histograms = client.nodes(TrendDocument, { where, source, subsystem }, (data) => data.lumisectionHistograms);
  for await (const { lumisection, axes, entries, binsBase64 } of histograms) {
    const edges = axes?.length === 1 ? axes[0]?.edges : undefined;
    if (!edges || binsBase64 === null)
      throw new Error(`${options['monitor-element']} is not a histogram with one axis`);
    const { number, pileup, verdict } = lumisection;
    points.push({
      lumisection: number,
      pileup,
      verdict,
      entries,
      mean: meanOf(decodeBins(binsBase64, 'FLOAT64'), edges),
    });
  }
  return points;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2;
}

function print(points: readonly Point[]): void {
  const means = points.map((point) => point.mean).filter((mean) => !Number.isNaN(mean));
  const centre = median(means);
  // 1.4826 times the median deviation is the standard deviation of a Gaussian
  const sigma = 1.4826 * median(means.map((mean) => Math.abs(mean - centre)));
  const standsOut = ({ mean }: Point) => !(Math.abs(mean - centre) <= Number(options.threshold) * sigma);
  console.log(`${options['monitor-element']}, run ${options.run}, ${options.dataset}`);
  console.log('   LS  pileup   entries        mean  pull  verdict');
  for (const point of points) {
    const pull = Number.isNaN(point.mean) ? '-' : ((point.mean - centre) / sigma).toFixed(1);
    const columns = [
      String(point.lumisection).padStart(5),
      (point.pileup?.toFixed(1) ?? '-').padStart(7),
      String(point.entries ?? '-').padStart(9),
      point.mean.toPrecision(6).padStart(11),
      pull.padStart(5),
      ` ${point.verdict.padEnd(13)}${standsOut(point) ? ' <-- stands out' : ''}`,
    ];
    console.log(columns.join(' ').trimEnd());
  }
  const found = points.filter(standsOut);
  const of = (verdict: string) => found.filter((point) => point.verdict === verdict).length;
  const bad = points.filter((point) => point.verdict === 'BAD').length;
  console.log(
    `${points.length} lumisections, ${found.length} stand out: ` +
      `${of('BAD')} of ${bad} BAD, ${of('GOOD')} GOOD, ${of('NOT_EVALUATED')} not evaluated in ${options.source}`,
  );
}

const points = await readPoints();
if (points.length === 0) {
  console.error(`no histograms of ${options['monitor-element']} in run ${options.run}, dataset ${options.dataset}`);
  process.exitCode = 1;
} else print(points);
