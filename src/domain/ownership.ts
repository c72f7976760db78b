import { ForbiddenError } from './errors.ts';
import type { Viewer } from './viewer.ts';

/** @throws ForbiddenError where a viewer is neither the owner of a job, nor an admin. */
export function requireOwnerOfJob({ name, scopes }: Viewer, owner: string): void {
  if (owner === name || scopes.includes('admin')) return;
  throw new ForbiddenError(`this job is of ${owner}: to change it needs the scope admin`, { scope: 'admin' });
}
