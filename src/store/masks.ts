import { InvalidInputError } from '../domain/errors.ts';
import { LuminosityMask } from '../domain/lumi-mask.ts';
import { type MaskExpression, termsOf } from '../domain/mask-expression.ts';
import { parseMask } from '../domain/mask-expression-parser.ts';
import type { SavedMask } from '../generated/sqlite/client.ts';
import type { CheckedQuery } from './checked-query.ts';
import type { Column, Transaction } from './database.ts';
import { type Luminosity, maskLuminosity } from './mask-luminosity.ts';
import { type LossRule, type ReadLosses, type ReadMask, readLosses, readMask } from './mask-reads.ts';

/** What somebody saves under a name. */
export type MaskContent = Pick<SavedMask, 'name' | 'expression' | 'comment' | 'author'>;

/** Sets of lumisections, as masks say them. */
export interface Masks {
  /** @throws NotFoundError, InvalidInputError for a name that is none (any more, or twice). */
  read(expression: MaskExpression): Promise<ReadMask>;
  /** Of the stored lumisections of the mask. */
  luminosity(mask: LuminosityMask): Promise<Luminosity>;
  /** The universe, split by which of the rules lose its lumisections. */
  losses(universe: MaskExpression, rules: readonly LossRule[]): Promise<ReadLosses>;
  /**
   * Keeps what the expression holds now as the next version of the name, unless the newest one has the same expression and
   * holds the same.
   * @throws InvalidInputError where a certification source has the name.
   */
  save(content: MaskContent): Promise<{ mask: SavedMask; created: boolean }>;
}

export const createMasks = (query: CheckedQuery): Masks => ({
  read: (expression) => readMask(query, expression),
  luminosity: (mask) => maskLuminosity(query, mask),
  losses: (universe, rules) => readLosses(query, universe, rules),
  // a look at what is there and the deed are one
  save: (content) => query.database.write((transaction) => save(query, transaction, content), { alone: true }),
});

const RANGES: readonly Column[] = [
  { name: 'run_number', type: 'integer' },
  { name: 'name', type: 'text' },
  { name: 'version', type: 'integer' },
  { name: 'lumisection_first', type: 'integer' },
  { name: 'lumisection_last', type: 'integer' },
];

async function save(query: CheckedQuery, transaction: Transaction, content: MaskContent) {
  const { name, expression, comment, author } = content;
  const sources = await transaction.arrays('SELECT 1 FROM certification_version WHERE source = $1 LIMIT 1', [name]);
  if (sources.length > 0) {
    throw new InvalidInputError(`name: a certification source is called ${JSON.stringify(name)}: take another name`, {
      field: 'name',
    });
  }
  const parsed = parseMask(expression, 'expression');
  const { mask, madeOf } = await readMask(query, parsed, transaction);
  const [newest] = await transaction.all<SavedMask>(
    'SELECT * FROM saved_mask WHERE name = $1 ORDER BY version DESC LIMIT 1',
    [name],
  );
  if (newest?.expression === expression && mask.equals(await rangesOf(transaction, newest))) {
    return { mask: newest, created: false };
  }
  const version = (newest?.version ?? 0) + 1;
  const saved = {
    ...{ name, version, expression, comment, author, createdAt: new Date(), madeOf: JSON.stringify(madeOf) },
    isListed: termsOf(parsed).some(({ kind }) => kind === 'ranges'),
  };
  await transaction.all(
    `INSERT INTO saved_mask (name, version, expression, comment, author, created_at, made_of, is_listed)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [name, version, expression, comment, author, saved.createdAt, saved.madeOf, saved.isListed],
  );
  const rows = [...mask].flatMap(({ run, ranges }) =>
    ranges.map(({ first, last }) => [run, name, version, first, last]),
  );
  await transaction.insert('saved_mask_range', RANGES, rows);
  return { mask: saved, created: true };
}

async function rangesOf(transaction: Transaction, { name, version }: SavedMask): Promise<LuminosityMask> {
  const rows = await transaction.arrays<[number, number, number]>(
    'SELECT run_number, lumisection_first, lumisection_last FROM saved_mask_range WHERE name = $1 AND version = $2',
    [name, version],
  );
  return LuminosityMask.fromRows(rows);
}
