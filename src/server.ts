import { readFileSync } from 'node:fs';
import type { App } from './app.ts';
import { type Config, describeSettings, loadConfig } from './config.ts';
import { LumigraphError } from './domain/errors.ts';
import { createHttpServer, type HttpServer } from './http-server.ts';
import { hostJobs, type WorkerHost } from './jobs/worker-host.ts';
import { createLog, type Log } from './log.ts';
import { ownFile } from './own-program.ts';
import { StrategyRunner } from './playground/strategy-runner.ts';
import { describeSession, mintSessionToken } from './plugins/session-token.ts';
import type { StatementObserver } from './store/observed-database.ts';
import { openExistingStore, openStore } from './store/open-store.ts';
import { patiently } from './store/patience.ts';
import type { Store, StoreOptions } from './store/store.ts';
import { inTime } from './telemetry/in-time.ts';
import { createMetrics, type Metrics } from './telemetry/metrics.ts';
import type { Traces } from './telemetry/traces.ts';
import { buildPage } from './web-build.ts';
import { WorkerPool } from './workers/worker-pool.ts';

const HELP = `lumigraph: runs, lumisections and histograms as one graph over HTTP

  npm start [-- --read-only | --help]

  --read-only   never writes to the database (LUMIGRAPH_READ_ONLY=on)

Settings come from the environment, or from a file .env in the working directory:
`;

const OPTIONS: readonly string[] = ['--help', '--read-only'];

async function main(): Promise<void> {
  const given = process.argv.slice(2);
  if (given.includes('--help')) {
    process.stdout.write(`${HELP}\n${describeSettings()}\n`);
    return;
  }
  const unknown = given.find((option) => !OPTIONS.includes(option));
  if (unknown !== undefined) throw new StartError(`${unknown} is not an option (--help lists them)`);
  const config = loadConfig(given.includes('--read-only') ? { LUMIGRAPH_READ_ONLY: 'on' } : {});
  const log = createLog(config.log);
  const metrics = createMetrics();
  const traces = await startTraces(config, log);
  const stopping = new AbortController();
  const store = await patiently(() => open(config, observers(config, metrics, traces)), {
    onRetry: ({ message }, waitMs) => log.line('warn', 'database not reached', { reason: message, againMs: waitMs }),
  });
  try {
    if (config.sample) await fillEmptyStore(store);
    const pageFolder = config.web ? await buildPage(log) : null;
    const session = await mintSessionToken(store, config);
    const onTrouble = (what: string, facts: object) => log.line('warn', what, { ...facts });
    const jobs = config.readOnly ? null : hostJobs(store.jobs, config, { onTrouble, onBrought: metrics.brought });
    const intake = jobs?.intake;
    const workers = new WorkerPool(config);
    const strategies = config.readOnly || config.jobs === 0 ? null : hostStrategies(store, config, onTrouble);
    // loaded here: who asks for --help or is told of a wrong setting does not wait for the whole graph
    const { createApp } = await import('./app.ts');
    const app = createApp(store, config, {
      log,
      session,
      pageFolder,
      metrics,
      traces,
      stopping: stopping.signal,
      intake,
      workers,
    });
    const http = createHttpServer(app.handle, config, metrics.rejected);
    http.onWebSocket(app.upgrade);
    metrics.gauge({ name: 'lumigraph_connections', help: 'Connections that are open.' }, () => http.connections);
    const jobsByState = { name: 'lumigraph_jobs', help: 'Jobs in the database, of all servers.', label: 'state' };
    metrics.gauge(jobsByState, () => store.jobs.countByState());
    const runsHelp = 'Runs of built-in strategies in the database, of all servers.';
    metrics.gauge({ name: 'lumigraph_strategy_runs', help: runsHelp, label: 'status' }, () =>
      store.strategyRuns.countByStatus(),
    );
    if (config.metrics !== 'off') metrics.watchProcess();
    await listen(http, config.port, 'PORT', config);
    const probes = config.metricsPort === 0 ? null : createHttpServer(app.handleProbe, config);
    if (probes) await listen(probes, config.metricsPort, 'LUMIGRAPH_METRICS_PORT', config);
    await strategies?.runner.start();
    announce(http, probes, config, session);
    const withinMs = config.stopTimeoutMs;
    stopOnSignal({ app, http, probes, host: jobs?.host, strategies, workers, store, traces, stopping, log, withinMs });
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** So that the database ends by itself only what this process could not end. */
const STATEMENTS_MAY_LAST_LONGER_MS = 5_000;

async function open({ databaseUrl, readOnly, timeoutMs }: Config, observers: StoreOptions): Promise<Store> {
  const options = {
    ...observers,
    followsTasks: true,
    statementTimeout: timeoutMs + STATEMENTS_MAY_LAST_LONGER_MS,
  };
  if (!readOnly) return openStore(databaseUrl, options);
  const store = await openExistingStore(databaseUrl, { ...options, readOnly });
  if (store === null) throw new StartError('There is no database at DATABASE_URL yet, and this server only reads');
  return store;
}

/** Traces where there is a collector for them. */
async function startTraces({ traceEndpoint, databaseUrl }: Config, log: Log): Promise<Traces | null> {
  if (traceEndpoint === '') return null;
  const { openTraces } = await import('./telemetry/traces.ts');
  const { version } = JSON.parse(readFileSync(ownFile('package.json'), 'utf8'));
  return openTraces({
    endpoint: traceEndpoint,
    version,
    database: databaseUrl.startsWith('file:') ? 'sqlite' : 'postgresql',
    onFailure: (error) => log.line('warn', 'traces not sent', { error }),
  });
}

/** Nobody watches statements whose counts nobody sees. */
function observers({ metrics: exposure }: Config, metrics: Metrics, traces: Traces | null): StoreOptions {
  const count: StatementObserver | undefined = exposure === 'off' ? undefined : metrics.observeStatement;
  const onCounts = metrics.brought;
  if (!traces) return { observe: count, onCounts };
  if (!count) return { observe: traces.observeStatement };
  return {
    onCounts,
    observe(kind, sql) {
      const ends = [count(kind, sql), traces.observeStatement(kind, sql)];
      return (error) => {
        for (const end of ends) end(error);
      };
    },
  };
}

/** Makes predictions in threads of its own: what clients wait for does not wait for these. */
function hostStrategies(store: Store, config: Config, onTrouble: (what: string, facts: object) => void) {
  const workers = new WorkerPool(config);
  const runner = new StrategyRunner(store, workers, { onTrouble });
  const close = async () => {
    await runner.close();
    await workers.close();
  };
  return { runner, close };
}

async function fillEmptyStore(store: Store): Promise<void> {
  const { fillSample, fillSampleBoard, isEmpty } = await import('../ingest/sample.ts');
  if (await isEmpty(store)) {
    const progress = progressLine('Filling the empty database with sample data');
    await fillSample(store, { onProgress: ({ stepsDone, stepsTotal }) => progress.show(stepsDone / stepsTotal) });
    progress.end();
  }
  await fillSampleBoard(store);
}

/** One line that counts up on a terminal; start and end only where the output goes elsewhere. */
function progressLine(what: string) {
  const terminal = process.stdout.isTTY;
  if (!terminal) process.stdout.write(`${what} (LUMIGRAPH_SAMPLE=off leaves it empty)\n`);
  return {
    show(fraction: number) {
      if (terminal) process.stdout.write(`\r${what}: ${Math.floor(100 * fraction)} %`);
    },
    end() {
      if (terminal) process.stdout.write(`\r${what}: done \n`);
    },
  };
}

async function listen(http: HttpServer, port: number, setting: string, { host }: Config): Promise<void> {
  try {
    await http.listen(port, host);
  } catch (error) {
    const hint = HINTS[(error as NodeJS.ErrnoException).code ?? ''];
    throw hint ? new StartError(`Cannot listen on ${host}:${port}: ${hint.replace('PORT', setting)}`) : error;
  }
}

const HINTS: Record<string, string> = {
  EADDRINUSE: 'the port is in use. Stop what uses it, or set PORT to another one.',
  EACCES: 'this user may not use the port. Set PORT to one above 1023.',
  EADDRNOTAVAIL: 'this machine has no such address. Set HOST to one of its own, e.g. 127.0.0.1.',
  ENOTFOUND: 'the name in HOST is not known.',
};

/** Something the user can mend: told without a stack. */
class StartError extends Error {}

function announce(
  { port }: HttpServer,
  probes: HttpServer | null,
  { host, web }: Config,
  session: string | null,
): void {
  const name = host.includes(':') ? `[${host}]` : host;
  process.stdout.write(`lumigraph answers at http://${name}:${port}/graphql\n`);
  process.stdout.write(describeSession(session, web ? `http://${name}:${port}/graphiql` : null));
  if (probes) process.stdout.write(`  metrics:        http://${name}:${probes.port}/metrics\n`);
  process.stdout.write('  ingest a file:  npm run ingest -- FILE --dataset NAME\n');
}

interface Running {
  readonly app: App;
  readonly http: HttpServer;
  readonly probes: HttpServer | null;
  readonly host: WorkerHost | undefined;
  readonly strategies: ReturnType<typeof hostStrategies> | null;
  readonly workers: WorkerPool;
  readonly store: Store;
  readonly traces: Traces | null;
  readonly stopping: AbortController;
  readonly log: Log;
  readonly withinMs: number;
}

/** What subscriptions are told last goes out before their sockets are closed. */
const LAST_WORDS_MS = 100;

/** A collector that does not answer is no reason to stay. */
const TRACES_MAY_TAKE_MS = 2_000;

/** What is closed after the last request may take so long before the process ends all the same. */
const CLOSING_MAY_TAKE_MS = 5_000;

/**
 * The first signal: not ready any more, no new connections; requests under way finish, subscriptions are told that they
 * are complete. The second one: the end.
 */
function stopOnSignal(running: Running): void {
  const { stopping, log } = running;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping.signal.aborted) {
      log.line('warn', 'stopped at once', { signal });
      log.flush();
      process.exit(1);
    }
    finish(running, signal).catch((error: unknown) => {
      log.line('error', 'stopping failed', { error });
      log.flush();
      process.exit(1);
    });
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

async function finish(
  { app, http, probes, host, strategies, workers, store, traces, stopping, log, withinMs }: Running,
  signal: NodeJS.Signals,
) {
  log.line('info', 'stopping', { signal, connections: http.connections });
  log.flush();
  setTimeout(() => {
    log.line('error', 'stopped although something did not close in time');
    log.flush();
    process.exit(1);
  }, withinMs + CLOSING_MAY_TAKE_MS).unref();
  stopping.abort();
  setTimeout(() => app.closeSockets(), LAST_WORDS_MS);
  const [cut] = await Promise.all([http.stop(withinMs), host?.close(withinMs)]);
  if (cut > 0) log.line('warn', 'connections cut off', { connections: cut, afterMs: withinMs });
  await probes?.stop(0);
  await strategies?.close();
  await workers.close();
  await store.close();
  if (traces) {
    await inTime(traces.close(), TRACES_MAY_TAKE_MS).catch((error: unknown) => {
      log.line('warn', 'traces not sent', { error });
    });
  }
  log.line('info', 'stopped');
  log.flush();
  process.exit(0);
}

main().catch((error: unknown) => {
  const told = error instanceof LumigraphError || error instanceof StartError;
  process.stderr.write(`${told ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
