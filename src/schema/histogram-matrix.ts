import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context.ts';
import { Base64Text, base64Length } from '../domain/base64-text.ts';
import { InvalidInputError, LimitExceededError } from '../domain/errors.ts';
import { finite } from '../domain/finite.ts';
import type { Binning } from '../domain/histogram.ts';
import { BYTES_OF_PACKED, matrixStretches } from '../domain/matrix-cells.ts';
import { cellCount, shapeOf } from '../domain/shape.ts';
import { type HistogramMatrix, type MatrixCursor, readMatrix } from '../export/histogram-matrix.ts';
import { matrixRows } from '../export/matrix-rows.ts';
import { selectMatrix } from '../export/matrix-selection.ts';
import type { HistogramNoun } from '../store/histogram-runs.ts';
import { asksFor } from './asks-for.ts';
import { Axis } from './axis.ts';
import { builder } from './builder.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { PackedType } from './histogram-contents.ts';
import { MatrixBins } from './matrix-bins.ts';
import { toFilter, type WhereValue, whereRef } from './where.ts';

const DEFAULT_ROWS = 1_000;
/** More than a page of objects: rows are numbers, side by side. */
const MOST_ROWS = 10_000;
const DEFAULT_BYTES = 32_000_000;
const MOST_BYTES = 64_000_000;
const CURSOR = 'histogramMatrix';

/** How large a page is unless told, and what its arguments say of themselves. */
export const MATRIX_SIZE = {
  rows: DEFAULT_ROWS,
  bytes: DEFAULT_BYTES,
  aboutRows: `Most rows of the page, 0 to ${MOST_ROWS.toLocaleString('en')}.`,
  aboutBytes: `The page ends before its bins would take more bytes than this as FLOAT64, at least after one row: 1 to ${MOST_BYTES.toLocaleString('en')}.`,
} as const;

interface MatrixEnd {
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
}

export const MatrixPageInfo = builder.objectRef<MatrixEnd>('MatrixPageInfo').implement({
  description: 'Where a page of rows ends.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'Whether rows follow the last one of this page.' }),
    endCursor: t.exposeString('endCursor', {
      nullable: true,
      description:
        'Place of the last row, null on an empty page: give it as `after`. All pages of one matrix have the same axes.',
    }),
  }),
});

/** Rows of a page with what is known of their numbers. */
const cellsOf = ({ binning, flow }: HistogramMatrix): number => (binning ? cellCount(shapeOf(binning), flow) : 0);

export const Matrix = builder.objectRef<HistogramMatrix>('HistogramMatrix').implement({
  description:
    'Histograms of one monitor element and one dataset as one array: a row a histogram, ordered by run and lumisection.',
  fields: (t) => ({
    shape: t.intList({
      description:
        'Shape of the array: `[rows, nx]`, or `[rows, ny, nx]` (y, then x), flow bins included where they are asked for; `[0]` without rows.',
      resolve: (matrix) => {
        const { binning, flow, runs } = matrix;
        if (binning === null) return [runs.length];
        return [runs.length, ...shapeOf(binning).map((bins) => (flow ? bins + 2 : bins))];
      },
    }),
    axes: t.field({
      type: [Axis],
      nullable: true,
      description:
        'The axes that all rows have, x first; null without rows. Their titles may differ by row: these are of the first one.',
      resolve: ({ binning }) => (binning as Binning | null)?.axes ?? null,
    }),
    runs: t.intList({ description: 'Run number of each row.', resolve: ({ runs }) => runs }),
    lumisections: t.intList({
      nullable: true,
      description: 'Lumisection number of each row; null where rows are whole runs.',
      resolve: ({ lumisections }) => (lumisections[0] === 0 ? null : lumisections),
    }),
    valid: t.booleanList({
      description:
        'Whether each row is a histogram; false for a gap (`gaps: true`): a lumisection that is selected but has none. Its bins are 0 and its entries null.',
      resolve: ({ blobs }) => blobs.map((blob) => blob !== null),
    }),
    entries: t.floatList({
      nullable: { list: false, items: true },
      description: 'Entries of each row, as the source gives them.',
      resolve: ({ entries }) => entries.map(finite),
    }),
    bins: t.field({
      type: 'Bins',
      nullable: true,
      description: 'A list of bins for each row, each flat and row-major with y outer; null without rows.',
      resolve: (matrix, _args, { cost }) => {
        const { binning, blobs, flow } = matrix;
        if (binning === null) return null;
        for (const blob of blobs) if (blob !== null) cost.addBins(blob, cellsOf(matrix));
        return new MatrixBins(blobs, shapeOf(binning), flow);
      },
    }),
    binsBase64: t.field({
      type: 'Base64',
      description:
        'The whole array as base64 of little-endian numbers of one type, in C order: `numpy.frombuffer(base64.b64decode(text), "<f4").reshape(shape)`.',
      args: {
        type: t.arg({ type: PackedType, required: true, defaultValue: 'FLOAT32', description: 'The number type.' }),
      },
      resolve: async (matrix, { type }, { cost }) => {
        const { binning, blobs, flow } = matrix;
        const cells = cellsOf(matrix);
        const characters = base64Length(blobs.length * cells * BYTES_OF_PACKED[type]);
        cost.addBytes(characters, characters);
        if (cost.base64Characters > MOST_BASE64_CHARACTERS) throw tooMuchBase64();
        cost.base64Characters += characters;
        if (binning === null) return new Base64Text(() => []);
        const form = { type, shape: shapeOf(binning), flow };
        const rows = await matrixRows(matrix, form);
        return new Base64Text(() => matrixStretches(rows, form));
      },
    }),
    pageInfo: t.field({
      type: MatrixPageInfo,
      description: 'Where the page ends.',
      resolve: ({ hasNextPage, end }) => ({
        hasNextPage,
        endCursor: end && encodeCursor(CURSOR, [end.binningId, end.run, end.lumisection]),
      }),
    }),
  }),
});

/** An answer is one text, which JavaScript bounds at 512 MB: long before, the server would serve nobody else. */
const MOST_BASE64_CHARACTERS = 100_000_000;

const tooMuchBase64 = () =>
  new LimitExceededError(
    `binsBase64: one answer holds about ${MOST_BASE64_CHARACTERS} characters of it at most. Ask for it once, or for smaller pages (\`first\`).`,
    { limit: MOST_BASE64_CHARACTERS },
  );

const matrixArguments = (noun: HistogramNoun) =>
  builder.args((t) => ({
    monitorElement: t.string({
      required: true,
      description: 'Path exactly as stored; a leaf from a CSV is its own path. An unknown one is an error.',
    }),
    dataset: t.string({
      description:
        'Whole name of the dataset; needed where several have the monitor element. An unknown one is an error.',
    }),
    where: t.field({ type: whereRef(noun), description: 'Further conditions on the histograms.' }),
    first: t.int({
      required: true,
      defaultValue: DEFAULT_ROWS,
      description: MATRIX_SIZE.aboutRows,
    }),
    maxBytes: t.int({
      required: true,
      defaultValue: DEFAULT_BYTES,
      description: MATRIX_SIZE.aboutBytes,
    }),
    after: t.string({ description: 'Only what follows this `endCursor` (exclusive).' }),
    flow: t.boolean({
      required: true,
      defaultValue: false,
      description: 'With under- and overflow bins; an error where a histogram has none.',
    }),
  }));

interface MatrixArguments {
  readonly monitorElement: string;
  readonly dataset?: string | null | undefined;
  readonly where?: WhereValue | null | undefined;
  readonly first: number;
  readonly maxBytes: number;
  readonly after?: string | null | undefined;
  readonly flow: boolean;
  readonly gaps?: boolean;
}

async function resolveMatrix(
  noun: HistogramNoun,
  given: MatrixArguments,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<HistogramMatrix> {
  const { first, maxBytes, flow, gaps = false } = given;
  assertMatrixSize(first, maxBytes);
  const where = toFilter(noun, given.where);
  const after = given.after == null ? undefined : matrixCursor(given.after);
  const names = { monitorElement: given.monitorElement, dataset: given.dataset ?? null };
  const selection = await selectMatrix(context.store, noun, names, where);
  const matrix = await readMatrix(context.store, {
    ...{ selection, where, first, maxBytes, after, flow, gaps },
    entries: asksFor('entries', info),
  });
  context.cost.addNodes(matrix.runs.length);
  return matrix;
}

/** @throws InvalidInputError for what is no size of a page. */
export function assertMatrixSize(first: number, maxBytes: number): void {
  assertWithin('first', first, 0, MOST_ROWS);
  assertWithin('maxBytes', maxBytes, 1, MOST_BYTES);
}

function assertWithin(field: string, actual: number, least: number, most: number): void {
  if (actual >= least && actual <= most) return;
  throw new InvalidInputError(`${field}: ${actual} is not between ${least} and ${most}.`, { field, max: most });
}

export function matrixCursor(text: string): MatrixCursor {
  const [binningId, run, lumisection] = decodeCursor(CURSOR, 'after', text) as number[];
  const isWhole = [binningId, run, lumisection].every((value) => Number.isInteger(value) && (value as number) >= 0);
  if (isWhole) return { binningId, run, lumisection } as MatrixCursor;
  throw new InvalidInputError('after: this is no `endCursor` of a matrix.', { field: 'after' });
}

builder.queryFields((t) => ({
  histogramMatrix: t.field({
    type: Matrix,
    description:
      'Histograms of one monitor element over many lumisections as one array, ordered by run and lumisection. Histograms with other axes than the first one are refused by name, never mixed in.',
    args: {
      ...matrixArguments('lumisectionHistogram'),
      gaps: t.arg.boolean({
        required: true,
        defaultValue: false,
        description:
          'Also a row (of zeros, not `valid`) for each known lumisection that `where` selects but that has no histogram, in the runs that have any. `where` may then test run, lumisection and mask alone.',
      }),
    },
    resolve: (_root, given, context, info) => resolveMatrix('lumisectionHistogram', given, context, info),
  }),
  runHistogramMatrix: t.field({
    type: Matrix,
    description:
      'Histograms of one monitor element over many whole runs as one array, ordered by run. Summaries without bins are left out; histograms with other axes than the first one are refused by name.',
    args: matrixArguments('runHistogram'),
    resolve: (_root, given, context, info) => resolveMatrix('runHistogram', given, context, info),
  }),
}));
