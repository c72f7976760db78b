import { MAX_INT32 } from '../../../src/domain/int32.ts';
import { pathProblem } from '../../../src/domain/monitor-element.ts';
import { dqmPath } from '../per-run-csv/dqm-path.ts';
import type { Row } from './contents.ts';

/** Where a row belongs: `DQMData/Run N/<Subsystem>/Run summary/<path>` is <Subsystem>/<path> of run N. */
interface RowPlace {
  readonly run: number;
  readonly monitorElement: string;
}

/** The place of a row, or the code and the words of what is wrong with it. */
export function placeOf({ folder, name }: Exclude<Row, { kind: 'broken' }>): RowPlace | [code: string, reason: string] {
  const path = dqmPath(`${folder}/${name}`);
  if (!path || pathProblem(path.monitorElement) !== null) return ['BAD_PATH', 'no path of a monitor element'];
  const { run, monitorElement } = path;
  if (run === null || run < 1 || run > MAX_INT32) return ['OUT_OF_RANGE', 'it stands in no folder "Run N"'];
  return { run, monitorElement };
}
