import { createWriteStream } from 'node:fs';
import { rename, unlink, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { loadConfig } from '../../src/config.ts';
import { Cancellation } from '../../src/domain/cancellation.ts';
import { OPERATOR } from '../../src/domain/viewer.ts';
import { EXPORT_FORMATS } from '../../src/export/export-histograms.ts';
import type { ExportSummary } from '../../src/export/export-stream.ts';
import { TREND_FORMATS } from '../../src/export/export-trends.ts';
import { exportedTask, openTaskExport, TASK_FORMATS, type TaskFormat } from '../../src/export/task-export.ts';
import type { ExportKind } from '../../src/schema/exports.ts';
import { openExistingStore } from '../../src/store/open-store.ts';
import { type Command, parseArguments, UsageError } from './command.ts';
import { writeMask } from './export-mask.ts';
import { output } from './output.ts';

const namesOf = (formats: Readonly<Record<string, string>>) =>
  Object.keys(formats)
    .map((format) => `.${format}`)
    .join(' ');

const help = `usage: npm run export -- [histograms] FILE [flags]
       npm run export -- trends FILE --monitorElement PATH --quantity NAME [flags]
       npm run export -- tasks TASK PART FILE [flags]
       npm run export -- masks MASK FILE

Writes histograms to FILE, whose name says the format: ${namesOf(EXPORT_FORMATS)}. The same as GET /export/histograms.FORMAT:

  --level lumisection|run   which histograms (lumisection unless told)
  --monitorElement PATH     exactly as stored
  --set NAME                only monitor elements of this saved set
  --dataset NAME            whole name
  --run LIST                numbers and ranges: 315257,315259-315270
  --mask MASK               only lumisections of this mask
  --where JSON              further conditions, as LumisectionHistogramWhere of the graph
  --type TYPE               FLOAT64 (unless told), FLOAT32, INT32: numbers of binary formats
  --flow true               with under- and overflow bins
  --limit N                 most rows
  --after CURSOR            only what follows this cursor of an earlier export

With \`trends\`, the points of a trend: ${namesOf(TREND_FORMATS)}. The same as GET /export/trends.FORMAT and the arguments of \`trend\`
of the graph, with --dataset, --run, --mask, --where, --limit and --after as above:

  --quantity NAME           e.g. MEAN_X, INTEGRAL, FRACTION
  --by LUMISECTION|RUN      which histograms (LUMISECTION unless told)
  --window JSON             part of each histogram: {"x":{"min":0,"max":10}}
  --normalize NAME          RATE or LUMINOSITY: what amounts are divided by
  --source NAME             certification source that gives the flags
  --subsystem NAME          one subsystem that it judges

With \`tasks\`, the train, validation or test part of a frozen task, with its truth: ${namesOf(TASK_FORMATS)}. The same as
GET /export/tasks/TASK/PART.FORMAT, with --monitorElement (one of the task), --type, --flow, --limit and --after as above.

With \`masks\`, a mask (a name or an expression) as golden JSON, the same as GET /export/masks/MASK.json.

  --help                    this text

.npy is a matrix of one monitor element and one dataset; its provenance goes to FILE.json. FILE appears when all of it is written.

Exit status 0: written · 2: cut by --limit, so that more is there · 1: could not.
`;

export const exportHistograms: Command = { help, run };

const text = { type: 'string' } as const;

async function run(args: readonly string[]): Promise<number> {
  const { positionals, values } = parseArguments(args, {
    level: text,
    monitorElement: text,
    set: text,
    dataset: text,
    run: text,
    mask: text,
    where: text,
    type: text,
    flow: text,
    limit: text,
    after: text,
    quantity: text,
    by: text,
    window: text,
    normalize: text,
    source: text,
    subsystem: text,
  });
  if (positionals[0] === 'masks') return writeMask(positionals.slice(1), values);
  const { file, what, formats, open } = askedFor(positionals);
  const format = /\.([a-z]+)$/.exec(file)?.[1] ?? '';
  if (!Object.hasOwn(formats, format)) {
    throw new UsageError(`${file} names no format: end it with .${Object.keys(formats).join(', .')}`);
  }
  const store = await openExistingStore(loadConfig().databaseUrl, { readOnly: true });
  if (store === null) throw new UsageError('there is no database at DATABASE_URL');
  const partial = `${file}.part`;
  try {
    let summary: ExportSummary | undefined;
    const onEnd = (end: ExportSummary) => {
      summary = end;
    };
    const view = store.forOperation(new Cancellation(), { viewer: OPERATOR, inBulk: true });
    const { provenance, bytes } = await open(view, format, values as Record<string, string>, { onEnd });
    await pipeline(Readable.from(bytes, { objectMode: false }), createWriteStream(partial)).catch(async (error) => {
      await unlink(partial).catch(() => {});
      throw error;
    });
    if (format === 'npy') {
      await writeFile(`${file}.json`, `${JSON.stringify({ provenance: JSON.parse(provenance), summary }, null, 2)}\n`);
    }
    await rename(partial, file);
    const { rows = 0, cut = null, cursor = null } = summary ?? {};
    await output.print(`${file}: ${rows} ${what}\n`);
    if (cut === null && !provenance.includes('"cut":"LIMIT"')) return 0;
    await output.print(`more is there: go on with --after ${cursor}\n`);
    return 2;
  } finally {
    await store.close();
  }
}

interface Asked {
  readonly file: string;
  /** What rows are. */
  readonly what: string;
  readonly formats: Readonly<Record<string, string>>;
  readonly open: ExportKind['open'];
}

/** @throws UsageError */
function askedFor(positionals: readonly string[]): Asked {
  const [kind, ...named] = positionals;
  if (kind === 'tasks') {
    const [task, part, file, ...more] = named;
    if (task === undefined || part === undefined || file === undefined || more.length > 0) {
      throw new UsageError('name a task, a part of it, and one file to write');
    }
    return { file, what: 'rows', formats: TASK_FORMATS, open: (...given) => openTask(task, part, ...given) };
  }
  const isTrends = kind === 'trends';
  const [file, ...more] = isTrends || kind === 'histograms' ? named : positionals;
  if (file === undefined || more.length > 0) throw new UsageError('name one file to write');
  return {
    ...{ file, what: isTrends ? 'points' : 'histograms', formats: isTrends ? TREND_FORMATS : EXPORT_FORMATS },
    open: async (...given) => {
      const { EXPORTS } = await import('../../src/schema/exports.ts');
      return EXPORTS[isTrends ? 'trends' : 'histograms'].open(...given);
    },
  };
}

async function openTask(
  name: string,
  part: string,
  ...[store, format, given, options]: Parameters<ExportKind['open']>
) {
  const { taskExportRequest } = await import('../../src/schema/task-export-parameters.ts');
  const request = taskExportRequest(part, given);
  return openTaskExport(store, await exportedTask(store, name), format as TaskFormat, request, options);
}
