import { readFile } from 'node:fs/promises';
import { pathProblem } from '../../src/domain/monitor-element.ts';
import { repeatedMember } from '../formats/table/repeated-member.ts';
import { compileChoice, type ElementChoice } from '../pipeline/elements.ts';
import { withoutBraces } from './braces.ts';
import { UsageError } from './command.ts';

/** Flags that say what monitor elements are called and which to take, for `parseArguments`. */
export const elementOptions = {
  include: { type: 'string', multiple: true },
  exclude: { type: 'string', multiple: true },
  'me-map': { type: 'string' },
  'me-prefix': { type: 'string' },
} as const;

export const elementHelp = `  --include GLOB       take only monitor elements whose path matches: 'PixelPhase1/*', 'Pixel/{charge,size}_*'; may be
                       given several times
  --exclude GLOB       leave out those that match; @LIST in place of a GLOB is a file of globs, one a line
  --me-map FILE        paths for names as the files write them: a CSV of name,path or a JSON object
  --me-prefix PREFIX   put before every name that the map does not hold`;

interface Values {
  readonly include?: string[];
  readonly exclude?: string[];
  readonly 'me-map'?: string;
  readonly 'me-prefix'?: string;
}

/** @throws UsageError, InvalidInputError (a glob that is none); undefined where no flag was given. */
export async function elementChoiceOf(values: Values): Promise<ElementChoice | undefined> {
  const { include = [], exclude = [], 'me-map': mapFile, 'me-prefix': prefix } = values;
  if (include.length + exclude.length === 0 && mapFile === undefined && prefix === undefined) return undefined;
  const problem = prefix === undefined ? null : pathProblem(prefix.replace(/\/+$/, ''));
  if (problem) throw new UsageError(`--me-prefix ${prefix} cannot begin a path: ${problem}`);
  const choice: ElementChoice = {
    include: await readGlobs('--include', include),
    exclude: await readGlobs('--exclude', exclude),
    ...(prefix === undefined ? {} : { prefix }),
    ...(mapFile === undefined ? {} : { map: await readMap(mapFile) }),
  };
  compileChoice(choice);
  return choice;
}

async function readGlobs(flag: string, globs: readonly string[]): Promise<string[]> {
  const lists = globs.map(async (glob) => {
    if (glob.trim() === '') throw new UsageError(`${flag} is empty`);
    if (!glob.startsWith('@')) return withoutBraces(glob);
    const lines = (await readList(flag, glob.slice(1))).split(/\r?\n/).map((line) => line.trim());
    const listed = lines.filter((line) => line !== '' && !line.startsWith('#'));
    if (listed.length === 0) throw new UsageError(`${flag}: the list ${glob.slice(1)} holds no glob`);
    return listed.flatMap(withoutBraces);
  });
  return (await Promise.all(lists)).flat();
}

async function readList(flag: string, path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    throw new UsageError(`${flag}: ${path} cannot be read: ${(error as Error).message}`);
  }
}

/** Paths by name, from JSON (`{"name": "path"}`) or CSV (`name,path`, with or without that header, or `path,name` with it). */
async function readMap(file: string): Promise<Record<string, string>> {
  const text = await readList('--me-map', file);
  const pairs = text.trimStart().startsWith('{') ? jsonPairs(file, text) : csvPairs(file, text);
  const map = new Map<string, { path: string; place: string }>();
  for (const { name, path, place } of pairs) {
    const problem = name === '' ? 'the name is empty' : pathProblem(path);
    if (problem) throw new UsageError(`--me-map ${place}: ${JSON.stringify(path)} is no path: ${problem}`);
    const before = map.get(name);
    if (before && before.path !== path) {
      throw new UsageError(`--me-map ${place}: ${name} is ${path} here and ${before.path} in ${before.place}`);
    }
    map.set(name, { path, place });
  }
  return Object.fromEntries([...map].map(([name, { path }]) => [name, path]));
}

interface Pair {
  readonly name: string;
  readonly path: string;
  /** For people: where it stands. */
  readonly place: string;
}

function jsonPairs(file: string, text: string): Pair[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--me-map ${file}: no JSON: ${(error as Error).message}`);
  }
  const repeated = repeatedMember(text, parsed);
  if (repeated) {
    const line = text.slice(0, repeated.at).split('\n').length;
    throw new UsageError(`--me-map ${file}:${line}: ${repeated.name} stands there twice`);
  }
  return Object.entries(parsed as Record<string, unknown>).map(([name, path]) => {
    if (typeof path !== 'string') throw new UsageError(`--me-map ${file}: the path of ${name} is no text`);
    return { name, path, place: file };
  });
}

const CELL = '(?:"((?:[^"]|"")*)"|([^",]*))';
const LINE = new RegExp(`^\\s*${CELL}\\s*,\\s*${CELL}\\s*$`);

function csvPairs(file: string, text: string): Pair[] {
  const pairs = text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const place = `${file}:${index + 1}`;
    const cells = LINE.exec(line);
    if (!cells) throw new UsageError(`--me-map ${place}: two cells are wanted, name,path, not ${JSON.stringify(line)}`);
    const [, quotedName, name, quotedPath, path] = cells;
    return [{ name: unquoted(quotedName, name), path: unquoted(quotedPath, path), place }];
  });
  const [first] = pairs;
  if (first?.name === 'name' && first.path === 'path') return pairs.slice(1);
  // a header says which is which
  if (first?.name !== 'path' || first.path !== 'name') return pairs;
  return pairs.slice(1).map(({ name, path, place }) => ({ name: path, path: name, place }));
}

const unquoted = (quoted: string | undefined, plain: string | undefined) =>
  quoted === undefined ? (plain ?? '').trim() : quoted.replaceAll('""', '"');
