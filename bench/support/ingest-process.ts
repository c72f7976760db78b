/**
 * Ingests one file and says how long that took, from the file to its last durable commit; starting this process and the
 * parse process, opening the database and migrating it are left out. Nothing has been parsed before.
 * Started as: ingest-process.ts DATABASE_URL FILE DATASET [--force]. Prints one line of JSON (IngestResult).
 */
import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import { ingestFile } from '../../ingest/pipeline/pipeline.ts';
import type { Counts } from '../../src/domain/record.ts';
import { openStore } from '../../src/store/open-store.ts';
import { descendants, processorSeconds } from './machine.ts';

export interface IngestResult {
  readonly seconds: number;
  /** Seconds of processor time that this process and the parse process took meanwhile. */
  readonly processor: { readonly writer: number; readonly parser: number };
  readonly counts: Counts;
}

const [url = '', path = '', dataset = '', flag] = process.argv.slice(2);
const store = await openStore(url);
const parser = new ParseProcess();
await parser.recognise({ path });
const used = processorTime();
const started = performance.now();
const { counts, error } = await ingestFile({ store, parser }, path, { dataset, force: flag === '--force' });
const seconds = (performance.now() - started) / 1000;
const { writer, parser: parsing } = processorTime();
const processor = { writer: writer - used.writer, parser: parsing - used.parser };
const result: IngestResult = { seconds, processor, counts };
if (error) throw new Error(error.message);
process.stdout.write(`${JSON.stringify(result)}\n`);
await parser.close();
await store.close();

function processorTime() {
  return {
    writer: processorSeconds(process.pid),
    parser: descendants(process.pid).reduce((sum, pid) => sum + processorSeconds(pid), 0),
  };
}
