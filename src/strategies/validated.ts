import type { ZodType } from 'zod';
import { InvalidInputError } from '../domain/errors.ts';

/**
 * What the schema makes of it, with defaults; nothing given is an empty object.
 * @throws InvalidInputError that names each field, after the name of the whole
 */
export function validated<Value>(field: string, schema: ZodType<Value>, given: unknown): Value {
  const result = schema.safeParse(given ?? {});
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => `${[field, ...path].join('.')}: ${message}`);
  throw new InvalidInputError(issues.join('; '), { field });
}
