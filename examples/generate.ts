/** Writes examples/data: small files of the sample data in the formats of the field. Part of `npm run generate`. */
import { join } from 'node:path';
import { writeSampleFiles } from '../ingest/sample/files.ts';

await writeSampleFiles(join(import.meta.dirname, 'data'));
