import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { databases } from '../../support/databases.ts';
import { rounds } from '../../support/rounds.ts';
import { lumisections } from './batches.ts';
import { openedStore } from './opened-store.ts';
import { beginFile, write } from './write.ts';

interface Row {
  readonly ls: number;
  readonly me: string;
  readonly entries: number;
}
type Step =
  | {
      readonly do: 'write';
      readonly file: number;
      readonly rows: readonly Row[];
      readonly onConflict: 'keep' | 'replace';
    }
  | { readonly do: 'withdraw'; readonly file: number };

const FILES = 3;
const file = fc.nat(FILES - 1);
// few keys and few contents, so that rows meet
const row = fc.record({ ls: fc.integer({ min: 1, max: 4 }), me: fc.constantFrom('a', 'b'), entries: fc.nat(2) });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      file,
      rows: fc.array(row, { minLength: 1, maxLength: 30 }),
      onConflict: fc.constantFrom('keep' as const, 'replace' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), file }) },
);

/** What the store promises, row by row, as simply as it can be said. */
class Model {
  readonly rows = new Map<string, { entries: number; owner: number; alike: Set<number> }>();

  write(owner: number, rows: readonly Row[], onConflict: 'keep' | 'replace') {
    const counts = { inserted: 0, identical: 0, conflicting: 0, replaced: 0, added: 0, rejected: 0 };
    for (const { ls, me, entries } of rows) {
      const key = `${ls} ${me}`;
      const stands = this.rows.get(key);
      if (stands?.entries === entries) {
        counts.identical++;
        if (stands.owner !== owner) stands.alike.add(owner);
      } else if (stands && onConflict === 'keep') {
        counts.conflicting++;
      } else {
        counts[stands ? 'replaced' : 'inserted']++;
        this.rows.set(key, { entries, owner, alike: new Set() });
      }
    }
    return counts;
  }

  withdraw(owner: number): void {
    for (const [key, stands] of this.rows) {
      stands.alike.delete(owner);
      if (stands.owner !== owner) continue;
      const [next] = [...stands.alike].sort((a, b) => a - b);
      if (next === undefined) this.rows.delete(key);
      else {
        stands.owner = next;
        stands.alike.delete(next);
      }
    }
  }

  get state() {
    return [...this.rows]
      .map(([key, { entries, owner, alike }]) => `${key}: ${entries} of ${owner}, ${[...alike].sort((a, b) => a - b)}`)
      .sort();
  }
}

describe.each(databases)('any sequence of writes and withdrawals on $name', (database) => {
  const opened = openedStore(database);

  async function stored(run: number): Promise<string[]> {
    const where = 'JOIN monitor_element e ON e.id = h.monitor_element_id WHERE h.run_number = $1';
    const key = 'h.lumisection_number, e.path';
    const rows = await opened.look.arrays<[number, string, number, number]>(
      `SELECT ${key}, h.entries, h.file_id FROM lumisection_histogram h ${where}`,
      [run],
    );
    const shares = await opened.look.arrays<[number, string, number]>(
      `SELECT ${key}, h.file_id FROM contribution h ${where}`,
      [run],
    );
    return rows
      .map(([ls, me, entries, owner]) => {
        const alike = shares.filter((share) => share[0] === ls && share[1] === me).map((share) => share[2]);
        return `${ls} ${me}: ${entries} of ${owner}, ${alike.sort((a, b) => a - b)}`;
      })
      .sort();
  }

  test('counts and leaves what the same sequence, row by row, would', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        run++;
        const files: number[] = [];
        for (let i = 0; i < FILES; i++) files.push(await beginFile(opened.store.ledger));
        const model = new Model();
        for (const step of steps) {
          const owner = files[step.file] as number;
          if (step.do === 'withdraw') {
            model.withdraw(owner);
            await opened.store.ledger.withdraw(owner);
          } else {
            const batch = lumisections(step.rows.map((row) => ({ ...row, run })));
            const { counts } = await write(opened.store.ledger, owner, batch, { onConflict: step.onConflict });
            expect(counts).toEqual(model.write(owner, step.rows, step.onConflict));
          }
          expect(await stored(run)).toEqual(model.state);
        }
      }),
      { numRuns: rounds(15) },
    );
    expect(await opened.store.verify()).toEqual([]);
  });
});
