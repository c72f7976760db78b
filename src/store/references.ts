import { NotFoundError } from '../domain/errors.ts';
import type { Database, Queries } from './database.ts';
import { Dictionary, type Entry } from './dictionary.ts';
import { snakeCase } from './rows.ts';
import type { Noun } from './store.ts';

/** What filters are resolved against in memory. */
export type ReferenceName = 'monitorElement' | 'dataset' | 'certification';

/** One newest version of a source. */
export interface Scope {
  readonly dataset: string;
  readonly subsystem: string;
  readonly version: number;
}

/**
 * SQL whose value changes when the table does in a way that matters: entries of the dictionaries are only ever added,
 * under ids that ascend in the order of their commits; versions of a source are added and withdrawn.
 */
export const REFERENCE_STATE: Readonly<Record<ReferenceName, string>> = {
  monitorElement: '(SELECT coalesce(max(id), 0) FROM monitor_element)',
  dataset: '(SELECT coalesce(max(id), 0) FROM dataset)',
  certification: "(SELECT count(*) || ' ' || coalesce(CAST(max(created_at) AS TEXT), '') FROM certification_version)",
};

/**
 * Monitor elements, datasets and the newest versions of certification sources, kept in memory. Another process may
 * write meanwhile: so a statement that was composed from them reads their state as well (see checked-query.ts),
 * and is composed again after `refresh` where that has moved on.
 */
export class References {
  readonly #dictionaries: Readonly<Record<'monitorElement' | 'dataset', Dictionary>> = {
    monitorElement: new Dictionary('monitorElement', ['path', 'name', 'subsystem']),
    dataset: new Dictionary('dataset', ['name', 'primaryDataset', 'era', 'processing', 'tier']),
  };
  #scopes = new Map<string, Scope[]>();
  #certificationState: unknown;
  readonly #loaded = new Set<ReferenceName>();

  dictionary(noun: Noun): Dictionary | undefined {
    return noun === 'monitorElement' || noun === 'dataset' ? this.#dictionaries[noun] : undefined;
  }

  /** The newest versions of a source, one for each dataset and subsystem. @throws NotFoundError where there is none. */
  scopes(source: string): readonly Scope[] {
    const scopes = this.#scopes.get(source);
    if (scopes) return scopes;
    const known = [...this.#scopes.keys()].sort().slice(0, 20).join(', ');
    throw new NotFoundError(
      `No certification source is called ${JSON.stringify(source)}. Known: ${known || 'none yet'}`,
      {
        source,
      },
    );
  }

  hasSource(source: string): boolean {
    return this.#scopes.has(source);
  }

  /** Whether a table whose state is this one holds nothing that is not known here. */
  isCurrent(name: ReferenceName, state: unknown): boolean {
    if (!this.#loaded.has(name)) return false;
    if (name === 'certification') return state === this.#certificationState;
    return (state as number) <= this.#dictionaries[name].lastId;
  }

  isLoaded(name: ReferenceName): boolean {
    return this.#loaded.has(name);
  }

  /** Reads what has come since; all of it the first time. One statement. */
  async refresh(name: ReferenceName, database: Database | Queries): Promise<void> {
    if (name === 'certification') await this.#refreshScopes(database);
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
    const rows = await database.arrays<[string, string | null, string, string, number]>(
      `SELECT s.state, v.source, v.dataset, v.subsystem, v.version FROM (SELECT ${REFERENCE_STATE.certification} AS state) s
       LEFT JOIN (SELECT source, dataset, subsystem, max(version) AS version FROM certification_version
                  GROUP BY source, dataset, subsystem) v ON 1 = 1`,
    );
    const scopes = new Map<string, Scope[]>();
    for (const [, source, dataset, subsystem, version] of rows) {
      if (source === null) continue;
      const known = scopes.get(source) ?? [];
      known.push({ dataset, subsystem, version });
      scopes.set(source, known);
    }
    this.#scopes = scopes;
    this.#certificationState = rows[0]?.[0];
  }
}
