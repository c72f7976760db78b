/** A parse process that knows every file for a per-LS CSV and dies as soon as it is to be read. */
import { writeSync } from 'node:fs';
import { serialize } from 'node:v8';
import type { Request } from '../../../ingest/parse-process/messages.ts';

process.on('message', ({ id, kind }: Request) => {
  if (kind !== 'recognise') process.kill(process.pid, 'SIGSEGV');
  const recognition = { format: 'per-ls-csv', title: 'per-LS CSV', needs: 'dataset', statedDataset: null };
  const bytes = serialize({ kind: 'recognised', id, recognition });
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  writeSync(4, Buffer.concat([length, bytes]));
});
