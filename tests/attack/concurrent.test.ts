import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Answer, Attacker, type Data } from './mutations-attacker.ts';

const CLIENTS = 8;
const RUNS = Number(process.env.ATTACK_CONCURRENT_RUNS ?? 3);
const SEED = Number(process.env.ATTACK_SEED ?? 4);

/** Each makes another order of 24 things. */
const STRIDES = [1, 5, 7, 11, 13, 17, 19, 23];

const DATASET = '/ZeroBias/Run2018A-UL2018-v1/DQMIO';
const COUNTS = 'report { inserted identical conflicting replaced added rejected }';
const UPSERT = `mutation ($input: UpsertLumisectionHistogramsInput!) {
  upsertLumisectionHistograms(input: $input) { dataFile { id } ${COUNTS} } }`;
const DELETE_FILE = `mutation ($id: ID!) { deleteDataFile(input: { id: $id }) {
  gone { lumisectionHistograms } stays { lumisectionHistograms } } }`;
const DELETE_RUN = 'mutation ($run: Int!) { deleteRun(input: { number: $run, dryRun: false }) { gone { runs } } }';

const histogram = (run: number, value: number, more: object = {}) => ({
  ...{ run, lumisection: 1, dataset: DATASET, monitorElement: 'Attack/one' },
  ...{ axes: [{ bins: 2, min: 0, max: 2 }], bins: [value, 1], ...more },
});

/** What a client does to the one key, and what the server says became of it. */
type Act =
  | { readonly kind: 'upsert'; readonly policy: 'KEEP' | 'REPLACE'; readonly value: number }
  | { readonly kind: 'deleteFile' }
  | { readonly kind: 'deleteRun' };

const anAct: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('upsert' as const),
      policy: fc.constantFrom('KEEP' as const, 'REPLACE' as const),
      value: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'deleteFile' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'deleteRun' as const }) },
);

/** The key, one act after the other: what is stored, and who has it (0: the file that was there first). */
interface State {
  readonly value: number | null;
  readonly holders: readonly number[];
}

function step({ value, holders }: State, act: Act, client: number): readonly [State, outcome: string] {
  const nothing: State = { value: null, holders: [] };
  if (act.kind === 'deleteRun') return value === null ? [nothing, 'NOT_FOUND'] : [nothing, 'deleted'];
  if (act.kind === 'deleteFile') {
    if (!holders.includes(0)) return [{ value, holders }, 'nothing'];
    const others = holders.filter((holder) => holder !== 0);
    return others.length === 0 ? [nothing, 'gone'] : [{ value, holders: others }, 'stays'];
  }
  const own: State = { value: act.value, holders: [client] };
  if (value === null) return [own, 'inserted'];
  if (value === act.value) return [{ value, holders: [...holders, client].sort() }, 'identical'];
  return act.policy === 'KEEP' ? [{ value, holders }, 'conflicting'] : [own, 'replaced'];
}

/** Whether some order of the acts gives these outcomes and this end. */
function isSerial(acts: readonly Act[], outcomes: readonly string[], first: State, end: number | null): boolean {
  const tried = new Set<string>();
  const goOn = (state: State, done: number): boolean => {
    if (done === 2 ** acts.length - 1) return state.value === end;
    const here = JSON.stringify([done, state]);
    if (tried.has(here)) return false;
    tried.add(here);
    return acts.some((act, i) => {
      if (done & (1 << i)) return false;
      const [next, outcome] = step(state, act, i + 1);
      return outcome === outcomes[i] && goOn(next, done | (1 << i));
    });
  };
  return goOn(first, 0);
}

describe.each(databases)('eight clients at once on $name', (database) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  let other: Store;
  let servers: Attacker[];
  const clients: { headers: Record<string, string>; server: Attacker }[] = [];
  let run = 0;

  beforeAll(async () => {
    opened = await createTestStore(database);
    // two servers on one database, as they do not know of each other's writes
    other = await openStore(opened.url);
    servers = [opened.store, other].map((store) => new Attacker(store, {}));
    for (let i = 0; i < CLIENTS; i++) {
      const expiresAt = new Date(Date.now() + 3_600_000);
      const { secret } = await opened.store.tokens.create(
        { name: `client-${i}`, scopes: ['admin'], expiresAt },
        'test',
      );
      clients.push({ headers: { authorization: `Bearer ${secret}` }, server: servers[i % 2] as Attacker });
    }
  });
  afterAll(async () => {
    try {
      expect(servers.flatMap(({ findings }) => findings)).toEqual([]);
      expect(await opened.store.verify()).toEqual([]);
    } finally {
      await other.close();
      await opened.drop();
    }
  });

  /** As one of the clients, or as another one (-1). */
  const ask = (client: number, query: string, variables: object): Promise<Answer> => {
    const { server, headers } = clients[client] ?? { server: servers[0] as Attacker, headers: undefined };
    return server.post(JSON.stringify({ query, variables }), headers);
  };
  /** What all clients send at once, by client. */
  const atOnce = <T>(act: (client: number) => Promise<T>) =>
    Promise.all(Array.from({ length: CLIENTS }, (_, client) => act(client)));
  const upsert = async (client: number, histograms: object[], more: object = {}): Promise<Data> => {
    const { data, errors } = await ask(client, UPSERT, { input: { histograms, ...more } });
    expect(errors).toEqual([]);
    return data.upsertLumisectionHistograms;
  };
  const whatOf = ({ report }: Data) => {
    const counted = Object.entries(report).filter(([, count]) => count !== 0);
    expect(counted).toEqual([[expect.anything(), 1]]);
    return counted[0]?.[0] as string;
  };
  const binsOf = async (number: number) => {
    const query = `{ lumisectionHistograms(where: { run: { number: { eq: ${number} } } }) { nodes { bins } } }`;
    return (await ask(-1, query, {})).data.lumisectionHistograms.nodes.map(({ bins }: Data) => bins);
  };

  const doAct = async (act: Act, client: number, file: string): Promise<string> => {
    if (act.kind === 'upsert') {
      return whatOf(await upsert(client, [histogram(run, act.value)], { onConflict: act.policy }));
    }
    if (act.kind === 'deleteRun') {
      const { errors } = await ask(client, DELETE_RUN, { run });
      return errors.length === 0 ? 'deleted' : String(errors[0]?.extensions.code);
    }
    const { data, errors } = await ask(client, DELETE_FILE, { id: file });
    expect(errors).toEqual([]);
    const { gone, stays } = data.deleteDataFile;
    return gone.lumisectionHistograms > 0 ? 'gone' : stays.lumisectionHistograms > 0 ? 'stays' : 'nothing';
  };

  test('upserts of one key, mixed with deletions of its file and its run, are as if one came after the other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anAct, { minLength: CLIENTS, maxLength: CLIENTS }), async (acts) => {
        run++;
        const { dataFile } = await upsert(-1, [histogram(run, 1)]);
        const outcomes = await atOnce((client) => doAct(acts[client] as Act, client, dataFile.id));
        const [bins, ...more] = await binsOf(run);
        expect(more).toEqual([]);
        const end = bins?.[0] ?? null;
        const first: State = { value: 1, holders: [0] };
        if (!isSerial(acts, outcomes, first, end))
          throw new Error(`no order gives ${JSON.stringify({ acts, outcomes, end })}`);
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    );
  });

  test('partial counts of one key add up whatever comes first, less those of a file that is taken back', async () => {
    run++;
    const add = { onConflict: 'ADD' };
    const { dataFile } = await upsert(-1, [histogram(run, 1000)], add);
    const reports = await atOnce(async (client) => {
      if (client === 3) return (await ask(client, DELETE_FILE, { id: dataFile.id })).data.deleteDataFile;
      return whatOf(await upsert(client, [histogram(run, client)], add));
    });
    const brought = reports.filter((_, client) => client !== 3);
    // the deletion may leave nothing for the next one to be added to
    expect(brought.filter((what) => what === 'inserted').length).toBeLessThanOrEqual(1);
    expect(brought.filter((what) => what !== 'inserted' && what !== 'added')).toEqual([]);
    expect(await binsOf(run)).toEqual([[0 + 1 + 2 + 4 + 5 + 6 + 7, CLIENTS - 1]]);
  });

  test.each([
    ['KEEP', 'inserted', 'identical'],
    ['REPLACE', 'inserted', 'identical'],
    ['ADD', 'inserted', 'identical'],
    ['FAIL', 'inserted', 'identical'],
  ])('one call that is sent eight times over with %s is done once', async (onConflict, once, others) => {
    run++;
    const input = [histogram(run, 5), histogram(run, 6, { lumisection: 2 })];
    const answers = await atOnce(() => upsert(2, input, { onConflict }));
    const count = (what: string) => answers.reduce((sum, { report }) => sum + report[what], 0);
    expect([count(once), count(others)]).toEqual([2, 14]);
    expect(new Set(answers.map(({ dataFile }) => dataFile.id)).size).toBe(1);
    expect((await binsOf(run)).sort()).toEqual([
      [5, 1],
      [6, 1],
    ]);
  });

  test('of eight contents for one key FAIL lets one in, and the other calls leave nothing', async () => {
    run++;
    const answers = await atOnce((client) =>
      ask(client, UPSERT, {
        input: {
          histograms: [histogram(run, 1, { lumisection: 2 + client }), histogram(run, client)],
          onConflict: 'FAIL',
        },
      }),
    );
    const refused = answers.filter(({ errors }) => errors.length > 0);
    expect(refused.map(({ errors }) => errors[0]?.extensions.reason)).toEqual(Array(CLIENTS - 1).fill('CONFLICT'));
    expect(await binsOf(run)).toHaveLength(2);
  });

  test('calls that name many things, each in an order of its own, do not get in one another’s way', async () => {
    run++;
    const rows = Array.from({ length: 24 }, (_, i) =>
      histogram(run, i, {
        ...{ lumisection: 1 + (i % 3), monitorElement: `Attack/${run}/${i % 8}` },
        dataset: `/Attack/Run2018${'ABC'[i % 3]}-v${run}/DQM`,
      }),
    );
    const orders = Array.from({ length: CLIENTS }, (_, client) =>
      rows.map((_, i) => rows[(i * (STRIDES[client] ?? 1) + client) % rows.length] as object),
    );
    const answers = await atOnce((client) =>
      upsert(client, orders[client] as object[], { onConflict: client % 2 ? 'KEEP' : 'REPLACE' }),
    );
    const count = (what: string) => answers.reduce((sum, { report }) => sum + report[what], 0);
    expect([count('inserted'), count('identical')]).toEqual([24, 7 * 24]);
    expect(await binsOf(run)).toHaveLength(24);
  });

  test('conditions that eight clients state of one run complement one another, and one of those that disagree wins', async () => {
    run++;
    const RUNS_UP = `mutation ($input: UpsertRunsInput!) { upsertRuns(input: $input) { ${COUNTS} } }`;
    const fields = [
      'year',
      'fill',
      'lumisectionCount',
      'initialLumi',
      'endLumi',
      'deliveredLumi',
      'energy',
      'magneticField',
    ];
    const answers = await atOnce((client) =>
      ask(client, RUNS_UP, { input: { runs: [{ number: run, [fields[client] as string]: 7, recordedLumi: client }] } }),
    );
    const said = answers.map(({ data }) => whatOf(data.upsertRuns));
    expect(said.filter((what) => what === 'inserted')).toHaveLength(1);
    expect(said.filter((what) => what === 'conflicting')).toHaveLength(CLIENTS - 1);
    const { data } = await ask(-1, `{ run(number: ${run}) { recordedLumi ${fields.join(' ')} } }`, {});
    const winner = said.indexOf('inserted');
    expect(data.run.recordedLumi).toBe(winner);
    expect(data.run[fields[winner] as string]).toBe(7);
  });

  test('eight judgements of one source are eight versions, and the same one is one', async () => {
    run++;
    const JUDGE = `mutation ($input: UpsertCertificationsInput!) { upsertCertifications(input: $input) { ${COUNTS} } }`;
    const judge = (client: number, source: string, last: number) =>
      ask(client, JUDGE, {
        input: { source, certifications: [{ runs: [{ run, ranges: [{ first: 1, last, flag: 'GOOD' }] }] }] },
      });
    await atOnce((client) => judge(client, `apart-${run}`, 10 + client));
    await atOnce((client) => judge(client, `same-${run}`, 10));
    const { data } = await ask(
      -1,
      `{ a: certifications(where: { source: { eq: "apart-${run}" } }) { nodes { version } }
         b: certifications(where: { source: { eq: "same-${run}" } }) { nodes { version } } }`,
      {},
    );
    expect(data.a.nodes.map(({ version }: Data) => version).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(data.b.nodes).toEqual([{ version: 1 }]);
  });

  test('masks that eight clients save under one name are eight versions, and the same one is one', async () => {
    run++;
    const SAVE = `mutation ($input: SaveMaskInput!) { saveMask(input: $input) { created mask { version } } }`;
    const save = (client: number, name: string, expression: string) =>
      ask(client, SAVE, { input: { name, expression } });
    const apart = await atOnce((client) => save(client, `apart-${run}`, `1:1-${client + 1}`));
    expect(apart.map(({ data }) => data.saveMask.mask.version).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const same = await atOnce((client) => save(client, `same-${run}`, '1:1-9'));
    expect(same.map(({ data }) => data.saveMask.mask.version)).toEqual(Array(CLIENTS).fill(1));
    expect(same.filter(({ data }) => data.saveMask.created)).toHaveLength(1);
  });

  test('a note that is written eight times over is one; a token that is revoked eight times over was revoked once', async () => {
    run++;
    await upsert(-1, [histogram(run, 1)]);
    const NOTE = `mutation ($run: Int!) { createNote(input: { run: $run, text: "<b>hot</b>" }) { created note { id } } }`;
    const notes = await atOnce(() => ask(-1, NOTE, { run }));
    expect(notes.filter(({ data }) => data.createNote.created)).toHaveLength(1);
    expect(new Set(notes.map(({ data }) => data.createNote.note.id)).size).toBe(1);
    const expiresAt = new Date(Date.now() + 3_600_000);
    const { token } = await opened.store.tokens.create({ name: 'gone', scopes: ['read'], expiresAt }, 'test');
    const id = Buffer.from(`Token:${token.id}`).toString('base64url');
    const REVOKE = 'mutation ($id: ID!) { revokeToken(input: { id: $id }) { token { revokedAt } } }';
    const revoked = await atOnce((client) => ask(client, REVOKE, { id }));
    expect(new Set(revoked.map(({ data }) => data.revokeToken.token.revokedAt)).size).toBe(1);
  });
});
