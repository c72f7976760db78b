import { END_OF_RUN } from '../src/domain/lumi-mask.ts';
import { printable } from '../src/domain/printable.ts';
import type { FileContents } from './pipeline/contents.ts';
import type { Inspection } from './pipeline/inspect.ts';
import { count } from './progress.ts';
import { issueLine, table } from './report.ts';

/** Lines of each list that the text shows; `--json` has them all. */
const SHOWN = 50;

/** What was found in a file, for people. */
export function formatInspection(inspection: Inspection): string {
  const { path, size, format, title, dataset, contents, skipped, issues, issuesLeftOut, ingest, notTried, error } =
    inspection;
  const { runs, datasets, elements, others } = contents;
  const facts = [
    ['format', format === null ? 'unknown' : `${title} (${format})`],
    ['size', size === null ? 'unknown' : `${count(size)} bytes`],
    ...(elements.length > 0 ? [['dataset', datasets.join(', ') || dataset || 'not said (--dataset names it)']] : []),
    ...Object.entries(others).map(([kind, records]) => [kind, `${count(records)} records`]),
  ];
  const parts = [
    `${printable(path)}\n${facts.map(([name = '', value = '']) => `  ${name.padEnd(9)} ${printable(value)}`).join('\n')}`,
  ];
  if (runs.length > 0) parts.push(list(runTable(runs), `runs`, runs.length));
  if (elements.length > 0) parts.push(list(elementTable(elements), 'monitor elements', elements.length));
  if (skipped.length > 0) {
    const rows = skipped.reduce((sum, element) => sum + element.rows, 0);
    const lines = skipped.slice(0, SHOWN).map((element) => `  ${printable(element.path)} (${count(element.rows)})`);
    parts.push([`not chosen: ${count(rows)} rows of ${count(skipped.length)} monitor elements`, ...lines].join('\n'));
  }
  const all = [...issues.filter(({ severity }) => severity !== 'NOTE'), ...(ingest?.issues ?? []).filter(isConflict)];
  all.push(...issues.filter(({ severity }) => severity === 'NOTE'));
  if (all.length > 0)
    parts.push(
      list(
        all.slice(0, SHOWN).map((issue) => issueLine(printable(path), issue)),
        'findings',
        all.length + issuesLeftOut,
        all.length,
      ),
    );
  if (error) parts.push(`cannot be ingested: ${error.code}: ${printable(error.message)}`);
  else parts.push(outcome(ingest, notTried));
  return `${parts.join('\n\n')}\n`;
}

const isConflict = ({ severity }: Inspection['issues'][number]) => severity === 'CONFLICTING';

function outcome(ingest: Inspection['ingest'], notTried: string | null): string {
  if (!ingest) return `what ingesting would do was not tried: ${printable(notTried ?? 'stopped')}`;
  if (ingest.error) return `ingesting would fail: ${ingest.error.code}: ${printable(ingest.error.message)}`;
  const { inserted, identical, conflicting, replaced, added, rejected } = ingest.counts;
  const counts = Object.entries({ inserted, identical, conflicting, replaced, added, rejected });
  const text = counts.map(([name, rows]) => `${count(rows)} ${name}`).join(', ');
  return ingest.outcome === 'known'
    ? `read before, nothing would be done (then: ${text})`
    : `ingesting would give: ${text}`;
}

function list(lines: readonly string[], what: string, total: number, kept = total): string {
  const shown = lines.length > SHOWN + 1 ? lines.slice(0, SHOWN + 1) : lines;
  const more = total - SHOWN;
  return more > 0
    ? [...shown, `... and ${count(more)} more ${what} (--json has ${kept === total ? 'them all' : count(kept)})`].join(
        '\n',
      )
    : shown.join('\n');
}

function runTable(runs: FileContents['runs']): string[] {
  const rows = runs.map(({ run, lumisections, lumisectionHistograms, runHistograms }) => [
    String(run),
    count(lumisectionHistograms),
    count(runHistograms),
    shortened(lumisections.map(rangeText).join(', ') || '-'),
  ]);
  return table([['run', 'per LS', 'per run', 'lumisections'], ...rows]).split('\n');
}

const rangeText = ([first, last]: FileContents['runs'][number]['lumisections'][number]) =>
  first === last ? `${first}` : `${first}-${last === END_OF_RUN ? 'end' : last}`;

function elementTable(elements: FileContents['elements']): string[] {
  const rows = elements.map(({ path, kind, dimension, bins, lumisectionHistograms, runHistograms }) => [
    printable(path),
    kind ?? (dimension === null ? '-' : `${dimension}D`),
    count(lumisectionHistograms),
    count(runHistograms),
    shortened(bins.join(', ') || '-'),
  ]);
  return table([['monitor element', 'kind', 'per LS', 'per run', 'bins'], ...rows]).split('\n');
}

const shortened = (text: string) => (text.length > 100 ? `${text.slice(0, 97)}...` : text);
