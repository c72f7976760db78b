import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/domain/errors.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';

describe.each(databases)('a text that cannot be stored on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  const author = { name: 'somebody', isAdmin: false };
  const nameless = { description: null, sourceUrl: null };

  beforeAll(async () => {
    opened = await createTestStore(database);
    await opened.store.strategies.create({ name: 'mine', ...nameless }, author);
    await opened.store.strategies.create({ name: '\u{FFFD}', ...nameless }, author);
  });
  afterAll(() => opened.drop());

  it.each(['\0', 'mine\0', 'mine\0more', '\ud800', '\udc00'])('equals nothing that is stored: %j', async (text) => {
    const { reads, strategies } = opened.store;
    expect(await reads.strategyByName(text)).toBeNull();
    expect(await reads.datasetsByName([text, 'mine', text])).toEqual([null, null, null]);
    expect(await strategies.version({ name: text, version: text })).toBeNull();
  });

  it.each(['\0', 'a\0b', '\ud800', 'x\udc00'])('is the mistake of whoever writes it: %j', async (description) => {
    const made = opened.store.strategies.create({ name: 'other', description, sourceUrl: null }, author);
    await expect(made).rejects.toThrow(InvalidInputError);
    expect(await opened.store.reads.strategyByName('other')).toBeNull();
  });
});
