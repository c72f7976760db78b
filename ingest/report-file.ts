import { randomUUID } from 'node:crypto';
import { access, constants, lstat, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InvalidInputError, UnavailableError } from '../src/domain/errors.ts';

/**
 * Looks at where a report is to go before there is one to write: a night's work comes before it.
 * @returns what writes it. A new or a regular file appears whole or not at all; a device, a pipe or what a link leads to
 * is written into, and stays what it is.
 * @throws InvalidInputError where it cannot be written.
 */
export async function reportFile(path: string): Promise<(text: string) => Promise<void>> {
  const [named, target] = await Promise.all([lstat, stat].map((look) => look(path).catch(() => null)));
  const replaced = !named || named.isFile();
  try {
    if (target?.isDirectory()) throw new Error('it is a folder');
    if (replaced) await access(dirname(path), constants.W_OK);
    else if (target) await access(path, constants.W_OK);
  } catch (error) {
    throw new InvalidInputError(`--report ${path} cannot be written: ${messageOf(error)}`, { value: path });
  }
  return async (text) => {
    try {
      await (replaced ? replaceFile(path, text) : writeFile(path, text));
    } catch (error) {
      throw new UnavailableError(`--report ${path} cannot be written: ${messageOf(error)}`, {}, { cause: error });
    }
  };
}

/** Writes a file whole or not at all. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(draft, text);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
