import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Scope } from '../../src/domain/viewer.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';

const NOTE =
  'id run { number } lumisectionFirst lumisectionLast monitorElement { path } text author createdAt updatedAt';
const CREATE = `mutation ($input: CreateNoteInput!) { createNote(input: $input) { created note { ${NOTE} } } }`;
const UPDATE = `mutation ($input: UpdateNoteInput!) { updateNote(input: $input) { note { ${NOTE} } } }`;
const DELETE = 'mutation ($id: ID!) { deleteNote(input: { id: $id }) { id deleted } }';
const ELEMENT = 'Pixel/charge';
const DATASET = '/ZeroBias/Run2026A-PromptReco-v1/DQMIO';

describe.each(databases)('notes on $name', (database) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  const statements: string[] = [];
  let root: Ask;
  let anna: Ask;
  let ben: Ask;

  beforeAll(async () => {
    opened = await createTestStore(database, { onStatement: (sql) => statements.push(sql) });
    root = asker(opened.store);
    const withToken = async (name: string, scopes: Scope[]) => {
      const expiresAt = new Date(Date.now() + 60_000);
      return asker(opened.store, {}, (await opened.store.tokens.create({ name, scopes, expiresAt }, 'test')).secret);
    };
    anna = await withToken('anna', ['ingest']);
    ben = await withToken('ben', ['ingest']);
    const { errors } = await root(
      `mutation ($l: [LumisectionInput!]!, $h: [RunHistogramInput!]!) {
        upsertLumisections(input: { lumisections: $l }) { report { inserted } }
        upsertRunHistograms(input: { histograms: $h }) { report { inserted } } }`,
      {
        l: [1, 2].flatMap((run) => [1, 2, 3, 4, 5].map((number) => ({ run, number }))),
        h: [{ run: 1, dataset: DATASET, monitorElement: ELEMENT, entries: 1 }],
      },
    );
    expect(errors).toBeUndefined();
  });
  afterAll(async () => {
    try {
      expect(await opened.store.verify()).toEqual([]);
    } finally {
      await opened.drop();
    }
  });

  const made = async (ask: Ask, input: object) => {
    const { data, errors } = await ask(CREATE, { input });
    return errors ? errors[0] : data.createNote;
  };

  test('are written once by each author, changed by their author and by nobody else but an admin, and deleted', async () => {
    const input = { run: 1, lumisectionFirst: 2, lumisectionLast: 4, monitorElement: ELEMENT, text: 'a hole' };
    const first = await made(anna, input);
    expect(first).toMatchObject({
      created: true,
      note: {
        ...{ run: { number: 1 }, lumisectionFirst: 2, lumisectionLast: 4, text: 'a hole', author: 'anna' },
        monitorElement: { path: ELEMENT },
      },
    });
    const { id } = first.note;
    expect(await made(anna, input)).toMatchObject({ created: false, note: { id } });
    expect(await made(ben, input)).toMatchObject({ created: true, note: { author: 'ben' } });

    const change = (ask: Ask, input: object) => ask(UPDATE, { input: { id, ...input } });
    expect((await change(ben, { text: 'no hole' })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    const changed = (await change(anna, { text: 'two holes', monitorElement: null })).data.updateNote.note;
    expect(changed).toMatchObject({ id, text: 'two holes', monitorElement: null, lumisectionFirst: 2 });
    expect((await change(anna, { text: 'two holes' })).data.updateNote.note.updatedAt).toBe(changed.updatedAt);
    expect((await change(root, { lumisectionLast: null })).data.updateNote.note).toMatchObject({
      ...{ lumisectionFirst: 2, lumisectionLast: null, author: 'anna' },
    });
    const { data } = await root(`{ node(id: "${id}") { id ... on Note { text } } }`);
    expect(data.node).toEqual({ id, text: 'two holes' });

    expect((await ben(DELETE, { id })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect((await anna(DELETE, { id })).data.deleteNote).toEqual({ id, deleted: true });
    expect((await anna(DELETE, { id })).data.deleteNote).toEqual({ id, deleted: false });
    expect((await change(anna, { text: 'gone' })).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    expect((await root(`{ node(id: "${id}") { id } }`)).data.node).toBeNull();
  });

  test('are one where eight clients write the same at once', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => made(anna, { run: 1, text: 'at once' })));
    expect(all.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(all.map(({ note }) => note.id)).size).toBe(1);
  });

  test.each([
    [{ run: 99 }, 'NOT_FOUND', 'run'],
    [{ monitorElement: 'No/such' }, 'NOT_FOUND', 'monitorElement'],
    [{ text: ' ' }, 'BAD_USER_INPUT', 'text'],
    [{ text: 'a\0b' }, 'BAD_USER_INPUT', 'text'],
    [{ text: 'x'.repeat(10_001) }, 'BAD_USER_INPUT', 'text'],
    [{ lumisectionFirst: 0 }, 'BAD_USER_INPUT', 'lumisectionFirst'],
    [{ lumisectionLast: 3 }, 'BAD_USER_INPUT', 'lumisectionFirst'],
    [{ lumisectionFirst: 4, lumisectionLast: 3 }, 'BAD_USER_INPUT', 'lumisectionLast'],
  ])('refuse what they cannot be about, or cannot say: %j', async (wrong, code, field) => {
    const refused = await made(anna, { run: 1, text: 'fine', ...wrong });
    expect(refused.extensions).toMatchObject({ code, field });
  });

  test('stand on the run, on every lumisection that they are about, and on their monitor element', async () => {
    await made(anna, { run: 2, text: 'all of it' });
    await made(anna, { run: 2, lumisectionFirst: 2, lumisectionLast: 3, monitorElement: ELEMENT, text: 'two of it' });
    await made(anna, { run: 2, lumisectionFirst: 3, text: 'the rest of it' });
    const notes = 'notes { totalCount nodes { text } }';
    statements.length = 0;
    const { data } = await root(
      `{ run(number: 2) { ${notes} lumisections { nodes { number ${notes} } } } monitorElement(path: "${ELEMENT}") { ${notes} } }`,
    );
    // one for the notes of all lumisections, one to count them
    expect(statements.filter((sql) => /FROM .*note/s.test(sql))).toHaveLength(6);
    const texts = (list: { totalCount: number; nodes: { text: string }[] }) => {
      expect(list.totalCount).toBe(list.nodes.length);
      return list.nodes.map(({ text }) => text);
    };
    expect(texts(data.run.notes)).toEqual(['all of it', 'two of it', 'the rest of it']);
    const byLumisection = data.run.lumisections.nodes.map((node: { notes: never }) => texts(node.notes));
    expect(byLumisection).toEqual([
      ['all of it'],
      ['all of it', 'two of it'],
      ['all of it', 'two of it', 'the rest of it'],
      ['all of it', 'the rest of it'],
      ['all of it', 'the rest of it'],
    ]);
    expect(texts(data.monitorElement.notes)).toContain('two of it');
    const alone = await root(
      `{ lumisection(run: 2, number: 3) { notes(first: 2) { ${'totalCount nodes { text } pageInfo { endCursor hasNextPage }'} } } }`,
    );
    const page = alone.data.lumisection.notes;
    expect(page).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    const rest = await root(
      `{ lumisection(run: 2, number: 3) { notes(first: 2, after: "${page.pageInfo.endCursor}") { nodes { text } } } }`,
    );
    expect(rest.data.lumisection.notes.nodes).toEqual([{ text: 'the rest of it' }]);
  });

  test('are filtered like everything else, with and without a monitor element', async () => {
    const found = async (where: string) => {
      const { data, errors } = await root(
        `{ notes(where: { run: { number: { eq: 2 } }, ${where} }) { nodes { text } } }`,
      );
      expect(errors).toBeUndefined();
      return data.notes.nodes.map(({ text }: { text: string }) => text);
    };
    expect(await found(`monitorElement: { path: { glob: "Pixel/*" } }`)).toEqual(['two of it']);
    expect(await found(`NOT: { monitorElement: { path: { glob: "Pixel/*" } } }`)).toEqual([
      'all of it',
      'the rest of it',
    ]);
    expect(await found(`NOT: { monitorElement: {} }`)).toEqual(['all of it', 'the rest of it']);
    expect(await found(`author: { eq: "anna" }, text: { regex: "^the" }`)).toEqual(['the rest of it']);
    expect(await found(`lumisectionFirst: { lte: 2 }`)).toEqual(['two of it']);
    const { data } = await root(`{ runs(where: { notes: { text: { eq: "all of it" } } }) { nodes { number } } }`);
    expect(data.runs.nodes).toEqual([{ number: 2 }]);
  });

  test('keep their run and monitor element when files are withdrawn, and go with their run', async () => {
    const fill = (
      await root(
        `mutation { upsertRunHistograms(input: { histograms: [{ run: 7, dataset: "${DATASET}", monitorElement: "Kept/x", entries: 1 }] }) { dataFile { id } } }`,
      )
    ).data.upsertRunHistograms.dataFile.id;
    await made(anna, { run: 7, monitorElement: 'Kept/x', text: 'kept' });
    const withdrawn = await root(
      `mutation { deleteDataFile(input: { id: "${fill}" }) { gone { runHistograms runs monitorElements notes } } }`,
    );
    expect(withdrawn.data.deleteDataFile.gone).toEqual({ runHistograms: 1, runs: 0, monitorElements: 0, notes: 0 });
    const notes = '{ run(number: 7) { notes { nodes { text monitorElement { path } } } } }';
    expect((await root(notes)).data.run.notes.nodes).toEqual([{ text: 'kept', monitorElement: { path: 'Kept/x' } }]);
    const deleted = await root('mutation { deleteRun(input: { number: 7, dryRun: false }) { gone { notes runs } } }');
    expect(deleted.data.deleteRun.gone).toEqual({ notes: 1, runs: 1 });
    expect((await root(notes)).data.run).toBeNull();
    expect((await root('{ monitorElement(path: "Kept/x") { path } }')).data.monitorElement).toBeNull();
  });
});
