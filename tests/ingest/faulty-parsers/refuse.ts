/** A parse process that refuses every file, in words that PostgreSQL has no character for. */
import { writeSync } from 'node:fs';
import { serialize } from 'node:v8';
import type { Request } from '../../../ingest/parse-process/messages.ts';

process.on('message', ({ id }: Request) => {
  const error = { fileError: 'BROKEN_ROOT', message: 'there is a \0\0 here', details: { byte: 7 }, stack: '' };
  const bytes = serialize({ kind: 'failed', id, error });
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  writeSync(4, Buffer.concat([length, bytes]));
});
