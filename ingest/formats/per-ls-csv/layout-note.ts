import type { IssueRecord } from '../../../src/domain/record.ts';
import type { PerLsHistogram } from './histogram.ts';

/** Says, once a batch, that lists without flow bins were read in the order of the tools that write such. */
export class LayoutNote {
  #rows = 0;
  #line = 0;

  see(row: PerLsHistogram, line: number): void {
    if (row.flow || row.dimension === 1) return;
    if (this.#rows++ === 0) this.#line = line;
  }

  addTo(issues: IssueRecord[]): void {
    if (this.#rows === 0) return;
    const reason = `${this.#rows} maps from this line on have no flow bins: read with x outer, as dqmiotools writes them`;
    issues.push({ severity: 'NOTE', code: 'X_OUTER', line: this.#line, field: 'histo', reason });
    this.#rows = 0;
  }
}
