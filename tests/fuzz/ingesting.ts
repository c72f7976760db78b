import type { ReadStep } from '../../ingest/formats/format.ts';
import { formatIds } from '../../ingest/formats/registry.ts';
import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import { ingestFile } from '../../ingest/pipeline/pipeline.ts';
import type { FileReport, IngestSettings } from '../../ingest/pipeline/report.ts';
import type { Store } from '../../src/store/store.ts';
import type { Reader } from './fuzzer.ts';
import { aboutError, complaintsAbout, documentedCodes } from './invariants.ts';

const DATASET = '/ZeroBias/Run2018A-12Nov2019_UL2018-v1/DQMIO';

/** Without a sign of life for this long a reading of files so small hangs, even where its process starts on a busy machine. */
const SILENCE_MS = 30_000;

/** Ingests files into a store, and looks at everything that comes of it. */
export function ingesting(store: Store): Reader {
  const parser = new ObservedParser();
  return {
    async read(path, { id }, number) {
      // every other one as if the user had named the format: then its reader gets whatever is left of the file
      const more = number === null ? { force: true } : number % 2 === 1 ? formatOf(id) : {};
      const report = await ingestFile({ store, parser }, path, { dataset: DATASET, source: 'fuzz', ...more });
      const complaints = [...parser.takeComplaints(), ...(await aboutReport(report, store))];
      const { outcome, error } = report;
      return { outcome: error?.code ?? outcome, isGood: outcome === 'ingested', complaints };
    },
    close: () => parser.close(),
  };
}

function formatOf(id: string): IngestSettings {
  const format = id.replace(/,.*/, '');
  return formatIds.includes(format) ? { format } : {};
}

async function aboutReport({ error, outcome, fileId, issues }: FileReport, { reads }: Store): Promise<string[]> {
  const complaints: string[] = error ? aboutError(error) : [];
  const check = (good: boolean, what: string) => void (good || complaints.push(what));
  for (const { code } of issues) check(documentedCodes.has(code), `the issue ${code} is not documented`);
  check(outcome !== 'cancelled', 'it was cancelled');
  check(fileId !== null, `${error?.code ?? outcome}: nothing in the ledger tells of it`);
  if (fileId === null) return complaints;
  const [row] = await reads.dataFiles([fileId]);
  const status = error ? ['FAILED', 'QUARANTINED'] : ['DONE'];
  check(status.includes(row?.status ?? ''), `${outcome}, but ${row?.status} in the ledger`);
  check((row?.errorCode ?? null) === (error?.code ?? null), `${error?.code}, but ${row?.errorCode} in the ledger`);
  return complaints;
}

/** A parse process whose every step is looked at on its way. */
class ObservedParser extends ParseProcess {
  #complaints: string[] = [];

  constructor() {
    super({ silenceMs: SILENCE_MS });
  }

  override async *read(...asked: Parameters<ParseProcess['read']>): ReturnType<ParseProcess['read']> {
    let before: ReadStep | null = null;
    for await (const step of super.read(...asked)) {
      this.#complaints.push(...complaintsAbout(step, before));
      before = step;
      yield step;
    }
  }

  takeComplaints(): string[] {
    const complaints = this.#complaints;
    this.#complaints = [];
    return complaints;
  }
}
