import { LumigraphError } from '../../src/domain/errors.ts';
import { isLostConnection, refusesForNow } from '../../src/store/lost-connection.ts';
import type { FileProblem } from './report.ts';

/** The file was read, and what was found in it forbids to keep it (`strict`, `onConflict: fail`). */
export class RefusedContentError extends LumigraphError {
  readonly code: 'STRICT' | 'CONFLICT';

  constructor(code: 'STRICT' | 'CONFLICT', message: string, details: Record<string, unknown> = {}) {
    super(message, details);
    this.code = code;
  }
}

/**
 * Whatever was thrown, as a stable code and a message for people.
 * @param called the path of the file, and what the message is to call it instead.
 */
export function describeProblem(error: unknown, called?: readonly [path: string, instead: string]): FileProblem {
  const { message, ...problem } = problemOf(error);
  return { ...problem, message: called ? message.replaceAll(called[0], called[1]) : message };
}

function problemOf(error: unknown): FileProblem {
  if (error instanceof LumigraphError) {
    const { line, byte, field, value, stack } = error.details as Partial<FileProblem>;
    return { code: error.code, message: error.message, line, byte, field, value, stack };
  }
  const message = error instanceof Error ? error.message : String(error);
  const code = (error as { code?: unknown } | null)?.code;
  if (
    /database or disk is full|disk I\/O error|No space left/i.test(message) ||
    code === 'ENOSPC' ||
    code === '53100'
  ) {
    return {
      code: 'DISK_FULL',
      message: `the database has no room left (${message}): make room and run the same command again, it goes on from its checkpoint`,
    };
  }
  if (isLostConnection(error)) {
    return {
      code: 'DATABASE_LOST',
      message: `the database went away (${message}): run the same command again when it is back, it goes on from its checkpoint`,
    };
  }
  if (refusesForNow(error)) {
    return {
      code: 'UNAVAILABLE',
      message: `the database refuses it for now (${message}): run the same command again later, it goes on from its checkpoint`,
    };
  }
  if (code === '42501' || /readonly database/.test(message)) {
    return { code: 'DATABASE_PERMISSION', message: `the role of DATABASE_URL may not do what is needed: ${message}` };
  }
  return { code: 'INTERNAL', message, stack: error instanceof Error ? error.stack : undefined };
}
