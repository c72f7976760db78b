import { loadConfig } from '../../src/config.ts';
import { openExistingStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { discover } from '../discover.ts';
import { ParseProcess } from '../parse-process/parse-process.ts';
import { Contents } from '../pipeline/contents.ts';
import { type Inspection, inspectFile } from '../pipeline/inspect.ts';
import { NO_DATA } from '../pipeline/quarantine.ts';
import { type SkippedFile, skippedText } from '../report.ts';
import { formatInspection } from '../report-inspection.ts';
import { isLiveName } from '../source/live/live-name.ts';
import { type Command, parseArguments, UsageError } from './command.ts';
import { elementChoiceOf, elementHelp, elementOptions } from './element-options.ts';
import { openEmptyStore } from './empty-store.ts';
import { assertFormat, formatsHelp } from './format-option.ts';
import { assertNames } from './name-options.ts';
import { onConflictHelp, onConflictOf } from './on-conflict-option.ts';
import { output } from './output.ts';

const help = `usage: npm run inspect -- FILE|DIR|GLOB|@LIST... [flags]

Says what is in files: format, runs, lumisections, datasets, monitor elements, faults, and what ingesting would insert,
find identical or in conflict. That is tried and undone: where DATABASE_URL leads to an SQLite database, other writers
wait for as long as a file is read; where there is none yet, on an empty one in the folder for temporary files.
${formatsHelp}

  --dataset NAME       dataset of the histograms, wins over what the file or its name says
  --source NAME        name of the certification that a JSON of lumisections is
${onConflictHelp}
  --format ID          read every file as this format, whatever it looks like (ids: above)
${elementHelp}
  --json               one JSON document on standard output (with: npm run --silent)
  --help               this text

Exit status 0: all good, once the dataset or source is named that an ingest may want · 2: rows would be rejected or in
conflict · 1: a file cannot be ingested, or could not run.
`;

const options = {
  dataset: { type: 'string' },
  source: { type: 'string' },
  format: { type: 'string' },
  'on-conflict': { type: 'string' },
  ...elementOptions,
  json: { type: 'boolean', default: false },
} as const;

export const inspect: Command = { help, run };

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(args, options);
  if (positionals.length === 0) throw new UsageError('no file was named');
  const live = positionals.find(isLiveName);
  if (live !== undefined)
    throw new UsageError(
      `${live}: only files and folders are inspected; \`npm run ingest -- --dry-run\` asks an API and changes nothing`,
    );
  assertFormat(values.format);
  assertNames(values);
  const { dataset, source, format } = values;
  const onConflict = onConflictOf(values['on-conflict']);
  const settings = {
    ...(dataset === undefined ? {} : { dataset }),
    ...(source === undefined ? {} : { source }),
    format,
    ...(onConflict === undefined ? {} : { onConflict }),
    elements: await elementChoiceOf(values),
  };
  const { databaseUrl } = loadConfig();
  const found = await discover(positionals);
  const parser = new ParseProcess();
  const store = await openIfThere(databaseUrl);
  try {
    const files: Inspection[] = [];
    const skipped: SkippedFile[] = [];
    for (const { path, problem, named } of found) {
      const inspection = problem
        ? { ...nothingFound(path), error: problem }
        : await inspectFile({ parser, store }, path, settings);
      if (!named && inspection.error && NO_DATA.has(inspection.error.code)) {
        skipped.push({ path, code: inspection.error.code, message: inspection.error.message });
        continue;
      }
      files.push(inspection);
      if (values.json) continue;
      const heard = await output.print(`${files.length > 1 ? '\n' : ''}${formatInspection(inspection)}`);
      if (!heard) break;
    }
    const statuses = files.map((file) => file.exitStatus);
    const exitStatus = statuses.includes(1) ? 1 : Math.max(0, ...statuses);
    if (values.json) await output.print(`${JSON.stringify({ files, skipped, exitStatus }, null, 2)}\n`);
    else if (skipped.length > 0) await output.print(`${files.length > 0 ? '\n' : ''}${skippedText(skipped)}\n`);
    return exitStatus;
  } finally {
    if (!('missing' in store)) await store.close();
    await parser.close();
  }
}

async function openIfThere(url: string): Promise<Store | { missing: string }> {
  try {
    const store = await openExistingStore(url);
    if (store !== null) return store;
    process.stderr.write('there is no database yet: what ingesting would do is tried on an empty one\n');
    return await openEmptyStore();
  } catch (error) {
    return { missing: `the database could not be asked: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function nothingFound(path: string): Inspection {
  return {
    path,
    size: null,
    format: null,
    title: null,
    dataset: null,
    contents: new Contents().take(),
    skipped: [],
    issues: [],
    issuesLeftOut: 0,
    ingest: null,
    notTried: null,
    error: null,
    exitStatus: 1,
  };
}
