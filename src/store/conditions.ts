import { valueDifference } from '../domain/content-difference.ts';
import { bitsToFlags, flagsToBits } from '../domain/lumisection-flags.ts';
import type { LumisectionBatch, LumisectionRecord, RunBatch, RunRecord } from '../domain/record.ts';
import { type Claimed, type ClaimKey, claimConditions, noClaim, type Statement } from './condition-claims.ts';
import { LUMISECTION_FIELDS, NAMED_FIELDS, RUN_FIELDS } from './condition-fields.ts';
import type { Transaction } from './database.ts';
import type { Dialect } from './dialect.ts';
import { Outcome, type WrittenRows } from './outcome.ts';
import { enterRuns } from './run-rows.ts';
import type { OnConflict } from './store.ts';
import type { Tables } from './tables.ts';

type RunRow = Tables['run'];
type LumisectionRow = Tables['lumisection'];

/**
 * Writes what a source states about runs or lumisections. A record is inserted when it adds something and contradicts
 * nothing, identical when all it states is stored already, and conflicting when a stored value differs: then nothing of
 * it is written, or (`replace`) all of it. What it does not state stays. Runs of lumisections are created where missing.
 * `fail` counts as `keep` here: the caller rolls back when it sees a conflict. So does `add`: conditions are no counts.
 * What the file states is kept beside (condition-claims.ts), so that it can be taken back. No other transaction writes
 * meanwhile.
 */
export function writeConditions(
  transaction: Transaction,
  dialect: Dialect,
  batch: RunBatch | LumisectionBatch,
  { fileId, onConflict }: { readonly fileId: number; readonly onConflict: OnConflict },
): Promise<WrittenRows> {
  return batch.kind === 'runs'
    ? writeRuns(transaction, dialect, batch.runs, fileId, onConflict)
    : writeLumisections(transaction, dialect, batch.lumisections, fileId, onConflict);
}

async function writeRuns(
  transaction: Transaction,
  dialect: Dialect,
  records: readonly RunRecord[],
  fileId: number,
  onConflict: OnConflict,
) {
  const keys = [{ name: 'number', type: 'integer' }] as const;
  const stored = await transaction.all<RunRow>(
    `SELECT r.* FROM ${dialect.keyTable('k', keys, 1)} CROSS JOIN run r WHERE r.number = k.number`,
    dialect.keyParameters(keys, distinct(records.map(({ number }) => [number]))),
  );
  const merge = new Merge<RunRow, RunRecord>(
    new Map(stored.map((row) => [`${row.number}/0`, row])),
    ({ number }) => [number, 0],
    ({ number }) => ({
      number,
      year: null,
      era: null,
      period: null,
      fill: null,
      startedAt: null,
      endedAt: null,
      initialLumi: null,
      endLumi: null,
      lumisectionCount: null,
      deliveredLumi: null,
      recordedLumi: null,
      energy: null,
      magneticField: null,
    }),
    (row, record) => mergeFields(row, record, RUN_FIELDS),
  );
  const result = merge.all(records, onConflict);
  for (const rows of chunks(merge.changed, dialect, 1 + RUN_FIELDS.length)) {
    const { sql, parameters } = dialect.builder
      .insertInto('run')
      .values(rows)
      .onConflict((conflict) => conflict.column('number').doUpdateSet((eb) => excluded(eb, RUN_FIELDS)))
      .compile();
    await transaction.all(sql, parameters as never);
  }
  const known = new Set(stored.map(({ number }) => number));
  const added = merge.changed.flatMap(({ number }) => (known.has(number) ? [] : [number]));
  if (added.length > 0) transaction.publish({ kind: 'runs', numbers: added });
  await claimConditions(transaction, dialect, fileId, merge.statements, NAMED_FIELDS);
  return result;
}

const FLAG_FIELDS = ['flagsOn', 'flagsOff'] as const;

async function writeLumisections(
  transaction: Transaction,
  dialect: Dialect,
  records: readonly LumisectionRecord[],
  fileId: number,
  onConflict: OnConflict,
) {
  const keys = [
    { name: 'run', type: 'integer' },
    { name: 'ls', type: 'integer' },
  ] as const;
  const stored = await transaction.all<LumisectionRow>(
    `SELECT l.* FROM ${dialect.keyTable('k', keys, 1)} CROSS JOIN lumisection l
     WHERE l.run_number = k.run AND l.number = k.ls`,
    dialect.keyParameters(keys, distinct(records.map(({ run, number }) => [run, number]))),
  );
  const merge = new Merge<LumisectionRow, LumisectionRecord>(
    new Map(stored.map((row) => [`${row.runNumber}/${row.number}`, row])),
    ({ run, number }) => [run, number],
    ({ run, number }) => ({
      runNumber: run,
      number,
      startedAt: null,
      endedAt: null,
      zeroBiasRate: null,
      deliveredLumi: null,
      recordedLumi: null,
      pileup: null,
      flagsOn: 0,
      flagsOff: 0,
    }),
    (row, record) => mergeFlags(mergeFields(row, record, LUMISECTION_FIELDS), row, record),
  );
  const result = merge.all(records, onConflict);
  await enterRuns(transaction, dialect, new Map(merge.changed.map(({ runNumber }) => [runNumber, ''])));
  for (const rows of chunks(merge.changed, dialect, 2 + LUMISECTION_FIELDS.length + FLAG_FIELDS.length)) {
    const { sql, parameters } = dialect.builder
      .insertInto('lumisection')
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .columns(['runNumber', 'number'])
          .doUpdateSet((eb) => excluded(eb, [...LUMISECTION_FIELDS, ...FLAG_FIELDS])),
      )
      .compile();
    await transaction.all(sql, parameters as never);
  }
  await claimConditions(transaction, dialect, fileId, merge.statements, 0);
  return result;
}

/** What merging a record into a row found; fields and flags as bit sets. */
interface Merged<Row> {
  readonly row: Row;
  /** What was not known before; what stood as the record states it; what stood otherwise. */
  readonly added: Claimed;
  readonly met: Claimed;
  readonly contradicted: Claimed;
  /** What was contradicted, in words. */
  readonly differences: string[];
}

/** Merges records into rows one after another, so that two records of one key in a batch meet each other. */
class Merge<Row, Rec> {
  readonly #rows: Map<string, Row>;
  readonly #keyOf: (record: Rec) => ClaimKey;
  readonly #blank: (record: Rec) => Row;
  readonly #merge: (row: Row, record: Rec) => Merged<Row>;
  readonly #changed = new Set<string>();
  readonly #statements = new Map<string, Statement>();

  /** @param rows by `run/lumisection` */
  constructor(
    rows: Map<string, Row>,
    keyOf: (record: Rec) => ClaimKey,
    blank: (record: Rec) => Row,
    merge: (row: Row, record: Rec) => Merged<Row>,
  ) {
    this.#rows = rows;
    this.#keyOf = keyOf;
    this.#blank = blank;
    this.#merge = merge;
  }

  get changed(): Row[] {
    return [...this.#changed].map((key) => this.#rows.get(key) as Row);
  }

  /** Of the records that are not in conflict, by key. */
  get statements(): Statement[] {
    return [...this.#statements.values()];
  }

  all(records: readonly Rec[], onConflict: OnConflict): WrittenRows {
    const outcomes = new Uint8Array(records.length);
    const sameFile = new Set<number>();
    const differences = new Map<number, string>();
    records.forEach((record, i) => {
      const key = this.#keyOf(record);
      const name = key.join('/');
      const stored = this.#rows.get(name);
      const merged = this.#merge(stored ?? this.#blank(record), record);
      const contradicts = !isNothing(merged.contradicted);
      if (contradicts && onConflict !== 'replace') {
        outcomes[i] = Outcome.conflicting;
        if (this.#changed.has(name)) sameFile.add(i);
        differences.set(i, merged.differences.join('; '));
        return;
      }
      this.#state(name, key, merged);
      const adds = !stored || !isNothing(merged.added);
      outcomes[i] = contradicts ? Outcome.replaced : adds ? Outcome.inserted : Outcome.identical;
      if (outcomes[i] === Outcome.identical) return;
      this.#rows.set(name, merged.row);
      this.#changed.add(name);
    });
    return { outcomes, sameFile, earlierFiles: new Map(), differences };
  }

  #state(name: string, key: ClaimKey, { added, met, contradicted }: Merged<Row>): void {
    const known = this.#statements.get(name);
    const {
      brought,
      met: metBefore,
      overwritten,
    } = known ?? {
      brought: noClaim(),
      met: noClaim(),
      overwritten: noClaim(),
    };
    for (const more of [added, contradicted]) include(brought, more);
    include(metBefore, met);
    include(overwritten, contradicted);
    if (known === undefined) this.#statements.set(name, { key, brought, met: metBefore, overwritten });
  }
}

const isNothing = ({ fields, flags }: Claimed) => fields === 0 && flags === 0n;

function include(claimed: Claimed, { fields, flags }: Claimed): void {
  claimed.fields |= fields;
  if (flags !== 0n) claimed.flags |= flags;
}

type Value = string | number | Date | null | undefined;

function mergeFields<Row extends object, Field extends keyof Row & string>(
  row: Row,
  record: { readonly [Name in Field]?: Value },
  fields: readonly Field[],
): Merged<Row> {
  const merged = { ...row };
  const [added, met, contradicted] = [noClaim(), noClaim(), noClaim()];
  const differences: string[] = [];
  for (const [place, field] of fields.entries()) {
    const stated = record[field];
    if (stated === undefined || stated === null) continue;
    const before = row[field] as Value;
    const found = before === null || before === undefined ? added : sameValue(before, stated) ? met : contradicted;
    found.fields |= 1 << place;
    if (found === contradicted) differences.push(valueDifference(field, stated, before) ?? '');
    if (found !== met) merged[field] = stated as Row[Field];
  }
  return { row: merged, added, met, contradicted, differences };
}

const sameValue = (a: Value, b: Value) =>
  a === b || (a instanceof Date && b instanceof Date && a.getTime() === b.getTime());

/** A flag known to be on may not be stated off, and the other way round. */
function mergeFlags(
  merged: Merged<LumisectionRow>,
  stored: LumisectionRow,
  record: LumisectionRecord,
): Merged<LumisectionRow> {
  if (!record.flagsOn?.length && !record.flagsOff?.length) return merged;
  const on = flagsToBits(record.flagsOn ?? []);
  const off = flagsToBits(record.flagsOff ?? []);
  const wasOn = BigInt(stored.flagsOn);
  const wasOff = BigInt(stored.flagsOff);
  merged.added.flags = (on | off) & ~(wasOn | wasOff);
  merged.met.flags = (on & wasOn) | (off & wasOff);
  merged.contradicted.flags = (on & wasOff) | (off & wasOn);
  for (const flag of bitsToFlags(on & wasOff)) merged.differences.push(`${flag} on, not off`);
  for (const flag of bitsToFlags(off & wasOn)) merged.differences.push(`${flag} off, not on`);
  return {
    ...merged,
    row: {
      ...merged.row,
      flagsOn: Number((wasOn & ~off) | on),
      flagsOff: Number((wasOff & ~on) | off),
    },
  };
}

function distinct(keys: readonly number[][]): number[][] {
  return [...new Map(keys.map((key) => [key.join('/'), key])).values()];
}

function* chunks<Row>(rows: readonly Row[], dialect: Dialect, columns: number): Iterable<Row[]> {
  const size = Math.floor(dialect.maxParameters / columns);
  for (let i = 0; i < rows.length; i += size) yield rows.slice(i, i + size);
}

/** `field = excluded.field` for every field. */
function excluded(eb: { ref(name: never): unknown }, fields: readonly string[]) {
  return Object.fromEntries(fields.map((field) => [field, eb.ref(`excluded.${field}` as never)])) as never;
}
