import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** A store of its own with nothing in it, whose database goes when it is closed, or the process is told to end. */
export async function openEmptyStore(): Promise<Store> {
  const folder = await mkdtemp(join(tmpdir(), 'lumigraph-empty-'));
  const remove = () => {
    for (const signal of SIGNALS) process.off(signal, endBy);
    rmSync(folder, { recursive: true, force: true });
  };
  const endBy = (signal: NodeJS.Signals) => {
    remove();
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.on(signal, endBy);
  try {
    const store = await openStore(`file:${join(folder, 'empty.db')}`);
    return Object.assign(Object.create(store) as Store, { close: () => store.close().finally(remove) });
  } catch (error) {
    remove();
    throw error;
  }
}
