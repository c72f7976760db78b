import { isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { schema } from '../../src/schema/index.ts';
import { CHARGE } from '../schema/task-world.ts';
import { databases } from '../support/databases.ts';
import { MASKS, WALK } from './hidden-truth-walk.ts';
import { type Ask, createTask, done, openWorld, TEST, TRAINING, type World } from './hidden-truth-world.ts';
import { literal, placesOf, queriesOf, Word } from './schema-walk.ts';

/**
 * What a stranger is told must not depend on what is hidden from it: two databases that differ in nothing else give it the
 * same answers, to the last byte, whatever it asks.
 */

const [hidden] = TEST;
/** But conditions on hashes of tasks: one of the tasks has another, of the truth that it has shown. */
const QUERIES = queriesOf(WALK).filter((query) => !/[hH]ash: \{/.test(query));

const EXPORTS = [
  '/export/masks/golden.json',
  '/export/masks/listed.json',
  '/export/masks/bad(rr).json',
  `/export/histograms.csv?monitorElement=${CHARGE.path}&mask=${encodeURIComponent(`${hidden} & bad(rr)`)}`,
  `/export/histograms.ndjson?monitorElement=${CHARGE.path}&mask=derived`,
  `/export/trends.csv?monitorElement=${CHARGE.path}&quantity=MEAN_X&mask=golden`,
  `/export/trends.ndjson?monitorElement=${CHARGE.path}&quantity=MEAN_X&source=rr`,
  '/export/tasks/hidden/test.arrow',
  '/export/tasks/older/test.arrow',
];

/** Where nothing is told of a run, all of it is positive to the letter. */
const LACKING = { positive: '315257-315263 - golden', negative: 'golden' };

/** Queries that are asked in one document. */
const AT_ONCE = 20;
const together = (queries: readonly string[]) =>
  `{ ${queries.map((query, i) => `q${i}: ${query.trim().slice(1, -1)}`).join(' ')} }`;

/** What differs between the worlds, of what is asked. */
async function differing(worlds: readonly World[], asks: readonly Ask[], queries: readonly string[]) {
  const answersTo = (query: string) =>
    Promise.all(asks.map(async (ask, i) => (await ask(query)).replaceAll(worlds[i]?.olderHash as string, 'HASH')));
  /** Those that differ; what has an error may hide the answers beside it, and is asked alone. */
  const look = async (some: readonly string[]): Promise<string[]> => {
    const [one = '', ...others] = await answersTo(some.length === 1 ? (some[0] as string) : together(some));
    const isSame = others.every((answer) => answer === one);
    if (some.length === 1) return isSame ? [] : [[...some, one, ...others].join('\n')];
    const { errors = [] } = JSON.parse(one) as { errors?: { path?: string[] }[] };
    if (isSame && errors.length === 0) return [];
    const failed = new Set(errors.map(({ path }) => path?.[0]));
    const alone = some.filter((_, i) => !isSame || failed.has(undefined) || failed.has(`q${i}`));
    const rest = some.filter((query) => !alone.includes(query));
    const found = rest.length === 0 ? [] : await look(rest);
    for (const query of alone) found.push(...(await look([query])));
    return found;
  };
  const found: string[] = [];
  for (let from = 0; from < queries.length; from += AT_ONCE)
    found.push(...(await look(queries.slice(from, from + AT_ONCE))));
  return found;
}

test('the walk reaches every type that queries can', () => {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  const reached = new Set(placesOf(WALK).map(({ type }) => type.name));
  const missing = types.flatMap(({ name }) => (reached.has(name) || name.startsWith('__') ? [] : [name]));
  const ofOthers =
    /^(Mutation|Subscription|CertificationChange|DataFileProgress|ScoredLumisection|DeletedCounts|SharedCounts|\w+Payload)$/;
  expect(missing.filter((name) => !ofOthers.test(name))).toEqual([]);
});

describe.each(databases)('hidden truth on $name', (database) => {
  const worlds: World[] = [];
  const as = (who: 'root' | 'stranger' | 'anonymous') => worlds.map((world) => world[who]);

  beforeAll(async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-02T03:04:05Z') });
    const one = await openWorld(database, []);
    worlds.push(one);
    worlds.push(
      await openWorld(
        database,
        TEST.filter((run) => !one.shown.includes(run)),
      ),
    );
    expect(one.shown).toHaveLength(2);
    expect(worlds[1]?.shown).toEqual(one.shown);
  });
  afterAll(async () => {
    vi.useRealTimers();
    for (const { drop } of worlds) await drop();
  });

  test('changes no answer to a stranger, whatever of the schema it asks', async () => {
    expect(await differing(worlds, as('stranger'), QUERIES)).toEqual([]);
  });

  test.each([
    'verdict(',
    'combinedVerdict(',
    ' certifications ',
    'certificationFractions',
    'certificationMask(',
    'lumisectionMask(',
    'losses(',
    'lumisectionFacets ',
    'trend(',
    'histogramSum(',
    'referenceCandidates(',
    'masks ',
    'members(',
    'matrix(',
    'parts ',
    'leaderboard ',
    'compareStrategies(',
    'disagreements',
    'evaluation ',
    'where: { mask:',
  ])('would change answers to %s, if it were told', async (words) => {
    const queries = QUERIES.filter((query) => query.includes(words));
    let isTold = false;
    for (let i = 0; i < queries.length && !isTold; i++) {
      isTold = (await differing(worlds, as('root'), queries.slice(i, i + 1))).length > 0;
    }
    expect(isTold).toBe(true);
  });

  test('changes no export, mask or answer to whoever has no token', async () => {
    for (const path of EXPORTS) {
      const [one, two] = await Promise.all(
        worlds.map(async ({ get, olderHash }) => (await get(path)).replaceAll(olderHash, 'HASH')),
      );
      expect(two).toBe(one);
      expect(one).toMatch(/^\[200/);
    }
    const told = QUERIES.filter((query) => /verdict|members|evaluation|masks/.test(query)).filter(
      (_, i) => i % 5 === 0,
    );
    expect(await differing(worlds, as('anonymous'), told)).toEqual([]);
  });

  test('cannot be had by making something of it: tasks, masks, sources', async () => {
    const allow = ['ONE_CLASS_TRAIN', 'ONE_CLASS_VALIDATION', 'ONE_CLASS_TEST'].map((name) => new Word(name));
    const deeds: ((ask: Ask) => Promise<string>)[] = [
      (ask) => createTask(ask, { name: 'copy', allow }),
      (ask) => createTask(ask, { name: 'lacking', truth: LACKING, allow }),
      (ask) => createTask(ask, { name: 'turned', testing: { runs: [TRAINING] }, training: { runs: [...TEST] }, allow }),
      ...MASKS.map(
        (expression, i) => (ask: Ask) =>
          ask(`mutation { saveMask(input: { name: "mine-${i}", expression: ${literal(expression)} }) {
          created mask { expression mask { json lumisectionCount } } } }`),
      ),
      (ask) => ask('{ lumisectionMask(expression: "mine-0 | mine-1 | mine-3 | mine-4") { json } }'),
      // the one guess is right in one world, and the other one in the other
      ...[
        [
          { first: 1, last: 4, flag: new Word('GOOD') },
          { first: 5, last: 6, flag: new Word('BAD') },
        ],
        [
          { first: 1, last: 3, flag: new Word('BAD') },
          { first: 4, last: 6, flag: new Word('GOOD') },
        ],
      ].map(
        (ranges) => (ask: Ask) =>
          ask(`mutation { upsertCertifications(input: { source: "rr", certifications: [{ subsystem: "pixel", runs: ${literal(TEST.map((run) => ({ run, ranges })))} }] }) {
          report { inserted identical conflicting replaced rejected issues { reason } } dataFile { path sha256 } } }`),
      ),
      // a source that says nothing of a run at all does not show either
      ...['KEEP', 'REPLACE', 'FAIL'].map((onConflict, i) => {
        const golden = literal(JSON.stringify(Object.fromEntries(TEST.map((run) => [run, [[1, 2 + i]]]))));
        const fractions = literal(TEST.map((run) => ({ run, subsystem: 'pixel', fraction: 0.25 + i / 8 })));
        return async (ask: Ask) => {
          const answers = [];
          for (const [source, rows] of [
            ['golden', `certifications: [{ golden: ${golden} }]`],
            ['rr', `fractions: ${fractions}`],
          ]) {
            const written =
              await ask(`mutation { upsertCertifications(input: { source: "${source}", onConflict: ${onConflict}, ${rows} }) {
              report { inserted identical conflicting replaced rejected issues { code reason } } dataFile { id path sha256 } } }`);
            const { id } = JSON.parse(written).data?.upsertCertifications.dataFile ?? {};
            answers.push(
              written,
              await ask(`mutation { deleteDataFile(input: { id: "${id}" }) {
              gone { certificationVersions certificationRanges fractions runs } stays { certificationVersions fractions } } }`),
            );
          }
          return answers.join();
        };
      }),
      (ask) => ask('{ certificationVersions { nodes { source version createdAt } } }'),
    ];
    for (const deed of deeds) {
      const [one, two] = await Promise.all(as('stranger').map(deed));
      expect(two).toBe(one);
    }
  });

  test('is not in a task that somebody else freezes for a stranger', async () => {
    const name = 'frozen-for-me';
    const drafts = await Promise.all(
      worlds.map(async ({ stranger, root }) => {
        await done(createTask(stranger, { name, testing: { runs: [315263] }, truth: LACKING }));
        const input = literal({ task: name, training: { runs: [TRAINING, ...TEST] } });
        const changed = await root(`mutation { updateTask(input: ${input}) { task { name } } }`);
        const frozen = await root(`mutation { freezeTask(input: { task: "${name}" }) { frozen task { hash } } }`);
        const members = await stranger(`{ task(name: "${name}") { members(part: TRAIN) { runs truth } hash } }`);
        return [changed, frozen, members].join('\n');
      }),
    );
    expect(drafts[1]).toBe(drafts[0]);
    expect(drafts[0]).toContain('"members":{"runs":[315257,315257,315257,315257,315257,315257],');
  });

  test('is said to be withheld, and by which task, wherever a part of an answer is', async () => {
    const [, stranger] = as('stranger') as [Ask, Ask];
    const { data, extensions } = JSON.parse(
      await stranger(`{ lumisection(run: ${hidden}, number: 2) { verdict(source: "rr") } }`),
    );
    expect(data).toEqual({ lumisection: { verdict: 'NOT_EVALUATED' } });
    expect(extensions.warnings).toMatchObject([
      { code: 'TRUTH_HIDDEN', message: expect.stringContaining('test runs of hidden') },
    ]);
    expect(JSON.parse(await stranger('{ runs { totalCount } }')).extensions).toBeUndefined();
  });

  test('is open to everybody once it is revealed, and not before its author says so', async () => {
    const [world] = worlds as [World];
    const reveal =
      'mutation { revealTask(input: { task: "hidden" }) { task { isTruthHidden revealedAt boardScope } } }';
    expect(JSON.parse(await world.stranger(reveal)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const verdict = `{ lumisection(run: ${hidden}, number: 5) { verdict(source: "golden") combinedVerdict(sources: [{ source: "golden" }]) }
      task(name: "hidden") { parts { positives } members(part: TEST) { truth } boardScope } }`;
    const closed = await done(world.anonymous(verdict));
    expect(closed.task).toMatchObject({ members: { truth: null }, boardScope: 'PUBLIC' });
    expect((await done(world.root(reveal))).revealTask.task).toMatchObject({ isTruthHidden: true, boardScope: 'TEST' });
    const open = await done(world.anonymous(verdict));
    expect(open.task.parts.map(({ positives }: { positives: number }) => positives)).toEqual([2, 2, 8]);
    expect(open.task.members.truth).toHaveLength(24);
  });
});
