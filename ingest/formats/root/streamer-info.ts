import { RootFault } from './fault.ts';

/** One member of a class as the file describes it. */
export interface Member {
  readonly name: string;
  /** As ROOT numbers them: 0 base class, 1 to 19 numbers, 20 + n arrays of fixed length, 40 + n counted arrays ... */
  readonly type: number;
  readonly arrayLength: number;
  readonly typeName: string;
  readonly title: string;
  /** Counted arrays: the member that holds the length. */
  readonly countName: string;
}

/** The layout of one version of a class. */
export interface ClassLayout {
  readonly name: string;
  readonly version: number;
  readonly members: readonly Member[];
}

/** The layouts that a file brings along for the classes in it. */
export class Layouts {
  readonly #byName = new Map<string, Map<number, ClassLayout>>();

  constructor(layouts: readonly ClassLayout[]) {
    for (const layout of layouts) {
      const versions = this.#byName.get(layout.name) ?? new Map<number, ClassLayout>();
      versions.set(layout.version, layout);
      this.#byName.set(layout.name, versions);
    }
  }

  /** @throws RootFault UNSUPPORTED_CLASS for a class that the file does not describe. */
  of(name: string, version: number): ClassLayout {
    const versions = this.#byName.get(name);
    // version 0: of a class without one, of which a file holds one layout
    const found = versions?.get(version) ?? (version === 0 ? versions?.values().next().value : undefined);
    if (!found) throw new RootFault('UNSUPPORTED_CLASS', `the file does not describe version ${version} of ${name}`);
    return found;
  }
}
