import type { InputFieldBuilder } from '@pothos/core';
import { InvalidInputError } from '../domain/errors.ts';
import type { ExtendedTypes } from './builder.ts';

/** What fields of an input are made with. */
export type Fields = InputFieldBuilder<ExtendedTypes, 'InputObject'>;

/** A value of a field that can never work. */
export const invalidField = (field: string, problem: string) =>
  new InvalidInputError(`${field}: ${problem}`, { field });
