import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import type { FileReport } from '../../ingest/pipeline/report.ts';
import { ingestPatiently } from '../../ingest/pipeline/retry.ts';
import type { Store } from '../../src/store/store.ts';
import { csv, csvRow, lumisectionCsv } from '../support/csv-files.ts';
import { dumpDatabase, execute } from '../support/database-dump.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { DATASET, ingestFolder, none } from '../support/ingest-files.ts';
import { ingestJson, runHere } from '../support/run-cli.ts';

const { parser, file } = ingestFolder('parallel');

describe.each(databases)('several files at a time on $name', (database) => {
  const opened: Awaited<ReturnType<typeof createTestStore>>[] = [];
  const open = async () => {
    const one = await createTestStore(database);
    opened.push(one);
    return one;
  };
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.drop();
  });

  test('give the database and the report that one after another gives', async () => {
    // the first is by far the longest, so that it is done last
    const paths = [300, 20, 30, 10, 25].map((lumisections, i) =>
      file(`run-${i}.csv`, lumisectionCsv({ run: i + 1, lumisections, elements: 10 })),
    );
    paths.splice(2, 0, file('bad.csv', csv(csvRow({ run: 77 }), csvRow({ ls: 0 }))), file('prose.csv', 'hello'));
    const args = [...paths, '--dataset', DATASET];
    const [one, many] = [await open(), await open()];
    const first = await ingestJson(args, { url: one.url }, runHere);
    const second = await ingestJson([...args, '-j', '3'], { url: many.url }, runHere);
    const facts = ({ files }: typeof first) =>
      files.map(({ path, outcome, counts, error }) => [path, outcome, counts, error?.code]);
    expect(facts(second)).toEqual(facts(first));
    expect(second.files.map(({ path }) => path)).toEqual(paths);
    expect(second.status).toBe(1);
    const sorted = (dump: Record<string, readonly string[] | undefined>) =>
      Object.fromEntries(Object.entries(dump).map(([table, rows]) => [table, [...(rows ?? [])].sort()]));
    expect(sorted(await dumpDatabase(many.url))).toEqual(sorted(await dumpDatabase(one.url)));
    expect((await runHere(['verify'], { url: many.url })).status).toBe(0);
  });

  test('read one content under two names once', async () => {
    const text = lumisectionCsv({ run: 8, lumisections: 300, elements: 10 });
    const names = [file('twin-a.csv', text), file('twin-b.csv', text)];
    const { url } = await open();
    const { files } = await ingestJson([...names, '--dataset', DATASET, '-j', '2'], { url }, runHere);
    expect(files.map(({ counts }) => counts)).toEqual(Array(2).fill({ ...none, inserted: 3000 }));
    expect(files.reduce((sum, { rowsRead }) => sum + rowsRead, 0)).toBe(3000);
    expect((await dumpDatabase(url)).files).toHaveLength(1);
  });

  test('make versions of a certification in the order of their names, whichever is read first', async () => {
    const { url, store } = await open();
    // the earlier, the longer it takes
    const names = [5_000, 800, 60, 1].map((runs, i) => {
      const golden = Object.fromEntries(Array.from({ length: runs }, (_, run) => [run + 1, [[i + 1, i + 1]]]));
      return file(`golden-${i}.json`, JSON.stringify(golden));
    });
    const others = [1, 2].map((run) => file(`beside-${run}.csv`, csv(csvRow({ run }))));
    const args = [names[0], others[0], ...names.slice(1), others[1]] as string[];
    const { files } = await ingestJson(
      [...args, '--source', 'golden', '--dataset', DATASET, '-j', '4'],
      { url },
      runHere,
    );
    expect(files.map(({ outcome }) => outcome)).toEqual(Array(6).fill('ingested'));
    const mask = await store.reads.goodLumisections('golden');
    expect([...mask].map(({ run, ranges }) => [run, ranges])).toEqual([[1, [{ first: 4, last: 4 }]]]);
  });

  test('start no more readers than there are files', async () => {
    const started = vi.spyOn(ParseProcess.prototype, 'start');
    const { url } = await open();
    const names = [file('few-a.csv', csv(csvRow({ run: 4 }))), file('few-b.csv', csv(csvRow({ run: 5 })))];
    expect((await runHere(['ingest', ...names, '--dataset', DATASET, '-j', '12'], { url })).status).toBe(0);
    expect(started).toHaveBeenCalledTimes(2);
    started.mockRestore();
  });

  test('that share every key settle every row', async () => {
    const paths = [0, 1, 2, 3].map((i) => {
      const rows = lumisectionCsv({ run: 9, lumisections: 200, elements: 10 }).trimEnd().split('\n').slice(1);
      return file(`overlap-${i}.csv`, csv(...rows, csvRow({ run: 9, ls: 1000 + i })));
    });
    const { url } = await open();
    const { files, status } = await ingestJson([...paths, '--dataset', DATASET, '-j', '4'], { url }, runHere);
    expect(status).toBe(0);
    const total = (name: 'inserted' | 'identical') => files.reduce((sum, { counts }) => sum + counts[name], 0);
    expect([total('inserted'), total('identical')]).toEqual([2004, 6000]);
    expect((await runHere(['verify'], { url })).status).toBe(0);
  });
});

const lost = (): Error => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

/** A store whose writes fail now and then, as those of a database that restarts. */
function flaky(
  store: Store,
  fails: (write: number) => boolean,
  failure = lost,
  until: () => Promise<void> | undefined = () => undefined,
): Store {
  let writes = 0;
  const ledger = new Proxy(store.ledger, {
    get(target, name) {
      const member = Reflect.get(target, name, target);
      if (name !== 'write') return typeof member === 'function' ? member.bind(target) : member;
      return async (...args: Parameters<Store['ledger']['write']>) => {
        await until();
        if (fails(writes++)) throw failure();
        return target.write(...args);
      };
    },
  });
  return { kind: store.kind, lists: store.lists, reads: store.reads, ledger, verify: store.verify } as Store;
}

/** A store whose writes wait for something. */
function slow(store: Store, until: () => Promise<void> | undefined): Store {
  return flaky(store, () => false, lost, until);
}

describe.each(databases)('failures on $name', (database) => {
  let opened: Awaited<ReturnType<typeof createTestStore>>;
  beforeEach(async () => {
    opened = await createTestStore(database);
  });
  afterEach(() => opened.drop());
  const settings = { dataset: DATASET, batchRows: 50 };

  test('that pass are tried again, and every row is settled once', async () => {
    const path = file('flaky.csv', lumisectionCsv({ lumisections: 100, elements: 10 }));
    const waits: number[] = [];
    const onRetry = (_: FileReport, waitMs: number) => waits.push(waitMs);
    const store = flaky(opened.store, (write) => write % 4 === 3 || write === 5);
    const tools = { store, parser };
    const report = await ingestPatiently(tools, path, { ...settings, force: true }, { onRetry }, [1, 2, 3]);
    expect(report).toMatchObject({ outcome: 'ingested', rowsRead: 1000, counts: { ...none, inserted: 1000 } });
    expect(waits.length).toBeGreaterThan(3);
    expect(waits).toContain(1);
    expect((await dumpDatabase(opened.url)).lumisectionHistograms).toHaveLength(1000);
  });

  test('of a file that another process reads leave it to that process when told so', async () => {
    const path = file('busy.csv', lumisectionCsv({ lumisections: 20, elements: 10 }));
    const lend = (owner: string, until: string) =>
      execute(opened.url, `UPDATE data_file SET lease_owner = '${owner}', lease_expires_at = '${until}'`);
    // a reading on another host takes over while this one has 100 rows of 200
    let taken: Promise<void> | undefined;
    const onProgress = ({ rows }: { rows: number }) => {
      if (rows === 100) taken ??= lend('elsewhere 1 1 1', '2999-01-01T00:00:00.000+00:00');
    };
    const tools = { store: slow(opened.store, () => taken), parser };
    const left = await ingestPatiently(tools, path, settings, { leaveBusy: true, onProgress });
    expect(left).toMatchObject({ outcome: 'cancelled', rowsRead: 100, error: { code: 'FILE_BUSY' } });
    expect((await ingestPatiently(tools, path, settings, { leaveBusy: true })).error?.code).toBe('FILE_BUSY');
    // and is not heard of again
    await lend('elsewhere 1 1 1', '2026-01-01T00:00:00.000+00:00');
    const done = await ingestPatiently(tools, path, settings, { leaveBusy: true });
    expect(done).toMatchObject({ outcome: 'ingested', rowsRead: 100, counts: { ...none, inserted: 200 } });
  });

  test('that do not pass are given up, resumable', async () => {
    const path = file('down.csv', lumisectionCsv({ lumisections: 20, elements: 10 }));
    const waits: number[] = [];
    const onRetry = (_: FileReport, waitMs: number) => waits.push(waitMs);
    const store = flaky(opened.store, (write) => write >= 2);
    const report = await ingestPatiently({ store, parser }, path, settings, { onRetry }, [1, 2, 3]);
    expect(report).toMatchObject({ outcome: 'failed', error: { code: 'DATABASE_LOST' }, rowsRead: 100 });
    expect(waits).toEqual([1, 2, 3]);
    const resumed = await ingestPatiently({ store: opened.store, parser }, path, settings);
    expect(resumed).toMatchObject({ outcome: 'ingested', rowsRead: 100, counts: { ...none, inserted: 200 } });
  });

  test('of the file are not tried again', async () => {
    const onRetry = () => {
      throw new Error('tried again');
    };
    const report = await ingestPatiently({ store: opened.store, parser }, file('no.csv', 'hello'), {}, { onRetry });
    expect(report).toMatchObject({ outcome: 'failed', error: { code: 'UNKNOWN_FORMAT' } });
  });

  if (database.name === 'postgresql') {
    test('of the connection itself are survived', async () => {
      const path = file('cut.csv', lumisectionCsv({ lumisections: 300, elements: 10 }));
      const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`;
      let cuts = 0;
      const hooks = {
        onProgress: ({ rows }: { rows: number }) => {
          if (cuts === 0 && rows >= 500) {
            cuts++;
            void execute(opened.url, cut);
          }
        },
      };
      const report = await ingestPatiently({ store: opened.store, parser }, path, settings, hooks, [50, 100, 200]);
      expect(report).toMatchObject({ outcome: 'ingested', counts: { ...none, inserted: 3000 } });
      expect(cuts).toBe(1);
    });
  }
});
