// Writes the schema as the code has it to schema.graphql.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { printSchema } from 'graphql';
import { schema } from './schema/index.ts';

writeFileSync(fileURLToPath(new URL('../schema.graphql', import.meta.url)), `${printSchema(schema)}\n`);
