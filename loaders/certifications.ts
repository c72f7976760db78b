import type { CertificationKey, Reads, SourceScope } from '../src/store/store.ts';
import { byArguments, byKey } from './by-key.ts';
import { type LumisectionKey, lumisectionKeyName } from './lumisections.ts';

const certificationKeyName = ({ runNumber, source, dataset, subsystem, version, flag }: CertificationKey) =>
  JSON.stringify([runNumber, source, dataset, subsystem, version, flag]);

export const certificationLoader = (reads: Reads) =>
  byKey((keys: readonly CertificationKey[]) => reads.certifications(keys), certificationKeyName);

/** What the newest version of every source says of a run. */
export const certificationsOfRunLoader = (reads: Reads) =>
  byKey((runNumbers: readonly number[]) => reads.certificationsOfRuns(runNumbers));

/** The shares of good lumisections that sources state of a run. */
export const fractionsOfRunLoader = (reads: Reads) =>
  byKey((runNumbers: readonly number[]) => reads.fractionsOfRuns(runNumbers));

export const certificationRangesLoader = (reads: Reads) =>
  byKey((keys: readonly CertificationKey[]) => reads.certificationRanges(keys), certificationKeyName);

/** What a source says of lumisections; one loader for each source, dataset and subsystem. */
export const verdictLoaders = (reads: Reads) => {
  const loader = byArguments((source: string, dataset: string | null, subsystem: string | null) =>
    byKey(
      (keys: readonly LumisectionKey[]) => reads.verdicts({ source, dataset, subsystem }, keys),
      lumisectionKeyName,
    ),
  );
  return ({ source, dataset, subsystem }: SourceScope) => loader(source, dataset, subsystem);
};

type VersionKey = Parameters<Reads['certificationVersions']>[0][number];

export const certificationVersionLoader = (reads: Reads) =>
  byKey(
    (keys: readonly VersionKey[]) => reads.certificationVersions(keys),
    ({ source, dataset, subsystem, version }) => JSON.stringify([source, dataset, subsystem, version]),
  );

export const savedMaskLoader = (reads: Reads) =>
  byKey(
    (keys: readonly { name: string; version: number }[]) => reads.savedMasks(keys),
    ({ name, version }) => JSON.stringify([name, version]),
  );
