/**
 * How long a trend of one monitor element over 2,000 lumisections takes, their sum, and counts by subsystem, against raw SQL in a
 * hand-written handler (prepared statements, plain loops, JSON.stringify): `npm run bench:trend [-- --quick] [-- --on sqlite]`. See docs/performance.md.
 */
import { parseArgs } from 'node:util';
import { type DatabaseKind, settle, startDatabases } from './support/databases.ts';
import { LoadGenerator } from './support/load.ts';
import { processorSeconds } from './support/machine.ts';
import { questions } from './support/questions.ts';
import { median, Report, spread } from './support/report.ts';
import { type RunningServer, startHandWritten, startLumigraph } from './support/servers.ts';
import { fill, type World } from './support/world.ts';

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, on: { type: 'string' } },
});

const ROUNDS = flags.quick ? 3 : 7;
const SECONDS = flags.quick ? 1 : 2;
const WARM_UP_SECONDS = flags.quick ? 1 : 4;
/** A sum is the true one, rounded once; counts by value are over in a millisecond, most of which is not the SQL. */
const AT_MOST = { trend: 2, sum: 3, facets: 8 } as const;
const WORLD: World = { runs: 2, lumisections: 2_000, maps: 0 };

const report = new Report(
  'trend',
  'Trend and sum of one monitor element over 2,000 lumisections, and facets, against raw SQL',
);
report.line(
  `1 connection; server, handler, load generator (and PostgreSQL) are processes of their own and share the cores;
${ROUNDS} rounds of ${SECONDS} s each in turn, medians of the ratios of the times of an answer [least .. greatest];
every answer compared byte for byte; ${WORLD.runs} runs x ${WORLD.lumisections} LS x 20 elements.
`,
);
const load = new LoadGenerator();
for (const kind of ['sqlite', 'postgresql'] as const) if (!flags.on || flags.on === kind) await measure(kind);
await load.stop();
report.end(!flags.quick && !flags.on);

async function measure(kind: DatabaseKind): Promise<void> {
  const databases = await startDatabases(kind);
  try {
    const url = await databases.create();
    await fill(url, WORLD);
    await settle(url);
    const lumigraph = await startLumigraph(url);
    const handWritten = await startHandWritten(url);
    try {
      const pair = [lumigraph, handWritten] as const;
      for (const name of ['trend', 'sum', 'facets'] as const) await compare(kind, name, pair);
    } finally {
      await Promise.all([lumigraph.stop(), handWritten.stop()]);
    }
  } finally {
    await databases.stop();
  }
}

async function compare(
  kind: DatabaseKind,
  name: keyof typeof AT_MOST,
  pair: readonly [lumigraph: RunningServer, handWritten: RunningServer],
): Promise<void> {
  const [lumigraph, handWritten] = pair;
  const time = async (server: (typeof pair)[number], seconds: number) => {
    const requests = server.requests(questions(name, WORLD));
    const before = processorSeconds(server.pid);
    const { perSecond, count } = await load.run({ port: server.port, requests, connections: 1, seconds });
    return { wall: 1000 / perSecond, processor: (1000 * (processorSeconds(server.pid) - before)) / count };
  };
  for (const server of pair) await time(server, WARM_UP_SECONDS);
  const rounds: Record<'ours' | 'theirs', Awaited<ReturnType<typeof time>>>[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({ ours: await time(lumigraph, SECONDS), theirs: await time(handWritten, SECONDS) });
  }
  const ratios = rounds.map(({ ours, theirs }) => ours.wall / theirs.wall);
  const of = (who: 'ours' | 'theirs', what: 'wall' | 'processor') =>
    median(rounds.map((round) => round[who][what])).toFixed(2);
  report.verdict(
    `${name} ${kind}`,
    median(ratios),
    { atMost: AT_MOST[name] },
    `${spread(ratios)}  ${of('ours', 'wall')} ms against ${of('theirs', 'wall')} ms; processor ms ${of('ours', 'processor')} against ${of('theirs', 'processor')}`,
  );
}
