import { sql } from 'kysely';
import { InvalidInputError } from '../domain/errors.ts';
import type { FieldTest, Filter } from '../domain/filter.ts';
import type { Dialect } from './dialect.ts';
import type { NeededValues } from './filter-needs.ts';
import { conditionFilter } from './mask-condition.ts';
import { maskOf } from './mask-names.ts';
import { lumisectionInMask, type MaskNames, runInMask, type Sql } from './mask-sql.ts';
import type { Names } from './meant-names.ts';
import type { NounInfo, Relation } from './noun-info.ts';
import { nounInfo } from './nouns.ts';
import { checkTest } from './operands.ts';
import type { References } from './references.ts';
import { snakeCase } from './rows.ts';
import type { Noun } from './store.ts';
import { isOneOf, testSql } from './test-sql.ts';
import { needsValues, textPredicate } from './text-test.ts';

/** A condition, and whether it is never NULL (so that NOT may stand before it as it is). */
export interface Condition {
  readonly sql: Sql;
  readonly certain: boolean;
}

const TRUE: Condition = { sql: sql`1 = 1`, certain: true };
const FALSE: Condition = { sql: sql`1 = 0`, certain: true };

/**
 * Compiles the filter of the domain to SQL that means the same on both databases.
 * Two-valued: in WHERE a NULL counts as false, and beneath a NOT it is made so, there alone, to leave indexes usable.
 */
export class FilterCompiler {
  readonly #dialect: Dialect;
  readonly #references: References;
  readonly #names: Names;
  readonly #values: NeededValues;
  #aliases = 0;

  constructor(dialect: Dialect, references: References, names: Names, values: NeededValues) {
    this.#dialect = dialect;
    this.#references = references;
    this.#names = names;
    this.#values = values;
  }

  /** The condition that rows of the noun, under this alias, satisfy the filter. @throws InvalidInputError, NotFoundError */
  compile(noun: Noun, alias: string, filter: Filter): Condition {
    switch (filter.kind) {
      case 'and':
        return this.#join(
          filter.of.map((part) => this.compile(noun, alias, part)),
          ' AND ',
          TRUE,
        );
      case 'or':
        return this.#join(
          filter.of.map((part) => this.compile(noun, alias, part)),
          ' OR ',
          FALSE,
        );
      case 'not':
        return negate(this.compile(noun, alias, filter.of));
      case 'test':
        return this.#test(noun, alias, filter);
      case 'related':
        return this.#related(noun, alias, filter.field, filter.of);
      case 'set':
        return this.#set(noun, alias, filter);
      case 'mask':
        return { sql: this.#mask(noun, alias, filter.mask), certain: true };
    }
  }

  #join(parts: readonly Condition[], operator: ' AND ' | ' OR ', empty: Condition): Condition {
    if (parts.length === 0) return empty;
    if (parts.length === 1) return parts[0] as Condition;
    return {
      sql: sql`(${sql.join(
        parts.map((part) => part.sql),
        sql.raw(operator),
      )})`,
      certain: parts.every((part) => part.certain),
    };
  }

  #test(noun: Noun, alias: string, test: FieldTest): Condition {
    const field = fieldOf(noun, test.field);
    checkTest(test, field);
    const column = columnOf(noun, alias, test.field);
    if (!needsValues(test)) return testSql(this.#dialect, column, field, test);
    const ids = this.#decided(noun, test);
    if (ids) return this.#isOneOfIds(noun, sql.raw(`${alias}.id`), ids);
    const satisfies = textPredicate(test);
    const known = this.#values.get(`${noun}.${test.field}`) ?? field.values ?? [];
    const values = known.filter(satisfies);
    const found: Condition = {
      sql: isOneOf(this.#dialect, column, 'text', values),
      certain: !field.nullable || values.length === 0,
    };
    const holdsWhenAbsent = field.nullable && (test.op === 'ne' || test.op === 'notIn');
    return holdsWhenAbsent ? { sql: sql`(${column} IS NULL OR ${found.sql})`, certain: true } : found;
  }

  /** Ids of the dictionary that satisfy the filter; undefined where the dictionary does not decide it. */
  #decided(noun: Noun, filter: Filter): readonly number[] | undefined {
    const dictionary = this.#references.dictionary(noun);
    const pinned = this.#names.pinned(filter);
    if (!dictionary?.decides(pinned)) return undefined;
    checkTests(noun, filter);
    return dictionary.matching(pinned);
  }

  #set(noun: Noun, alias: string, filter: Extract<Filter, { kind: 'set' }>): Condition {
    const ids = this.#decided(noun, filter);
    if (ids) return this.#isOneOfIds(noun, sql.raw(`${alias}.id`), ids);
    if (noun === 'monitorElement') throw this.#references.unknownSet(filter.set);
    throw new InvalidInputError(`set is no condition on ${noun}: it selects monitor elements`, { field: 'set' });
  }

  /** Names few: where most of the dictionary is meant, the rest of it is excluded. */
  #isOneOfIds(noun: Noun, column: Sql, ids: readonly number[]): Condition {
    const dictionary = this.#references.dictionary(noun);
    if (ids.length === 0) return FALSE;
    if (dictionary && ids.length > 1 && ids.length > dictionary.size / 2) {
      const meant = new Set(ids);
      const excluded = dictionary.ids.filter((id) => !meant.has(id));
      if (excluded.length === 0) return TRUE;
      return { sql: sql`NOT (${isOneOf(this.#dialect, column, 'int', excluded)})`, certain: true };
    }
    return { sql: isOneOf(this.#dialect, column, 'int', ids), certain: true };
  }

  #related(noun: Noun, alias: string, name: string, filter: Filter): Condition {
    const relation = nounInfo(noun).relations[name];
    if (!relation) {
      throw new InvalidInputError(
        `${noun} has no related ${name}: it has ${Object.keys(nounInfo(noun).relations).join(', ') || 'none'}`,
        { field: name },
      );
    }
    return relation.one
      ? this.#relatedOne(noun, alias, relation, filter)
      : this.#relatedMany(noun, alias, relation, filter);
  }

  /**
   * The related row is there (the store writes it first) unless ours is null, so its filter may be taken apart: tests of its key
   * become tests of our own columns, tests of names become ids, and only the rest asks the other table.
   */
  #relatedOne(noun: Noun, alias: string, relation: Relation, filter: Filter): Condition {
    const theirs = Object.keys(relation.on);
    const ours = (field: string) => columnOf(noun, alias, relation.on[field] as string);
    const isLocal = (part: Filter): boolean =>
      part.kind === 'test'
        ? theirs.includes(part.field)
        : part.kind === 'not'
          ? isLocal(part.of)
          : (part.kind === 'and' || part.kind === 'or') && part.of.every(isLocal);
    const local = (part: Filter): Condition => {
      if (part.kind === 'and' || part.kind === 'or')
        return this.#join(
          part.of.map(local),
          part.kind === 'and' ? ' AND ' : ' OR ',
          part.kind === 'and' ? TRUE : FALSE,
        );
      if (part.kind === 'not') return negate(local(part.of));
      if (part.kind !== 'test') throw new Error(`${part.kind} is no test of a key`);
      const field = fieldOf(relation.noun, part.field);
      checkTest(part, field);
      return testSql(this.#dialect, ours(part.field), field, part);
    };
    const rest: Filter[] = [];
    const parts: Condition[] = [];
    for (const part of filter.kind === 'and' ? filter.of : [filter]) {
      const ids = this.#decided(relation.noun, part);
      if (ids) parts.push(this.#isOneOfIds(relation.noun, ours('id'), ids));
      else if (isLocal(part)) parts.push(local(part));
      else rest.push(part);
    }
    if (rest.length > 0) parts.push(this.#relatedRow(relation, ours, { kind: 'and', of: rest }));
    if (relation.optional) {
      for (const key of theirs) parts.push({ sql: sql`${ours(key)} IS NOT NULL`, certain: true });
    }
    return this.#join(parts, ' AND ', TRUE);
  }

  #relatedRow(relation: Relation, ours: (field: string) => Sql, filter: Filter): Condition {
    const alias = this.#alias();
    const { sql: condition } = this.compile(relation.noun, alias, filter);
    const from = fromOf(relation.noun, alias);
    const theirs = Object.keys(relation.on);
    if (theirs.length === 1) {
      const [key] = theirs as [string];
      return {
        sql: sql`${ours(key)} IN (SELECT ${columnOf(relation.noun, alias, key)} FROM ${from} WHERE ${condition})`,
        certain: true,
      };
    }
    const pairs = theirs.map((key) => sql`${columnOf(relation.noun, alias, key)} = ${ours(key)}`);
    return {
      sql: sql`EXISTS (SELECT 1 FROM ${from} WHERE ${sql.join(pairs, sql` AND `)} AND ${condition})`,
      certain: true,
    };
  }

  #relatedMany(noun: Noun, alias: string, relation: Relation, filter: Filter): Condition {
    const theirs = this.#alias();
    const { sql: condition } = this.compile(relation.noun, theirs, filter);
    const from = fromOf(relation.noun, theirs);
    const { through, where = {} } = relation;
    if (!through) {
      const pairs = Object.entries(relation.on).map(
        ([key, own]) => sql`${columnOf(relation.noun, theirs, key)} = ${columnOf(noun, alias, own)}`,
      );
      for (const [key, value] of Object.entries(where)) {
        pairs.push(sql`${columnOf(relation.noun, theirs, key)} = ${sql.raw(String(value))}`);
      }
      return {
        sql: sql`EXISTS (SELECT 1 FROM ${from} WHERE ${sql.join(pairs, sql` AND `)} AND ${condition})`,
        certain: true,
      };
    }
    const link = this.#alias();
    const paired = (of: Noun, on: string, columns: Readonly<Record<string, string>>) =>
      Object.entries(columns).map(
        ([key, linked]) => sql`${sql.raw(`${link}.${snakeCase(linked)}`)} = ${columnOf(of, on, key)}`,
      );
    const pairs = [...paired(noun, alias, through.ours), ...paired(relation.noun, theirs, through.theirs)];
    return {
      sql: sql`EXISTS (SELECT 1 FROM ${sql.raw(`${through.table} ${link}`)}, ${from} WHERE ${sql.join(pairs, sql` AND `)} AND ${condition})`,
      certain: true,
    };
  }

  /** What stands behind the names of a mask. */
  get maskNames(): MaskNames {
    return {
      source: (source) => this.#names.source(source),
      named: (mask) => this.#names.named(mask),
      lumisections: (condition) => {
        const alias = this.#alias();
        return {
          from: fromOf('lumisection', alias),
          run: columnOf('lumisection', alias, 'runNumber'),
          number: columnOf('lumisection', alias, 'number'),
          holds: this.compile('lumisection', alias, conditionFilter(condition)).sql,
        };
      },
    };
  }

  #mask(noun: Noun, alias: string, text: string): Sql {
    const { mask } = nounInfo(noun);
    if (!mask)
      throw new InvalidInputError(`mask is no condition on ${noun}: it selects lumisections`, { field: 'mask' });
    const expression = maskOf(text);
    const run = columnOf(noun, alias, mask.run);
    return mask.lumisection === undefined
      ? runInMask(expression, this.maskNames, run)
      : lumisectionInMask(expression, this.maskNames, run, columnOf(noun, alias, mask.lumisection));
  }

  #alias(): string {
    this.#aliases++;
    return `r${this.#aliases}`;
  }
}

function negate({ sql: condition, certain }: Condition): Condition {
  return { sql: certain ? sql`NOT (${condition})` : sql`NOT coalesce(${condition}, 1 = 0)`, certain: true };
}

function checkTests(noun: Noun, filter: Filter): void {
  if (filter.kind === 'test') checkTest(filter, fieldOf(noun, filter.field));
  else if (filter.kind === 'not') checkTests(noun, filter.of);
  else if (filter.kind === 'and' || filter.kind === 'or') for (const part of filter.of) checkTests(noun, part);
}

/** @throws InvalidInputError for what is no field of the noun. */
export function fieldOf(noun: Noun, name: string) {
  const info: NounInfo = nounInfo(noun);
  const field = (Object.hasOwn(info.fields, name) ? info.fields[name] : undefined) ?? info.computed?.[name];
  if (!field) {
    throw new InvalidInputError(`${noun} has no field ${name}: it has ${Object.keys(info.fields).join(', ')}`, {
      field: name,
    });
  }
  return field;
}

/** A field under an alias. Names come from the noun table, never from a caller. */
export const columnOf = (noun: Noun, alias: string, field: string): Sql => sql.raw(columnText(noun, alias, field));

export function columnText(noun: Noun, alias: string, field: string): string {
  const computed = nounInfo(noun).computed?.[field];
  return computed ? computed.sql.replaceAll(/\bt\./g, `${alias}.`) : `${alias}.${snakeCase(field)}`;
}

export const fromOf = (noun: Noun, alias: string): Sql => sql.raw(`${nounInfo(noun).table} ${alias}`);
