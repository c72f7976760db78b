import { resolve } from 'node:path';
import { loadConfig } from '../../src/config.ts';
import type { Filter } from '../../src/domain/filter.ts';
import { printable } from '../../src/domain/printable.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Rows, Store } from '../../src/store/store.ts';
import { hasDied } from '../pipeline/process-name.ts';
import { type Command, parseArguments, UsageError } from './command.ts';

const help = `usage: npm run withdraw -- FILE|SHA256|NUMBER...

Takes back what files brought to the database (DATABASE_URL): histograms, values and versions of certifications that no
other file has alike, and their shares of sums. Files are named by the path under which they were read, by the SHA-256 of
their bytes, or by their number in the ledger. Conditions and shares of good lumisections stay: nobody knows any more
which file they came from. The file itself is not touched, and can be read again.

  --json    one JSON document on standard output (with: npm run --silent)
  --help    this text

Exit status 0: taken back · 1: a file is not known, or is being read.
`;

export const withdraw: Command = { help, run };

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(args, { json: { type: 'boolean', default: false } });
  if (positionals.length === 0) throw new UsageError('no file was named');
  const store = await openStore(loadConfig().databaseUrl, { prisma: false });
  const withdrawn: Rows['dataFile'][] = [];
  try {
    const found = await Promise.all(positionals.map((name) => filesNamed(store, name)));
    const unknown = positionals.find((_, i) => found[i]?.length === 0);
    if (unknown !== undefined) throw new UsageError(`nothing was read from ${unknown}`);
    const distinct = new Map(found.flat().map((file) => [file.id, file]));
    for (const id of distinct.keys()) withdrawn.push(await store.ledger.discard(id, hasDied));
    if (!values.json) {
      for (const file of distinct.values()) process.stdout.write(`${describe(file)}\n`);
    }
  } finally {
    await store.close();
  }
  const files = withdrawn.map(({ id, path, sha256, format, dataset }) => ({ id, path, sha256, format, dataset }));
  if (values.json) process.stdout.write(`${JSON.stringify({ files }, null, 2)}\n`);
  return 0;
}

/** All readings of what is named. */
async function filesNamed(store: Store, name: string): Promise<readonly Rows['dataFile'][]> {
  const test = (field: string, value: string | number): Filter => ({ kind: 'test', field, op: 'eq', value });
  const named = /^[0-9a-f]{64}$/i.test(name)
    ? test('sha256', name.toLowerCase())
    : /^\d{1,9}$/.test(name)
      ? test('id', Number(name))
      : test('path', resolve(name));
  const where: Filter = { kind: 'and', of: [named, { kind: 'test', field: 'status', op: 'ne', value: 'QUARANTINED' }] };
  const { rows } = await store.lists.page('dataFile', {
    where,
    first: MOST,
    orderBy: [{ field: 'id', descending: false }],
  });
  return rows;
}

/** Readings of one name that are withdrawn together. */
const MOST = 1_000;

const describe = ({ id, path, inserted, identical, replaced, added }: Rows['dataFile']) =>
  `${printable(path)} (${id}): ${inserted} inserted, ${identical} identical, ${replaced} replaced, ${added} added: taken back`;
