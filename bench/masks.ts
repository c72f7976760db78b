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
import type { RecordBatch } from '../src/domain/record.ts';
import { openStore } from '../src/store/open-store.ts';
import type { Store } from '../src/store/store.ts';
import { type DatabaseKind, settle, startDatabases } from './support/databases.ts';
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
for (const kind of ['sqlite', 'postgresql'] as const) await stored(kind);
report.end(true);

/** The same from a database that has both as sources, and all their lumisections with luminosity. */
async function stored(kind: DatabaseKind): Promise<void> {
  const server = await startDatabases(kind);
  const url = await server.create();
  const store = await openStore(url);
  try {
    for (const [source, mask] of [
      ['golden', masks.golden],
      ['dcs', masks.dcs],
    ] as const) {
      const runs = [...mask].map(({ run, ranges }) => ({
        run,
        line: 1,
        ranges: ranges.map((range) => ({ ...range, flag: 'GOOD' as const })),
      }));
      await write(store, source, [{ kind: 'certification', dataset: '', subsystem: '', runs }]);
    }
    const lumisections = [...masks.dcs].flatMap(({ run, ranges }) =>
      ranges.flatMap(({ first, last }) =>
        Array.from({ length: last - first + 1 }, (_, i) => ({
          run,
          number: first + i,
          recordedLumi: (first + i) / 1000,
        })),
      ),
    );
    const batches = Array.from({ length: Math.ceil(lumisections.length / 5_000) }, (_, i) => ({
      kind: 'lumisections' as const,
      lumisections: lumisections.slice(i * 5_000, (i + 1) * 5_000),
    }));
    await write(store, '', batches);
    await settle(url);
    report.line(`\n${kind}: ${lumisections.length} lumisections stored`);
    const read = (text: string) => async () => store.masks.read(parseMask(text));
    const where = (mask: string) => ({ kind: 'mask' as const, mask });
    await measured('golden & dcs, from the database', read('golden & dcs'));
    await measured('dcs - golden & where(recordedLumi > 0.1)', read('dcs - golden & where(recordedLumi > 0.1)'));
    const { mask } = await store.masks.read(parseMask('golden & dcs'));
    await measured('luminosity of golden & dcs', () => store.masks.luminosity(mask));
    await measured('losses by two rules', () =>
      store.masks.losses(parseMask('dcs'), [
        { expression: parseMask('golden'), loses: false },
        { expression: parseMask('where(recordedLumi > 0.3)'), loses: true },
      ]),
    );
    await measured('count of all lumisections in dcs - golden', () =>
      store.lists.count('lumisection', where('dcs - golden')),
    );
    await measured('1,000 lumisections in dcs - golden', () =>
      store.lists.page('lumisection', { first: 1_000, orderBy: [], where: where('dcs - golden') }),
    );
    await measured('all runs in dcs - golden', () =>
      store.lists.page('run', { first: 1_000, orderBy: [], where: where('dcs - golden') }),
    );
  } finally {
    await store.close();
    await server.drop(url);
    await server.stop();
  }
}

async function write(store: Store, source: string, batches: readonly RecordBatch[]): Promise<void> {
  const identity = { sha256: `${source}-bench`, dataset: '', source, format: 'bench', meMap: '' };
  const { file } = await store.ledger.begin(identity, { path: `${source}.bench`, size: 1 }, { force: false });
  for (const [i, batch] of batches.entries()) {
    await store.ledger.write(file.id, batch, [], { byte: i + 1, line: i + 1 }, { onConflict: 'keep', source });
  }
  await store.ledger.finish(file.id, { status: 'DONE' });
}

/** Beside a machine at work these are no limits, only figures. */
async function measured(name: string, work: () => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  await work();
  for (let round = 0; round < 9; round++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  report.line(`      ${name.padEnd(48)} ${median(times).toFixed(1).padStart(8)} ms  ${spread(times)}`);
}

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
