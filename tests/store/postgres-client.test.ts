import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BinaryRows, ByteClient } from '../../src/store/postgres-client.ts';
import { BinaryQuery } from '../../src/store/postgres-query.ts';
import { openPostgres } from '../support/open-postgres.ts';

const message = (code: string, content: Buffer): Buffer => {
  const header = Buffer.alloc(5);
  header.write(code, 'latin1');
  header.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([header, content]);
};

const cell = (value: Buffer | null) => {
  const size = Buffer.alloc(4);
  size.writeInt32BE(value === null ? -1 : value.length);
  return Buffer.concat([size, value ?? Buffer.alloc(0)]);
};

const rowMessage = (values: readonly (Buffer | null)[]) =>
  message('D', Buffer.concat([Buffer.from([0, values.length]), ...values.map(cell)]));

/** What a server says between: that it is ready for the next query. */
const READY = message('Z', Buffer.from('I'));

/** What a client reads out of chunks that come one after the other: rows of bytea, and READY for each time it was said. */
function readOf(chunks: readonly Buffer[]): unknown[] {
  const { connection } = new ByteClient() as unknown as {
    connection: EventEmitter & { attachListeners(stream: EventEmitter): void };
  };
  const stream = new EventEmitter();
  connection.attachListeners(stream);
  const query = new BinaryQuery({ text: 'SELECT', values: [], name: undefined });
  query.handleRowDescription({ fields: [{ dataTypeID: 17 }, { dataTypeID: 17 }] });
  const read: unknown[] = [];
  connection.on('dataRow', (rows: BinaryRows) => {
    query.handleDataRow(rows);
    read.push(...query._result.rows.splice(0));
  });
  connection.on('readyForQuery', () => read.push('READY'));
  for (const chunk of chunks) stream.emit('data', chunk);
  return read;
}

const value = fc.option(fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)));

describe('a client of PostgreSQL', () => {
  test('reads the same wherever the stream is cut into chunks', () => {
    const said = fc.oneof(
      { weight: 5, arbitrary: fc.tuple(value, value) },
      { weight: 1, arbitrary: fc.constant('READY' as const) },
    );
    fc.assert(
      fc.property(fc.array(said, { maxLength: 12 }), fc.array(fc.nat(200), { maxLength: 30 }), (all, sizes) => {
        const bytes = Buffer.concat(all.map((one) => (one === 'READY' ? READY : rowMessage(one))));
        const chunks: Buffer[] = [];
        let at = 0;
        for (const size of sizes) {
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        chunks.push(bytes.subarray(at));
        expect(readOf(chunks)).toEqual(all);
      }),
      { numRuns: 500 },
    );
  });

  test('does not write over what it has told of', () => {
    const first = rowMessage([Buffer.from('first'), null]);
    const second = rowMessage([Buffer.from('second'), null]);
    const bytes = Buffer.concat([first, second]);
    const [before, behind] = [bytes.subarray(0, first.length + 9), bytes.subarray(first.length + 9)];
    expect(readOf([before, Buffer.concat([behind, second]), second])).toEqual([
      [Buffer.from('first'), null],
      ...Array.from({ length: 3 }, () => [Buffer.from('second'), null]),
    ]);
  });
});

describe('PostgreSQL', () => {
  let opened: Awaited<ReturnType<typeof openPostgres>>;
  beforeAll(async () => {
    opened = await openPostgres();
  });
  afterAll(() => opened.close());

  test('answers rows that are longer and shorter than what comes at once', async () => {
    const sizes = [0, 1, 7_000_000, 3, 200_000, 65_536, 9];
    const rows = await opened.database.arrays<[number, Uint8Array, number]>(
      `SELECT size, decode(repeat('ab', size), 'hex'), -size FROM unnest($1::integer[]) AS size`,
      [sizes],
    );
    expect(
      rows.map(([size, bytes, negative]) => [size, bytes.length, bytes.every((byte) => byte === 0xab), negative]),
    ).toEqual(sizes.map((size) => [size, size, true, -size + 0]));
  });

  test('refuses a type that nobody decodes, and goes on', async () => {
    await expect(opened.database.arrays("SELECT '1.2.3.4'::inet")).rejects.toThrow(
      /no decoder for the PostgreSQL type/,
    );
    expect(await opened.database.arrays('SELECT 1')).toEqual([[1]]);
  });
});
