/** A parse process whose reader lets an error of a library escape over every file. */
import { writeSync } from 'node:fs';
import { serialize } from 'node:v8';
import type { Request } from '../../../ingest/parse-process/messages.ts';

process.on('message', ({ id }: Request) => {
  const error = {
    fileError: null,
    message: 'x is not a function',
    details: {},
    stack: 'TypeError: x is not a function\n    at y',
  };
  const bytes = serialize({ kind: 'failed', id, error });
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  writeSync(4, Buffer.concat([length, bytes]));
});
