import { pathProblem } from '../../../src/domain/monitor-element.ts';
import { scalarProblem, scalarText } from '../../../src/domain/scalar.ts';
import { FileError } from '../../file-error.ts';
import { BasketFault } from '../root/branch.ts';
import { RootFault, storable } from '../root/fault.ts';
import { histogramOf, type RootHistogram } from '../root/histogram.ts';
import type { ElementTree } from './trees.ts';
import { type ElementType, TYPES } from './types.ts';

/** The flag of contents that are an efficiency. */
const EFFICIENCY = 0x0020_0000;
const MAX_NAMES = 100_000;

export type Scalar = { readonly type: 'INT' | 'FLOAT' | 'STRING'; readonly value: string };

/** Why one element is refused, and where. */
export interface ElementFault {
  readonly code: string;
  readonly reason: string;
  readonly branch: 'FullName' | 'Flags' | 'Value';
  readonly byte: number | undefined;
  /** The first entry that is not refused for the same reason: that of a whole basket. */
  readonly end: number;
}

/** Reads the elements of the trees, entry by entry. */
export class ElementReader {
  readonly #paths = new Map<string, string | Error>();

  /** The path of an entry's element. */
  async path(tree: ElementTree, entry: number): Promise<string | ElementFault> {
    return attempt('FullName', entry, async () => {
      const name = await tree.fullName.text(entry);
      const path = this.#pathOf(name);
      if (typeof path !== 'string') throw new RootFault('BAD_PATH', path.message, tree.fullName.byte);
      return path;
    });
  }

  async efficiency(tree: ElementTree, entry: number): Promise<boolean | ElementFault> {
    return attempt('Flags', entry, async () => ((await tree.flags.number(entry)) & EFFICIENCY) !== 0);
  }

  async histogram(tree: ElementTree, type: number, entry: number): Promise<RootHistogram | ElementFault> {
    return attempt('Value', entry, async () => {
      const { value, is } = TYPES[type] as ElementType;
      if (is === 'NOT_READ') throw new RootFault('UNSUPPORTED_CLASS', `a ${value}: bins have one or two axes here`);
      const object = await tree.value.object(entry);
      if (object.className !== value) {
        throw new RootFault('WRONG_CLASS', `a ${object.className} in the tree ${tree.name}`, tree.value.byte);
      }
      try {
        return histogramOf(object);
      } catch (error) {
        if (error instanceof RootFault) error.byte ??= tree.value.byte;
        throw error;
      }
    });
  }

  async scalar(tree: ElementTree, type: number, entry: number): Promise<Scalar | ElementFault> {
    return attempt('Value', entry, async () => {
      const kind = TYPES[type]?.value as Scalar['type'];
      const { value } = tree;
      let text: string;
      if (kind === 'STRING') text = storable(await value.text(entry), 'its text');
      else text = scalarText(kind === 'INT' ? await value.integer(entry) : await value.number(entry));
      const problem = scalarProblem(kind, text);
      if (problem !== null) throw new RootFault('NOT_A_NUMBER', `${text} ${problem}`, value.byte);
      return { type: kind, value: text };
    });
  }

  /** As the experiment's own reader takes names: with single slashes, none at the ends. */
  #pathOf(name: string): string | Error {
    const known = this.#paths.get(name);
    if (known !== undefined) return known;
    const path = name.replace(/\/{2,}/g, '/').replace(/^\/|\/$/g, '');
    const problem = pathProblem(path);
    const found = problem === null ? path : new Error(`${JSON.stringify(name.slice(0, 200))}: ${problem}`);
    if (this.#paths.size >= MAX_NAMES) this.#paths.clear();
    this.#paths.set(name, found);
    return found;
  }
}

export function isFault(value: unknown): value is ElementFault {
  return typeof value === 'object' && value !== null && 'branch' in value;
}

/** @throws FileError for a fault of the file as a whole. */
async function attempt<T>(
  branch: ElementFault['branch'],
  entry: number,
  read: () => Promise<T>,
): Promise<T | ElementFault> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof FileError) throw error;
    // whatever a damaged description of a class made of the object
    const fault = error instanceof RootFault ? error : new RootFault('BROKEN_RECORD', String(error));
    const end = fault instanceof BasketFault ? fault.end : entry + 1;
    return { code: fault.code, reason: fault.message, branch, byte: fault.byte, end };
  }
}
