import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { FileError } from '../../ingest/file-error.ts';
import { ParseProcessError } from '../../ingest/parse-process/error.ts';
import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import { compiledParseProcess, faultyParser } from '../support/compiled-programs.ts';
import { lumisectionCsv } from '../support/csv-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'lumigraph-parse-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return { path };
};

let parser = new ParseProcess();
afterEach(() => parser.close());

const DATASET = { dataset: '/ZeroBias/Run2018A-12Nov2019_UL2018-v1/DQMIO' };

describe('the parse process', () => {
  test('recognises and reads files one after another in one process', async () => {
    parser = new ParseProcess();
    const one = file('one.csv', lumisectionCsv({ lumisections: 3, elements: 2 }));
    const two = file('two.csv', lumisectionCsv({ lumisections: 2, elements: 2 }));
    const rows: number[] = [];
    for (const source of [one, two]) {
      const { format, needs } = await parser.recognise(source);
      expect([format, needs]).toEqual(['per-ls-csv', 'dataset']);
      let count = 0;
      for await (const { batch } of parser.read(source, format, DATASET)) {
        if (batch?.kind === 'lumisectionHistograms') count += batch.count;
      }
      rows.push(count);
    }
    expect(rows).toEqual([6, 4]);
  });

  test('goes on with the next file when the reading of one is abandoned', async () => {
    parser = new ParseProcess();
    const source = file('long.csv', lumisectionCsv({ lumisections: 200, elements: 10 }));
    const options = { ...DATASET, batchRows: 10 };
    for await (const { position } of parser.read(source, 'per-ls-csv', options)) {
      expect(position.line).toBe(11);
      break;
    }
    let rows = 0;
    for await (const { batch } of parser.read(source, 'per-ls-csv', options)) {
      if (batch?.kind === 'lumisectionHistograms') rows += batch.count;
    }
    expect(rows).toBe(2000);
  });

  test('says that it goes on while it works on what it has read', async () => {
    const rows = Array.from({ length: 40_000 }, (_, i) => i + 1);
    const columns = { run_number: rows.map(() => 315257), lumi_number: rows, golden_flag: rows.map(() => true) };
    const list = rows.map((lumi_number) => ({ run_number: 315257, lumi_number, golden_flag: true }));
    for (const [name, table] of Object.entries({ columns, list })) {
      const source = file(`${name}.json`, JSON.stringify(table));
      let heard = 0;
      const onProgress = () => ++heard > 0;
      for await (const _ of parser.read(source, 'run-registry-lumisections', {}, onProgress));
      expect(heard).toBeGreaterThanOrEqual(4);
    }
  });

  test('lets the event loop turn between any two steps, however fast they come', async () => {
    parser = new ParseProcess();
    const source = file('fast.csv', lumisectionCsv({ lumisections: 200, elements: 10 }));
    let turns = 0;
    let beat = setImmediate(function count() {
      turns++;
      beat = setImmediate(count);
    });
    try {
      let before = -1;
      for await (const _ of parser.read(source, 'per-ls-csv', { ...DATASET, batchRows: 10 })) {
        expect(turns).toBeGreaterThan(before);
        before = turns;
        // a write that holds up the event loop while answers pile up
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
      }
    } finally {
      clearImmediate(beat);
    }
  });

  test('holds a certification of the greatest size, however close its ranges stand', async () => {
    parser = new ParseProcess();
    const ranges = '[1,2],'.repeat(Math.floor((4 * 1024 * 1024 - 20) / 6));
    for await (const { batch, issues } of parser.read(file('dense.json', `{"1":[${ranges}[1,2]]}`), 'lumi-json', {})) {
      expect(batch).toMatchObject({ runs: [{ run: 1, ranges: [{ first: 1, last: 2 }] }] });
      expect(issues.map(({ code }) => code)).toEqual(['RANGES_OVERLAP']);
    }
  });

  test('brings errors of a file back with their code and place', async () => {
    parser = new ParseProcess();
    const error = await parser.recognise({ path: join(folder, 'absent.csv') }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(FileError);
    expect(error).toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(error.message).toContain('absent.csv');
    // as it is logged
    expect(error.cause).toMatch(/^Error: ENOENT.*\n +at /);
  });

  test('is ended when it takes more memory than allowed, even in a loop that never returns', async () => {
    parser = new ParseProcess({ entry: faultyParser('hog'), memoryBytes: 300 * 1024 * 1024 });
    const error = await parser.recognise(file('any.csv', 'x')).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ParseProcessError);
    expect(error.code).toBe('PARSER_MEMORY');
    const used = Number(/: (\d+) of/.exec(error.message)?.[1]);
    expect(used).toBeGreaterThan(300 * 1024 * 1024);
    expect(used).toBeLessThan(900 * 1024 * 1024);
  });

  test('is ended when it shows no progress', async () => {
    parser = new ParseProcess({ entry: faultyParser('stuck'), silenceMs: 1_000 });
    await expect(parser.recognise(file('any.csv', 'x'))).rejects.toMatchObject({ code: 'PARSER_SILENT' });
  });

  test('that crashes costs one file, and the next gets a fresh one', async () => {
    parser = new ParseProcess({ entry: faultyParser('crash') });
    for (const attempt of ['first', 'second']) {
      const error = await parser.recognise(file(`${attempt}.csv`, 'x')).catch((thrown) => thrown);
      expect(error).toMatchObject({ code: 'PARSER_CRASHED', message: 'the parse process ended with exit status 7' });
      expect(error.details.stderr).toContain('something broke deep inside');
    }
  });

  test.skipIf(process.platform === 'win32')('lets others go first', async () => {
    parser = new ParseProcess();
    await parser.recognise(file('nice.csv', lumisectionCsv({ lumisections: 1, elements: 1 })));
    const children = childrenOf(process.pid);
    expect(children).not.toEqual([]);
    for (const child of children) expect(getPriority(child)).toBe(5);
  });

  test.skipIf(process.platform === 'win32')('ends when its parent is killed', async () => {
    const source = file('orphan.csv', lumisectionCsv({ lumisections: 5, elements: 2 }));
    const script = `
      import { ParseProcess } from ${JSON.stringify(compiledParseProcess())};
      const parser = new ParseProcess();
      await parser.recognise({ path: ${JSON.stringify(source.path)} });
      console.log('ready');
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((ready) => parent.stdout.once('data', ready));
    const children = childrenOf(parent.pid ?? 0);
    expect(children).not.toEqual([]);
    parent.kill('SIGKILL');
    await expect.poll(() => children.filter(isAlive), { timeout: 10_000 }).toEqual([]);
  });
});

function childrenOf(pid: number): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'ppid=,pid=,args='], { encoding: 'utf8' });
  return table
    .split('\n')
    .filter((line) => line.trim().startsWith(`${pid} `) && line.includes('child.'))
    .map((line) => Number(line.trim().split(/\s+/)[1]));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
