import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, type AskAll, allAsker, asker } from './ask.ts';
import { fillWorld } from './world.ts';

const folder = join(import.meta.dirname, '../queries');
const documents = readdirSync(folder).filter((file) => file.endsWith('.graphql'));

describe.each(databases)('documented queries on $name', (database) => {
  let ask: Ask;
  let askAll: AskAll;
  let opened: { store: Store; drop(): Promise<void> };

  beforeAll(async () => {
    opened = await createTestStore(database);
    await fillWorld(opened.store);
    ask = asker(opened.store);
    askAll = allAsker(opened.store);
  });
  afterAll(() => opened.drop());

  it.each(documents)('%s gives its documented answer', async (document) => {
    const query = readFileSync(join(folder, document), 'utf8');
    const answer = await (query.startsWith('subscription') ? askAll(query) : ask(query));
    // cursors are opaque, and hold ids that the database chose
    const text = JSON.stringify(answer, (name, value) => (/Cursor$/.test(name) && value ? 'CURSOR' : value), 2);
    await expect(`${text}\n`).toMatchFileSnapshot(join(folder, document.replace(/\.graphql$/, '.json')));
  });
});
