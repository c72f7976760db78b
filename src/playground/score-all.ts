import type { Cancellation } from '../domain/cancellation.ts';
import { answerOf } from '../domain/prediction.ts';
import type { PartScores } from '../domain/prediction-scores.ts';
import type { MemberContent } from '../export/member-histograms.ts';
import type { Store } from '../store/store.ts';
import { SideBySide } from '../workers/side-by-side.ts';
import type { WorkerPool } from '../workers/worker-pool.ts';
import { type PackedPage, packedPages } from './packed-pages.ts';

export interface Scoring {
  readonly store: Store;
  readonly workers: WorkerPool;
  readonly cancellation: Cancellation;
}

/**
 * Scores members by the model of a monitor element, in their order: while threads are at some, the next are read, and no
 * more than they can take.
 * @param model null: nothing was learned of the monitor element, and members that have a histogram get OTHER
 * @param onScored told how many members were scored further
 */
export async function scoreAll(
  { store, workers, cancellation }: Scoring,
  content: MemberContent,
  members: Parameters<typeof packedPages>[2],
  model: Uint8Array | null,
  onScored: (count: number) => void = () => {},
): Promise<PartScores> {
  const pages: PartScores[] = [];
  const sideBySide = new SideBySide(workers.width);
  let count = 0;
  for await (const page of packedPages(store, content, members)) {
    const place = count++;
    const scores: Promise<PartScores> =
      model === null || page.packed.ends.length === 0
        ? Promise.resolve(unknown(page))
        : workers.run(
            'scoreMembers',
            { model, rows: page.packed },
            { cancellation, transfer: [page.packed.bytes.buffer] },
          );
    const placed = scores.then((ofRows) => {
      pages[place] = ofMembers(page, ofRows);
      onScored(page.rows.length);
    });
    if (!(await sideBySide.add(placed))) break;
  }
  await sideBySide.done();
  return joined(pages);
}

const unknown = ({ packed: { ends } }: PackedPage): PartScores => ({
  answers: new Uint8Array(ends.length).fill(answerOf('OTHER')),
  scores: new Float64Array(ends.length),
});

/** Of rows, to those of members: some have no histogram. */
function ofMembers({ rows }: PackedPage, ofRows: PartScores): PartScores {
  const answers = Uint8Array.from(rows, (row) =>
    typeof row === 'string' ? answerOf(row) : (ofRows.answers[row] as number),
  );
  const scores = Float64Array.from(rows, (row) => (typeof row === 'string' ? 0 : (ofRows.scores[row] as number)));
  return { answers, scores };
}

function joined(pages: readonly PartScores[]): PartScores {
  const length = pages.reduce((sum, { answers }) => sum + answers.length, 0);
  const all = { answers: new Uint8Array(length), scores: new Float64Array(length) };
  let at = 0;
  for (const { answers, scores } of pages) {
    all.answers.set(answers, at);
    all.scores.set(scores, at);
    at += answers.length;
  }
  return all;
}
