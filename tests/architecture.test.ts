import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** The floor plan: each floor, and the floors it may import from beside itself. Whatever is not listed may not be imported. */
const FLOORS: Record<string, { files: RegExp; mayImport: string[] }> = {
  generated: { files: /^src\/generated\//, mayImport: [] },
  domain: { files: /^src\/domain\//, mayImport: [] },
  strategies: { files: /^src\/strategies\//, mayImport: ['domain'] },
  programs: { files: /^(bin\/|src\/own-program\.ts$)/, mayImport: [] },
  workers: { files: /^src\/workers\//, mayImport: ['programs', 'strategies', 'domain'] },
  config: { files: /^src\/(config|setting)\.ts$/, mayImport: ['domain'] },
  store: { files: /^src\/store\//, mayImport: ['programs', 'domain', 'generated'] },
  loaders: { files: /^loaders\//, mayImport: ['store', 'domain'] },
  export: { files: /^src\/export\//, mayImport: ['workers', 'store', 'domain'] },
  compare: { files: /^src\/compare\//, mayImport: ['export', 'workers', 'store', 'domain'] },
  playground: {
    files: /^src\/playground\//,
    mayImport: ['export', 'workers', 'pipeline', 'strategies', 'store', 'domain', 'generated'],
  },
  jobs: { files: /^src\/jobs\//, mayImport: ['programs', 'pipeline', 'formats', 'store', 'domain', 'generated'] },
  context: { files: /^src\/context\.ts$/, mayImport: ['config', 'jobs', 'loaders', 'workers', 'store', 'domain'] },
  schema: {
    files: /^src\/(schema\/|print-schema\.ts$)/,
    mayImport: [
      ...['context', 'compare', 'playground', 'strategies', 'export', 'loaders', 'jobs', 'pipeline', 'store', 'domain'],
      'generated',
    ],
  },
  telemetry: { files: /^src\/telemetry\//, mayImport: ['store', 'domain'] },
  plugins: {
    files: /^src\/(plugins\/|log\.ts$)/,
    mayImport: ['config', 'context', 'export', 'jobs', 'schema', 'telemetry', 'workers', 'store', 'domain'],
  },
  app: {
    files: /^src\/app\.ts$/,
    mayImport: ['config', 'context', 'jobs', 'plugins', 'schema', 'loaders', 'telemetry', 'workers', 'store', 'domain'],
  },
  formats: {
    files: /^ingest\/(formats\/|file-error\.ts$|source(\.ts$|\/)|scanner\.ts$)/,
    mayImport: ['programs', 'domain'],
  },
  pipeline: { files: /^ingest\/(pipeline\/|parse-process\/)/, mayImport: ['programs', 'formats', 'store', 'domain'] },
  sample: { files: /^ingest\/sample/, mayImport: ['playground', 'pipeline', 'formats', 'store', 'domain'] },
  server: {
    files: /^src\/(server\.ts$|http-server\.ts$|ignored-upgrade\.ts$|web-build\.ts$)/,
    mayImport: [
      ...['app', 'config', 'jobs', 'playground', 'plugins', 'programs', 'sample', 'telemetry', 'workers', 'store'],
      'domain',
    ],
  },
  cli: {
    files: /^ingest\/(cli|commands\/|progress|report|discover)/,
    mayImport: ['config', 'export', 'schema', 'pipeline', 'formats', 'store', 'domain'],
  },
};

const sourceFiles = ['bin', 'src', 'loaders', 'ingest'].flatMap((top) =>
  readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mts|mjs)$/.test(name))
    .map((name) => join(top, name)),
);
const ownFiles = sourceFiles.filter((file) => !file.startsWith('src/generated/'));

const floorOf = (file: string) => Object.keys(FLOORS).find((floor) => FLOORS[floor]?.files.test(file));

/** Relative imports of a file, type-only ones included: a type is knowledge too. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map((match) => match[1] ?? '');
  return specifiers.map((specifier) => relative(root, resolve(root, dirname(file), specifier)));
}

describe('the floor plan', () => {
  test('gives every source file a floor', () => {
    expect(ownFiles.filter((file) => floorOf(file) === undefined)).toEqual([]);
  });

  test('is obeyed by every import', () => {
    const offences = ownFiles.flatMap((file) => {
      const from = floorOf(file) ?? '';
      return importsOf(file)
        .filter((target) => {
          if (target.startsWith('prisma/')) return from !== 'store';
          const to = floorOf(target);
          return to !== from && !(to !== undefined && FLOORS[from]?.mayImport.includes(to));
        })
        .map((target) => `${file} (${from}) imports ${target} (${floorOf(target) ?? 'outside'})`);
    });
    expect(offences).toEqual([]);
  });

  test('has no circle', () => {
    const done = new Set<string>();
    const visit = (floor: string, path: string[]) => {
      expect(path, `a circle: ${[...path, floor].join(' -> ')}`).not.toContain(floor);
      if (done.has(floor)) return;
      for (const next of FLOORS[floor]?.mayImport ?? []) visit(next, [...path, floor]);
      done.add(floor);
    };
    for (const floor of Object.keys(FLOORS)) visit(floor, []);
  });

  test('lets only the configuration read the environment', () => {
    const readers = ownFiles.filter((file) => /process\.env\b/.test(readFileSync(join(root, file), 'utf8')));
    expect(readers).toEqual(['src/config.ts']);
  });

  test('lets only the entry files end the process', () => {
    const enders = ownFiles.filter((file) => /process\.exit\(/.test(readFileSync(join(root, file), 'utf8')));
    expect(enders.filter((file) => !['src/server.ts', 'ingest/cli.ts'].includes(file))).toEqual([]);
  });

  test('lets only the dialects name a database', () => {
    const branches = ownFiles.filter((file) => {
      if (/^src\/(store\/|config\.ts)/.test(file)) return false;
      return /kind === '(sqlite|postgresql)'|kind !== '(sqlite|postgresql)'/.test(
        readFileSync(join(root, file), 'utf8'),
      );
    });
    expect(branches).toEqual([]);
  });

  test('keeps the pure floor pure: no file, network, database or process', () => {
    const impure = ownFiles.filter(
      (file) =>
        floorOf(file) === 'domain' &&
        /from '(node:(fs|net|http|child_process|worker_threads|process)|pg|@prisma|graphql|kysely)/.test(
          readFileSync(join(root, file), 'utf8'),
        ),
    );
    expect(impure).toEqual([]);
  });
});
