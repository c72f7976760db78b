import { resolve } from 'node:path';
import { loadConfig } from '../../src/config.ts';
import { equals, type Filter } from '../../src/domain/filter.ts';
import { printable } from '../../src/domain/printable.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Rows, Store } from '../../src/store/store.ts';
import type { Brought, Holder } from '../../src/store/withdrawal.ts';
import { hasDied } from '../pipeline/process-name.ts';
import { realPath } from '../source/real-path.ts';
import { type Command, parseArguments, UsageError } from './command.ts';
import { output } from './output.ts';

const help = `usage: npm run withdraw -- FILE|SHA256|NUMBER...

Takes back what files brought to the database (DATABASE_URL): histograms, values, verdicts and conditions that no other
file states alike, and their shares of sums. Says what went and what stays because other files brought it as well; what
their rows replaced does not come back. Files are named as in the ledger (a path, which may lead to them through
symbolic links, upload:..., graphql:..., oms:...), by the SHA-256 of their bytes, or by their number. The file itself is not touched, and can be read again.

  --json    one JSON document on standard output (with: npm run --silent)
  --help    this text

Exit status 0: taken back · 1: a file is not known, or is being read.
`;

export const withdraw: Command = { help, run };

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(args, { json: { type: 'boolean', default: false } });
  if (positionals.length === 0) throw new UsageError('no file was named');
  const store = await openStore(loadConfig().databaseUrl);
  const withdrawn: Discarded[] = [];
  try {
    const found = await Promise.all(positionals.map((name) => filesNamed(store, name)));
    const unknown = positionals.find((_, i) => found[i]?.length === 0);
    if (unknown !== undefined) throw new UsageError(`nothing was read from ${unknown}`);
    const distinct = new Map(found.flat().map((file) => [file.id, file]));
    for (const id of distinct.keys()) {
      const discarded = await store.ledger.discard(id, hasDied);
      withdrawn.push(discarded);
      if (!values.json) await output.print(`${describe(discarded)}\n`);
    }
  } finally {
    await store.close();
  }
  const files = withdrawn.map(({ file: { id, path, sha256, format, dataset }, withdrawal }) => {
    return { id, path, sha256, format, dataset, ...withdrawal };
  });
  if (values.json) await output.print(`${JSON.stringify({ files }, null, 2)}\n`);
  return 0;
}

/** All readings of what is named. */
async function filesNamed(store: Store, name: string): Promise<readonly Rows['dataFile'][]> {
  const named: Filter = /^[0-9a-f]{64}$/i.test(name)
    ? equals('sha256', name.toLowerCase())
    : /^\d{1,9}$/.test(name)
      ? equals('id', Number(name))
      : // what was uploaded, sent or asked for has a name that is no path
        { kind: 'or', of: [name, resolve(name), await realPath(name)].map((path) => equals('path', path)) };
  const where: Filter = { kind: 'and', of: [named, { kind: 'test', field: 'status', op: 'ne', value: 'QUARANTINED' }] };
  const { rows } = await store.lists.page('dataFile', {
    where,
    first: MOST,
    orderBy: [{ field: 'id', descending: false }],
  });
  return rows;
}

type Discarded = Awaited<ReturnType<Store['ledger']['discard']>>;

/** Readings of one name that are withdrawn together. */
const MOST = 1_000;

const NAMES: Readonly<Record<Brought | Holder, string>> = {
  lumisectionHistograms: 'per-LS histograms',
  runHistograms: 'run-level histograms',
  scalarValues: 'scalar values',
  qualityTests: 'quality tests',
  certificationVersions: 'versions of certifications',
  certificationRanges: 'ranges of certifications',
  fractions: 'fractions',
  conditions: 'conditions',
  notes: 'notes',
  datasetDescriptions: 'descriptions of datasets',
  runs: 'runs',
  lumisections: 'lumisections',
  monitorElements: 'monitor elements',
  datasets: 'datasets',
};

function describe({ file: { id, path }, withdrawal: { gone, stays } }: Discarded): string {
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([noun, count]) => `${count} ${NAMES[noun as Brought | Holder]}`)
      .join(', ') || 'nothing';
  const others = Object.values(stays).some((count) => count > 0) ? `; other files brought too: ${list(stays)}` : '';
  return `${printable(path)} (${id}): taken back: ${list(gone)}${others}`;
}
