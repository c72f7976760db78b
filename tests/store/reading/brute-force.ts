import { parseSetName } from '../../../src/domain/element-set.ts';
import type { FieldTest, Filter } from '../../../src/domain/filter.ts';
import { bitsToFlags } from '../../../src/domain/lumisection-flags.ts';
import { parseMask } from '../../../src/domain/mask-expression-parser.ts';
import { compileGlob, compileRegex } from '../../../src/domain/matcher.ts';
import { QUALITY_CODES } from '../../../src/domain/quality-status.ts';
import type { Noun } from '../../../src/store/store.ts';
import { holds } from './mask-brute-force.ts';
import { SETS, type World } from './world.ts';

type Row = Record<string, unknown>;

/** Rows of a noun as a list has them, by hand. */
export function rowsOf(world: World, noun: Noun): Row[] {
  switch (noun) {
    case 'lumisectionHistogram':
      return world.lumisectionHistogram.map(({ bins: _, ...row }) => row);
    case 'runHistogram':
      return world.runHistogram.map(({ bins, ...row }) => ({ ...row, hasBins: bins !== null }));
    case 'lumisection':
      return world.lumisection.map((row) => ({ ...row, flagsOn: BigInt(row.flagsOn), flagsOff: BigInt(row.flagsOff) }));
    case 'dataFile':
      return world.dataFile.map((row) => ({
        ...row,
        size: BigInt(row.size),
        bytesDone: BigInt(row.bytesDone),
        linesDone: BigInt(row.linesDone),
      }));
    case 'job':
      return world.job.map((row) => ({
        ...row,
        bytesDone: BigInt(row.bytesDone),
        bytesTotal: BigInt(row.bytesTotal),
      }));
    case 'ingestIssue':
      return world.ingestIssue.map((row) => ({
        ...row,
        line: row.line === null ? null : BigInt(row.line),
        byte: row.byte === null ? null : BigInt(row.byte),
      }));
    case 'qualityTest': {
      const names = new Map<number, string>(QUALITY_CODES);
      return world.qualityTest.map((row) => ({ ...row, status: names.get(row.statusCode) ?? 'UNKNOWN' }));
    }
    case 'certification': {
      const rows = new Map<string, Row>();
      for (const { lumisectionFirst: _f, lumisectionLast: _l, ...row } of world.certification) {
        const { kind, author, createdAt, fileId } = versionOf(world, row);
        rows.set(JSON.stringify(row), { ...row, kind, author, createdAt, fileId });
      }
      return [...rows.values()];
    }
    default:
      return world[noun];
  }
}

function versionOf(
  world: World,
  {
    source,
    dataset,
    subsystem,
    version,
  }: Pick<World['certification'][number], 'source' | 'dataset' | 'subsystem' | 'version'>,
) {
  const found = world.certificationVersion.find(
    (row) => row.source === source && row.dataset === dataset && row.subsystem === subsystem && row.version === version,
  );
  if (!found) throw new Error('no such version');
  return found;
}

/** Evaluates the filter as the domain defines it, row by row. */
export function satisfies(world: World, noun: Noun, row: Row, filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.of.every((part) => satisfies(world, noun, row, part));
    case 'or':
      return filter.of.some((part) => satisfies(world, noun, row, part));
    case 'not':
      return !satisfies(world, noun, row, filter.of);
    case 'related':
      return relatedRows(world, noun, row, filter.field).some(([other, of]) => satisfies(world, other, of, filter.of));
    case 'mask':
      return inMask(world, noun, row, filter.mask);
    case 'set': {
      const { name, version } = parseSetName(filter.set);
      const versions = SETS[name] ?? [];
      const [include, exclude] = versions[(version ?? versions.length) - 1] as (typeof versions)[number];
      const matches = (glob: string) => compileGlob(glob)(row.path as string);
      return include.some(matches) && !exclude.some(matches);
    }
    case 'test':
      return passes(fieldValue(world, noun, row, filter.field), filter);
  }
}

function fieldValue(world: World, noun: Noun, row: Row, field: string): unknown {
  if (noun === 'referenceChoice' && field === 'current') {
    return !world.referenceChoice.some(
      (other) =>
        other.runNumber === row.runNumber && other.dataset === row.dataset && other.version > (row.version as number),
    );
  }
  if ((noun === 'savedMask' || noun === 'elementSet') && field === 'current') {
    const versions: readonly { name: string; version: number }[] = world[noun];
    return !versions.some((other) => other.name === row.name && other.version > (row.version as number));
  }
  if ((noun === 'certification' || noun === 'certificationVersion') && field === 'current') {
    return !world.certificationVersion.some(
      (other) =>
        other.source === row.source &&
        other.dataset === row.dataset &&
        other.subsystem === row.subsystem &&
        other.version > (row.version as number),
    );
  }
  return row[field];
}

function passes(value: unknown, { op, value: operand, insensitive = false }: FieldTest): boolean {
  if (op === 'isNull') return (value === null) === operand;
  if (value === null) return op === 'ne' || op === 'notIn';
  if (op === 'hasAll')
    return (operand as string[]).every((flag) => (bitsToFlags(value as bigint) as string[]).includes(flag));
  if (op === 'hasAny')
    return (operand as string[]).some((flag) => (bitsToFlags(value as bigint) as string[]).includes(flag));
  if (op === 'glob') return compileGlob(operand as string, { insensitive })(value as string);
  if (op === 'regex') return compileRegex(operand as string, { insensitive })(value as string);
  const plain = (of: unknown): unknown => {
    if (of instanceof Date) return of.getTime();
    if (typeof of === 'bigint') return Number(of);
    return typeof of === 'string' && insensitive ? of.toLowerCase().toUpperCase() : of;
  };
  const a = plain(value);
  const compared = (b: unknown) =>
    typeof a === 'string' ? Buffer.compare(Buffer.from(a), Buffer.from(b as string)) : Number(a) - Number(b);
  switch (op) {
    case 'in':
      return (operand as unknown[]).some((element) => plain(element) === a);
    case 'notIn':
      return !(operand as unknown[]).some((element) => plain(element) === a);
    case 'eq':
      return a === plain(operand);
    case 'ne':
      return a !== plain(operand);
    case 'lt':
      return compared(plain(operand)) < 0;
    case 'lte':
      return compared(plain(operand)) <= 0;
    case 'gt':
      return compared(plain(operand)) > 0;
    case 'gte':
      return compared(plain(operand)) >= 0;
    case 'contains':
      return (a as string).includes(plain(operand) as string);
    case 'startsWith':
      return (a as string).startsWith(plain(operand) as string);
    case 'endsWith':
      return (a as string).endsWith(plain(operand) as string);
  }
}

export function relatedRows(world: World, noun: Noun, row: Row, name: string): [Noun, Row][] {
  const where = (other: Noun, pairs: Record<string, unknown>): [Noun, Row][] =>
    rowsOf(world, other)
      .filter((of) => Object.entries(pairs).every(([field, value]) => of[field] === value))
      .map((of) => [other, of]);
  const linked = (other: 'run' | 'dataset' | 'monitorElement', pairs: Record<string, unknown>): [Noun, Row][] => {
    const links = world.runMonitorElement.filter((link) =>
      Object.entries(pairs).every(([field, value]) => link[field as 'runNumber'] === value),
    );
    const keys = new Set(
      links.map((link) => link[other === 'run' ? 'runNumber' : other === 'dataset' ? 'datasetId' : 'monitorElementId']),
    );
    return rowsOf(world, other)
      .filter((of) => keys.has(of[other === 'run' ? 'number' : 'id'] as number))
      .map((of) => [other, of]);
  };
  switch (`${noun}.${name}`) {
    case 'run.lumisections':
      return where('lumisection', { runNumber: row.number });
    case 'run.histograms':
      return where('runHistogram', { runNumber: row.number });
    case 'run.scalars':
      return where('scalarValue', { runNumber: row.number, lumisectionNumber: 0 });
    case 'run.qualityTests':
      return where('qualityTest', { runNumber: row.number, lumisectionNumber: 0 });
    case 'lumisection.qualityTests':
      return where('qualityTest', { runNumber: row.runNumber, lumisectionNumber: row.number });
    case 'lumisection.scalars':
      return where('scalarValue', { runNumber: row.runNumber, lumisectionNumber: row.number });
    case 'run.notes':
      return where('note', { runNumber: row.number });
    case 'run.references':
      return where('referenceChoice', { runNumber: row.number });
    case 'monitorElement.notes':
      return where('note', { monitorElementId: row.id });
    case 'run.lumisectionHistograms':
      return where('lumisectionHistogram', { runNumber: row.number });
    case 'run.certifications':
      return where('certification', { runNumber: row.number });
    case 'run.monitorElements':
      return linked('monitorElement', { runNumber: row.number });
    case 'run.datasets':
      return linked('dataset', { runNumber: row.number });
    case 'lumisection.histograms':
      return where('lumisectionHistogram', { runNumber: row.runNumber, lumisectionNumber: row.number });
    case 'lumisectionHistogram.lumisection':
      return where('lumisection', { runNumber: row.runNumber, number: row.lumisectionNumber });
    case 'dataset.runs':
      return linked('run', { datasetId: row.id });
    case 'dataset.monitorElements':
      return linked('monitorElement', { datasetId: row.id });
    case 'monitorElement.runs':
      return linked('run', { monitorElementId: row.id });
    case 'monitorElement.datasets':
      return linked('dataset', { monitorElementId: row.id });
    case 'dataFile.issues':
      return where('ingestIssue', { fileId: row.id });
    case 'strategy.versions':
      return where('strategyVersion', { strategyId: row.id });
    case 'strategyVersion.strategy':
      return where('strategy', { id: row.strategyId });
    case 'strategyVersion.predictions':
      return where('prediction', { strategyVersionId: row.id });
    case 'prediction.task':
      return where('task', { id: row.taskId });
    case 'prediction.strategyVersion':
      return where('strategyVersion', { id: row.strategyVersionId });
    case 'job.dataFile':
    case 'ingestIssue.dataFile':
      return where('dataFile', { id: row.fileId });
  }
  if (name === 'run') return where('run', { number: row.runNumber });
  if (noun === 'certificationVersion' && name === 'dataFile') return where('dataFile', { id: row.fileId });
  if (name === 'monitorElement') return where('monitorElement', { id: row.monitorElementId });
  if (name === 'dataset') return where('dataset', { id: row.datasetId });
  throw new Error(`${noun} has no ${name}`);
}

function inMask(world: World, noun: Noun, row: Row, mask: string): boolean {
  const expression = parseMask(mask);
  if (noun === 'lumisection') return holds(world, expression, row.runNumber as number, row.number as number);
  if (noun === 'lumisectionHistogram')
    return holds(world, expression, row.runNumber as number, row.lumisectionNumber as number);
  const run = (noun === 'run' ? row.number : row.runNumber) as number;
  return Array.from({ length: 30 }, (_, i) => i + 1).some((lumisection) => holds(world, expression, run, lumisection));
}
