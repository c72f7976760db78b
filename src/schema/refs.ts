import type { ScalarValue as ScalarValueRow } from '../generated/sqlite/client.ts';
import type { CertificationRow, LumisectionHistogramRow, QualityTestRow, RunHistogramRow } from '../store/store.ts';
import { builder } from './builder.ts';
import type { ContentsRow, HistogramRow } from './histogram-row.ts';

/**
 * The nouns before their fields, so that the files that add them need not import one another in a circle.
 * Prisma objects are fed with whole rows from the store. The hot nouns are plain objects over store rows: the Prisma
 * plugin would read their rows again. A certification is several rows of its table.
 */
export const Run = builder.prismaObject('Run', {
  description: 'One period of data taking, with the conditions that were reported for it.',
});

export const Lumisection = builder.prismaObject('Lumisection', {
  description: 'About 23.31 s (2^18 orbits) of data taking inside a run, with its conditions.',
});

export const Dataset = builder.prismaObject('Dataset', {
  description:
    'A processed dataset, `/PrimaryDataset/Era-Processing-vN/TIER`. It belongs to the key of every histogram.',
});

export const MonitorElement = builder.prismaObject('MonitorElement', {
  description: 'What is histogrammed: one named element of the data-quality monitoring.',
});

export const DataFile = builder.prismaObject('DataFile', {
  description:
    'A file that was offered for ingestion, known by its content and how it was read: one row of the ledger.',
});

export const Job = builder.prismaObject('Job', {
  description:
    'The reading of one file by the server, in the background: what `uploadDataFile` and `ingestDataFiles` begin.',
});

export const IngestIssue = builder.prismaObject('IngestIssue', {
  description: 'A row of a file that was refused or in conflict, or a note on how the file was read.',
});

export const Note = builder.prismaObject('Note', {
  description: 'What somebody wrote about a run, about some of its lumisections, or about a monitor element in them.',
});

export const Task = builder.prismaObject('Task', {
  description:
    'A question that strategies compete on: of lumisections (windows, runs) in three parts, which are bad. A draft until it is frozen; from then on its content has a hash and never changes.',
});

export const Strategy = builder.prismaObject('Strategy', {
  description:
    'A way to tell anomalies, under a name that belongs to whoever took it first. What it is stands in its versions.',
});

export const StrategyVersion = builder.prismaObject('StrategyVersion', {
  description: 'A version of a strategy, which never changes: what predictions are made by.',
});

export const Prediction = builder.prismaObject('Prediction', {
  description:
    'What a version of a strategy says of the members of a frozen task: a score for each, or the reason for none.',
});

export const ReferenceChoice = builder.prismaObject('ReferenceChoice', {
  description:
    'What somebody chose as the reference of a run in a dataset. It never changes: another choice is the next version.',
});

export const HistogramContents = builder.interfaceRef<ContentsRow>('HistogramContents');

export const Histogram = builder.interfaceRef<HistogramRow>('Histogram');

export const LumisectionHistogram = builder.objectRef<LumisectionHistogramRow>('LumisectionHistogram');

export const RunHistogram = builder.objectRef<RunHistogramRow>('RunHistogram');

export const ScalarValue = builder.objectRef<ScalarValueRow>('ScalarValue');

export const QualityTest = builder.objectRef<QualityTestRow>('QualityTest');

export const Certification = builder.objectRef<CertificationRow>('Certification');

export const CertificationVersion = builder.prismaObject('CertificationVersion', {
  description:
    'One version of what a source says, for a dataset and a subsystem: who made it, when, and why. Older ones stay when a newer one comes.',
});

export const SavedMask = builder.prismaObject('SavedMask', {
  description:
    'One version of a set of lumisections that somebody saved under a name: what an expression held then. It never changes; the newest version is what the name means in a mask, `NAME@2` the second.',
});

export const ElementSet = builder.prismaObject('ElementSet', {
  description:
    'One version of a set of monitor elements that somebody saved under a name: globs over their paths. It never changes; conditions mean the newest version by `NAME`, the second by `NAME@2`.',
});
