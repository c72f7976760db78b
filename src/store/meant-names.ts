import { renameSets, setsOf } from '../domain/element-set.ts';
import { UnavailableError } from '../domain/errors.ts';
import type { Filter } from '../domain/filter.ts';
import type { MaskSource, NamedMask } from '../domain/mask-expression.ts';
import type { Queries } from './database.ts';
import type { SavedVersion, ScopedSource } from './mask-sql.ts';
import type { ReferenceName, References } from './references.ts';

type Meant = ScopedSource | SavedVersion | string;

/** What names of masks and sets stand for in a statement. */
export interface Names {
  /** @throws NotFoundError */
  source(source: MaskSource): ScopedSource;
  /** @throws NotFoundError, InvalidInputError */
  named(mask: NamedMask): ScopedSource | SavedVersion;
  /** The filter with the version of each set that it names, where that is known. */
  pinned(filter: Filter): Filter;
}

/**
 * What names of certification sources, saved masks and sets mean to one operation: what they meant to the first of its statements
 * that named them. An answer that is read page by page, or a file, is of one version of each, whatever is added meanwhile.
 */
export class MeantNames {
  readonly #references: References;
  #meant = new Map<string, Meant>();
  /** That of certifications, when all versions that are meant were last seen to be there (see REFERENCE_STATE). */
  #state: unknown;

  constructor(references: References) {
    this.#references = references;
  }

  /**
   * Versions of masks and sets stay, but those of sources are withdrawn: what was read under one that is gone would be taken for
   * what nobody judged.
   * @param state of certifications, as the statement saw it
   * @throws UnavailableError where one is gone that was meant before the statement.
   */
  async seeThatAllAreThere(state: unknown, database: Queries): Promise<void> {
    if (state === this.#state) return;
    for (const meant of this.#meant.values()) {
      if (!isOfSource(meant)) continue;
      const rows = await database.arrays<[string, string, number, string]>(
        'SELECT dataset, subsystem, version, CAST(created_at AS TEXT) FROM certification_version WHERE source = $1',
        [meant.source],
      );
      const there = new Set(rows.map((row) => JSON.stringify(row)));
      for (const { dataset, subsystem, version, createdAt } of meant.scopes) {
        if (there.has(JSON.stringify([dataset, subsystem, version, createdAt]))) continue;
        throw new UnavailableError(
          `Version ${version} of ${JSON.stringify(meant.source)} was withdrawn while it was read: ask again`,
        );
      }
    }
    this.#state = state;
  }

  /** From here on names mean what they mean now: something was written, or another event is answered. */
  forget(): void {
    this.#meant = new Map();
  }

  /** Sets of a filter as they are to be loaded. */
  sets(filter: Filter | undefined): string[] {
    return setsOf(filter).map((set) => (this.#meant.get(keyOfSet(set)) as string | undefined) ?? set);
  }

  statement(): StatementNames {
    return new StatementNames(this.#references, this.#meant);
  }
}

/** The names of one statement: some are meant as before, others for the first time. */
export class StatementNames implements Names {
  readonly #references: References;
  readonly #meant: Map<string, Meant>;
  readonly #new = new Map<string, Meant>();
  readonly #learnt = new Set<ReferenceName>();
  #hasSources = false;

  constructor(references: References, meant: Map<string, Meant>) {
    this.#references = references;
    this.#meant = meant;
  }

  source(source: MaskSource): ScopedSource {
    const key = JSON.stringify(['source', source.source, source.subsystem, source.dataset]);
    return this.#resolve(key, ['certification'], () => this.#references.source(source));
  }

  named(mask: NamedMask): ScopedSource | SavedVersion {
    const key = JSON.stringify(['named', mask.name, mask.version]);
    return this.#resolve(key, ['certification', 'savedMask'], () => this.#references.named(mask));
  }

  pinned(filter: Filter): Filter {
    return renameSets(filter, (set) =>
      this.#resolve(keyOfSet(set), ['elementSet'], () => this.#references.pin(set) ?? set),
    );
  }

  /** Whether the statement depends on what is newest of these, or of others that are never kept. */
  isNew(name: ReferenceName): boolean {
    return name === 'monitorElement' || name === 'dataset' || this.#learnt.has(name);
  }

  /** Whether it names versions of sources. */
  get hasSources(): boolean {
    return this.#hasSources;
  }

  /** Keeps what was meant; false where the operation has come to mean something else meanwhile. */
  keep(): boolean {
    for (const [key, meant] of this.#new) {
      const before = this.#meant.get(key);
      if (before !== undefined && JSON.stringify(before) !== JSON.stringify(meant)) return false;
    }
    for (const [key, meant] of this.#new) this.#meant.set(key, meant);
    return true;
  }

  #resolve<Found extends Meant>(key: string, from: readonly ReferenceName[], find: () => Found): Found {
    const known = this.#meant.get(key) ?? this.#new.get(key);
    const found = (known as Found | undefined) ?? find();
    if (isOfSource(found)) this.#hasSources = true;
    if (known !== undefined) return found;
    this.#new.set(key, found);
    for (const name of from) this.#learnt.add(name);
    return found;
  }
}

const isOfSource = (meant: Meant): meant is ScopedSource => typeof meant !== 'string' && 'scopes' in meant;

const keyOfSet = (set: string) => `set ${set}`;
