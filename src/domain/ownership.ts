import { ForbiddenError } from './errors.ts';
import type { Viewer } from './viewer.ts';

/** Jobs are changed by whoever brought their file, and by admins. */
export const mayChangeJobOf = ({ name, scopes }: Viewer, owner: string): boolean =>
  owner === name || scopes.includes('admin');

/** @throws ForbiddenError */
export function requireOwnerOfJob(viewer: Viewer, owner: string): void {
  if (mayChangeJobOf(viewer, owner)) return;
  throw new ForbiddenError(`this job is of ${owner}: to change it needs the scope admin`, { scope: 'admin' });
}
