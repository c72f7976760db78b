import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';

/** A quarter of the bytes that a table in JSON may have, and less than half the memory of a parse process, 90 MiB of which it has without a file. */
const BYTES = 16 * 1024 * 1024;
const parser = new ParseProcess({ memoryBytes: 230 * 1024 * 1024 });

const folder = mkdtempSync(join(tmpdir(), 'lumigraph-large-'));
afterAll(async () => {
  await parser.close();
  rmSync(folder, { recursive: true, force: true });
});

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const list = (row: (i: number) => string) =>
  `[${numbers(Math.floor(BYTES / (row(100_000).length + 1)))
    .map(row)
    .join(',')}]`;
const TABLES: Readonly<Record<string, readonly [format: string, text: () => string]>> = {
  'verdicts on lumisections': [
    'run-registry-lumisections',
    () => list((i) => `{"run_number":315257,"lumi_number":${i},"tracker_flag":"True"}`),
  ],
  'conditions of lumisections': [
    'oms-lumisections',
    () =>
      `{"data":${list((i) => `{"id":"${i}","attributes":{"run_number":315257,"lumisection_number":${i},"pileup":${i}.5,"delivered_lumi":${i}.5,"cms_active":true}}`)}}`,
  ],
};

describe('the memory of a parse process holds a table in JSON as large as one may be, however short its rows:', () => {
  test.each(Object.entries(TABLES))('%s', { timeout: 120_000 }, async (name, [format, text]) => {
    const path = join(folder, `${name}.json`);
    writeFileSync(path, text());
    expect((await parser.recognise({ path })).format).toBe(format);
    let rejected = 0;
    let steps = 0;
    for await (const { issues } of parser.read({ path }, format, {})) {
      steps++;
      rejected += issues.filter(({ severity }) => severity === 'REJECTED').length;
    }
    expect(steps).toBeGreaterThan(0);
    expect(rejected).toBe(0);
  });
});
