import type { ScoredLumisections } from '../domain/evaluation/sample.ts';
import type { MemberIndex } from '../domain/member-index.ts';
import { SCORED } from '../domain/prediction.ts';
import type { PartScores } from '../domain/prediction-scores.ts';
import type { TaskPart } from '../domain/task.ts';
import type { Prediction } from '../generated/sqlite/client.ts';
import type { Database } from './database.ts';
import type { MemberCache } from './member-cache.ts';
import { memberEntries, memberFacts } from './member-facts.ts';
import { OWN_SCORES, storedParts } from './prediction-parts.ts';

/** Which members, with what. */
export interface SampleOptions {
  /** OWN_SCORES unless told. */
  readonly monitorElementId?: number;
  /** Only members of these runs. */
  readonly runs?: ReadonlySet<number> | undefined;
  /** In the place of the truth that was frozen: of all members of the task. */
  readonly truth?: Int8Array | undefined;
  /** Leave out what is known of members beside their scores. */
  readonly bare?: boolean;
  /** With the entries of this monitor element as a quantity. */
  readonly entriesOf?: { readonly datasetId: number; readonly monitorElementId: number };
}

/** The members of a part with their truth and their scores, and what is known of them. */
export async function sampleOf(
  database: Database,
  cache: MemberCache,
  { id, taskId }: Pick<Prediction, 'id' | 'taskId'>,
  part: TaskPart,
  { monitorElementId = OWN_SCORES, runs, truth, bare = false, entriesOf }: SampleOptions,
): Promise<ScoredLumisections> {
  const index = await cache.of(taskId);
  const { columns } = index;
  const range = index.range(part);
  const said = (await storedParts(database, id, monitorElementId, part)).get(part);
  const facts = bare ? undefined : await memberFacts(database, database.dialect, columns, range);
  const entries = entriesOf && (await memberEntries(database, database.dialect, columns, range, entriesOf));
  const score = scoresOf(index, part, said);
  const whole: ScoredLumisections = {
    run: columns.run.slice(...range),
    lumisection: columns.first.slice(...range),
    truth: (truth ?? columns.truth).slice(...range),
    score,
    ...(facts && { fill: facts.fill }),
    quantities: {
      ...(facts && { luminosity: facts.luminosity, pileup: facts.pileup }),
      ...(entries && { entries }),
    },
  };
  return runs === undefined ? whole : ofRuns(whole, runs);
}

/** NaN where there is none. */
function scoresOf(index: MemberIndex, part: TaskPart, said: PartScores | undefined): Float64Array {
  if (said === undefined) return new Float64Array(index.count(part)).fill(Number.NaN);
  return said.scores.map((score, i) => (said.answers[i] === SCORED ? score : Number.NaN));
}

function ofRuns(scored: ScoredLumisections, runs: ReadonlySet<number>): ScoredLumisections {
  const isKept = (_: unknown, i: number) => runs.has(scored.run[i] as number);
  return {
    run: scored.run.filter(isKept),
    lumisection: scored.lumisection.filter(isKept),
    truth: scored.truth.filter(isKept),
    score: scored.score.filter(isKept),
    ...(scored.fill && { fill: scored.fill.filter(isKept) }),
    quantities: Object.fromEntries(
      Object.entries(scored.quantities ?? {}).map(([name, values]) => [name, values.filter(isKept)]),
    ),
  };
}
