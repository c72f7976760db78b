/**
 * What a flood of requests, refused or answered, does to those who ask small, honest questions:
 * `npm run bench:flood [-- --quick] [-- --only "too deep"]`. See docs/performance.md.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openStore } from '../src/store/open-store.ts';
import { admitted } from './support/admitted.ts';
import { settle, startDatabases } from './support/databases.ts';
import { fillJudged } from './support/judged-task.ts';
import { LoadGenerator, type LoadResult } from './support/load.ts';
import { processorSeconds } from './support/machine.ts';
import { start } from './support/processes.ts';
import { questions } from './support/questions.ts';
import { type FloodKind, REFUSED } from './support/refused.ts';
import { median, Report } from './support/report.ts';
import { startLumigraph } from './support/servers.ts';
import { fill, type World } from './support/world.ts';

export interface FloodResult {
  /** Answers by their code. */
  readonly answers: Readonly<Record<string, number>>;
  readonly seconds: number;
}

interface Busy {
  readonly p99: number;
  readonly percent: number;
}

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' }, rounds: { type: 'string' } },
});

/** What one client is let have at the same time, and more, would be told to wait: so many, as fast as they are answered. */
const FLOOD_CONNECTIONS = 16;
const HONEST_CONNECTIONS = 8;
/** Honest questions a second: a server that is busy, but has time left. */
const RATE = 200;
const WARM_UP_SECONDS = 1;
const SECONDS = flags.quick ? 2 : 5;
const ROUNDS = flags.rounds ? Number(flags.rounds) : flags.quick ? 1 : 3;
/** The first answers are not held back yet: the flood has gone on for a moment before its effect is measured. */
const FLOODED_BEFORE_MS = 1_000;
const MOST = 3;
/** What is answered takes its time, and whoever has a token may ask: others wait behind it. */
const MOST_ADMITTED = 20;
const WORLD: World = { runs: 2, lumisections: 100, maps: 1 };

const report = new Report('flood', 'A flood of refused requests beside small honest ones');
report.line(
  `${RATE} honest questions a second over ${HONEST_CONNECTIONS} connections, each answer compared byte for byte; the flood: ${FLOOD_CONNECTIONS} connections that send the
next request as soon as the last one is refused, no document twice. Server, honest clients and flood are processes of their own and share the cores.
Medians of ${ROUNDS} rounds of ${SECONDS} s with the flood (from its second second on) and ${SECONDS} s without, in turn; settings as they are, on SQLite.
The processor time of the server tells its share of what others on the machine do to the times.
`,
);

const databases = await startDatabases('sqlite');
const url = await databases.create();
await fill(url, WORLD);
await fillJudged(url, { runs: 2, lumisections: 100 });
const secret = await token(url);
await settle(url);
const uploads = mkdtempSync(join(tmpdir(), 'lumigraph-bench-flood-'));
const isChosen = ({ name }: FloodKind) => !flags.only || flags.only === name;
const kinds = REFUSED.filter(isChosen);
const load = new LoadGenerator();
const flood = start('bench/support/flood-process.ts', [], { ipc: true });
await once(flood.child, 'message');
try {
  for (const { name } of kinds) await compare(name, [name], MOST);
  const names = kinds.map(({ name }) => name);
  if (!flags.only) await compare('all of them in turn', names, MOST);
  for (const { name } of admitted(secret).filter(isChosen)) await compare(name, [name], MOST_ADMITTED);
} finally {
  await Promise.all([load.stop(), flood.stop()]);
  await databases.stop();
  rmSync(uploads, { recursive: true, force: true });
}
report.end(!flags.quick && !flags.rounds && !flags.only);

async function token(database: string): Promise<string> {
  const store = await openStore(database);
  const expiresAt = new Date(Date.now() + 86_400_000);
  const { secret } = await store.tokens.create({ name: 'flood', scopes: ['ingest', 'challenge'], expiresAt }, 'bench');
  await store.close();
  return secret;
}

/** On a server of its own, which has nothing against anybody yet. */
async function compare(what: string, names: readonly string[], atMost: number): Promise<void> {
  const server = await startLumigraph(url, { environment: { LUMIGRAPH_UPLOADS: uploads } });
  const requests = server.requests(questions('small', WORLD));
  const ask = (seconds = SECONDS): Promise<LoadResult> =>
    load.run({ port: server.port, requests, connections: HONEST_CONNECTIONS, seconds, rate: RATE });
  /** What was asked for meanwhile, with the processor time of the server in percent of one core. */
  const busy = async () => {
    const before = processorSeconds(server.pid);
    const began = performance.now();
    const { p99 } = await ask();
    return { p99, percent: (1e5 * (processorSeconds(server.pid) - before)) / (performance.now() - began) };
  };
  const calm: Busy[] = [];
  const flooded: Busy[] = [];
  const answers: Record<string, number> = {};
  let flooding = 0;
  try {
    await ask(WARM_UP_SECONDS);
    for (let round = 0; round < ROUNDS; round++) {
      calm.push(await busy());
      flood.child.send({ port: server.port, kinds: names, secret, connections: FLOOD_CONNECTIONS });
      await new Promise((resolve) => setTimeout(resolve, FLOODED_BEFORE_MS));
      flooded.push(await busy());
      flood.child.send('stop');
      const [result] = (await once(flood.child, 'message')) as [FloodResult];
      for (const code in result.answers) answers[code] = (answers[code] ?? 0) + (result.answers[code] as number);
      flooding += result.seconds;
    }
  } finally {
    await server.stop();
  }
  const told = Object.entries(answers).map(([code, count]) => `${(count / flooding).toFixed(0)}/s ${code}`);
  if (told.length === 0 || told.some((text) => text.includes('instead of'))) {
    throw new Error(`${what}: ${told.join(', ') || 'nothing was answered'}`);
  }
  const of = (rounds: readonly Busy[], what: keyof Busy) => median(rounds.map((round) => round[what]));
  const p99 = [of(flooded, 'p99'), of(calm, 'p99')] as const;
  report.verdict(
    what,
    p99[0] / p99[1],
    { atMost },
    `p99 ${p99[0].toFixed(1)} ms against ${p99[1].toFixed(1)} ms; processor ${of(flooded, 'percent').toFixed(1)} % against ${of(calm, 'percent').toFixed(1)} %; ${told.join(', ')}`,
  );
}
