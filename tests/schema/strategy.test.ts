import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Scope } from '../../src/domain/viewer.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Answer, type Ask, asker } from './ask.ts';

const CREATE =
  'mutation ($input: CreateStrategyInput!) { createStrategy(input: $input) { created strategy { id name author } } }';
const VERSION = `mutation ($input: CreateStrategyVersionInput!) { createStrategyVersion(input: $input) { created
  strategyVersion { id name version orientation parameters preparation monitorElements validFrom validTo seed sourceUrl
    reference { kind run count } author } } }`;

const codeOf = ({ errors }: Answer) => errors?.[0]?.extensions.reason ?? errors?.[0]?.extensions.code;

describe.each(databases)('strategies on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  let author: Ask;
  let rival: Ask;
  let root: Ask;
  beforeAll(async () => {
    opened = await createTestStore(database);
    const { store } = opened;
    const expiresAt = new Date(Date.now() + 600_000);
    const withToken = async (name: string, scopes: Scope[]) =>
      asker(store, {}, (await store.tokens.create({ name, scopes, expiresAt }, 'test')).secret);
    author = await withToken('author', ['challenge']);
    rival = await withToken('rival', ['challenge']);
    root = asker(store);
  });
  afterAll(() => opened.drop());

  const create = (input: object, ask = author) => ask(CREATE, { input });
  const version = (input: object, ask = author) =>
    ask(VERSION, { input: { strategy: 'mine', version: '1', ...input } });

  test('have a name that belongs to who took it first', async () => {
    const input = { name: 'mine', description: 'PCA', sourceUrl: 'https://example.org/pca' };
    expect((await create(input)).data.createStrategy).toMatchObject({ created: true, strategy: { author: 'author' } });
    expect((await create(input)).data.createStrategy).toMatchObject({ created: false });
    expect(codeOf(await create(input, rival))).toBe('NAME_TAKEN');
    expect(codeOf(await create({ ...input, description: 'NMF' }))).toBe('NAME_TAKEN');
    expect(codeOf(await create({ name: ' mine' }))).toBe('BAD_USER_INPUT');
    expect(codeOf(await create({ name: 'pca' }, root))).toBe('BUILT_IN');
    expect(codeOf(await create({ name: 'other', sourceUrl: 'javascript:alert(1)' }))).toBe('BAD_USER_INPUT');
  });

  test('have versions that say what they are, and never change', async () => {
    const stated = {
      ...{
        orientation: 'LOWER',
        parameters: { components: 3, layers: [1, { size: 2 }] },
        preparation: { normalisation: 'SUM' },
      },
      ...{ monitorElements: ['a/b'], validFrom: 10, validTo: 20, seed: 5, sourceUrl: 'https://example.org' },
      reference: { kind: 'FIXED_RUN', run: 315257 },
    };
    const made = await version(stated);
    expect(made.data.createStrategyVersion).toMatchObject({
      created: true,
      strategyVersion: {
        ...stated,
        name: 'mine',
        version: '1',
        author: 'author',
        reference: { kind: 'FIXED_RUN', run: 315257, count: null },
      },
    });
    expect((await version(stated)).data.createStrategyVersion.created).toBe(false);
    expect(codeOf(await version({ ...stated, seed: 6 }))).toBe('VERSION_TAKEN');
    expect(codeOf(await version({ ...stated, orientation: 'HIGHER' }))).toBe('VERSION_TAKEN');
    expect(codeOf(await version({ version: '2' }, rival))).toBe('NAME_TAKEN');
    expect((await version({ version: '2' }, root)).errors).toBeUndefined();
    expect(codeOf(await version({ strategy: 'nothing' }))).toBe('NOT_FOUND');
  });

  test('refuse what contradicts itself', async () => {
    for (const wrong of [
      { version: '' },
      { version: ' 3' },
      // what nobody sees, or would tell from another label
      { version: '3\u200b' },
      { version: '3\u00a04' },
      { version: 'e\u0301' },
      { version: '3', validFrom: 0 },
      { version: '3', validFrom: 2, validTo: 1 },
      { version: '3', reference: { kind: 'FIXED_RUN' } },
      { version: '3', reference: { kind: 'TRAINING', run: 1 } },
      { version: '3', reference: { kind: 'ROLLING', count: 0 } },
      { version: '3', monitorElements: [] },
    ]) {
      expect(codeOf(await version(wrong))).toBe('BAD_USER_INPUT');
    }
    const variable = await author(
      'mutation ($n: Int) { createStrategyVersion(input: { strategy: "mine", version: "3", parameters: { n: $n } }) { created } }',
      { n: 1 },
    );
    expect(variable.errors?.[0]?.message).toContain('JSONObject');
    // what would be stored as something else, or not at all
    for (const lossy of ['ENUM', '[ENUM]', '12345678901234567890', '-9007199254740993', '1e400']) {
      const { errors } = await author(
        `mutation { createStrategyVersion(input: { strategy: "mine", version: "3", parameters: { n: ${lossy} } }) { created } }`,
      );
      expect(errors?.[0]?.message).toContain('JSONObject');
    }
    expect((await version({ version: '3', parameters: { n: 2 ** 53 } })).errors?.[0]?.message).toContain('2^53');
    expect((await version({ version: '3', parameters: { text: 'x'.repeat(30_000) } })).errors).toBeDefined();
  });

  test('are listed with their versions, and found by name and by id', async () => {
    const { data, errors } = await author(`{
      strategy(name: "mine") { name versions { totalCount nodes { version } } }
      strategies(where: { name: { eq: "mine" } }) { totalCount nodes { isBuiltIn } }
      strategyVersions(where: { strategy: { name: { eq: "mine" } }, orientation: { eq: LOWER } }) { nodes { id name version predictions { totalCount } } }
      strategyVersion(name: "mine", version: "2") { orientation parameters }
      nothing: strategyVersion(name: "mine", version: "9") { id }
      unheard: strategyVersion(name: "mine\\u0000", version: "\\u0000") { id } }`);
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      strategy: { name: 'mine', versions: { totalCount: 2, nodes: [{ version: '1' }, { version: '2' }] } },
      strategies: { totalCount: 1, nodes: [{ isBuiltIn: false }] },
      strategyVersions: { nodes: [{ name: 'mine', version: '1', predictions: { totalCount: 0 } }] },
      ...{ strategyVersion: { orientation: 'HIGHER', parameters: {} }, nothing: null, unheard: null },
    });
    const { id } = data.strategyVersions.nodes[0];
    const again = await author('query ($id: ID!) { node(id: $id) { ... on StrategyVersion { version } } }', { id });
    expect(again.data.node).toEqual({ version: '1' });
  });
});
