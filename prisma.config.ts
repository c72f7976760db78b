import { fileURLToPath } from 'node:url';
import { defineConfig } from 'prisma/config';

const url = process.env.DATABASE_URL ?? 'file:./data/lumigraph.db';
const postgres = /^postgres(ql)?:/.test(url) || process.env.PRISMA_PROVIDER === 'postgresql';

// No native engine, no download: the CLI talks to a script that runs the engine's WASM build, and calls nobody.
process.env.CHECKPOINT_DISABLE ??= '1';
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= fileURLToPath(new URL('./prisma/schema-engine.mjs', import.meta.url));

export default defineConfig({
  schema: postgres ? 'prisma/.derived/postgresql/schema.prisma' : 'prisma/schema.prisma',
  migrations: { path: postgres ? 'prisma/migrations/postgresql' : 'prisma/migrations/sqlite' },
  datasource: { url },
});
