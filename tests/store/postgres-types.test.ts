import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Parameter } from '../../src/store/database.ts';
import { openPostgres } from '../support/open-postgres.ts';

// times must not depend on where the server stands
process.env.TZ = 'America/St_Johns';

/** What the text of a value, as the server writes it, means. */
const TYPES: Record<string, { of: fc.Arbitrary<Parameter>; read(text: string): unknown }> = {
  boolean: { of: fc.boolean(), read: (text) => text === 'true' },
  smallint: { of: fc.integer({ min: -32_768, max: 32_767 }), read: Number },
  integer: { of: fc.integer(), read: Number },
  bigint: { of: fc.maxSafeInteger(), read: Number },
  numeric: { of: fc.maxSafeInteger(), read: Number },
  real: { of: fc.float(), read: (text) => Math.fround(Number(text)) },
  'double precision': { of: fc.double(), read: Number },
  text: { of: fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')), read: (text) => text },
  bytea: { of: fc.uint8Array(), read: (text) => Buffer.from(text.slice(2), 'hex') },
  'timestamp(3)': {
    of: fc.date({ min: new Date('1900-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
    read: (text) => new Date(`${text.replace(' ', 'T')}Z`),
  },
};

describe('a binary value of PostgreSQL', () => {
  let opened: Awaited<ReturnType<typeof openPostgres>>;
  beforeAll(async () => {
    opened = await openPostgres();
  });
  afterAll(() => opened.close());

  it.each(Object.entries(TYPES))(
    'of type %s says what its text says, alone, in a list and beside nothing',
    async (type, { of, read }) => {
      await fc.assert(
        fc.asyncProperty(of, async (value) => {
          const sql = `SELECT v, CAST(v AS text), ARRAY[v, NULL, v], ARRAY[]::${type}[], NULL::${type} FROM (SELECT $1::${type} AS v) q`;
          const [row] = await opened.database.arrays<[unknown, string, unknown[], unknown[], null]>(sql, [value]);
          const told = read(row?.[1] as string);
          expect(row?.[0]).toEqual(told);
          expect(row?.slice(2)).toEqual([[told, null, told], [], null]);
        }),
        { numRuns: 30 },
      );
    },
  );
});
