/**
 * How fast questions are answered, against a hand-written handler on the same database, and how long a small question
 * waits while a file is ingested: `npm run bench:read [-- --quick] [-- --only Q1] [-- --on sqlite]`. See docs/performance.md.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeCsv } from './support/csv.ts';
import { type DatabaseKind, settle, startDatabases } from './support/databases.ts';
import { LoadGenerator, type LoadResult } from './support/load.ts';
import { processorSeconds } from './support/machine.ts';
import { startScript } from './support/processes.ts';
import { type QuestionName, questions } from './support/questions.ts';
import { median, Report, spread } from './support/report.ts';
import { type RunningServer, startHandWritten, startLumigraph } from './support/servers.ts';
import { DATASET, fill, type World } from './support/world.ts';

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string' },
    on: { type: 'string' },
    /** Profiles the server into this folder. */
    profile: { type: 'string' },
  },
});

const CONNECTIONS = 8;
const ROUNDS = flags.rounds ? Number(flags.rounds) : flags.quick ? 3 : 5;
const SECONDS = flags.quick ? 1 : 3;
const WARM_UP_SECONDS = flags.quick ? 1 : 4;
const WORLD: World = { runs: flags.quick ? 2 : 10, lumisections: 1_000, maps: 8 };
const INGESTED_ROWS = flags.quick ? 100_000 : 1_000_000;

const AT_LEAST: Record<'Q1' | 'Q3' | 'Q4', Record<DatabaseKind, number>> = {
  Q1: { sqlite: 0.9, postgresql: 1 },
  Q3: { sqlite: 1, postgresql: 1 },
  Q4: { sqlite: 1, postgresql: 1 },
};

const report = new Report('read', 'Reading: lumigraph against a hand-written node:http handler');
report.line(
  `${CONNECTIONS} connections; server, handler, load generator (and PostgreSQL) are processes of their own and share the cores;
${ROUNDS} rounds of ${SECONDS} s each in turn, medians of the ratios of a round [least .. greatest]; every answer compared byte for byte;
${WORLD.runs} runs x ${WORLD.lumisections} LS x 20 elements of 100 bins, ${WORLD.maps} maps of 300 x 200; each question in 8 variants.
`,
);
const load = new LoadGenerator();
for (const kind of ['sqlite', 'postgresql'] as const) if (!flags.on || flags.on === kind) await measure(kind);
await load.stop();
report.end(!flags.quick && !flags.rounds && !flags.only && !flags.on);

async function measure(kind: DatabaseKind): Promise<void> {
  const databases = await startDatabases(kind);
  try {
    const url = await databases.create();
    await fill(url, WORLD);
    await settle(url);
    report.line(`${kind}: ${databases.settings}`);
    const nodeFlags = flags.profile ? ['--cpu-prof', `--cpu-prof-dir=${flags.profile}`] : [];
    const lumigraph = await startLumigraph(url, { nodeFlags });
    const handWritten = await startHandWritten(url);
    try {
      for (const name of ['Q1', 'Q3', 'Q4'] as const) {
        if (!flags.only || flags.only === name) await compare(name, kind, lumigraph, handWritten);
      }
      if (!flags.only || flags.only === 'ingest') await duringIngest(kind, url, lumigraph);
    } finally {
      await Promise.all([lumigraph.stop(), handWritten.stop()]);
    }
  } finally {
    await databases.stop();
  }
}

function ask(server: RunningServer, name: QuestionName, seconds: number): Promise<LoadResult> {
  const requests = server.requests(questions(name, WORLD));
  return load.run({ port: server.port, requests, connections: CONNECTIONS, seconds });
}

async function compare(
  name: 'Q1' | 'Q3' | 'Q4',
  kind: DatabaseKind,
  lumigraph: RunningServer,
  handWritten: RunningServer,
): Promise<void> {
  const pair = [lumigraph, handWritten] as const;
  for (const server of pair) await ask(server, name, WARM_UP_SECONDS);
  const ours: number[] = [];
  const theirs: number[] = [];
  const cost = new Map(pair.map((server) => [server, { answers: 0, seconds: 0 }]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const server of round % 2 === 0 ? pair : [handWritten, lumigraph]) {
      const before = processorSeconds(server.pid);
      const { perSecond, count } = await ask(server, name, SECONDS);
      (server === lumigraph ? ours : theirs).push(perSecond);
      const spent = cost.get(server) as { answers: number; seconds: number };
      spent.answers += count;
      spent.seconds += processorSeconds(server.pid) - before;
    }
  }
  const milliseconds = (server: RunningServer) => {
    const { answers, seconds } = cost.get(server) as { answers: number; seconds: number };
    return ((1000 * seconds) / answers).toFixed(2);
  };
  const ratios = ours.map((value, round) => value / (theirs[round] as number));
  report.verdict(
    `${name} ${kind}`,
    median(ratios),
    { atLeast: AT_LEAST[name][kind], aim: 1 },
    `${spread(ratios)}  ${median(ours).toFixed(0)}/s against ${median(theirs).toFixed(0)}/s; processor ms an answer ${milliseconds(lumigraph)} against ${milliseconds(handWritten)}`,
  );
}

/** The 99th percentile of a small question, idle and while `npm run ingest` reads a file into the same database. */
async function duringIngest(kind: DatabaseKind, url: string, lumigraph: RunningServer): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lumigraph-bench-'));
  try {
    const path = join(folder, 'line.csv');
    await writeCsv(path, { rows: INGESTED_ROWS, nx: 100, ny: 1, run: 500_000 });
    await ask(lumigraph, 'small', WARM_UP_SECONDS);
    const idle = await ask(lumigraph, 'small', 2 * SECONDS);
    const ingest = startScript('ingest', [path, '--dataset', DATASET], { env: { DATABASE_URL: url } });
    let running = true;
    const ended = ingest.ended.then((code) => {
      running = false;
      if (code !== 0) throw new Error(`the ingest ended with ${code}`);
    });
    ended.catch(() => {});
    ingest.child.stdout?.resume();
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // until it has begun to write
    const busy: LoadResult[] = [];
    while (running) {
      const result = await ask(lumigraph, 'small', 1);
      if (running) busy.push(result);
    }
    await ended;
    if (busy.length === 0) throw new Error('the ingest was over before anything was measured');
    const p99 = median(busy.map((result) => result.p99));
    report.verdict(
      `p99 during an ingest, ${kind}`,
      p99 / idle.p99,
      { atMost: 5 },
      `${p99.toFixed(1)} ms against ${idle.p99.toFixed(1)} ms idle; ${busy.length} s of ingest, worst second ${Math.max(...busy.map((r) => r.p99)).toFixed(1)} ms; ` +
        `${median(busy.map((r) => r.perSecond)).toFixed(0)}/s against ${idle.perSecond.toFixed(0)}/s`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
