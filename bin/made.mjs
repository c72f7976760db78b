/**
 * What is made of the sources of this project, once for each state of them: the compiled programs, the GraphiQL page.
 * It lies in a folder that is named after that state, so that a start finds it or makes it, several may make it at
 * once, and whoever runs from an older one goes on.
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** The folder of this project, from its sources as from where they are compiled to. */
export const ROOT = holds('package.json', import.meta.dirname);

/** So many are kept of one thing, and all that are young: others may be at work in them. */
const KEPT = 3;
const YOUNG_MS = 900_000;

/**
 * @typedef {object} Product
 * @property {string} name
 * @property {readonly string[]} sources files and folders, by their paths in the project
 */

/**
 * The folder of what was made of the sources as they are now; null where that is still to be done.
 * @param {Product} product
 */
export function made(product) {
  const place = placeOf(product);
  return existsSync(place) ? place : null;
}

/**
 * The same, made first where it is not there.
 * @param {Product} product
 * @param {(folder: string) => Promise<unknown>} fill
 * @returns {Promise<string>}
 */
export async function make(product, fill) {
  const place = placeOf(product);
  if (existsSync(place)) return place;
  const cache = dirname(place);
  const unfinished = join(cache, `unfinished-${randomUUID()}`);
  mkdirSync(unfinished, { recursive: true });
  try {
    await fill(unfinished);
    // of sources that were changed meanwhile it may be half and half
    if (placeOf(product) === place) renameSync(unfinished, place);
  } catch (error) {
    // another start may have been quicker
    if (!existsSync(place)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  removeOld(cache);
  return existsSync(place) ? place : make(product, fill);
}

/** @param {Product} product */
function placeOf({ name, sources }) {
  return join(ROOT, 'node_modules/.lumigraph', name, stateOf(sources));
}

/** @param {string} cache */
function removeOld(cache) {
  const places = readdirSync(cache).map((name) => join(cache, name));
  const ages = places.map((place) => ({ place, madeAt: statSync(place, { throwIfNoEntry: false })?.mtimeMs ?? 0 }));
  const old = ages.sort((one, other) => other.madeAt - one.madeAt).slice(KEPT);
  for (const { place, madeAt } of old) {
    if (Date.now() - madeAt > YOUNG_MS) rmSync(place, { recursive: true, force: true });
  }
}

/** @param {readonly string[]} sources */
function stateOf(sources) {
  const hash = createHash('sha256');
  for (const path of sources.flatMap((source) => filesAt(resolve(ROOT, source))).sort()) {
    hash.update(relative(ROOT, path)).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

/** @returns {string[]} */
function filesAt(/** @type {string} */ path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .flatMap((entry) => (entry.isDirectory() ? filesAt(join(path, entry.name)) : [join(path, entry.name)]));
}

/** @returns {string} */
function holds(/** @type {string} */ name, /** @type {string} */ folder) {
  return existsSync(join(folder, name)) ? folder : holds(name, dirname(folder));
}
