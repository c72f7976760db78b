import { readFileSync, writeFileSync } from 'node:fs';
import { erDiagram } from './er-diagram.ts';
import { errorTable } from './error-table.ts';
import { settingsTable } from './settings-table.ts';
import { combinationTable, preparationTable, reasonTable, strategyTable } from './strategy-tables.ts';

/**
 * Writes the generated parts of the documentation between their marks `<!-- NAME: generated, do not edit -->` and
 * `<!-- /NAME -->`. With --check it writes nothing, and fails where something is out of step.
 *
 *   tsx docs/generate.ts [--check]
 */
const PARTS: readonly { file: string; name: string; make: () => string }[] = [
  { file: 'configuration.md', name: 'settings', make: settingsTable },
  { file: 'data-model.md', name: 'er-diagram', make: () => ['```mermaid', erDiagram(), '```'].join('\n') },
  { file: 'errors.md', name: 'error-codes', make: errorTable },
  { file: 'strategies.md', name: 'strategies', make: strategyTable },
  { file: 'strategies.md', name: 'preparation', make: preparationTable },
  { file: 'strategies.md', name: 'combinations', make: combinationTable },
  { file: 'strategies.md', name: 'reasons', make: reasonTable },
];

const check = process.argv.includes('--check');
let stale = 0;
for (const { file, name, make } of PARTS) {
  const path = new URL(file, import.meta.url);
  const text = readFileSync(path, 'utf8');
  const between = new RegExp(`(<!-- ${name}: [^>]*-->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!between.test(text)) throw new Error(`docs/${file} has no place for ${name}`);
  const fresh = text.replace(between, (_, open: string, close: string) => `${open}\n${make()}\n\n${close}`);
  if (fresh === text) continue;
  stale++;
  if (check) console.error(`docs/${file}: ${name} is out of step; run tsx docs/generate.ts`);
  else writeFileSync(path, fresh);
}
process.exitCode = check && stale > 0 ? 1 : 0;
