import { sql } from 'kysely';
import { InvalidInputError } from '../domain/errors.ts';
import type { FieldTest } from '../domain/filter.ts';
import { flagsToBits, type LumisectionFlag } from '../domain/lumisection-flags.ts';
import type { Parameter } from './database.ts';
import type { Dialect } from './dialect.ts';
import type { Condition } from './filter-sql.ts';
import type { Sql } from './mask-sql.ts';
import type { Field, FieldType } from './noun-info.ts';
import { toParameter } from './operands.ts';

const COMPARISONS = { lt: sql`<`, lte: sql`<=`, gt: sql`>`, gte: sql`>=` };

/** The SQL of one test whose operand was checked, and which SQL can answer alike on both databases. */
export function testSql(dialect: Dialect, column: Sql, field: Field, test: FieldTest): Condition {
  const condition = (text: Sql): Condition => ({ sql: text, certain: !field.nullable });
  const { op, value } = test;
  const operand = () => sql`${toParameter(field.type, value)}`;
  switch (op) {
    case 'isNull':
      return { sql: value === true ? sql`${column} IS NULL` : sql`${column} IS NOT NULL`, certain: true };
    case 'eq':
      return condition(sql`${column} = ${operand()}`);
    case 'ne':
      return orAbsent(column, field, sql`${column} <> ${operand()}`);
    case 'in':
      return condition(isOneOf(dialect, column, field.type, value as readonly unknown[]));
    case 'notIn':
      return orAbsent(column, field, sql`NOT (${isOneOf(dialect, column, field.type, value as readonly unknown[])})`);
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte': {
      const comparable = field.type === 'text' ? sql`${column} ${sql.raw(dialect.binaryCollation)}` : column;
      return condition(sql`${comparable} ${COMPARISONS[op]} ${operand()}`);
    }
    case 'contains':
    case 'startsWith':
    case 'endsWith':
      return condition(textPart(dialect, column, op, value as string));
    case 'hasAll':
    case 'hasAny':
      return condition(flagsTest(column, op, value as readonly LumisectionFlag[]));
    default:
      throw new InvalidInputError(`${op} is answered over the distinct values`, { field: test.field, op });
  }
}

const orAbsent = (column: Sql, field: Field, text: Sql): Condition => ({
  sql: field.nullable ? sql`(${column} IS NULL OR ${text})` : text,
  certain: true,
});

/** Lists of numbers with fractions and of times travel as single parameters: as text they might not come back exactly. */
const MOST_SINGLE = 30_000;

/** `column` is one of the values. Integers and texts travel in one parameter, however many they are. */
export function isOneOf(dialect: Dialect, column: Sql, type: FieldType, values: readonly unknown[]): Sql {
  if (values.length === 0) return sql`1 = 0`;
  if (values.length === 1) return sql`${column} = ${toParameter(type, values[0])}`;
  if (type === 'int' || type === 'bigint' || type === 'text') {
    const [before, behind] = dialect.oneOf[type];
    const list: Parameter = dialect.listParameter(values.map((value) => toParameter(type, value) as string | number));
    return sql`${column} ${sql.raw(before)}${list}${sql.raw(behind)}`;
  }
  if (values.length > MOST_SINGLE) {
    throw new InvalidInputError(`A list of numbers with fractions or of times takes at most ${MOST_SINGLE} values`);
  }
  return sql`${column} IN (${sql.join(values.map((value) => toParameter(type, value)))})`;
}

/** Lengths are counted in code points, as both databases count them. Never LIKE: it ignores case on SQLite. */
function textPart(dialect: Dialect, column: Sql, op: 'contains' | 'startsWith' | 'endsWith', part: string): Sql {
  if (part === '') return sql`${column} IS NOT NULL`;
  const length = [...part].length;
  switch (op) {
    case 'contains':
      return sql`${sql.raw(dialect.positionFunction)}(${column}, ${part}) > 0`;
    case 'startsWith':
      return sql`substr(${column}, 1, ${length}) = ${part}`;
    case 'endsWith':
      return sql`substr(${column}, length(${column}) - ${length - 1}) = ${part}`;
  }
}

function flagsTest(column: Sql, op: 'hasAll' | 'hasAny', flags: readonly LumisectionFlag[]): Sql {
  const set = sql.raw(String(flagsToBits(flags)));
  return op === 'hasAll' ? sql`(${column} & ${set}) = ${set}` : sql`(${column} & ${set}) <> 0`;
}
