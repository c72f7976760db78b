import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';
import { type Booking, lumisectionBatch } from './batch.ts';
import { ingest } from './world.ts';

const DATASET = '/ZeroBias/Run2018A-UL2018-v1/DQMIO';
const COUNTS: Booking = { path: 'Odd/counts', title: '', axes: [{ bins: 2, min: 0, max: 2, title: '' }] };
const HUGE: Booking = { ...COUNTS, path: 'Odd/huge' };
const SIGNED: Booking = { ...COUNTS, path: 'Odd/signed' };
const [RUN, LUMINOUS] = [700_010, 700_030];
/** What databases may hold of a time at which it was not refused. */
const BEHIND = [300_000_000, 2_147_483_647];

describe.each(databases)('odd numbers in $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  let ask: Ask;
  const answer = async (query: string) => {
    const { data, errors } = await ask(query);
    expect(errors).toBeUndefined();
    return data;
  };

  beforeAll(async () => {
    opened = await createTestStore(database);
    ask = asker(opened.store);
    const row = (run: number, lumisection: number, element: Booking, ...contents: number[]) => ({
      ...{ run, lumisection, dataset: DATASET, element },
      contents: Float64Array.from([0, ...contents, 0]),
    });
    await ingest(opened.store, { path: 'odd.csv', format: 'test', dataset: DATASET }, [
      lumisectionBatch([
        ...[1, 2, 4_194_304, 5_000_000, ...BEHIND].map((ls) => row(RUN, ls, COUNTS, 1, 2)),
        ...[1, 2].map((ls) => row(LUMINOUS, ls, HUGE, 1.2e308, 0)),
        row(LUMINOUS, 1, SIGNED, -5, 5),
      ]),
    ]);
    await answer(
      `mutation { upsertLumisections(input: { onConflict: REPLACE, lumisections: [
        { run: ${LUMINOUS}, number: 1, recordedLumi: 1.7e308, deliveredLumi: 1.7e308, pileup: 1.7e308 }
        { run: ${LUMINOUS}, number: 2, recordedLumi: 1.7e308, deliveredLumi: 1.7e308, pileup: 1.7e308 } ] }) { report { inserted replaced } } }`,
    );
  });
  afterAll(() => opened.drop());

  test('of lumisections behind the last one that can be are in no mask, and keep nobody from one', async () => {
    const json = `{"${RUN}": [[1, 2], [4194304, 4194304], [5000000, 5000000]]}`;
    const where = `where(number >= 1) & ${RUN}`;
    const { mask, losses, sum, coverage } = await answer(`{
      mask: lumisectionMask(expression: "${where}") { json lumisectionCount }
      losses(universe: "${where}", rules: [{ name: "first", loses: "${RUN}:1" }]) { kept { lumisectionCount } lost { lumisectionCount } }
      sum: histogramSum(monitorElement: "${COUNTS.path}", dataset: "${DATASET}", where: { mask: "${where}" }) { bins lumisections { run first last } missingCount }
      coverage(run: ${RUN}, dataset: "${DATASET}", mask: "${where}") { expected present }
    }`);
    expect(mask).toEqual({ json, lumisectionCount: 4 });
    expect(losses).toEqual({ kept: { lumisectionCount: 3 }, lost: { lumisectionCount: 1 } });
    expect(sum).toMatchObject({ bins: [4, 8], missingCount: 0 });
    expect(coverage).toEqual([{ expected: 4, present: 4 }]);
    const saved = await answer(
      `mutation { saveMask(input: { name: "odd", expression: "${where}" }) { mask { mask { json } } } }`,
    );
    expect(saved.saveMask.mask.mask.json).toBe(json);
    const whole = await answer(`{ mask: lumisectionMask(expression: "${RUN}") { json lumisectionCount openRuns }
      coverage(run: ${RUN}, dataset: "${DATASET}") { expected missing { first } }
      sum: histogramSum(monitorElement: "${COUNTS.path}", dataset: "${DATASET}") { missingCount lumisections { last } }
      trend(monitorElement: "${COUNTS.path}", quantity: ENTRIES) { gaps { run } points { value } } }`);
    expect(whole.mask).toEqual({
      json: `{"${RUN}": [[1, 268435455]]}`,
      lumisectionCount: null,
      openRuns: [RUN],
    });
    expect(whole.coverage).toEqual([{ expected: 4, missing: [] }]);
    expect(whole.trend.points).toHaveLength(6);
  });

  test('of lumisections are their own in a matrix with gaps', async () => {
    const { matrix } = await answer(
      `{ matrix: histogramMatrix(monitorElement: "${COUNTS.path}", gaps: true) { runs lumisections valid } }`,
    );
    const lumisections = [1, 2, 4_194_304, 5_000_000, ...BEHIND];
    expect(matrix).toEqual({ runs: lumisections.map(() => RUN), lumisections, valid: lumisections.map(() => true) });
  });

  test('of lumisections are refused by every mutation that takes them, with the field and the number', async () => {
    const at = `run: ${RUN}, dataset: "${DATASET}", monitorElement: "Odd/x"`;
    const report = '{ report { rejected issues { code field value reason } } }';
    const refused = await answer(`mutation {
      lumisections: upsertLumisections(input: { lumisections: [{ run: 1, number: 268435455 }] }) ${report}
      runs: upsertRuns(input: { runs: [{ number: 1, lumisectionCount: 268435455 }] }) ${report}
      histograms: upsertLumisectionHistograms(input: { histograms: [{ ${at}, lumisection: 268435455, axes: [{ bins: 1, min: 0, max: 1 }], bins: [1] }] }) ${report}
      scalars: upsertScalarValues(input: { scalarValues: [{ ${at}, lumisection: 268435455, type: INT, value: "1" }] }) ${report}
      tests: upsertQualityTests(input: { qualityTests: [{ ${at}, lumisection: 268435455, name: "t", statusCode: 1 }] }) ${report}
    }`);
    const issue = { code: 'OUT_OF_RANGE', value: '268435455', reason: 'larger than 268435454' };
    const fields = Object.entries(refused).map(([name, payload]) => {
      const { rejected, issues } = (payload as { report: { rejected: number; issues: { field: string }[] } }).report;
      expect({ rejected, issues }).toMatchObject({ rejected: 1, issues: [issue] });
      return [name, issues[0]?.field];
    });
    expect(Object.fromEntries(fields)).toEqual({
      lumisections: 'number',
      runs: 'lumisectionCount',
      histograms: 'lumisection',
      scalars: 'lumisection',
      tests: 'lumisection',
    });
  });

  test('of luminosity that add up to more than a number can say are null', async () => {
    const { mask, losses } = await answer(`{
      mask: lumisectionMask(expression: "${LUMINOUS}") { recordedLumi deliveredLumi recordedLumiCount }
      losses(universe: "${LUMINOUS}", rules: [{ name: "first", loses: "${LUMINOUS}:1" }]) { universe { recordedLumi deliveredLumi } lost { recordedLumi } }
    }`);
    expect(mask).toEqual({ recordedLumi: null, deliveredLumi: null, recordedLumiCount: 2 });
    expect(losses).toEqual({
      universe: { recordedLumi: null, deliveredLumi: null },
      lost: { recordedLumi: 1.7e308 },
    });
    const { ranking } = await answer(`{ ranking: referenceCandidates(run: ${RUN}, dataset: "${DATASET}") {
      candidates { score reasons { reason value } } } }`);
    const values = ranking.candidates[0].reasons.map(({ reason, value }: { reason: string; value: unknown }) => [
      reason,
      value,
    ]);
    expect(Object.fromEntries(values)).toMatchObject({ LUMINOSITY: null, PILEUP: null });
  });

  test('of contents make a band without ends, where these are no numbers', async () => {
    const { trend } = await answer(`{ trend(monitorElement: "${HUGE.path}", quantity: INTEGRAL) { points { value }
      spread: band(where: {}, kind: MEAN_RMS) { center low high count }
      quantiles: band(where: {}, kind: QUANTILES) { center low high } } }`);
    expect(trend).toEqual({
      points: [{ value: 1.2e308 }, { value: 1.2e308 }],
      spread: { center: null, low: null, high: null, count: 2 },
      quantiles: { center: 1.2e308, low: 1.2e308, high: 1.2e308 },
    });
  });

  test('of contents that sum to 0 are called empty by the coverage, whatever they are', async () => {
    const { coverage } = await answer(
      `{ coverage(run: ${LUMINOUS}, dataset: "${DATASET}") { monitorElement { path } present empty } }`,
    );
    expect(coverage).toContainEqual({ monitorElement: { path: SIGNED.path }, present: 1, empty: 1 });
  });
});
