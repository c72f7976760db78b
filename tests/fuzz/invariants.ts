import { readFileSync } from 'node:fs';
import type { ReadStep } from '../../ingest/formats/format.ts';
import type { FileReport } from '../../ingest/pipeline/report.ts';
import { axisProblem } from '../../src/domain/axis.ts';
import { decodeBins } from '../../src/domain/codec.ts';
import { MAX_LUMISECTION } from '../../src/domain/lumi-mask.ts';
import { pathProblem } from '../../src/domain/monitor-element.ts';
import type { HistogramColumns, IssueRecord, RecordBatch, ScalarRecord } from '../../src/domain/record.ts';
import { scalarProblem } from '../../src/domain/scalar.ts';
import { cellCount, shapeOf } from '../../src/domain/shape.ts';
import { isStorable } from '../../src/domain/storable-text.ts';

const MAX_INT32 = 2_147_483_647;
const KINDS: readonly (string | null)[] = ['TH1', 'TH2', 'PROFILE', 'PROFILE2D', 'SCALAR', null];

/** Every code that a user finds explained. */
export const documentedCodes: ReadonlySet<string> = new Set(
  ['formats.md', 'errors.md'].flatMap((page) => {
    const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
    return [...text.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map((found) => found[1] as string);
  }),
);

/** What a step of a reading must not be, whatever the file was: one sentence each; an empty list is what is wished for. */
export function complaintsAbout({ batch, issues, position }: ReadStep, before: ReadStep | null): string[] {
  const complaints: string[] = [];
  const check = (good: boolean, what: string) => void (good || complaints.push(what));
  for (const [name, value] of Object.entries(position)) {
    check(Number.isSafeInteger(value) && value >= 0, `the position has ${name} ${value}`);
  }
  if (before) check(position.byte >= before.position.byte, `${position.byte} comes after ${before.position.byte}`);
  for (const issue of issues) complaints.push(...aboutIssue(issue));
  if (batch) complaints.push(...aboutBatch(batch));
  return complaints;
}

/** Nothing in such a file is at fault: all of it is. Of Arrow the library that reads it tells no place. */
const PLACELESS = new Set(['EMPTY_FILE', 'UNKNOWN_FORMAT', 'BROKEN_ARROW']);

/** What a file was refused with. */
export function aboutError(error: Refusal): string[] {
  const { code, message, stack } = error;
  const complaints: string[] = [];
  const check = (good: boolean, what: string) => void (good || complaints.push(what));
  check(code !== 'INTERNAL' && documentedCodes.has(code), `nobody expected ${code}: ${stack ?? message}`);
  check(!code.startsWith('PARSER_'), `it took its reader down: ${code}: ${message}`);
  check(message.length > 0 && message.length < 3000, `a message of ${message.length} characters`);
  const place = error.byte ?? error.line ?? error.field ?? error.value;
  check(PLACELESS.has(code) || place !== undefined, `${code} has no place: ${message}`);
  return complaints;
}

type Refusal = Pick<
  NonNullable<FileReport['error']>,
  'code' | 'message' | 'stack' | 'byte' | 'line' | 'field' | 'value'
>;

export function aboutIssue({ severity, code, line, byte, field, value, reason }: IssueRecord): string[] {
  const complaints: string[] = [];
  const check = (good: boolean, what: string) => void (good || complaints.push(`issue ${code}: ${what}`));
  check(documentedCodes.has(code), 'is not documented');
  check(reason !== '' && reason.length < 2000, `a reason of ${reason.length} characters`);
  check((value?.length ?? 0) <= 200, `a value of ${value?.length} characters`);
  for (const place of [line, byte])
    check(place === undefined || (Number.isSafeInteger(place) && place >= 0), `${place}`);
  if (severity !== 'NOTE') check(line !== undefined || byte !== undefined || field !== undefined, 'has no place');
  return complaints;
}

function aboutBatch(batch: RecordBatch): string[] {
  const complaints: string[] = [];
  const check = (good: boolean, what: string) => void (good || complaints.push(`${batch.kind}: ${what}`));
  const counts = (value: number, what: string, most = MAX_INT32) =>
    check(Number.isInteger(value) && value >= 1 && value <= most, `${what} ${value}`);
  switch (batch.kind) {
    case 'lumisectionHistograms':
      for (const lumisection of batch.lumisection) counts(lumisection, 'lumisection', MAX_LUMISECTION);
      check(batch.lumisection.length === batch.count, 'lumisections are not as many as rows');
      return [...complaints, ...aboutHistograms(batch)];
    case 'runHistograms':
      check(batch.title.length === batch.count, 'titles are not as many as rows');
      for (const title of batch.title) check(isStorable(title ?? ''), `the title ${title}`);
      return [...complaints, ...aboutHistograms(batch)];
    case 'certification':
      for (const { run, ranges } of batch.runs) {
        counts(run, 'run');
        let last = 0;
        for (const range of ranges) {
          check(range.first > last && range.last >= range.first, `range ${range.first} to ${range.last} after ${last}`);
          counts(range.first, 'first');
          counts(range.last, 'last');
          last = range.last;
        }
      }
      break;
    case 'scalars':
      for (const { type, value, ...key } of batch.scalars) {
        for (const complaint of aboutValue(key)) check(false, complaint);
        check(isStorable(value) && scalarProblem(type, value) === null, `${value} is no ${type}`);
      }
      break;
    case 'qualityTests':
      for (const { name, statusCode, result, algorithm, message, ...key } of batch.qualityTests) {
        for (const complaint of aboutValue(key)) check(false, complaint);
        check([name, algorithm, message].every(isStorable) && name !== '' && name.length < 256, `the test ${name}`);
        check(Number.isInteger(statusCode) && statusCode >= 0 && statusCode <= MAX_INT32, `status ${statusCode}`);
        check(result === null || Number.isFinite(result), `result ${result}`);
      }
      break;
    default:
      for (const [path, value] of valuesIn(batch, '')) {
        check(typeof value === 'string' ? isStorable(value) : Number.isFinite(value), `${path} is ${value}`);
      }
      if (batch.kind === 'runs') for (const { number } of batch.runs) counts(number, 'run');
      if (batch.kind === 'lumisections') for (const { run } of batch.lumisections) counts(run, 'run');
      if (batch.kind === 'lumisections')
        for (const { number } of batch.lumisections) counts(number, 'lumisection', MAX_LUMISECTION);
      if (batch.kind === 'fractions') for (const { run } of batch.fractions) counts(run, 'run');
  }
  return complaints;
}

function aboutValue({
  run,
  lumisection,
  monitorElement,
}: Pick<ScalarRecord, 'run' | 'lumisection' | 'monitorElement'>) {
  const inRange = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most;
  return [
    ...(inRange(run, 1, MAX_INT32) ? [] : [`run ${run}`]),
    ...(inRange(lumisection, 0, MAX_LUMISECTION) ? [] : [`lumisection ${lumisection}`]),
    ...(pathProblem(monitorElement) === null ? [] : [`the path ${JSON.stringify(monitorElement)}`]),
  ];
}

/** Every number and text below, times among them. */
function* valuesIn(value: unknown, path: string): Generator<[path: string, value: number | string]> {
  if (typeof value === 'number' || typeof value === 'string') yield [path, value];
  else if (value instanceof Date) yield [path, value.getTime()];
  else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) yield* valuesIn(member, `${path}.${name}`);
  }
}

function aboutHistograms(batch: HistogramColumns): string[] {
  const complaints: string[] = [];
  let at = '';
  const check = (good: boolean, what: string) => void (good || complaints.push(`${at}${what}`));
  for (const { path, dimension, kind } of batch.monitorElements) {
    check(pathProblem(path) === null, `the path ${JSON.stringify(path)} ${pathProblem(path)}`);
    check(dimension === null || dimension === 1 || dimension === 2, `${path} has dimension ${dimension}`);
    check(KINDS.includes(kind), `${path} is a ${kind}`);
  }
  for (const { title, axes } of batch.binnings) {
    check(isStorable(title), `the title ${title}`);
    check(axes.length === 1 || axes.length === 2, `${axes.length} axes`);
    for (const axis of axes) check(axisProblem(axis) === null, `an axis ${axisProblem(axis)}`);
  }
  for (let row = 0; row < batch.count; row++) {
    at = `row ${row} (line ${batch.line[row]}): `;
    const run = batch.run[row] as number;
    check(run >= 1, `run ${run}`);
    const element = batch.monitorElements[batch.monitorElement[row] as number];
    check(element !== undefined, 'of no monitor element');
    check(batch.datasets[batch.dataset[row] as number] !== undefined, 'of no dataset');
    for (const name of ['integral', 'meanX', 'rmsX', 'meanY', 'rmsY', 'skewness', 'kurtosis', 'entries'] as const) {
      const value = batch[name][row] as number;
      // NaN stands for unknown
      check(Number.isFinite(value) || Number.isNaN(value), `${name} is ${value}`);
    }
    const binning = batch.binnings[batch.binning[row] as number];
    const blob = batch.blobs.subarray(batch.blobEnds[row - 1] ?? 0, batch.blobEnds[row]);
    if (batch.binning[row] === -1) {
      check(blob.length === 0, 'bins without axes');
      continue;
    }
    check(binning !== undefined, 'of no binning');
    if (!binning) continue;
    check(
      element?.dimension === binning.axes.length,
      `${element?.dimension} axes by its element, ${binning.axes.length}`,
    );
    try {
      const bins = decodeBins(blob, shapeOf(binning));
      const cells = cellCount(shapeOf(binning), bins.flow);
      for (const name of ['contents', 'sumw2', 'binEntries', 'binSumw2'] as const) {
        const numbers = bins[name];
        if (numbers === undefined) continue;
        check(numbers.length === cells, `${name}: ${numbers.length} of ${cells} cells`);
        check(
          numbers.every((value) => Number.isFinite(value)),
          `${name} hold a number that is not finite`,
        );
      }
      check(!Number.isNaN(batch.integral[row]), 'integral is unknown');
    } catch (error) {
      check(false, `bins do not decode: ${error}`);
    }
  }
  return complaints;
}
