/** The program that reads files for a server, in a process of its own: started by WorkerHost, told what to do by messages. */
import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import { openStore } from '../store/open-store.ts';
import type { Store, StoreOptions } from '../store/store.ts';
import { createIntake } from './intake.ts';
import { JobWorker } from './job-worker.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

const tell = (message: FromWorker) => {
  if (process.connected) process.send?.(message);
};
const trouble = (error: unknown) =>
  tell({
    kind: 'trouble',
    message: error instanceof Error ? error.message : String(error),
    stack: error instanceof Error ? error.stack : undefined,
  });

/** Without a server to end it, a process that does not come to its end ends itself. */
const END_WITHIN_MS = 30_000;

interface Running {
  readonly store: Store;
  readonly worker: JobWorker;
}

/** Kept from job to job: one takes half a second to start. */
let parsers: ParseProcess[] = [];
let running: Promise<Running> | undefined;
let wakings = 0;
let ending = false;

async function start({ databaseUrl, intake, atATime }: Extract<ToWorker, { kind: 'start' }>): Promise<Running> {
  parsers = Array.from({ length: atATime }, () => new ParseProcess());
  // the last one is lent first; it starts while the database is opened
  parsers.at(-1)?.start();
  const onCounts: StoreOptions['onCounts'] = (format, counts) => tell({ kind: 'brought', format, counts });
  const store = await openStore(databaseUrl, { migrate: false, onCounts });
  return { store, worker: new JobWorker(store, createIntake(intake), { atATime, parsers, onError: trouble }) };
}

async function wake(): Promise<void> {
  const mine = ++wakings;
  const started = await running?.catch(() => undefined);
  started?.worker.wake();
  await started?.worker.drained();
  if (mine === wakings) tell({ kind: 'idle', wakings });
}

async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  // not before it is open: a process that never got that far has nothing to put back
  const started = await running?.catch(() => undefined);
  await started?.worker.stop();
  await Promise.all(parsers.map((parser) => parser.close()));
  await started?.store.close();
  if (process.connected) process.disconnect();
}

process.on('message', (message: ToWorker) => {
  if (message.kind === 'start') {
    running ??= start(message);
    running.catch((error) => {
      trouble(error);
      process.disconnect();
    });
  } else if (message.kind === 'wake') wake().catch(trouble);
  else end().catch(trouble);
});
// the server died: what it asked for goes on in the next one
process.once('disconnect', () => {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), END_WITHIN_MS).unref();
  end().catch(() => {});
});
// a terminal sends these to the whole group; the server says when to stop
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
