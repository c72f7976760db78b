import fc from 'fast-check';
import { bitsToFlags } from '../../../src/domain/lumisection-flags.ts';
import { isBounded, type MaskCondition, type MaskExpression } from '../../../src/domain/mask-expression.ts';
import { parseMask } from '../../../src/domain/mask-expression-parser.ts';
import { NUMBERS, type World } from './world.ts';

/** Past the last lumisection that anything in the world says something of. */
export const BEYOND = 20;

/** Whether the lumisection is in the mask, by the plainest reading of it. */
export function holds(world: World, expression: MaskExpression, run: number, lumisection: number): boolean {
  const of = (part: MaskExpression) => holds(world, part, run, lumisection);
  switch (expression.kind) {
    case 'and':
      return of(expression.left) && of(expression.right);
    case 'or':
      return of(expression.left) || of(expression.right);
    case 'minus':
      return of(expression.left) && !of(expression.right);
    case 'not':
      return !of(expression.of);
    case 'ranges':
      return expression.mask.contains(run, lumisection);
    case 'where': {
      const row = world.lumisection.find(({ runNumber, number }) => runNumber === run && number === lumisection);
      return row !== undefined && passes(world, expression.condition, row);
    }
    case 'name': {
      const { name, version } = expression;
      const versions = world.savedMask.filter((saved) => saved.name === name).map((saved) => saved.version);
      if (versions.length === 0) return isGood(world, name, run, lumisection);
      const wanted = version ?? Math.max(...versions);
      return world.savedMaskRange.some(
        (range) =>
          range.name === name &&
          range.version === wanted &&
          range.runNumber === run &&
          range.lumisectionFirst <= lumisection &&
          range.lumisectionLast >= lumisection,
      );
    }
    case 'verdict': {
      const good = expression.sources.every(({ source, subsystem, dataset }) =>
        isGood(world, source, run, lumisection, { subsystem, dataset }),
      );
      const bad = expression.sources.some(({ source, subsystem, dataset }) =>
        isBad(world, source, run, lumisection, { subsystem, dataset }),
      );
      if (expression.verdict === 'NOT_EVALUATED') return !good && !bad;
      return expression.verdict === 'GOOD' ? good : bad;
    }
  }
}

function isBad(
  world: World,
  source: string,
  run: number,
  lumisection: number,
  { subsystem, dataset }: { subsystem: string | null; dataset: string | null },
): boolean {
  return world.certification.some(
    (range) =>
      range.source === source &&
      (subsystem === null || range.subsystem === subsystem) &&
      (dataset === null || range.dataset === dataset) &&
      // of two versions the second is the newest
      range.version === 2 &&
      range.runNumber === run &&
      range.flag === 'BAD' &&
      range.lumisectionFirst <= lumisection &&
      range.lumisectionLast >= lumisection,
  );
}

function passes(world: World, condition: MaskCondition, row: World['lumisection'][number]): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.of.every((part) => passes(world, part, row));
    case 'or':
      return condition.of.some((part) => passes(world, part, row));
    case 'flag':
      return bitsToFlags(BigInt(condition.on ? row.flagsOn : row.flagsOff)).includes(condition.flag);
    default:
      return compares(world, condition, row);
  }
}

function compares(
  world: World,
  condition: Extract<MaskCondition, { kind: 'compare' | 'known' }>,
  row: World['lumisection'][number],
): boolean {
  const of = condition.of === 'run' ? world.run.find(({ number }) => number === row.runNumber) : row;
  const value = (of as Record<string, unknown>)[condition.field];
  if (condition.kind === 'known') return (value !== null) === condition.known;
  if (value === null) return false;
  const [a, b] = [value, condition.value].map((side) => (side instanceof Date ? side.getTime() : side)) as number[] as [
    number,
    number,
  ];
  switch (condition.op) {
    case 'eq':
      return a === b;
    case 'ne':
      return a !== b;
    case 'lt':
      return a < b;
    case 'lte':
      return a <= b;
    case 'gt':
      return a > b;
    case 'gte':
      return a >= b;
  }
}

/** Any mask on the world as text; `inUniverse`: complements as well. */
export function arbitraryMask(world: World, { inUniverse = false } = {}): fc.Arbitrary<string> {
  const run = fc.constantFrom(...world.run.map(({ number }) => number), 315_251);
  const range = fc
    .tuple(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 0, max: 4 }))
    .map(([first, length]) => `${first}-${first + length}`);
  const source = fc.constantFrom('golden', 'rr', "o'dd");
  const narrowed = fc.constantFrom(
    'golden',
    'rr',
    "o'dd",
    'rr, pixel',
    'rr, *, /a/b/DQM',
    'rr, strip, ""',
    "o'dd, strip",
  );
  const combined = fc.constantFrom('all(golden, rr)', "all(rr(pixel), o'dd)", 'all(golden, golden)');
  const test = fc.oneof(
    fc
      .tuple(
        fc.constantFrom('recordedLumi', 'pileup', 'run.recordedLumi', 'zeroBiasRate'),
        fc.constantFrom('=', '!=', '<', '<=', '>', '>='),
        fc.constantFrom(...NUMBERS),
      )
      .map((parts) => parts.join(' ')),
    fc.constantFrom('run.year = 2018', 'run.era != a', 'run.era = "straße"', 'number >= 4', 'run.number = 315253'),
    fc.constantFrom('startedAt >= 2018-05-01T00:00:00.001Z', 'unknown(pileup)', 'known(run.fill)'),
    fc.constantFrom('on(bpix_ready)', 'off(cms_active)'),
  );
  const condition = fc
    .array(test, { minLength: 1, maxLength: 3 })
    .chain((tests) => fc.constantFrom(' and ', ' or ').map((operator) => tests.join(operator)));
  const leaf = fc.oneof(
    { arbitrary: source, weight: 2 },
    { arbitrary: fc.constantFrom('saved', 'saved@1', 'other'), weight: 2 },
    fc
      .tuple(fc.constantFrom('good', 'bad', 'notEvaluated'), fc.oneof(narrowed, combined))
      .map(([verdict, of]) => `${verdict}(${of})`),
    fc
      .tuple(
        run,
        fc.oneof(
          range,
          range.map((text) => `[${text}, 9-]`),
        ),
      )
      .map((parts) => parts.join(':')),
    run.map(String),
    condition.map((text) => `where(${text})`),
  );
  const { any } = fc.letrec<{ any: string }>((tie) => ({
    any: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.tuple(tie('any'), fc.constantFrom('&', '|', ' - '), tie('any')).map((parts) => `(${parts.join('')})`),
      tie('any').map((text) => `!${text}`),
    ),
  }));
  return any.filter((text) => inUniverse || isBounded(parseMask(text, 'mask', { inUniverse: true })));
}

/** Of every subsystem: called GOOD by each dataset (of at least one) that anything of the run is judged for. */
export function isGood(
  world: World,
  source: string,
  run: number,
  lumisection: number,
  of: { subsystem: string | null; dataset: string | null } = { subsystem: null, dataset: null },
): boolean {
  const versions = world.certificationVersion.filter(
    (row) =>
      row.source === source &&
      (of.subsystem === null || row.subsystem === of.subsystem) &&
      (of.dataset === null || row.dataset === of.dataset),
  );
  const newest = versions.filter(
    (row) =>
      !versions.some(
        (other) => other.dataset === row.dataset && other.subsystem === row.subsystem && other.version > row.version,
      ),
  );
  return [...new Set(newest.map(({ subsystem }) => subsystem))].every((subsystem) => {
    const judged = newest
      .filter((version) => version.subsystem === subsystem)
      .map(({ dataset, version }) =>
        world.certification.filter(
          (range) =>
            range.runNumber === run &&
            range.source === source &&
            range.dataset === dataset &&
            range.subsystem === subsystem &&
            range.version === version,
        ),
      )
      .filter((ranges) => ranges.length > 0);
    const isGoodFor = (ranges: World['certification']) =>
      ranges.some(
        ({ lumisectionFirst, lumisectionLast, flag }) =>
          lumisectionFirst <= lumisection && lumisectionLast >= lumisection && flag === 'GOOD',
      );
    return judged.length > 0 && judged.every(isGoodFor);
  });
}
