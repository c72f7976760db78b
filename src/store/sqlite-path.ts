import { fileURLToPath } from 'node:url';
import { ConfigurationError } from '../domain/errors.ts';

/** The file behind `file:./data/x.db`, `file:/abs/x.db` or `file:///abs/x.db`. */
export function sqlitePath(url: string): string {
  const path = url.startsWith('file://') ? fileURLToPath(url) : url.replace(/^file:/, '').replace(/\?.*$/, '');
  if (path === '' || path === ':memory:') {
    throw new ConfigurationError(`DATABASE_URL ${url}: several connections share the database, it must be a file`);
  }
  return path;
}
