import { describe, expect, test } from 'vitest';
import { ingestFile } from '../../ingest/pipeline/pipeline.ts';
import { dumpDatabase } from '../support/database-dump.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { ingestFolder } from '../support/ingest-files.ts';
import { dqmioFile, type WrittenElement } from '../support/root-writer/dqmio.ts';
import { elementsOfEveryType } from '../support/root-writer/elements.ts';
import { harvestedFile, labelled } from '../support/root-writer/harvested.ts';
import { asker } from './ask.ts';

const RUN = 367129;
const DATASET = '/ZeroBias/Run2023C-PromptReco-v1/DQMIO';
const { parser, file } = ingestFolder('same-by-call');

const KINDS: Readonly<Record<string, string>> = {
  TProfiles: 'PROFILE',
  TProfile2Ds: 'PROFILE2D',
};
const OPTIONS = [undefined, 'S', 'I', 'G'];
const AVERAGE = 1 << 18;

type Members = Readonly<Record<string, unknown>>;

/** What a file of ROOT holds of an element, as a client would state it. */
function asInput({ tree, fullName, value }: WrittenElement, run: number, lumisection: number) {
  const members = value as Members;
  const axis = ({ fNbins, fXmin, fXmax, fXbins, fTitle, fLabels }: Members) => ({
    ...(fXbins ? { edges: fXbins } : { bins: fNbins, min: fXmin, max: fXmax }),
    title: fTitle ?? '',
    labels: fLabels ?? null,
  });
  const { fXaxis, fYaxis, fArray, fTitle, fEntries, fSumw2, fBinEntries, fBinSumw2, fErrorMode, fBits } = members;
  return {
    ...{ run, dataset: DATASET, monitorElement: fullName, title: fTitle, entries: fEntries, flow: true, bins: fArray },
    ...(lumisection > 0 && { lumisection }),
    axes: fYaxis ? [axis(fXaxis as Members), axis(fYaxis as Members)] : [axis(fXaxis as Members)],
    ...(KINDS[tree] && { kind: KINDS[tree] }),
    ...{ sumw2: fSumw2, binEntries: fBinEntries, binSumw2: fBinSumw2 },
    errorOption: OPTIONS[(fErrorMode as number | undefined) ?? 0],
    efficiency: fBits === AVERAGE,
  };
}

/** Every type of histogram, and what only some have of it: options of profiles, weights, marks of efficiencies. */
function elements(k: number): WrittenElement[] {
  const all = elementsOfEveryType(k);
  const profile = all.find(({ tree }) => tree === 'TProfiles') as WrittenElement;
  const counts = all.find(({ tree }) => tree === 'TH1Fs') as WrittenElement;
  const like = (one: WrittenElement, name: string, members: object): WrittenElement => ({
    ...one,
    fullName: `Pixel/${name}`,
    value: { ...(one.value as object), ...members },
  });
  return [
    ...all,
    ...[1, 2, 3].map((fErrorMode) => like(profile, `profile_${fErrorMode}`, { fErrorMode })),
    like(profile, 'profile_weighted', { fBinSumw2: [0, 1, 4, k] }),
    like(counts, 'efficiency', { fBits: AVERAGE }),
  ];
}

const isHistogram = ({ tree }: WrittenElement) => tree.startsWith('T');
const SCALARS: Readonly<Record<string, string>> = { Ints: 'INT', Floats: 'FLOAT', Strings: 'STRING' };
const asScalar = ({ tree, fullName, value }: WrittenElement, run: number, lumisection: number) => ({
  ...{ run, dataset: DATASET, monitorElement: fullName, type: SCALARS[tree], value: String(value) },
  ...(lumisection > 0 && { lumisection }),
});

const FILL = `mutation ($ls: [LumisectionHistogramInput!]!, $run: [RunHistogramInput!]!, $scalars: [ScalarValueInput!]!, $tests: [QualityTestInput!]!) {
  upsertLumisectionHistograms(input: { histograms: $ls }) { report { inserted issues { index reason } } }
  upsertRunHistograms(input: { histograms: $run }) { report { inserted issues { index reason } } }
  upsertScalarValues(input: { scalarValues: $scalars }) { report { inserted issues { index reason } } scalarValues { value } }
  upsertQualityTests(input: { qualityTests: $tests }) { report { inserted issues { index reason } } qualityTests { name status } } }`;

describe.each(databases)('what a file may bring on $name', (database) => {
  test('comes the same by calls: histograms of every kind at both levels, scalars and quality tests', async () => {
    const [byFile, byCall] = await Promise.all([createTestStore(database), createTestStore(database)]);
    try {
      const path = file(
        `ZeroBias-Run2023C-PromptReco-v1-DQMIO-${database.name}.root`,
        dqmioFile([1, 0].map((lumi) => ({ run: RUN, lumi, elements: elements(lumi + 2) }))),
      );
      const harvested = file(
        `DQM_V0001_R000${RUN}__ZeroBias__Run2023C-PromptReco-v1__DQMIO.root`,
        harvestedFile(RUN, [
          {
            path: 'Pixel/Run summary',
            texts: [
              labelled('tested', 'i=5'),
              labelled('tested.XRange', 'qr=st:300:0.25:ContentsXRange:3 of 12 out of range'),
            ],
          },
        ]),
      );
      for (const one of [path, harvested]) {
        const { counts, exitStatus } = await ingestFile({ store: byFile.store, parser }, one);
        expect([counts.rejected, counts.conflicting, exitStatus]).toEqual([0, 0, 0]);
      }
      const { data, errors } = await asker(byCall.store)(FILL, {
        ls: elements(3)
          .filter(isHistogram)
          .map((one) => asInput(one, RUN, 1)),
        run: elements(2)
          .filter(isHistogram)
          .map((one) => asInput(one, RUN, 0)),
        scalars: [
          ...[1, 0].flatMap((lumi) =>
            elements(lumi + 2)
              .filter(({ tree }) => SCALARS[tree])
              .map((one) => asScalar(one, RUN, lumi)),
          ),
          { run: RUN, dataset: DATASET, monitorElement: 'Pixel/tested', type: 'INT', value: '5' },
        ],
        tests: [
          {
            ...{ run: RUN, dataset: DATASET, monitorElement: 'Pixel/tested', name: 'XRange', statusCode: 300 },
            ...{ result: 0.25, algorithm: 'ContentsXRange', message: '3 of 12 out of range' },
          },
        ],
      });
      expect(errors).toBeUndefined();
      expect(data.upsertLumisectionHistograms.report).toEqual({ inserted: 15, issues: [] });
      expect(data.upsertRunHistograms.report).toEqual({ inserted: 15, issues: [] });
      expect(data.upsertScalarValues.report).toEqual({ inserted: 7, issues: [] });
      expect(data.upsertQualityTests.qualityTests).toEqual([{ name: 'XRange', status: 'ERROR' }]);
      expect(await contentOf(byCall.url)).toEqual(await contentOf(byFile.url));
      expect(await byCall.store.verify()).toEqual([]);
    } finally {
      await Promise.all([byFile.drop(), byCall.drop()]);
    }
  });
});

/** All but which file it came from. */
async function contentOf(url: string) {
  const { files, issues, ...dump } = await dumpDatabase(url);
  const paths = files.map((row) => row.split(' | ')[0] as string);
  const told = JSON.stringify({ ...dump, conditionContributions: [] });
  const content: Record<string, string[]> = JSON.parse(
    paths.reduce((text, path) => text.replaceAll(JSON.stringify(path).slice(1, -1), 'FILE'), told),
  );
  return Object.fromEntries(Object.entries(content).map(([name, rows]) => [name, rows.sort()]));
}
