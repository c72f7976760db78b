import { TASK_PARTS, type TaskPart } from '../domain/task.ts';
import { placeOfTaskCursor, type TaskExportRequest } from '../export/task-export.ts';
import { limitOf, numbersOf, refuse, refuseUnknown } from './export-parameters.ts';

/** Parameters of an export of a part of a task, with what they are. */
export const TASK_EXPORT_PARAMETERS = {
  monitorElement: 'path of one of the monitor elements of the task; all of them unless told',
  type: 'FLOAT64 (unless told), FLOAT32 or INT32: numbers of bins',
  flow: 'true: with under- and overflow bins',
  limit: 'most rows',
  after: 'only what follows this cursor of the same export',
} as const;

/** Parts as a path of an export calls them. */
export const EXPORTED_PARTS: Readonly<Record<string, TaskPart>> = Object.fromEntries(
  TASK_PARTS.map((part) => [part.toLowerCase(), part]),
);

/** @throws InvalidInputError, NotFoundError */
export function taskExportRequest(part: string, given: Readonly<Record<string, string>>): TaskExportRequest {
  refuseUnknown(given, TASK_EXPORT_PARAMETERS);
  const known = Object.hasOwn(EXPORTED_PARTS, part) ? EXPORTED_PARTS[part] : undefined;
  if (known === undefined) throw refuse('part', `'${part}' is none of ${Object.keys(EXPORTED_PARTS).join(', ')}`);
  return {
    part: known,
    monitorElement: given.monitorElement ?? null,
    after: given.after === undefined ? undefined : placeOfTaskCursor(given.after),
    limit: limitOf(given),
    ...numbersOf(given),
    asked: given,
  };
}
