import { closest } from '../domain/closest.ts';
import { type ElementGlobs, globsFilter, parseSetName } from '../domain/element-set.ts';
import { InvalidInputError, NotFoundError } from '../domain/errors.ts';
import type { Filter } from '../domain/filter.ts';
import type { MaskSource, NamedMask } from '../domain/mask-expression.ts';
import type { Database, Queries } from './database.ts';
import { Dictionary, type Entry } from './dictionary.ts';
import type { SavedVersion, ScopedSource } from './mask-sql.ts';
import { snakeCase } from './rows.ts';
import type { Noun } from './store.ts';

/** What filters are resolved against in memory. */
export type ReferenceName = 'monitorElement' | 'dataset' | 'certification' | 'savedMask' | 'elementSet';

/** One newest version of a source. */
export interface Scope {
  readonly dataset: string;
  readonly subsystem: string;
  readonly version: number;
  /** When it was made, as text: a version that was withdrawn may be followed by another of its number. */
  readonly createdAt: string;
}

/**
 * SQL whose value changes when the table does in a way that matters: entries of the dictionaries are only ever added,
 * under ids that ascend in the order of their commits; versions of a source are added and withdrawn; those of a mask or of
 * a set of monitor elements are only added.
 */
export const REFERENCE_STATE: Readonly<Record<ReferenceName, string>> = {
  monitorElement: '(SELECT coalesce(max(id), 0) FROM monitor_element)',
  dataset: '(SELECT coalesce(max(id), 0) FROM dataset)',
  certification: "(SELECT count(*) || ' ' || coalesce(CAST(max(created_at) AS TEXT), '') FROM certification_version)",
  savedMask: '(SELECT count(*) FROM saved_mask)',
  elementSet: '(SELECT count(*) FROM element_set)',
};

/** Whether a table in this state holds nothing that was not known, where `known` was (see References.stateOf). */
export function isKnown(name: ReferenceName, state: unknown, known: unknown): boolean {
  if (known === undefined) return false;
  return name === 'monitorElement' || name === 'dataset' ? (state as number) <= (known as number) : state === known;
}

/**
 * Monitor elements, datasets and the newest versions of certification sources, kept in memory. Another process may
 * write meanwhile: so a statement that was composed from them reads their state as well (see checked-query.ts),
 * and is composed again after `refresh` where that has moved on.
 */
export class References {
  readonly #dictionaries: Readonly<Record<'monitorElement' | 'dataset', Dictionary>> = {
    monitorElement: new Dictionary('monitorElement', ['path', 'name', 'subsystem'], (set) => this.#contents.get(set)),
    dataset: new Dictionary('dataset', ['name', 'primaryDataset', 'era', 'processing', 'tier']),
  };
  #scopes = new Map<string, Scope[]>();
  #certificationState: unknown;
  /** The newest version of each; those before it are all there. */
  #saved = new Map<string, number>();
  #savedState: unknown;
  /** The newest version of each; those before it are all there. */
  #sets = new Map<string, number>();
  #setState: unknown;
  /** Of versions, which never change, by `NAME@VERSION`. */
  readonly #contents = new Map<string, Filter>();
  readonly #loaded = new Set<ReferenceName>();

  dictionary(noun: Noun): Dictionary | undefined {
    return noun === 'monitorElement' || noun === 'dataset' ? this.#dictionaries[noun] : undefined;
  }

  /**
   * The newest versions of a source, one for each dataset and subsystem, of those that it is narrowed to.
   * @throws NotFoundError where there is none: what nobody judges is not good.
   */
  source({ source, subsystem, dataset, column }: MaskSource): ScopedSource {
    const all = this.#scopes.get(source);
    const scopes = all?.filter(
      (scope) =>
        (subsystem === null || scope.subsystem === subsystem) && (dataset === null || scope.dataset === dataset),
    );
    if (scopes && scopes.length > 0) return { source, scopes };
    if (!all) throw unknownName('certification source', source, [...this.#scopes.keys()], column);
    const judged = all.map((scope) => `${scope.subsystem || '""'} of ${scope.dataset || 'any dataset'}`);
    throw new NotFoundError(
      `${JSON.stringify(source)} does not judge ${JSON.stringify({ subsystem, dataset })}. It judges: ${firstOf(judged)}`,
      { field: 'mask', column, source, subsystem, dataset },
    );
  }

  /** @throws NotFoundError; InvalidInputError where the name is that of a source and of a mask. */
  named({ name, version, column }: NamedMask): ScopedSource | SavedVersion {
    const isSource = this.#scopes.has(name);
    const newest = this.#saved.get(name);
    const details = { field: 'mask', column };
    if (isSource && newest !== undefined) {
      throw new InvalidInputError(
        `${JSON.stringify(name)} is a certification source and a saved mask: the mask has to go`,
        details,
      );
    }
    if (isSource && version !== null) {
      throw new InvalidInputError(
        `${JSON.stringify(name)} is a certification source: only saved masks have versions here`,
        details,
      );
    }
    if (isSource) return this.source({ source: name, subsystem: null, dataset: null, column });
    if (newest === undefined) {
      const known = [...this.#scopes.keys(), ...this.#saved.keys()];
      throw unknownName('certification source or saved mask', name, known, column);
    }
    if (version !== null && version > newest) {
      throw new NotFoundError(`the newest version of the mask ${JSON.stringify(name)} is ${newest}`, details);
    }
    return { mask: name, version: version ?? newest };
  }

  /** The set with its version, the newest one where it names none; undefined where that is not known here. */
  pin(set: string): string | undefined {
    const { name, version } = parseSetName(set);
    const newest = this.#sets.get(name);
    return newest === undefined || (version ?? 0) > newest ? undefined : `${name}@${version ?? newest}`;
  }

  /** Why nothing is known of a set. */
  unknownSet(set: string): NotFoundError {
    const { name, version } = parseSetName(set);
    const details = { field: 'set', set };
    const newest = this.#sets.get(name);
    if (newest !== undefined && version !== null) {
      return new NotFoundError(`the newest version of the set ${JSON.stringify(name)} is ${newest}`, details);
    }
    const known = [...this.#sets.keys()];
    const near = closest(name, known);
    const hint = near === undefined ? '' : ` Did you mean ${JSON.stringify(near)}?`;
    return new NotFoundError(
      `No set of monitor elements is called ${JSON.stringify(name)}.${hint} Known: ${firstOf(known) || 'none yet'}`,
      near === undefined ? details : { ...details, suggestion: near },
    );
  }

  /** Reads what these sets hold, as far as it is not known yet. At most one statement. */
  async loadSets(sets: readonly string[], database: Queries): Promise<void> {
    const missing = new Set(sets.flatMap((set) => this.pin(set) ?? []).filter((set) => !this.#contents.has(set)));
    if (missing.size === 0) return;
    const parameters = [...missing].flatMap((set) => {
      const { name, version } = parseSetName(set);
      return [name, version];
    });
    const pairs = [...missing].map((_, i) => `(name = $${2 * i + 1} AND version = $${2 * i + 2})`);
    const rows = await database.arrays<[string, number, string, string]>(
      `SELECT name, version, include_globs, exclude_globs FROM element_set WHERE ${pairs.join(' OR ')}`,
      parameters,
    );
    // sets of one statement are bounded by its conditions: these are kept whatever was known before
    if (this.#contents.size + missing.size > MOST_CONTENTS) this.#contents.clear();
    for (const [name, version, include, exclude] of rows) {
      const globs: ElementGlobs = { include: JSON.parse(include), exclude: JSON.parse(exclude) };
      this.#contents.set(`${name}@${version}`, globsFilter(globs));
    }
  }

  hasMask(name: string): boolean {
    return this.#saved.has(name);
  }

  hasSource(source: string): boolean {
    return this.#scopes.has(source);
  }

  /** The state of a table as it is known here now; undefined before it was read. */
  stateOf(name: ReferenceName): unknown {
    if (!this.#loaded.has(name)) return undefined;
    if (name === 'certification') return this.#certificationState;
    if (name === 'savedMask') return this.#savedState;
    if (name === 'elementSet') return this.#setState;
    return this.#dictionaries[name].lastId;
  }

  isLoaded(name: ReferenceName): boolean {
    return this.#loaded.has(name);
  }

  /** Reads what has come since; all of it the first time. One statement. */
  async refresh(name: ReferenceName, database: Database | Queries): Promise<void> {
    if (name === 'certification') await this.#refreshScopes(database);
    else if (name === 'savedMask') await this.#refreshSaved(database);
    else if (name === 'elementSet') await this.#refreshSets(database);
    else await this.#refreshDictionary(name, database);
    this.#loaded.add(name);
  }

  async #refreshDictionary(name: 'monitorElement' | 'dataset', database: Queries): Promise<void> {
    const dictionary = this.#dictionaries[name];
    const columns = dictionary.fields.map(snakeCase).join(', ');
    dictionary.add(
      (await database.arrays<[number, ...(string | null)[]]>(
        `SELECT id, ${columns} FROM ${snakeCase(name)} WHERE id > $1 ORDER BY id`,
        [dictionary.lastId],
      )) satisfies Entry[],
    );
  }

  async #refreshScopes(database: Queries): Promise<void> {
    const rows = await database.arrays<[string, string | null, string, string, number, string]>(
      `SELECT s.state, v.source, v.dataset, v.subsystem, v.version, v.created
       FROM (SELECT ${REFERENCE_STATE.certification} AS state) s
       LEFT JOIN (SELECT source, dataset, subsystem, version, CAST(created_at AS TEXT) AS created, row_number() OVER (
                    PARTITION BY source, dataset, subsystem ORDER BY version DESC) AS place
                  FROM certification_version) v ON v.place = 1`,
    );
    const scopes = new Map<string, Scope[]>();
    for (const [, source, dataset, subsystem, version, createdAt] of rows) {
      if (source === null) continue;
      const known = scopes.get(source) ?? [];
      known.push({ dataset, subsystem, version, createdAt });
      scopes.set(source, known);
    }
    this.#scopes = scopes;
    this.#certificationState = rows[0]?.[0];
  }

  async #refreshSaved(database: Queries): Promise<void> {
    [this.#saved, this.#savedState] = await newestVersions(database, 'saved_mask', REFERENCE_STATE.savedMask);
  }

  async #refreshSets(database: Queries): Promise<void> {
    [this.#sets, this.#setState] = await newestVersions(database, 'element_set', REFERENCE_STATE.elementSet);
  }
}

/** By name, with the state of the table that they belong to. One statement. */
async function newestVersions(
  database: Queries,
  table: 'saved_mask' | 'element_set',
  stateSql: string,
): Promise<[versions: Map<string, number>, state: unknown]> {
  const rows = await database.arrays<[unknown, string | null, number]>(
    `SELECT s.state, m.name, m.version FROM (SELECT ${stateSql} AS state) s
     LEFT JOIN (SELECT name, max(version) AS version FROM ${table} GROUP BY name) m ON 1 = 1`,
  );
  const versions = new Map<string, number>();
  for (const [, name, version] of rows) if (name !== null) versions.set(name, version);
  return [versions, rows[0]?.[0]];
}

/** Versions of sets of monitor elements that are kept. */
const MOST_CONTENTS = 1_000;
const MOST_NAMES = 20;

function firstOf(names: readonly string[]): string {
  const all = [...new Set(names)].sort();
  const more = all.length > MOST_NAMES ? ` and ${all.length - MOST_NAMES} more` : '';
  return all.slice(0, MOST_NAMES).join(', ') + more;
}

function unknownName(what: string, name: string, known: readonly string[], column: number): NotFoundError {
  const hyphens = [...name.matchAll(/-/g)].map(({ index }) => index);
  const isMinus = hyphens.some((at) => known.includes(name.slice(0, at)) && known.includes(name.slice(at + 1)));
  const hint = isMinus ? ' (minus stands between blanks)' : '';
  return new NotFoundError(
    `No ${what} is called ${JSON.stringify(name.slice(0, 200))}${hint}. Known: ${firstOf(known) || 'none yet'}`,
    { field: 'mask', column, source: name },
  );
}
