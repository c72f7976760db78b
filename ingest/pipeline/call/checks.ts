import { datasetNameProblem } from '../../../src/domain/dataset-name.ts';
import { isStorable, madeStorable } from '../../../src/domain/storable-text.ts';
import { pathFault } from '../../formats/csv/cell-faults.ts';
import type { RowFault } from '../../formats/csv/fault.ts';
import { shortened } from '../../formats/shortened.ts';
import { isFault } from '../../formats/table/cell-checks.ts';

/** Longest text that a row may carry as its title, name or the like. */
const MAX_TEXT = 1000;

/** Why a text cannot be stored, or null where it can. */
export function textFault(field: string, text: string | null | undefined, most = MAX_TEXT): RowFault | null {
  if (text == null) return null;
  if (!isStorable(text)) {
    const reason = 'the character 0 or half of a surrogate pair stands in it';
    return { code: 'BAD_TEXT', reason, field, value: shortened(madeStorable(text)) };
  }
  if (text.length <= most) return null;
  return { code: 'BAD_TEXT', reason: `longer than ${most} characters`, field, value: shortened(text) };
}

export function datasetFault(field: string, name: string): RowFault | null {
  const problem = isStorable(name) ? datasetNameProblem(name) : 'half of a surrogate pair stands in it';
  if (problem === null) return null;
  return { code: 'BAD_DATASET', reason: `no name of a dataset: ${problem}`, field, value: shortened(name) };
}

export function monitorElementFault(field: string, path: string): RowFault | null {
  return pathFault(field, path) ?? textFault(field, path);
}

/** The first fault among what several checks gave. */
export const firstFault = (...checked: unknown[]): RowFault | null => checked.find(isFault) ?? null;
