import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LumisectionFlag } from '../../../src/domain/lumisection-flags.ts';
import type { RecordBatch } from '../../../src/domain/record.ts';
import { databases } from '../../support/databases.ts';
import { rounds } from '../../support/rounds.ts';
import { openedStore } from './opened-store.ts';
import { beginFile, write } from './write.ts';

/** A statement of one field or flag of run level (ls 0) or of a lumisection. */
type Fields = Readonly<Record<string, number | boolean>>;
interface Row {
  readonly ls: number;
  readonly states: Fields;
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
const few = fc.nat(1);
// few keys and few contents, so that rows meet
const ofRun = fc.record({ fill: few, energy: few }, { requiredKeys: [] });
const ofLumisection = fc.record(
  { pileup: few, recordedLumi: few, cms_active: fc.boolean(), rp_time_ready: fc.boolean() },
  { requiredKeys: [] },
);
const rows = (row: fc.Arbitrary<Row>) => fc.array(row, { minLength: 1, maxLength: 6 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      file,
      rows: fc.oneof(
        rows(fc.record({ ls: fc.constant(0), states: ofRun })),
        rows(fc.record({ ls: fc.integer({ min: 1, max: 2 }), states: ofLumisection })),
      ),
      onConflict: fc.constantFrom('keep' as const, 'replace' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), file }) },
);

const isFlag = (value: number | boolean) => typeof value === 'boolean';

function batchOf(run: number, rows: readonly Row[]): RecordBatch {
  const numbers = (states: Fields) => Object.fromEntries(Object.entries(states).filter(([, value]) => !isFlag(value)));
  const flags = (states: Fields, wanted: boolean) =>
    Object.keys(states).filter((name) => states[name] === wanted) as LumisectionFlag[];
  return rows[0]?.ls === 0
    ? { kind: 'runs', runs: rows.map(({ states }) => ({ number: run, ...numbers(states) })) }
    : {
        kind: 'lumisections',
        lumisections: rows.map(({ ls, states }) => ({
          run,
          number: ls,
          ...numbers(states),
          flagsOn: flags(states, true),
          flagsOff: flags(states, false),
        })),
      };
}

/** What the store promises, field by field, as simply as it can be said. */
class Model {
  /** By lumisection and field: the value, and who states it. */
  readonly values = new Map<string, { value: number | boolean; files: Set<number> }>();
  /** Who speaks of a lumisection (0: of the run). */
  readonly speakers = new Map<number, Set<number>>();

  write(owner: number, rows: readonly Row[], onConflict: 'keep' | 'replace') {
    const counts = { inserted: 0, identical: 0, conflicting: 0, replaced: 0, added: 0, rejected: 0 };
    for (const { ls, states } of rows) {
      const entries = Object.entries(states).map(([name, value]) => [`${ls} ${name}`, value] as const);
      const contradicts = entries.some(([key, value]) => (this.values.get(key)?.value ?? value) !== value);
      if (contradicts && onConflict === 'keep') {
        counts.conflicting++;
        continue;
      }
      const adds = entries.some(([key]) => !this.values.has(key)) || !this.isThere(ls);
      counts[contradicts ? 'replaced' : adds ? 'inserted' : 'identical']++;
      this.speakers.set(ls, (this.speakers.get(ls) ?? new Set()).add(owner));
      for (const [key, value] of entries) {
        const stands = this.values.get(key);
        if (stands?.value === value) stands.files.add(owner);
        else this.values.set(key, { value, files: new Set([owner]) });
      }
    }
    return counts;
  }

  /** A run is there as long as a lumisection of it is. */
  isThere = (ls: number) =>
    ls === 0 ? [...this.speakers.values()].some((files) => files.size > 0) : (this.speakers.get(ls)?.size ?? 0) > 0;

  withdraw(owner: number): void {
    for (const files of this.speakers.values()) files.delete(owner);
    for (const [key, { files }] of this.values) {
      files.delete(owner);
      if (files.size === 0) this.values.delete(key);
    }
  }

  get state() {
    const there = [0, 1, 2].filter(this.isThere).map((ls) => `${ls} is there`);
    return [...there, ...[...this.values].map(([key, { value }]) => `${key}: ${value}`)].sort();
  }
}

describe.each(databases)('any sequence of conditions and withdrawals on $name', (database) => {
  const opened = openedStore(database);

  async function stored(run: number): Promise<string[]> {
    const runs = await opened.look.arrays<[number, number | null, number | null]>(
      'SELECT 0, fill, energy FROM run WHERE number = $1',
      [run],
    );
    const lumisections = await opened.look.arrays<[number, number | null, number | null, number, number]>(
      'SELECT number, pileup, recorded_lumi, flags_on, flags_off FROM lumisection WHERE run_number = $1',
      [run],
    );
    const told = (ls: number, values: Record<string, unknown>) =>
      Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [`${ls} ${name}: ${value}`]));
    return [
      ...runs.flatMap(([ls, fill, energy]) => [`${ls} is there`, ...told(ls, { fill, energy })]),
      ...lumisections.flatMap(([ls, pileup, recordedLumi, on, off]) => {
        const flag = (place: number) =>
          Math.floor(on / 2 ** place) % 2 === 1 ? true : Math.floor(off / 2 ** place) % 2 === 1 ? false : null;
        return [`${ls} is there`, ...told(ls, { pileup, recordedLumi, cms_active: flag(5), rp_time_ready: flag(35) })];
      }),
    ].sort();
  }

  test('counts and leaves what the same sequence, field by field, would', async () => {
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
            const { counts } = await write(opened.store.ledger, owner, batchOf(run, step.rows), {
              onConflict: step.onConflict,
            });
            expect(counts).toEqual(model.write(owner, step.rows, step.onConflict));
          }
          expect(await stored(run)).toEqual(model.state);
        }
        for (const owner of files) await opened.store.ledger.withdraw(owner);
        expect(await stored(run)).toEqual([]);
      }),
      { numRuns: rounds(15) },
    );
    expect(await opened.store.verify()).toEqual([]);
  });
});
