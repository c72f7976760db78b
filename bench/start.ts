/**
 * What a start takes: `npm run bench:start [-- --on sqlite]`. See docs/performance.md.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { type DatabaseKind, startDatabases } from './support/databases.ts';
import { familySeconds, processorSeconds, residentMemory } from './support/machine.ts';
import { startScript } from './support/processes.ts';
import { median, Report, spread } from './support/report.ts';
import { startLumigraph } from './support/servers.ts';

const { values: flags } = parseArgs({ options: { on: { type: 'string' } } });

const ROUNDS = 5;

const report = new Report('start', 'Starts: memory and processor time up to the first answer');
report.line(`A server on a database that is empty and migrated, after its first query: resident memory, and processor time as a multiple of
what \`node -e 0\` takes. The same of a command that only explains itself. Medians of ${ROUNDS} in turn [least .. greatest].
`);
// what is compiled once is not part of a start
await startScript('ingest', ['--help']).ended;
for (const kind of ['sqlite', 'postgresql'] as const) if (!flags.on || flags.on === kind) await servers(kind);
await command();
report.end(!flags.on);

async function servers(kind: DatabaseKind): Promise<void> {
  const databases = await startDatabases(kind);
  try {
    const url = await databases.create();
    await (await startLumigraph(url)).stop();
    const memory: number[] = [];
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const bare = bareNode();
      const { port, pid, stop } = await startLumigraph(url);
      await ask(port);
      memory.push(residentMemory(pid));
      times.push(processorSeconds(pid) / bare);
      await stop();
    }
    const named = `${kind} server`;
    report.verdict(`${named}, MB`, median(memory), { atMost: 150 }, spread(memory));
    report.verdict(`${named}, times bare Node`, median(times), { atMost: 20 }, spread(times));
  } finally {
    await databases.stop();
  }
}

async function command(): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const bare = bareNode();
    times.push((await secondsOf(async () => void (await startScript('ingest', ['--help']).ended))) / bare);
  }
  report.verdict('ingest --help, times bare Node', median(times), { atMost: 6 }, spread(times));
}

async function ask(port: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: '{ runs(first: 10) { totalCount nodes { number lumisections(first: 10) { totalCount } } } }',
    }),
  });
  const { data } = (await response.json()) as { data?: unknown };
  if (!data) throw new Error('the first query was not answered');
}

/** Of one start, as the mean of some: the system counts in hundredths of a second. */
function bareNode(): number {
  const starts = 5;
  const before = ofChildren();
  for (let i = 0; i < starts; i++) spawnSync(process.execPath, ['-e', '0']);
  return (ofChildren() - before) / starts;
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const before = ofChildren();
  for (let i = 0; i < ROUNDS; i++) await work();
  return (ofChildren() - before) / ROUNDS;
}

function ofChildren(): number {
  return familySeconds(process.pid) - processorSeconds(process.pid);
}
