import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schema } from '../../src/schema/index.ts';
import type { Store } from '../../src/store/store.ts';
import { fillWorld } from '../schema/world.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Answer, Attacker } from './mutations-attacker.ts';
import { bodyOf, questionOf } from './reading-values.ts';

/** How many questions are tried; `ATTACK_RUNS=20000` tries for minutes. */
const RUNS = Number(process.env.ATTACK_RUNS ?? 250);
const SEED = Number(process.env.ATTACK_SEED ?? 4);

/** Two worlds were not made in the same moment, and each has its own numbers of files. */
const OF_THE_MOMENT = /(created|updated|started|finished)At|(CREATED|UPDATED|STARTED|FINISHED)_AT/;

/**
 * Where several fields fail, any of them may be the first: only what is left of the data is the same. Databases add up
 * numbers in orders of their own.
 */
const toldBy = ({ data, errors }: Answer) =>
  JSON.stringify(data ?? null, (_, value) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(12)) : value,
  ) + (errors.length > 0 ? ' with errors' : '');

const roots = Object.values(schema.getQueryType()?.getFields() ?? {});

describe('questions made from the schema', () => {
  const opened: { store: Store; drop(): Promise<void> }[] = [];
  const attackers: Attacker[] = [];

  beforeAll(async () => {
    for (const database of databases) {
      const one = await createTestStore(database);
      opened.push(one);
      await fillWorld(one.store);
      attackers.push(new Attacker(one.store, { LUMIGRAPH_UPLOADS: './nowhere' }));
    }
  });
  afterAll(async () => {
    for (const { drop } of opened) await drop();
  });

  test(
    'are answered in words of the graph, by both databases alike, and alike when they come again',
    async () => {
      const [sqlite, postgres] = attackers as [Attacker, Attacker];
      let answered = 0;
      await fc.assert(
        fc.asyncProperty(fc.nat(roots.length - 1), fc.gen(), async (place, draw) => {
          const root = roots[place] as (typeof roots)[number];
          const body = bodyOf(questionOf(draw, root as never));
          const answers = [await sqlite.post(body), await sqlite.post(body), await postgres.post(body)];
          // on a busy machine even a short pattern may take its whole time
          if (answers.some(({ errors }) => errors.some(({ message }) => message.includes('took more than')))) return;
          const [first, again, other] = answers.map(toldBy) as [string, string, string];
          if (!first.endsWith('with errors')) answered++;
          if (again !== first) sqlite.find('another answer when asked again', `${body}\n  ${first}\n  ${again}`);
          if (other !== first && !OF_THE_MOMENT.test(body)) {
            sqlite.find(`another answer by the other database (${root.name})`, `${body}\n  ${first}\n  ${other}`);
          }
        }),
        { numRuns: RUNS, seed: SEED, endOnFailure: true },
      );
      expect([...sqlite.findings, ...postgres.findings]).toEqual([]);
      // a test that all questions fail would say nothing
      expect(answered).toBeGreaterThan(RUNS / 5);
    },
    Math.max(60_000, RUNS * 100),
  );
});
