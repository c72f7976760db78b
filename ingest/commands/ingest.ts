import { stat } from 'node:fs/promises';
import { loadConfig } from '../../src/config.ts';
import { isStorable } from '../../src/domain/storable-text.ts';
import { openStore } from '../../src/store/open-store.ts';
import { patiently } from '../../src/store/patience.ts';
import { discover, type Found } from '../discover.ts';
import { ParseProcess } from '../parse-process/parse-process.ts';
import { letOthersGoFirst } from '../parse-process/priority.ts';
import { FILE_BUSY } from '../pipeline/lease.ts';
import { unread } from '../pipeline/pipeline.ts';
import { NO_DATA } from '../pipeline/quarantine.ts';
import type { FileReport, IngestSettings } from '../pipeline/report.ts';
import { ingestPatiently } from '../pipeline/retry.ts';
import { createProgress } from '../progress.ts';
import { formatRun, type IngestRun, runAsJson, type SkippedFile } from '../report.ts';
import { reportFile } from '../report-file.ts';
import { isLiveName } from '../source/live/live-name.ts';
import { type Command, parseArguments, UsageError } from './command.ts';
import { elementChoiceOf, elementHelp, elementOptions } from './element-options.ts';
import { assertFormat, formatsHelp } from './format-option.ts';
import { ingestLive } from './live.ts';
import { assertNames } from './name-options.ts';
import { onConflictHelp, onConflictOf } from './on-conflict-option.ts';
import { output } from './output.ts';
import { SourceOrder } from './source-order.ts';

const help = `usage: npm run ingest -- FILE|DIR|GLOB|@LIST... [flags]

Reads files into the database (DATABASE_URL, created and migrated where needed). Folders are read recursively, but for
what is hidden in them (.NAME); @LIST is a file of names, one a line (@-: standard input). A file that was read before
is left alone; one that was interrupted goes on from where it stopped.
${formatsHelp}
oms:https://SITE/... and rr:https://SITE/... ask the API of OMS or Run Registry and read its answer, all pages of it
(tokens: LUMIGRAPH_OMS_TOKEN, LUMIGRAPH_RR_TOKEN).

  --dataset NAME       dataset of the histograms, wins over what the file or its name says
  --source NAME        name of the certification that a JSON of lumisections is: golden-2018
  --author NAME, --cause TEXT, --comment TEXT
                       who judged, why, and what is to be said of it: kept with the version of the certification
  --allow-empty        a JSON that lists no run may become the version of a source that had some
${onConflictHelp}
  --force              read files again although they are known
  --strict             one bad row makes its file fail, and nothing of it stays
  --format ID          read every file as this format, whatever it looks like (ids: above)
${elementHelp}
  -j, --jobs N         read N files at a time (default 1); one process writes. Certifications become versions in
                       the order of the names; of a histogram in two files either may be the first
  --dry-run            count what would be, leave the database unchanged
  --json               one JSON document on standard output instead of the table (with: npm run --silent)
  --report FILE        write that JSON document to a file
  --help               this text

Exit status 0: all good · 2: rows were rejected or in conflict · 1: a file or the command could not be processed ·
130: stopped by Ctrl-C after the batch in flight; the same command goes on from there.
`;

const options = {
  dataset: { type: 'string' },
  source: { type: 'string' },
  author: { type: 'string' },
  cause: { type: 'string' },
  comment: { type: 'string' },
  'allow-empty': { type: 'boolean', default: false },
  'on-conflict': { type: 'string' },
  force: { type: 'boolean', default: false },
  strict: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  report: { type: 'string' },
  format: { type: 'string' },
  ...elementOptions,
  jobs: { type: 'string', short: 'j' },
} as const;

/** What is said of a version of a certification, with its most characters. */
const JUDGEMENT = { author: 200, cause: 200, comment: 2_000 } as const;

/** Within this time a repeated signal is an echo of the first; afterwards it ends the process where it stands. */
const ECHO_MS = 500;

export const ingest: Command = { help, run };

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(args, options);
  // what is rehearsed is one long transaction: two of them could only wait for each other
  const jobs = values['dry-run'] ? Math.min(1, jobsOf(values.jobs)) : jobsOf(values.jobs);
  if (positionals.length === 0) throw new UsageError('no file was named');
  const settings = await settingsOf(values);
  const writeReport = values.report === undefined ? null : await reportFile(values.report);
  const started = performance.now();
  const { databaseUrl, omsToken, runRegistryToken } = loadConfig();
  const parsers: ParseProcess[] = [];
  const startParser = () => {
    const parser = new ParseProcess();
    parser.start();
    parsers.push(parser);
  };
  letOthersGoFirst({ alone: false });
  // while files are looked up
  startParser();
  const stop = stopOnSignal();
  try {
    const found = await discover(positionals);
    while (parsers.length < Math.min(jobs, found.length)) startParser();
    const sizes = await Promise.all(found.map(({ path }) => stat(path).catch(() => null)));
    const totalBytes = sizes.reduce((sum, facts) => sum + (facts?.size ?? 0), 0);
    const progress = createProgress(process.stderr, totalBytes, found.length);
    stop.say = progress.say;
    const store = await patiently(() => openStore(databaseUrl), {
      signal: stop.signal,
      onRetry: ({ message }, waitMs) => progress.say(`${message}: trying again in ${waitMs / 1000} s`),
    }).catch((error: unknown) => {
      if (stop.signal.aborted) return null;
      throw error;
    });
    if (store === null) return stop.exitStatus ?? 1;
    const settled: (FileReport | undefined)[] = found.map(() => undefined);
    const waiting = found.entries();
    const hooks = {
      signal: stop.signal,
      onProgress: progress.update,
      onRetry: ({ path, error }: FileReport, waitMs: number) =>
        progress.say(`${path}: ${error?.code}: trying again in ${waitMs / 1000} s: ${error?.message}`),
    };
    const order = new SourceOrder(found.length);
    const live = { tokens: { oms: omsToken, rr: runRegistryToken }, say: progress.say };
    // Where another process shares the list, each goes on to a file that the other has not begun, and comes back.
    const busy: [index: number, file: Found, rowsRead: number][] = [];
    const readOne = async (parser: ParseProcess, index: number, file: Found, before: number, leaveBusy: boolean) => {
      progress.begin(file.path, sizes[index]?.size ?? 0);
      const tools = { store, parser };
      const recognised = async ({ isCertification }: { isCertification: boolean }) => {
        if (isCertification) await order.turn(index);
        else order.pass(index);
      };
      const allHooks = { ...hooks, leaveBusy, metInFolder: !file.named, recognised };
      const reading = file.problem
        ? Promise.resolve(unread(file.path, file.problem))
        : isLiveName(file.path)
          ? ingestLive(tools, file.path, settings, allHooks, live)
          : ingestPatiently(tools, file.path, settings, allHooks);
      const report = await reading.finally(() => order.pass(index));
      const rowsRead = before + report.rowsRead;
      if (leaveBusy && report.error?.code === FILE_BUSY) {
        busy.push([index, file, rowsRead]);
        return;
      }
      settled[index] = { ...report, rowsRead };
      progress.done({ ...report, rowsRead });
    };
    const readOneByOne = async (parser: ParseProcess) => {
      for (const [index, file] of waiting) {
        if (stop.signal.aborted) return;
        await readOne(parser, index, file, 0, true);
      }
      for (let next = busy.shift(); next && !stop.signal.aborted; next = busy.shift()) {
        await readOne(parser, ...next, false);
      }
    };
    const readings = await Promise.allSettled(parsers.map(readOneByOne));
    progress.close();
    const closing = store.close();
    // in the order of the names, whichever was done first
    const files: FileReport[] = [];
    const skipped: SkippedFile[] = [];
    const notBegun: string[] = [];
    for (const [index, file] of found.entries()) {
      const report = settled[index];
      if (!report) notBegun.push(file.path);
      else if (isNoData(file, report)) skipped.push({ path: file.path, ...problemOf(report) });
      else files.push(report);
    }
    const exitStatus = stop.exitStatus ?? worst(files);
    const seconds = (performance.now() - started) / 1000;
    const result: IngestRun = { files, skipped, notBegun, dryRun: values['dry-run'], seconds, exitStatus };
    const ends = await Promise.allSettled([
      closing,
      writeReport?.(runAsJson(result)),
      output.print(values.json ? runAsJson(result) : formatRun(result)),
    ]);
    // told last: what was done before is to be known all the same
    const failures = [...readings, ...ends].filter((end) => end.status === 'rejected').map(({ reason }) => reason);
    if (failures.length > 0) throw new AggregateError(failures);
    return exitStatus;
  } finally {
    stop.release();
    await Promise.all(parsers.map((parser) => parser.close()));
  }
}

type Values = ReturnType<typeof parseArguments<typeof options>>['values'];

const MOST_JOBS = 64;

function jobsOf(value = '1'): number {
  const jobs = /^\d+$/.test(value) ? Number(value) : 0;
  if (jobs >= 1 && jobs <= MOST_JOBS) return jobs;
  throw new UsageError(`-j takes a whole number from 1 to ${MOST_JOBS}, not "${value}"`);
}

async function settingsOf(values: Values): Promise<IngestSettings> {
  assertFormat(values.format);
  assertNames(values);
  const onConflict = onConflictOf(values['on-conflict']);
  for (const [flag, most] of Object.entries(JUDGEMENT) as [keyof typeof JUDGEMENT, number][]) {
    const text = values[flag];
    if (text === undefined) continue;
    if (text.trim() === '') throw new UsageError(`--${flag} is empty`);
    if (text.length > most || !isStorable(text)) throw new UsageError(`--${flag} takes at most ${most} characters`);
  }
  const { dataset, source, author, cause, comment, format, force, strict } = values;
  const elements = await elementChoiceOf(values);
  const judgement = { author, cause, comment };
  const [allowEmpty, dryRun] = [values['allow-empty'], values['dry-run']];
  return { dataset, source, judgement, allowEmpty, format, elements, onConflict, force, strict, dryRun };
}

const isNoData = (file: Found, { error }: FileReport) => !file.named && error !== null && NO_DATA.has(error.code);

const problemOf = ({ error }: FileReport) => ({ code: error?.code ?? '', message: error?.message ?? '' });

/** 1 (could not) before 2 (with findings) before 0. */
function worst(files: readonly FileReport[]): number {
  if (files.some(({ exitStatus }) => exitStatus === 1)) return 1;
  return files.some(({ exitStatus }) => exitStatus === 2) ? 2 : 0;
}

/** The first signal asks for a stop after the batch in flight, the second ends the process where it stands. */
function stopOnSignal() {
  const controller = new AbortController();
  const stop = {
    signal: controller.signal,
    exitStatus: undefined as number | undefined,
    say(line: string): void {
      process.stderr.write(`${line}\n`);
    },
    release() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
  function onSignal(signal: NodeJS.Signals) {
    if (controller.signal.aborted) return;
    // npm passes on what the terminal sent to the whole group already. What comes later means now.
    setTimeout(stop.release, ECHO_MS).unref();
    stop.exitStatus = signal === 'SIGINT' ? 130 : 143;
    stop.say('stopping after the batch in flight; the same command goes on from there');
    controller.abort();
  }
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return stop;
}
