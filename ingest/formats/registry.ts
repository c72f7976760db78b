import { FileError } from '../file-error.ts';
import type { ByteSource } from '../source.ts';
import type { Format } from './format.ts';

/** Formats by id. Imported only when needed: a heavy reader costs nothing until a file may be its own. */
const formats: Readonly<Record<string, () => Promise<Format>>> = {
  'per-ls-csv': async () => (await import('./per-ls-csv/per-ls-csv.ts')).perLsCsv,
  'per-ls-parquet': async () => (await import('./per-ls-parquet/per-ls-parquet.ts')).perLsParquet,
  'per-run-csv': async () => (await import('./per-run-csv/per-run-csv.ts')).perRunCsv,
  'harvested-root': async () => (await import('./harvested-root/harvested-root.ts')).harvestedRoot,
  dqmio: async () => (await import('./dqmio/dqmio.ts')).dqmio,
  'plain-root': async () => (await import('./plain-root/plain-root.ts')).plainRoot,
  'oms-rates': async () => (await import('./oms/oms-rates.ts')).omsRates,
  'oms-lumisections': async () => (await import('./oms/oms-lumisections.ts')).omsLumisections,
  'oms-runs': async () => (await import('./oms/oms-runs.ts')).omsRuns,
  'run-registry-runs': async () => (await import('./run-registry/run-registry-runs.ts')).runRegistryRuns,
  'run-registry-lumisections': async () =>
    (await import('./run-registry/run-registry-lumisections.ts')).runRegistryLumisections,
  'lumi-json': async () => (await import('./lumi-json.ts')).lumiJson,
};

export const formatIds: readonly string[] = Object.keys(formats);

/** @throws FileError UNKNOWN_FORMAT for an id that is not in `formatIds`. */
export async function formatById(id: string): Promise<Format> {
  const load = Object.hasOwn(formats, id) ? formats[id] : undefined;
  if (!load) {
    throw new FileError('UNKNOWN_FORMAT', `there is no format "${id}"; known are ${formatIds.join(', ')}`, {
      value: id,
    });
  }
  return load();
}

/**
 * The format of a file by its content: the certain one, else the likely one (whose reader then says what is wrong).
 * @throws FileError UNKNOWN_FORMAT, saying what the file begins with, what was tried, and which format it is most like.
 */
export async function recognise(source: ByteSource): Promise<Format> {
  const head = source.head;
  const all = await Promise.all(formatIds.map(formatById));
  const reasons: string[] = [];
  let certain: Format | undefined;
  for (const format of all.filter((format) => format.recognise(head, source.name) === 'CERTAIN')) {
    const instead = (await format.looksInside?.(source)) ?? null;
    if (instead === null) {
      certain = format;
      break;
    }
    if (!reasons.includes(instead)) reasons.push(instead);
  }
  const found = certain ?? all.find((format) => format.recognise(head, source.name) === 'LIKELY');
  if (found) return found;
  const inside = reasons.map((reason) => `; ${reason}`).join('');
  const beginning = JSON.stringify(Buffer.from(head.subarray(0, 60)).toString('latin1'));
  const like = mostLike(all, `${firstLineOf(head)} ${inside}`);
  const nearest = like === undefined ? '' : `. Most like ${like.title}: that is ${like.looksFor}`;
  throw new FileError(
    'UNKNOWN_FORMAT',
    `${source.path}: no known format: it begins with ${beginning}${inside}. Tried: ${all.map(({ title }) => title).join(', ')}${nearest}. docs/formats.md says more; --format ID says what a file is`,
    { file: source.path, value: beginning },
  );
}

const firstLineOf = (head: Uint8Array) => Buffer.from(head).toString('latin1').split('\n', 1)[0] ?? '';

/** Names of columns, which prose does not hold: `run_number`, `attributes.rate`. */
const namesIn = (text: string): ReadonlySet<string> => new Set(text.match(/\w+[._]\w[\w.]*/g));

/** The format that has most columns in common with a text. */
function mostLike(all: readonly Format[], text: string): Format | undefined {
  const names = namesIn(text);
  let like: Format | undefined;
  let most = 0;
  for (const format of all) {
    const common = Array.from(namesIn(format.looksFor)).filter((name) => names.has(name)).length;
    if (common > most) [like, most] = [format, common];
  }
  return like;
}
