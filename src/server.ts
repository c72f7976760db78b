import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from './app.ts';
import { type Config, describeSettings, loadConfig } from './config.ts';
import { mintToken } from './domain/api-token.ts';
import { LumigraphError } from './domain/errors.ts';
import { createLog, type Log } from './log.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/store.ts';
import { buildPage } from './web-build.ts';

const HELP = `lumigraph: runs, lumisections and histograms as one graph over HTTP

  npm start [-- --help]

Settings come from the environment, or from a file .env in the working directory:
`;

/** Requests under way may take this long to finish when the server is told to stop. */
const STOP_WITHIN_MS = 10_000;

async function main(): Promise<void> {
  if (process.argv.includes('--help')) {
    process.stdout.write(`${HELP}\n${describeSettings()}\n`);
    return;
  }
  const config = loadConfig();
  const log = createLog(config.log);
  const store = await openStore(config.databaseUrl);
  try {
    if (config.sample) await fillEmptyStore(store);
    if (config.web) await buildPage(log);
    const session = await sessionToken(store, config);
    const server = createServer(createApp(store, config, { log, session }).handle);
    await listen(server, config);
    announce(server, config, session);
    stopOnSignal(server, store, log);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function fillEmptyStore(store: Store): Promise<void> {
  const { fillSample, isEmpty } = await import('../ingest/sample.ts');
  if (!(await isEmpty(store))) return;
  const progress = progressLine('Filling the empty database with sample data');
  await fillSample(store, { onProgress: ({ stepsDone, stepsTotal }) => progress.show(stepsDone / stepsTotal) });
  progress.end();
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

function listen(server: Server, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const hint = HINTS[error.code ?? ''];
      reject(hint ? new StartError(`Cannot listen on ${host}:${port}: ${hint}`) : error);
    });
    server.listen(port, host, resolve);
  });
}

const HINTS: Record<string, string> = {
  EADDRINUSE: 'the port is in use. Stop what uses it, or set PORT to another one.',
  EACCES: 'this user may not use the port. Set PORT to one above 1023.',
  EADDRNOTAVAIL: 'this machine has no such address. Set HOST to one of its own, e.g. 127.0.0.1.',
  ENOTFOUND: 'the name in HOST is not known.',
};

/** Something the user can mend: told without a stack. */
class StartError extends Error {}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

/**
 * On a laptop, until somebody makes tokens: one for everything, that nobody has to keep. It is in memory alone, and told
 * to whoever sees what this process prints.
 */
async function sessionToken(store: Store, { host, mutations, read }: Config): Promise<string | undefined> {
  const isUseful = mutations || read === 'token';
  if (!isUseful || !LOOPBACK.test(host) || (await store.tokens.anyGood())) return undefined;
  return mintToken().secret;
}

function announce(server: Server, { host, web }: Config, session: string | undefined): void {
  const { port } = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  process.stdout.write(`lumigraph answers at http://${name}:${port}/graphql\n`);
  // what stands behind # no browser sends: it is in no log
  const token = session === undefined ? '' : `#token=${session}`;
  if (web) process.stdout.write(`  in a browser:   http://${name}:${port}/graphiql${token}\n`);
  if (session !== undefined) {
    if (!web) process.stdout.write(`  with the token: ${session}\n`);
    process.stdout.write('                  (with the token one may write, until this server stops; npm run token makes lasting ones)\n');
  }
  process.stdout.write('  ingest a file:  npm run ingest -- FILE --dataset NAME\n');
}

function stopOnSignal(server: Server, store: Store, log: Log): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1);
    stopping = true;
    log.line('info', 'stopping', { signal });
    setTimeout(() => server.closeAllConnections(), STOP_WITHIN_MS).unref();
    server.close(async () => {
      await store.close();
      log.line('info', 'stopped');
      log.flush();
      process.exit(0);
    });
    server.closeIdleConnections();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

main().catch((error: unknown) => {
  const told = error instanceof LumigraphError || error instanceof StartError;
  process.stderr.write(`${told ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
