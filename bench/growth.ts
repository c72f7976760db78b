/**
 * Whether a question takes as long in a large database as in a small one: `npm run bench:growth [-- --quick] [-- --on sqlite]`.
 * See docs/performance.md.
 */
import { parseArgs } from 'node:util';
import { type DatabaseKind, settle, startDatabases } from './support/databases.ts';
import { LoadGenerator } from './support/load.ts';
import { questions } from './support/questions.ts';
import { median, Report, spread } from './support/report.ts';
import { type RunningServer, startLumigraph } from './support/servers.ts';
import { fill, PATHS, type World } from './support/world.ts';

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, on: { type: 'string' } },
});

const ROUNDS = flags.quick ? 3 : 5;
const SECONDS = flags.quick ? 1 : 3;
const LUMISECTIONS = 500;
const SIZES = flags.quick ? [10_000, 30_000, 100_000] : [10_000, 100_000, 1_000_000];
const AT_MOST = 1.5;

interface Grown {
  readonly size: number;
  readonly world: World;
  readonly server: RunningServer;
  readonly perSecond: number[];
}

const report = new Report('growth', 'Growth: Q1 (50 LS x 5 elements with bins) while the database grows');
report.line(
  `8 connections, ${ROUNDS} rounds of ${SECONDS} s over all sizes in turn, medians of the ratios of a round [least .. greatest];
questions go to 8 runs spread over all stored (fewer where there are fewer); every answer compared byte for byte.
`,
);
const load = new LoadGenerator();
for (const kind of ['sqlite', 'postgresql'] as const) if (!flags.on || flags.on === kind) await measure(kind);
await load.stop();
report.end(!flags.quick && !flags.on);

async function measure(kind: DatabaseKind): Promise<void> {
  const databases = await startDatabases(kind);
  const all: Grown[] = [];
  try {
    report.line(`${kind}: ${databases.settings}`);
    for (const size of SIZES) {
      const world = { runs: size / (LUMISECTIONS * PATHS.length), lumisections: LUMISECTIONS, maps: 0 };
      const url = await databases.create();
      await fill(url, world);
      await settle(url);
      all.push({ size, world, server: await startLumigraph(url), perSecond: [] });
    }
    for (const grown of all) await ask(grown, 2 * SECONDS);
    for (let round = 0; round < ROUNDS; round++) {
      for (const grown of round % 2 === 0 ? all : all.toReversed()) grown.perSecond.push(await ask(grown, SECONDS));
    }
  } finally {
    await Promise.all(all.map(({ server }) => server.stop()));
    await databases.stop();
  }
  const [smallest, ...larger] = all as [Grown, ...Grown[]];
  report.line(`      ${smallest.size} histograms: ${median(smallest.perSecond).toFixed(0)}/s`);
  for (const { size, perSecond } of larger) {
    const ratios = perSecond.map((value, round) => (smallest.perSecond[round] as number) / value);
    report.verdict(
      `${kind}, ${size} histograms`,
      median(ratios),
      { atMost: AT_MOST },
      `${spread(ratios)} times as long as with ${smallest.size}; ${median(perSecond).toFixed(0)}/s`,
    );
  }
}

async function ask({ world, server }: Grown, seconds: number): Promise<number> {
  const requests = server.requests(questions('Q1', world));
  return (await load.run({ port: server.port, requests, connections: 8, seconds })).perSecond;
}
