import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError, LimitExceededError } from '../../src/domain/errors.ts';
import { goldenJson, maskFromGoldenJson } from '../../src/domain/golden-json.ts';
import { LuminosityMask } from '../../src/domain/lumi-mask.ts';
import {
  evaluateMask,
  isBounded,
  MAX_MASK_DEPTH,
  MAX_MASK_RANGES,
  MAX_MASK_TERMS,
  type MaskTerms,
} from '../../src/domain/mask-expression.ts';
import { parseMask } from '../../src/domain/mask-expression-parser.ts';

const RUNS = [1, 2, 3];
const LUMISECTIONS = 12;

const range = fc
  .tuple(fc.integer({ min: 1, max: LUMISECTIONS }), fc.integer({ min: 0, max: 4 }))
  .map(([first, length]) => ({ first, last: Math.min(first + length, LUMISECTIONS) }));
const mask = fc
  .array(fc.record({ run: fc.constantFrom(...RUNS), ranges: fc.array(range, { maxLength: 3 }) }), { maxLength: 3 })
  .map((runs) => LuminosityMask.fromRanges(runs));
const source = fc.tuple(mask, mask).map(([good, bad]) => ({ good: good.difference(bad), bad }));

interface World {
  readonly a: { good: LuminosityMask; bad: LuminosityMask };
  readonly b: { good: LuminosityMask; bad: LuminosityMask };
  readonly stored: LuminosityMask;
}
const world: fc.Arbitrary<World> = fc.record({ a: source, b: source, stored: mask });

/** A mask as text, and which lumisections it means by the plainest reading. */
interface Written {
  readonly text: string;
  readonly holds: (run: number, ls: number, world: World) => boolean;
}
const inside = (of: LuminosityMask, run: number, ls: number) => of.contains(run, ls);
const leaf: fc.Arbitrary<Written> = fc.oneof(
  fc.constant<Written>({ text: 'a-1', holds: (run, ls, { a }) => inside(a.good, run, ls) }),
  fc.constant<Written>({ text: 'good("b 2")', holds: (run, ls, { b }) => inside(b.good, run, ls) }),
  fc.constant<Written>({ text: 'bad(a-1)', holds: (run, ls, { a }) => inside(a.bad, run, ls) }),
  fc.constant<Written>({
    text: 'notEvaluated( a-1 )',
    holds: (run, ls, { a }) => !inside(a.good, run, ls) && !inside(a.bad, run, ls),
  }),
  fc.constant<Written>({
    text: 'good(all(a-1,"b 2"))',
    holds: (run, ls, { a, b }) => inside(a.good, run, ls) && inside(b.good, run, ls),
  }),
  fc.constant<Written>({
    text: 'bad(all(a-1, "b 2"))',
    holds: (run, ls, { a, b }) => inside(a.bad, run, ls) || inside(b.bad, run, ls),
  }),
  fc.constant<Written>({
    text: 'notEvaluated(all(a-1, "b 2"))',
    holds: (run, ls, { a, b }) =>
      !(inside(a.good, run, ls) && inside(b.good, run, ls)) && !inside(a.bad, run, ls) && !inside(b.bad, run, ls),
  }),
  fc.constant<Written>({ text: 'where(recordedLumi > 0.1)', holds: (run, ls, w) => inside(w.stored, run, ls) }),
  fc.tuple(fc.constantFrom(...RUNS), range).map(([run, { first, last }]) => ({
    text: `${run}:${first}-${last}`,
    holds: (at: number, ls: number) => at === run && ls >= first && ls <= last,
  })),
  fc.tuple(fc.constantFrom(...RUNS), range, range).map(([run, one, two]) => ({
    text: `${run}:[${one.first}-${one.last}, ${two.first}-]`,
    holds: (at: number, ls: number) => at === run && ((ls >= one.first && ls <= one.last) || ls >= two.first),
  })),
  fc.constantFrom(...RUNS).map((run) => ({ text: `${run}-3`, holds: (at: number) => at >= run && at <= 3 })),
);
const written: fc.Arbitrary<Written> = fc.letrec<{ any: Written; leaf: Written }>((tie) => ({
  leaf,
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    fc
      .tuple(tie('any'), tie('any'), fc.constantFrom('&', ' and ', '|', ' or ', ' - ', ' minus '))
      .map(([left, right, operator]) => ({
        text: `(${left.text}${operator}${right.text})`,
        holds: (run: number, ls: number, w: World) => {
          const [x, y] = [left.holds(run, ls, w), right.holds(run, ls, w)];
          if (operator === '&' || operator === ' and ') return x && y;
          return operator === '|' || operator === ' or ' ? x || y : x && !y;
        },
      })),
    fc.tuple(tie('any'), fc.constantFrom('!', 'not ')).map(([of, operator]) => ({
      text: `${operator}${of.text}`,
      holds: (run: number, ls: number, w: World) => !of.holds(run, ls, w),
    })),
  ),
})).any;

const termsOf = ({ a, b, stored }: World): MaskTerms => ({
  verdicts: ({ source }) => (source === 'a-1' ? a : b),
  named: ({ name }) => (name === 'a-1' ? a.good : b.good),
  where: () => stored,
});

const UNIVERSE = LuminosityMask.fromRanges(RUNS.map((run) => ({ run, ranges: [{ first: 1, last: LUMISECTIONS }] })));

describe('a mask expression', () => {
  it('means what each of its lumisections means by itself', () => {
    fc.assert(
      fc.property(written, world, ({ text, holds }, w) => {
        const expression = parseMask(text, 'mask', { inUniverse: true });
        const found = evaluateMask(expression, termsOf(w), UNIVERSE);
        for (const run of RUNS) {
          for (let ls = 1; ls <= LUMISECTIONS; ls++) {
            expect(found.contains(run, ls), `${text} at ${run}:${ls}`).toBe(holds(run, ls, w));
          }
        }
        // what is bounded needs no universe, and what is not is refused without one
        if (isBounded(expression)) {
          expect(evaluateMask(expression, termsOf(w)).intersection(UNIVERSE).equals(found)).toBe(true);
          expect(() => parseMask(text)).not.toThrow();
        } else {
          expect(() => parseMask(text)).toThrow(InvalidInputError);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('binds ! before & and -, these before |, from left to right', () => {
    const w = { a: { good: ls(1, 6), bad: ls(7, 8) }, b: { good: ls(4, 9), bad: ls(1, 1) }, stored: ls(5, 5) };
    const holds = (text: string) => [...evaluateMask(parseMask(text), termsOf(w))].flatMap(({ ranges }) => ranges);
    expect(holds('a-1 | "b 2" - where(number = 1)')).toEqual([{ first: 1, last: 9 }]);
    expect(holds('a-1 & ! "b 2"')).toEqual([{ first: 1, last: 3 }]);
    expect(holds('a-1 - "b 2" | 1:9')).toEqual([
      { first: 1, last: 3 },
      { first: 9, last: 9 },
    ]);
    expect(holds('a-1 minus "b 2" and 1:2-5')).toEqual([{ first: 2, last: 3 }]);
  });

  it('reads hyphens as part of a name, and @ as the version of a saved mask', () => {
    expect(parseMask('golden-2018 - dcs-2018')).toMatchObject({
      kind: 'minus',
      left: { kind: 'name', name: 'golden-2018', version: null, column: 1 },
      right: { name: 'dcs-2018', column: 15 },
    });
    expect(parseMask('pixel-good@3')).toMatchObject({ name: 'pixel-good', version: 3 });
    expect(parseMask('"a \\"b\\" c"@4')).toMatchObject({ name: 'a "b" c', version: 4 });
    expect(parseMask('"2018"')).toMatchObject({ kind: 'name', name: '2018' });
    expect(parseMask('bad(rr-2018, pixel)')).toMatchObject({
      verdict: 'BAD',
      sources: [{ source: 'rr-2018', subsystem: 'pixel', dataset: null }],
    });
    expect(parseMask('good(rr, *, /PromptReco/Collisions2018A/DQM)')).toMatchObject({
      sources: [{ source: 'rr', subsystem: null, dataset: '/PromptReco/Collisions2018A/DQM' }],
    });
    expect(parseMask('good(all(golden-2018, rr-2018(pixel), rr-2018("", /A/B/C)))')).toMatchObject({
      sources: [
        { source: 'golden-2018', subsystem: null },
        { source: 'rr-2018', subsystem: 'pixel' },
        { source: 'rr-2018', subsystem: '', dataset: '/A/B/C' },
      ],
    });
  });

  it('reads conditions on a lumisection and on its run', () => {
    expect(parseMask('where(recordedLumi > 0.1 and run.era = 2018A or on(bpix_ready) & unknown(pileup))')).toEqual({
      kind: 'where',
      condition: {
        kind: 'or',
        of: [
          {
            kind: 'and',
            of: [
              { kind: 'compare', of: 'lumisection', field: 'recordedLumi', op: 'gt', value: 0.1 },
              { kind: 'compare', of: 'run', field: 'era', op: 'eq', value: '2018A' },
            ],
          },
          {
            kind: 'and',
            of: [
              { kind: 'flag', flag: 'bpix_ready', on: true },
              { kind: 'known', of: 'lumisection', field: 'pileup', known: false },
            ],
          },
        ],
      },
    });
    expect(parseMask('where(startedAt >= 2018-05-01T12:00:00Z)')).toMatchObject({
      condition: { value: new Date('2018-05-01T12:00:00Z') },
    });
  });

  it.each([
    ['', 1, 'expected a mask, not the end'],
    ['a &', 4, 'expected a mask'],
    ['a & | b', 5, 'expected a mask, not "|"'],
    ['(a & b', 7, 'expected )'],
    ['a b', 3, 'expected an operator'],
    ['a AND b', 3, 'small letters'],
    ['a -b', 3, 'minus stands between blanks'],
    ['a- b', 2, 'minus stands between blanks'],
    ['"a', 1, 'does not end'],
    ['god(a)', 1, 'there is no "god"()'],
    ['good()', 6, 'expected a source'],
    ['good(all())', 10, 'expected a source'],
    ['a & 315257:9-3', 12, 'the last lumisection is before the first'],
    ['315257:[1-3, x]', 14, 'no range'],
    ['315257:', 8, 'expected lumisections'],
    ['315258-315257', 1, 'the last run is before the first'],
    ['0:1', 1, 'not between 1'],
    ['7:0-4', 3, 'not between 1'],
    ['where(recordedLum > 1)', 7, 'there is no field "recordedLum"'],
    ['where(run.lumi > 1)', 7, 'run.recordedLumi'],
    ['where(recordedLumi 1)', 20, 'expected a comparison'],
    ['where(recordedLumi > high)', 22, 'takes a number'],
    ['where(startedAt > 2018-02-31T00:00:00Z)', 19, 'takes a time'],
    ['where(startedAt > 2018-02-29)', 19, 'takes a time'],
    ['where(number >= 99999999999)', 17, 'an integer from -2147483647 to 2147483647'],
    ['where(run.era < 2018A)', 15, 'takes = and !='],
    ['where(!(pileup > 3))', 7, 'conditions have no !'],
    ['where(on(pixel))', 10, 'there is no flag'],
    ['where(startedAt > yesterday)', 19, 'takes a time'],
    ['!a', 1, 'complement'],
    ['a | notEvaluated(b)', 1, 'complement'],
    ['a@0', 1, 'no number of a version'],
  ])('refuses %j and points at column %i', (text, column, problem) => {
    const error = refusal(() => parseMask(text, 'expression'));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toContain(`expression, column ${column}: `);
    expect(error.message).toContain(problem);
    expect(error.details).toEqual({ field: 'expression', column });
  });

  it('refuses what is too much', () => {
    const many = (count: number, term: (i: number) => string) =>
      Array.from({ length: count }, (_, i) => term(i)).join('|');
    expect(() => parseMask(many(MAX_MASK_TERMS, (i) => `s${i}`))).not.toThrow();
    expect(refusal(() => parseMask(many(MAX_MASK_TERMS + 1, (i) => `s${i}`)))).toBeInstanceOf(LimitExceededError);
    expect(() => parseMask(many(MAX_MASK_RANGES, (i) => `${i + 1}`))).not.toThrow();
    expect(refusal(() => parseMask(many(MAX_MASK_RANGES + 1, (i) => `${i + 1}`)))).toBeInstanceOf(LimitExceededError);
    expect(refusal(() => parseMask('1-268435455'))).toBeInstanceOf(LimitExceededError);
    expect(refusal(() => parseMask(`${'('.repeat(MAX_MASK_DEPTH + 1)}a`))).toBeInstanceOf(LimitExceededError);
    expect(refusal(() => parseMask('a'.repeat(10_001)))).toBeInstanceOf(LimitExceededError);
  });

  it('is read or refused, whatever it is', () => {
    const piece = fc.constantFrom(
      ...'()[],&|!-<>="@:.',
      ' ',
      'a',
      '1',
      '315257:1-3',
      'good',
      'where',
      'all',
      'not',
      'run.era',
      '\u0000',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        try {
          parseMask(pieces.join(''));
        } catch (error) {
          if (!(error instanceof InvalidInputError || error instanceof LimitExceededError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});

const DATA = new URL('../../../shared/data/', import.meta.url);
if (existsSync(DATA)) {
  describe('the golden and the DCS-only file of 2018', () => {
    it('are what CMS certified: golden lies inside of DCS, 23,979 lumisections are left', () => {
      const text = (name: string) => readFileSync(new URL(`json_${name}_2018.txt`, DATA), 'utf8');
      const [golden, dcs] = [maskFromGoldenJson(text('GOLDEN')), maskFromGoldenJson(text('DCSONLY'))];
      const terms: MaskTerms = {
        verdicts: () => ({ good: golden, bad: LuminosityMask.EMPTY }),
        named: ({ name }) => (name === 'golden-2018' ? golden : dcs),
        where: () => LuminosityMask.EMPTY,
      };
      const of = (expression: string) => evaluateMask(parseMask(expression), terms);
      const counts = (expression: string) => [of(expression).runCount, of(expression).lumisectionCount];
      expect(counts('golden-2018')).toEqual([478, 234_529]);
      expect(counts('dcs-2018')).toEqual([681, 258_508]);
      expect(counts('golden-2018 - dcs-2018')).toEqual([0, 0]);
      expect(of('dcs-2018 - golden-2018').lumisectionCount).toBe(23_979);
      expect(of('dcs-2018 & !golden-2018').equals(of('dcs-2018 - golden-2018'))).toBe(true);
      expect(JSON.parse(goldenJson(of('golden-2018 & dcs-2018')))).toEqual(JSON.parse(text('GOLDEN')));
    });
  });
} else console.log('the real golden JSON files are not beside this project: their test is left out');

const ls = (first: number, last: number) => LuminosityMask.fromRanges([{ run: 1, ranges: [{ first, last }] }]);

function refusal(parse: () => unknown): InvalidInputError | LimitExceededError {
  try {
    parse();
  } catch (error) {
    return error as InvalidInputError;
  }
  throw new Error('it was not refused');
}
