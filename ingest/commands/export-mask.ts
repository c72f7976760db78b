import { loadConfig } from '../../src/config.ts';
import { Cancellation } from '../../src/domain/cancellation.ts';
import { OPERATOR } from '../../src/domain/viewer.ts';
import { exportMask } from '../../src/export/export-mask.ts';
import { openExistingStore } from '../../src/store/open-store.ts';
import { replaceFile } from '../report-file.ts';
import { UsageError } from './command.ts';
import { output } from './output.ts';

/** `export masks MASK FILE`. @throws UsageError */
export async function writeMask(named: readonly string[], flags: Readonly<Record<string, unknown>>): Promise<number> {
  const [mask, file, ...more] = named;
  if (mask === undefined || file === undefined || more.length > 0) {
    throw new UsageError('name a mask and one file to write');
  }
  const [flag] = Object.keys(flags);
  if (flag !== undefined) throw new UsageError(`a mask takes no --${flag}: say it in the mask`);
  const store = await openExistingStore(loadConfig().databaseUrl, { readOnly: true });
  if (store === null) throw new UsageError('there is no database at DATABASE_URL');
  try {
    const view = store.forOperation(new Cancellation(), { viewer: OPERATOR });
    const { json, provenance } = await exportMask(view, mask);
    await replaceFile(file, json);
    const { runs, madeOf } = JSON.parse(provenance) as { runs: number; madeOf: readonly Record<string, unknown>[] };
    const parts = madeOf.map(({ source, mask, dataset, subsystem, version }) => {
      const name = [source ?? mask, dataset, subsystem].filter(Boolean).join(' ');
      return `made of ${name}, version ${version}\n`;
    });
    await output.print(`${file}: ${runs} runs\n${parts.join('')}`);
    return 0;
  } finally {
    await store.close();
  }
}
