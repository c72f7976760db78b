import type { Injection } from '../domain/injection.ts';
import type { TruthLabel } from '../domain/task.ts';
import type { ExportBins } from './export-format.ts';
import type { MemberGap } from './member-histograms.ts';

/** The histogram of a member of a task. */
export interface TaskRow {
  readonly run: number;
  /** First one of the member (the one, where members are lumisections); 0: of the whole run. */
  readonly lumisection: number;
  /** Inclusive; 0: of the whole run. */
  readonly lumisectionLast: number;
  readonly monitorElement: string;
  /** Null where it is hidden from whoever asks. */
  readonly truth: TruthLabel | null;
  /** What is done to the histogram; null where nothing is, or that is hidden. */
  readonly injection: Injection | null;
  /** Why there is no histogram; null where there is one. */
  readonly gap: MemberGap | 'NO_FLOW_BINS' | null;
  readonly entries: number | null;
  /** Null of a gap. */
  readonly bins: ExportBins | null;
}
