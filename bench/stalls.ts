/**
 * How long a small question waits beside one large request: `npm run bench:stalls [-- --quick] [-- --on sqlite]`.
 * See docs/performance.md.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openStore } from '../src/store/open-store.ts';
import { type DatabaseServer, onDatabases, settle } from './support/databases.ts';
import { FIRST_RUN, fillJudged, pathsOf, TASK, testRun } from './support/judged-task.ts';
import { Report, spread } from './support/report.ts';
import { type RunningServer, startLumigraph } from './support/servers.ts';
import { DATASET } from './support/world.ts';

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, on: { type: 'string' } },
});

/** One test run; a file of SQLite that is large enough for processes that scan. */
const WORLD = { runs: 1, lumisections: flags.quick ? 2_000 : 10_000, elements: 20 };
const ROUNDS = flags.quick ? 1 : 3;
const AT_MOST_MS = 250;
const EVERY_MS = 20;

const SMALL = `{ run(number: ${FIRST_RUN}) { number lumisections(first: 10) { nodes { number } } } }`;
const LARGE: readonly (readonly [name: string, query: (round: number) => string])[] = [
  [
    'createTask',
    (round) => `mutation { createTask(input: { name: "round-${round}", dataset: "${DATASET}",
      monitorElements: ${JSON.stringify(pathsOf(WORLD))}, training: { runs: [${FIRST_RUN}] },
      validation: { runs: [${FIRST_RUN + 1}] }, testing: { runs: [${testRun(0)}] }, truth: { source: "experts" }
    }) { task { name } } }`,
  ],
  ['freezeTask', (round) => `mutation { freezeTask(input: { task: "round-${round}" }) { task { hash } } }`],
  ['changes of a task', () => `{ task(name: "${TASK}") { changes { checkedCount nextRun } } }`],
  [
    'trend of a window, 10,000 points',
    () => `{ trend(monitorElement: "${pathsOf(WORLD)[0]}", quantity: FRACTION, window: { x: { min: 1, max: 3 } }) {
      points(first: 10000) { value } } }`,
  ],
  [
    'deleteRun, a dry run',
    () => `mutation { deleteRun(input: { number: ${testRun(0)} }) { gone { lumisectionHistograms } } }`,
  ],
];

const report = new Report('stalls', 'What a small question waits beside one large request');
report.line(
  `${WORLD.runs + 2} runs of ${WORLD.lumisections} lumisections with ${WORLD.elements} monitor elements each. A page of 10 lumisections is asked for every ${EVERY_MS} ms, until the large
request is answered. The longest of these answers, in ms, the least of ${ROUNDS} rounds; the server is a process of its own.
`,
);
await onDatabases(flags.on, measure);
report.end(!flags.quick && !flags.on);

async function measure(databases: DatabaseServer): Promise<void> {
  const url = await databases.create();
  await fillJudged(url, WORLD);
  await settle(url);
  const token = await makeToken(url);
  const server = await startLumigraph(url);
  try {
    const longest = new Map<string, number[]>();
    const seconds = new Map<string, number[]>();
    const idle: number[] = [];
    // so that code is loaded and compiled
    await longestBeside(server, () => pause(1_000));
    for (let round = 1; round <= ROUNDS; round++) {
      idle.push((await longestBeside(server, () => pause(1_000))).longest);
      for (const [name, query] of LARGE) {
        const beside = await longestBeside(server, () => ask(server, query(round), token));
        longest.set(name, [...(longest.get(name) ?? []), beside.longest]);
        seconds.set(name, [...(seconds.get(name) ?? []), beside.seconds]);
      }
    }
    report.line(`\n${databases.kind}; beside nothing ${Math.min(...idle).toFixed(0)} ms ${spread(idle)}`);
    for (const [name, times] of longest) {
      const took = `the request itself ${Math.min(...(seconds.get(name) ?? [])).toFixed(1)} s`;
      report.verdict(name, Math.min(...times), { atMost: AT_MOST_MS }, `${spread(times)}  ${took}`);
    }
  } finally {
    await server.stop();
  }
}

/** The longest answer to a small question while something is done, and how long that took. */
async function longestBeside(server: RunningServer, work: () => Promise<unknown>) {
  let isDone = false;
  const asking = (async () => {
    let longest = 0;
    while (!isDone) {
      const began = performance.now();
      await ask(server, SMALL);
      longest = Math.max(longest, performance.now() - began);
      await pause(EVERY_MS);
    }
    return longest;
  })();
  const began = performance.now();
  await work().finally(() => {
    isDone = true;
  });
  const seconds = (performance.now() - began) / 1000;
  return { longest: await asking, seconds };
}

async function makeToken(url: string): Promise<string> {
  const store = await openStore(url);
  try {
    const expiresAt = new Date(Date.now() + 3_600_000);
    return (await store.tokens.create({ name: 'bench', scopes: ['challenge', 'admin'], expiresAt }, 'bench')).secret;
  } finally {
    await store.close();
  }
}

async function ask(server: RunningServer, query: string, token?: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${server.port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query }),
  });
  const { errors } = (await response.json()) as { errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors).slice(0, 500));
}
