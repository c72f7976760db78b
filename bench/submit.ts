/**
 * How fast scores are submitted, how long their evaluation takes, and what a board of a hundred predictions costs:
 * `npm run bench:submit [-- --quick] [-- --on sqlite]`. See docs/performance.md.
 */
import { parseArgs } from 'node:util';
import { VIEWS } from '../src/domain/prediction-evaluation.ts';
import { openStore } from '../src/store/open-store.ts';
import { type DatabaseServer, onDatabases, settle } from './support/databases.ts';
import { fillJudged, TASK, testRun } from './support/judged-task.ts';
import { processorSeconds } from './support/machine.ts';
import { median, Report, spread } from './support/report.ts';
import { type RunningServer, startLumigraph } from './support/servers.ts';

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, on: { type: 'string' } },
});

const WORLD = flags.quick ? { runs: 20, lumisections: 500 } : { runs: 100, lumisections: 1_000 };
const SCORES = WORLD.runs * WORLD.lumisections;
const PER_CALL = 10_000;
const ROUNDS = flags.quick ? 2 : 5;
const PREDICTIONS = 100;
const BOARDS = 20;

const SUBMIT = `mutation ($input: SubmitPredictionInput!) { submitPrediction(input: $input) {
  report { inserted issues { reason } } prediction { coverage { scored } } } }`;
const EVALUATE = `mutation ($input: EvaluatePredictionInput!) { evaluatePrediction(input: $input) {
  prediction { evaluation { rocAuc metrics { interval { low } } } } } }`;
const BOARD = `{ task(name: "${TASK}") { leaderboard { rank value interval { low high } flags coverage { expected scored missing }
  strategy { name version } } } }`;

const report = new Report('submit', 'Predictions: scores submitted, evaluated, ranked');
report.line(
  `${SCORES} scores of the test part of one task in ${WORLD.runs} runs, ${PER_CALL} a call, one call after another; the server is a
process of its own, as it starts by default; bodies are made before; every call is on disk when it is answered.
${ROUNDS} rounds, each a prediction of its own, medians.
`,
);
await onDatabases(flags.on, async (databases) => {
  report.line(`\n${databases.kind}: ${databases.settings}`);
  await measure(databases);
});
report.end(!flags.quick && !flags.on);

async function measure(databases: DatabaseServer): Promise<void> {
  const url = await databases.create();
  await fillJudged(url, WORLD);
  await settle(url);
  const token = await makeToken(url);
  const server = await startLumigraph(url);
  try {
    const rates: number[] = [];
    const processor: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const bodies = bodiesOf(round);
      const before = processorSeconds(server.pid);
      const began = performance.now();
      for (const body of bodies) {
        const { submitPrediction } = await ask(server, token, body);
        if (submitPrediction.report.inserted !== PER_CALL) throw new Error(JSON.stringify(submitPrediction));
      }
      // the first round warms the server, and reads the members
      if (round === 0) continue;
      rates.push(SCORES / ((performance.now() - began) / 1000));
      processor.push(processorSeconds(server.pid) - before);
    }
    report.verdict(
      `${databases.kind}, thousand scores/s`,
      median(rates) / 1000,
      { atLeast: 50 },
      `${spread(rates.map((rate) => rate / 1000))}  ${((1e6 * median(processor)) / SCORES).toFixed(1)} us of processor time a score`,
    );
    await evaluateOne(databases, server, token);
    await board(databases, url, server, token);
  } finally {
    await server.stop();
    await databases.drop(url);
  }
}

async function evaluateOne({ kind }: DatabaseServer, server: RunningServer, token: string): Promise<void> {
  const query = `{ prediction(task: "${TASK}", strategy: { name: "bench-1", version: "1" }) { id } }`;
  const { prediction } = await ask(server, token, JSON.stringify({ query }));
  const input = { prediction: prediction.id };
  const before = processorSeconds(server.pid);
  const began = performance.now();
  const { evaluatePrediction } = await ask(server, token, JSON.stringify({ query: EVALUATE, variables: { input } }));
  const seconds = (performance.now() - began) / 1000;
  const { rocAuc, metrics } = evaluatePrediction.prediction.evaluation;
  if (!(rocAuc > 0.5 && metrics[0].interval.low > 0.5)) throw new Error('the evaluation is no good one');
  report.line(
    `      ${kind}, one evaluation of all views, 1,000 resamplings each: ${seconds.toFixed(1)} s in a thread, ${(processorSeconds(server.pid) - before).toFixed(1)} s of processor time`,
  );
}

/** A hundred predictions that have the scores' numbers of the first. */
async function board({ kind }: DatabaseServer, url: string, server: RunningServer, token: string): Promise<void> {
  const store = await openStore(url);
  try {
    const task = await store.reads.taskByName(TASK);
    if (task === null) throw new Error('no task');
    const [first] = (await store.lists.page('prediction', { first: 2, orderBy: [] })).rows.slice(1);
    const scores = first && (await store.predictions.scores(first.id, 'TEST', 0));
    const key = { predictionId: first?.id ?? 0, scope: 'TEST', truth: 'FROZEN' } as const;
    const views = (await store.reads.currentEvaluations(VIEWS.map((view) => ({ ...key, view })))).filter(
      (one) => one !== null,
    );
    const [known] = views;
    if (!scores || !known) throw new Error('no evaluation');
    const author = { name: 'bench', isAdmin: true };
    for (let i = 0; i < PREDICTIONS; i++) {
      const { version } = await store.strategies.ensureVersion({ name: `copy-${i}`, version: '1' }, null, author);
      const { prediction } = await store.predictions.open(task, version.id, author);
      const parts = new Map([['TEST' as const, scores]]);
      const written = await store.predictions.write(prediction.id, parts, { monitorElementId: 0, threshold: null });
      const numbers = { coverage: known.coverage, views: views.map((one) => one.numbers) };
      await store.evaluations.keep(task, written, null, [{ ...known, scope: 'TEST', numbers }]);
    }
  } finally {
    await store.close();
  }
  await settle(url);
  const body = JSON.stringify({ query: BOARD });
  const times: number[] = [];
  for (let i = 0; i < BOARDS; i++) {
    const began = performance.now();
    const { task } = await ask(server, token, body);
    times.push(performance.now() - began);
    if (task.leaderboard.length < PREDICTIONS) throw new Error(`a board of ${task.leaderboard.length}`);
  }
  report.line(
    `      ${kind}, a board of ${PREDICTIONS} predictions and more: ${median(times).toFixed(1)} ms ${spread(times)}`,
  );
}

async function ask(server: RunningServer, token: string, body: string) {
  const response = await fetch(`http://127.0.0.1:${server.port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body,
  });
  const { data, errors } = (await response.json()) as {
    // biome-ignore lint/suspicious/noExplicitAny: answers of several documents
    data: any;
    errors?: unknown;
  };
  if (errors) throw new Error(JSON.stringify(errors).slice(0, 500));
  return data;
}

function bodiesOf(round: number): string[] {
  const all = Array.from({ length: SCORES }, (_, i) => ({
    run: testRun(Math.floor(i / WORLD.lumisections)),
    lumisection: (i % WORLD.lumisections) + 1,
    // better than chance: the last tenth of every run is bad
    score: (((i * 7919 + round * 104_729) % 99_991) / 99_991) * 2 + (i % WORLD.lumisections) / WORLD.lumisections,
  }));
  const bodies: string[] = [];
  for (let from = 0; from < SCORES; from += PER_CALL) {
    const scores = all.slice(from, from + PER_CALL);
    const input = { task: TASK, strategy: { name: `bench-${round}`, version: '1' }, scores, evaluate: false };
    bodies.push(JSON.stringify({ query: SUBMIT, variables: { input } }));
  }
  return bodies;
}

async function makeToken(url: string): Promise<string> {
  const store = await openStore(url);
  try {
    const expiresAt = new Date(Date.now() + 86_400_000);
    return (await store.tokens.create({ name: 'bench', scopes: ['challenge'], expiresAt }, 'bench')).secret;
  } finally {
    await store.close();
  }
}
