import { InvalidInputError } from '../domain/errors.ts';
import type { MemberIndex } from '../domain/member-index.ts';
import { NO_ANSWER, reasonOf, SCORED } from '../domain/prediction.ts';
import { noScores, type PartScores } from '../domain/prediction-scores.ts';
import type { TaskPart } from '../domain/task.ts';
import { owns } from '../domain/viewer.ts';
import type { Prediction as Row } from '../generated/sqlite/client.ts';
import { OWN_SCORES } from '../store/prediction-parts.ts';
import { seesTruth } from '../store/task-access.ts';
import { checkFirst } from './bounded-list.ts';
import { builder } from './builder.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { MatrixPageInfo } from './histogram-matrix.ts';
import { seesLearned } from './open-part.ts';
import { elementId, taskOf } from './prediction.ts';
import { ScoreReason } from './prediction-enums.ts';
import { Prediction } from './refs.ts';
import { TaskPartName } from './task-enums.ts';

const DEFAULT_ROWS = 1_000;
const MOST_ROWS = 10_000;
const CURSOR = 'predictionScores';

interface ScoresPage {
  readonly prediction: Row;
  readonly part: TaskPart;
  readonly members: MemberIndex;
  readonly said: PartScores;
  /** Places within the part. */
  readonly from: number;
  readonly to: number;
}

const numbers = ({ from, to }: ScoresPage) => Array.from({ length: to - from }, (_, i) => from + i);
const placed = (page: ScoresPage, of: Int32Array) => {
  const start = page.members.range(page.part)[0];
  return numbers(page).map((place) => of[start + place] as number);
};

const PredictionScores = builder.objectRef<ScoresPage>('PredictionScores').implement({
  description: 'What a prediction says of members of a part, column by column: ordered by run and first lumisection.',
  fields: (t) => ({
    scoresHash: t.string({
      nullable: true,
      description: 'SHA-256 over the scores of the prediction: pages of one hash belong together.',
      resolve: ({ prediction }) => prediction.scoresHash,
    }),
    runs: t.intList({ description: 'Run number of each.', resolve: (page) => placed(page, page.members.columns.run) }),
    lumisections: t.intList({
      description: 'Number of the lumisection of each; the first one of a window, 0 of a run.',
      resolve: (page) => placed(page, page.members.columns.first),
    }),
    scores: t.floatList({
      nullable: { list: false, items: true },
      description: 'The score of each, as the strategy gave it; null where there is none.',
      resolve: (page) =>
        numbers(page).map((place) =>
          page.said.answers[place] === SCORED ? (page.said.scores[place] as number) : null,
        ),
    }),
    reasons: t.field({
      type: [ScoreReason],
      nullable: { list: false, items: true },
      description: 'Why each has no score; null where it has one, and where nothing was said.',
      resolve: (page) => numbers(page).map((place) => reasonOf(page.said.answers[place] ?? NO_ANSWER)),
    }),
    pageInfo: t.field({
      type: MatrixPageInfo,
      description: 'Where the page ends.',
      resolve: ({ to, said }) => ({
        hasNextPage: to < said.answers.length,
        endCursor: to === 0 ? null : encodeCursor(CURSOR, [to]),
      }),
    }),
  }),
});

builder.prismaObjectField(Prediction, 'scores', (t) =>
  t.field({
    type: PredictionScores,
    nullable: true,
    description:
      'Its scores of the members of a part. Those of the test part of a task whose truth is hidden are for its author and the scope `admin`: null for others. So are those of training and validation where another task hides their truth: a model knows what it has learned from.',
    args: {
      part: t.arg({ type: TaskPartName, required: true, defaultValue: 'TEST', description: 'Which part.' }),
      monitorElement: t.arg.string({
        description: 'Path: the scores of this monitor element; those of the members as such unless told.',
      }),
      first: t.arg.int({
        required: true,
        defaultValue: DEFAULT_ROWS,
        description: `How many members, 0 to ${MOST_ROWS.toLocaleString('en')}.`,
      }),
      after: t.arg.string({
        description: 'Only what follows this cursor (exclusive): the `endCursor` of the page before.',
      }),
    },
    resolve: async (prediction, { part, monitorElement, first, after }, context) => {
      checkFirst(first, MOST_ROWS);
      const { viewer, store, cost } = context;
      const task = await taskOf(prediction, context);
      const isOwn = owns(viewer, prediction.author);
      if (part === 'TEST' && !seesTruth(task, viewer) && !isOwn) return null;
      if (part !== 'TEST' && !(await seesLearned(prediction, context))) return null;
      const from = after == null ? 0 : placeOf(after);
      const element = monitorElement == null ? OWN_SCORES : await elementId(monitorElement, context);
      const members = await store.predictions.members(task.id);
      const count = members.count(part);
      const said = (await store.predictions.scores(prediction.id, part, element)) ?? noScores(count);
      const to = Math.min(count, from + first);
      cost.addListed(4 * Math.max(0, to - from));
      return { prediction, part, members, said, from: Math.min(from, to), to };
    },
  }),
);

/** @throws InvalidInputError for what is no cursor of such a page. */
function placeOf(after: string): number {
  const [place] = decodeCursor(CURSOR, 'after', after);
  if (typeof place === 'number' && Number.isInteger(place) && place >= 0) return place;
  throw new InvalidInputError('after: it is no cursor of scores', { field: 'after' });
}
