import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { openStore } from '../../src/store/open-store.ts';
import { startPostgres } from '../support/embedded-postgres.ts';
import { type Finding, Fuzzer, kindOf } from './fuzzer.ts';
import { ingesting } from './ingesting.ts';
import { readingScores } from './reading-scores.ts';
import { samples, scoreSamples } from './samples.ts';

const usage = `usage: npm run fuzz -- [--seed TEXT] [--minutes N] [--format REGEX] [--file PATH] [--postgres] [--keep FOLDER]

Damages a good file of each format in ever new ways (truncations, flipped bits, swapped blocks, huge lengths), ingests
it, and looks for a crash, a hang, a histogram that is none, an error without a code or place. Exit status 1: found some.

  --seed TEXT     the same seed gives the same damage (default: 1)
  --minutes N     how long, over all formats (default: 5)
  --format REGEX  only samples with such a name
  --file PATH     damage this good file instead of the samples (repeatable)
  --postgres      into PostgreSQL instead of SQLite
  --keep FOLDER   write the files that something was found with there
`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '5' },
    format: { type: 'string', default: '' },
    file: { type: 'string', multiple: true, default: [] },
    postgres: { type: 'boolean', default: false },
    keep: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
const given = values.file.map((path) => ({ id: basename(path), name: basename(path), bytes: readFileSync(path) }));
const chosen =
  given.length > 0 ? given : [...samples, ...scoreSamples].filter(({ id }) => new RegExp(values.format, 'i').test(id));
if (values.help || !(minutes > 0) || chosen.length === 0) {
  process.stdout.write(usage);
  process.exit(values.help ? 0 : 1);
}

const folder = mkdtempSync(join(tmpdir(), 'lumigraph-fuzz-db-'));
const server = values.postgres ? await startPostgres() : null;
const store = await openStore(server?.url ?? `file:${join(folder, 'fuzz.db')}`);
const all: Finding[] = [];
try {
  const share = (minutes * 60_000) / chosen.length;
  for (const sample of chosen) {
    const fuzzer = new Fuzzer(scoreSamples.includes(sample) ? readingScores() : ingesting(store));
    const started = performance.now();
    let number = 0;
    for (; performance.now() - started < share; number++) await fuzzer.try(sample, values.seed, number);
    await fuzzer.tryUndamaged(sample);
    await fuzzer.close();
    const outcomes = [...fuzzer.outcomes].sort(([, a], [, b]) => b - a).map(([code, count]) => `${code} ${count}`);
    const slowest = `slowest ${Math.round(fuzzer.slowestMs)} ms`;
    console.log(
      `${sample.id}: ${number} files, ${fuzzer.findings.length} findings, ${slowest}: ${outcomes.join(', ')}`,
    );
    for (const finding of distinct(fuzzer.findings))
      console.log(`  #${finding.number} ${finding.what}: ${finding.complaint}`);
    all.push(...fuzzer.findings);
  }
  for (const finding of await store.verify()) {
    console.log(`verify: ${JSON.stringify(finding)}`);
    process.exitCode = 1;
  }
} finally {
  await store.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}
if (all.length > 0) process.exitCode = 1;
if (values.keep !== undefined) {
  mkdirSync(values.keep, { recursive: true });
  for (const { sample, number, bytes } of all) {
    writeFileSync(join(values.keep, `${sample.replace(/\W+/g, '-')}-${values.seed}-${number}`), bytes);
  }
}

/** One of each complaint, numbers in it aside. */
function distinct(findings: readonly Finding[]): Finding[] {
  const kinds = new Map(findings.map((finding) => [kindOf(finding.complaint), finding]));
  return [...kinds.values()].slice(0, 20);
}
