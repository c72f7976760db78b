import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exactSum } from '../../src/domain/exact-sum.ts';
import type { Scope } from '../../src/domain/viewer.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';
import { type Booking, lumisectionBatch } from './batch.ts';
import { certify, ingest } from './world.ts';

const PROMPT = '/ZeroBias/Run2018A-PromptReco-v1/DQMIO';
const UL = '/ZeroBias/Run2018A-UL2018-v1/DQMIO';
const OTHER = '/JetHT/Run2018A-PromptReco-v1/DQMIO';
const ELEMENT: Booking = { path: 'Demo/x', title: '', axes: [{ bins: 1, min: 0, max: 1, title: '' }] };

const CHOOSE = `mutation ($input: ChooseReferenceInput!) { chooseReference(input: $input) {
  created choice { id version dataset referenceRun referenceDataset comment author run { number } } } }`;
const RANK = `candidates { rank score run { number } dataset { name } reasons { reason value closeness weight part } }
  considered hasMore`;

describe.each(databases)('references on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  let root: Ask;
  let reader: Ask;
  const ranking = async (given: string, fields = RANK) => {
    const { data, errors } = await root(`{ ranking: referenceCandidates(${given}) { ${fields} } }`);
    expect(errors).toBeUndefined();
    return data.ranking;
  };
  const refusal = async (given: string) => {
    const { errors } = await root(`{ referenceCandidates(${given}) { considered } }`);
    return `${errors?.[0]?.extensions.code}: ${errors?.[0]?.message}`;
  };
  const choose = (input: object) => root(CHOOSE, { input });

  beforeAll(async () => {
    opened = await createTestStore(database);
    const { store } = opened;
    root = asker(store);
    const token = async (scopes: Scope[]) =>
      (await store.tokens.create({ name: 'reader', scopes, expiresAt: new Date(Date.now() + 60_000) }, 'test')).secret;
    reader = asker(store, {}, await token(['read']));
    const day = (number: number) => new Date(Date.UTC(2018, 4, number));
    await ingest(store, { path: 'oms.csv', format: 'test' }, [
      {
        kind: 'runs',
        runs: [10, 11, 12, 13, 14].map((number) => ({
          number,
          era: '2018A',
          startedAt: day(number),
          magneticField: 3.8,
        })),
      },
      {
        kind: 'lumisections',
        lumisections: [10, 11, 12, 14].flatMap((run) =>
          [1, 2, 3].map((number) => ({ run, number, recordedLumi: 0.1 * number, pileup: run === 12 ? 60 : 40 })),
        ),
      },
    ]);
    const row = (run: number, dataset: string) => ({
      ...{ run, lumisection: 1, dataset, element: ELEMENT },
      contents: Float64Array.of(0, 1, 0),
    });
    await ingest(store, { path: 'a.csv', format: 'test' }, [
      lumisectionBatch([
        row(10, PROMPT),
        row(11, PROMPT),
        row(11, UL),
        row(12, PROMPT),
        row(13, PROMPT),
        row(14, OTHER),
      ]),
    ]);
    const good = (run: number, last: number) => ({
      run,
      line: 1,
      ranges: [{ first: 1, last, flag: 'GOOD' as const }],
    });
    await certify(store, 'golden', '', [good(11, 3), good(12, 1)]);
  });
  afterAll(async () => {
    try {
      expect(await opened.store.verify()).toEqual([]);
    } finally {
      await opened.drop();
    }
  });

  it('are ranked with every reason, its value and its part', async () => {
    const { candidates, considered, hasMore } = await ranking(`run: 10, dataset: "${PROMPT}", source: "golden"`);
    expect({ considered, hasMore }).toEqual({ considered: 4, hasMore: false });
    const placed = candidates.map(({ rank, run, dataset }: never) => [
      rank,
      (run as { number: number }).number,
      (dataset as { name: string }).name,
    ]);
    expect(placed).toEqual([
      [1, 11, PROMPT],
      [2, 11, UL],
      [3, 12, PROMPT],
      [4, 13, PROMPT],
    ]);
    const [first, , third] = candidates;
    const part = (weight: number, closeness: number) => ({ weight, closeness, part: (weight * closeness) / 13 });
    const lumi = exactSum([0.1, 0.2, 0.1 * 3]);
    expect(first.reasons).toEqual([
      { reason: 'GOOD_FRACTION', value: 1, ...part(3, 1) },
      { reason: 'LUMINOSITY', value: lumi, ...part(2, 1) },
      { reason: 'PILEUP', value: 0, ...part(2, 1) },
      { reason: 'TIME', value: 1, ...part(2, 1 / 1.01) },
      { reason: 'LUMISECTIONS', value: 3, ...part(1, 3 / 600) },
      { reason: 'SAME_ERA', value: 1, ...part(1, 1) },
      { reason: 'SAME_FIELD', value: 1, ...part(1, 1) },
      { reason: 'SAME_PROCESSING', value: 1, ...part(1, 1) },
    ]);
    expect(first.score).toBe(first.reasons.reduce((sum: number, reason: { part: number }) => sum + reason.part, 0));
    expect(third.reasons.slice(0, 3).map(({ value }: { value: number }) => value)).toEqual([1 / 3, lumi, 20]);
  });

  it('are those of other datasets, runs and weights where that is asked', async () => {
    const numbers = async (given: string) =>
      (
        await ranking(`run: 10, dataset: "${PROMPT}", ${given}`, 'candidates { run { number } dataset { name } }')
      ).candidates.map(({ run, dataset }: { run: { number: number }; dataset: { name: string } }) => [
        run.number,
        dataset.name,
      ]);
    expect(await numbers(`datasets: ["${UL}", "${OTHER}"]`)).toEqual([
      [14, OTHER],
      [11, UL],
    ]);
    expect(await numbers('where: { number: { gt: 11 } }')).toEqual([
      [12, PROMPT],
      [13, PROMPT],
    ]);
    const weights = [
      'GOOD_FRACTION',
      'LUMINOSITY',
      'PILEUP',
      'LUMISECTIONS',
      'SAME_ERA',
      'SAME_FIELD',
      'SAME_PROCESSING',
    ];
    const time = weights.map((reason) => `{ reason: ${reason}, weight: 0 }`).join(', ');
    const { candidates } = await ranking(
      `run: 12, dataset: "${PROMPT}", weights: [${time}]`,
      'candidates(first: 1) { run { number } score reasons { reason closeness weight part } }',
    );
    expect(candidates).toHaveLength(1);
    expect(candidates[0]).toMatchObject({ run: { number: 11 }, score: 1 / 1.01 });
    // without a source nobody is good or not
    const [counted] = (await ranking(`run: 10, dataset: "${PROMPT}"`)).candidates;
    expect(counted.reasons[0]).toEqual({ reason: 'GOOD_FRACTION', value: null, closeness: null, weight: 0, part: 0 });
  });

  it('are refused for what is not stored, and for weights that are none', async () => {
    expect(await refusal(`run: 99, dataset: "${PROMPT}"`)).toContain("NOT_FOUND: run: '99' is not stored");
    expect(await refusal('run: 10, dataset: "/X"')).toContain("NOT_FOUND: dataset: '/X' is not stored");
    expect(await refusal(`run: 10, dataset: "${PROMPT}", datasets: ["/X"]`)).toContain('NOT_FOUND: datasets');
    expect(await refusal(`run: 10, dataset: "${PROMPT}", source: "nobody"`)).toContain('NOT_FOUND');
    expect(await refusal(`run: 10, dataset: "${PROMPT}", subsystem: "pixel"`)).toContain('BAD_USER_INPUT: subsystem');
    expect(await refusal(`run: 10, dataset: "${PROMPT}", weights: [{ reason: TIME, weight: -1 }]`)).toBe(
      'BAD_USER_INPUT: weights.0.weight: -1 is not between 0 and 1000',
    );
  });

  it('are chosen with author and comment; earlier choices stay', async () => {
    const input = { run: 10, dataset: PROMPT, reference: { run: 11, dataset: PROMPT }, comment: 'the nearest' };
    const first = await choose(input);
    expect(first.errors).toBeUndefined();
    const { choice, created } = first.data.chooseReference;
    expect({ created, choice: { ...choice, id: undefined, author: undefined } }).toEqual({
      created: true,
      choice: {
        ...{ version: 1, dataset: PROMPT, referenceRun: 11, referenceDataset: PROMPT, comment: 'the nearest' },
        run: { number: 10 },
      },
    });
    expect(choice.author).not.toBe('');
    expect((await choose(input)).data.chooseReference).toEqual({ created: false, choice });
    expect(
      (await choose({ ...input, reference: { run: 12, dataset: PROMPT }, comment: null })).data.chooseReference,
    ).toMatchObject({
      created: true,
      choice: { version: 2, referenceRun: 12, comment: null },
    });
    expect((await choose(input)).data.chooseReference).toMatchObject({ created: true, choice: { version: 3 } });
    const { data } = await root(`{
      run(number: 10) { references(orderBy: { field: VERSION, direction: DESC }) { totalCount nodes { version referenceRun } }
        newest: references(where: { current: { eq: true } }) { nodes { version } } }
      referenceChoices(where: { referenceRun: { eq: 12 }, run: { era: { eq: "2018A" } } }) { nodes { version author createdAt } }
      referenceCandidates(run: 10, dataset: "${PROMPT}") { chosen { version } }
      none: referenceCandidates(run: 11, dataset: "${PROMPT}") { chosen { version } }
      node(id: ${JSON.stringify(choice.id)}) { ... on ReferenceChoice { version comment } } }`);
    expect(data).toMatchObject({
      run: {
        references: { totalCount: 3, nodes: [{ version: 3 }, { version: 2, referenceRun: 12 }, { version: 1 }] },
        newest: { nodes: [{ version: 3 }] },
      },
      referenceChoices: { nodes: [{ version: 2 }] },
      referenceCandidates: { chosen: { version: 3 } },
      none: { chosen: null },
      node: { version: 1, comment: 'the nearest' },
    });
  });

  it('are not chosen by readers, of nothing, or for themselves', async () => {
    const input = { run: 11, dataset: UL, reference: { run: 11, dataset: PROMPT } };
    expect((await reader(CHOOSE, { input })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    const code = async (change: object) => {
      const { errors } = await choose({ ...input, ...change });
      return `${errors?.[0]?.extensions.code} ${errors?.[0]?.extensions.field}`;
    };
    expect(await code({ run: 99 })).toBe('NOT_FOUND run');
    expect(await code({ dataset: OTHER })).toBe('NOT_FOUND run');
    expect(await code({ reference: { run: 14, dataset: PROMPT } })).toBe('NOT_FOUND reference');
    expect(await code({ reference: { run: 11, dataset: UL } })).toBe('BAD_USER_INPUT reference');
    expect(await code({ comment: 'x'.repeat(2_001) })).toBe('BAD_USER_INPUT comment');
    expect(await code({ dataset: 'a\u0000' })).toBe('NOT_FOUND run');
    // another dataset of the same run is one
    expect((await choose(input)).data.chooseReference.created).toBe(true);
  });

  it('go with their run', async () => {
    expect(
      (await choose({ run: 13, dataset: PROMPT, reference: { run: 12, dataset: PROMPT } })).errors,
    ).toBeUndefined();
    const { errors } = await root(
      'mutation { deleteRun(input: { number: 13, dryRun: false }) { clientMutationId: __typename } }',
    );
    expect(errors).toBeUndefined();
    const { data } = await root('{ referenceChoices { nodes { run { number } } } }');
    expect(data.referenceChoices.nodes.map(({ run }: { run: { number: number } }) => run.number)).not.toContain(13);
  });
});
