import type { Context } from '../context.ts';
import { finite } from '../domain/finite.ts';
import { builder } from './builder.ts';
import type { HistogramRow } from './histogram-row.ts';
import { DataFile, Histogram } from './refs.ts';

const ContributionKind = builder.enumType('ContributionKind', {
  description: 'What a file has of a histogram.',
  values: {
    BROUGHT: { description: 'It brought the histogram as it is stored.' },
    ADDED: { description: 'Its share was added to those of others: the histogram is their sum.' },
    IDENTICAL: { description: 'It holds what another file brought, and nothing was added for it.' },
  } as const,
});

interface Contribution {
  readonly fileId: number;
  readonly kind: typeof ContributionKind.$inferType;
  readonly entries: number | null;
}

const HistogramContribution = builder.objectRef<Contribution>('HistogramContribution').implement({
  description: 'What one file has of one histogram.',
  fields: (t) => ({
    kind: t.field({ type: ContributionKind, description: 'How it takes part.', resolve: ({ kind }) => kind }),
    entries: t.float({
      nullable: true,
      description: 'Entries as this file states them; absent where it does not.',
      resolve: ({ entries }) => finite(entries),
    }),
    dataFile: t.field({
      type: DataFile,
      description: 'The file.',
      resolve: ({ fileId }, _args, { loaders }) => loaders.dataFile.load(fileId) as Promise<never>,
    }),
  }),
});

async function contributionsOf(row: HistogramRow, { loaders, cost }: Context): Promise<Contribution[]> {
  const { runNumber, monitorElementId, datasetId, fileId, entries } = row;
  const lumisectionNumber = 'lumisectionNumber' in row ? row.lumisectionNumber : 0;
  const others = await loaders.contributions.load({ runNumber, monitorElementId, lumisectionNumber, datasetId });
  cost.addNodes(1 + others.length);
  const entriesOf = new Map<number | null, number | null>(fileId === null ? [] : [[fileId, entries]]);
  // alike with a file that has several shares is alike with its first
  for (const other of others)
    if (other.isShare && !entriesOf.has(other.fileId)) entriesOf.set(other.fileId, other.entries);
  return [
    ...(fileId === null ? [] : [{ fileId, kind: 'BROUGHT', entries } as const]),
    ...others.map(
      (other): Contribution =>
        other.isShare
          ? { fileId: other.fileId, kind: 'ADDED', entries: other.entries }
          : { fileId: other.fileId, kind: 'IDENTICAL', entries: entriesOf.get(other.likeFileId) ?? null },
    ),
  ];
}

builder.interfaceFields(Histogram, (t) => ({
  contributions: t.field({
    type: [HistogramContribution],
    description:
      'Every file that has the histogram, or a share of it, by order of reading; one that holds several shares is named for each. None where it came from no file.',
    resolve: (row, _args, context) => contributionsOf(row, context),
  }),
}));
