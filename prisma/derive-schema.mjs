// prisma/schema.prisma (sqlite) -> prisma/.derived/postgresql/schema.prisma
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const src = readFileSync(new URL('./schema.prisma', import.meta.url), 'utf8');
const once = (s, a, b) => {
  if (s.split(a).length !== 2) throw new Error(`expected exactly one ${a}`);
  return s.replace(a, b);
};
let out = src.replace(/^generator pothos \{[^}]*\}\n\n?/m, ''); // Pothos types come from the sqlite client only
out = once(out, 'provider = "sqlite"', 'provider = "postgresql"');
out = once(out, '"../src/generated/sqlite"', '"../../../src/generated/postgresql"');
// rows of a file lie together: ranges of pages tell where, for a tenth of what an ordinary index costs an ingest
out = once(
  out,
  '@@index([fileId])\n  @@map("lumisection_histogram")',
  '@@index([fileId], type: Brin)\n  @@map("lumisection_histogram")',
);
mkdirSync(new URL('./.derived/postgresql/', import.meta.url), { recursive: true });
writeFileSync(
  new URL('./.derived/postgresql/schema.prisma', import.meta.url),
  `// GENERATED from prisma/schema.prisma\n${out}`,
);
