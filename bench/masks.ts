/**
 * How long mask algebra takes on the certification of a whole year: `npm run bench:masks`. See docs/performance.md.
 * Takes the golden and DCS-only JSON of 2018 from ../shared/data, and otherwise makes two of the same size.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { goldenJson, maskFromGoldenJson } from '../src/domain/golden-json.ts';
import { LuminosityMask } from '../src/domain/lumi-mask.ts';
import { evaluateMask, type MaskTerms } from '../src/domain/mask-expression.ts';
import { parseMask } from '../src/domain/mask-expression-parser.ts';
import { generator } from './support/random.ts';
import { median, Report, spread } from './support/report.ts';

const ROUNDS = 50;
const AT_MOST_MS = 20;
const DATA = join(import.meta.dirname, '../../shared/data');

const report = new Report('masks', 'Masks: algebra on the golden and the DCS-only JSON of a year');
const isReal = existsSync(join(DATA, 'json_GOLDEN_2018.txt'));
const [golden, dcs] = isReal
  ? (['GOLDEN', 'DCSONLY'] as const).map((name) => readFileSync(join(DATA, `json_${name}_2018.txt`), 'utf8'))
  : [made(478), made(681)].map(goldenJson);
const masks = { golden: maskFromGoldenJson(golden as string), dcs: maskFromGoldenJson(dcs as string) };
report.line(
  `golden ${size(masks.golden)}, DCS ${size(masks.dcs)}${isReal ? '' : ' (made: the real files are not there)'}; ${ROUNDS} rounds, medians.\n`,
);

const terms: MaskTerms = {
  verdicts: () => ({ good: masks.golden, bad: LuminosityMask.EMPTY }),
  named: ({ name }) => (name === 'golden' ? masks.golden : masks.dcs),
  where: () => masks.dcs,
};
const evaluated = (text: string) => () => evaluateMask(parseMask(text), terms);
timed('golden & dcs', evaluated('golden & dcs'));
timed('dcs - golden', evaluated('dcs - golden'));
timed('golden | dcs', evaluated('golden | dcs'));
timed('dcs & !golden & notEvaluated(x)', evaluated('dcs & !golden & notEvaluated(x)'));
timed('golden & dcs as golden JSON', () => goldenJson(evaluated('golden & dcs')()));
timed('reading golden JSON, and golden & dcs', () => maskFromGoldenJson(golden as string).intersection(masks.dcs));
report.end(true);

function timed(name: string, work: () => unknown): void {
  const times: number[] = [];
  work();
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    work();
    times.push(performance.now() - start);
  }
  report.verdict(`${name}, ms`, median(times), { atMost: AT_MOST_MS }, spread(times));
}

function size(mask: LuminosityMask): string {
  return `${mask.runCount} runs, ${mask.lumisectionCount} LS`;
}

function made(runs: number): LuminosityMask {
  const next = generator(1);
  return LuminosityMask.fromRanges(
    Array.from({ length: runs }, (_, i) => ({
      run: 315_000 + i,
      ranges: Array.from({ length: 4 }, (_, part) => ({
        first: part * 200 + 1,
        last: part * 200 + 1 + Math.floor(next() * 190),
      })),
    })),
  );
}
