import { describe, expect, it } from 'vitest';
import { datasetNameProblem, parseDatasetName, runPeriod } from '../../src/domain/dataset-name.ts';
import { leafName, pathProblem, subsystemOf } from '../../src/domain/monitor-element.ts';
import { sourceNameProblem } from '../../src/domain/source-name.ts';

describe('the name of a source of certifications', () => {
  it.each(['golden-2018', 'Cert_Collisions2022_355100_362760_Golden', 'mein Urteil', '2018'.padEnd(200, 'x')])(
    'may be %j',
    (name) => expect(sourceNameProblem(name)).toBeNull(),
  );

  it.each([
    ['', 'empty'],
    [' ', 'empty'],
    ['x'.repeat(201), '200'],
    ['a\nb', 'control'],
    ['a\0b', 'control'],
    ['\ud800', 'surrogate'],
    ['315257', 'a mask would take for a run'],
  ])('is not %j', (name, reason) => expect(sourceNameProblem(name)).toContain(reason));
});

describe('the name of a dataset', () => {
  it.each([
    ['/ZeroBias/Run2023C-PromptReco-v1/DQMIO', 'ZeroBias', 'Run2023C', 'PromptReco-v1', 'DQMIO'],
    ['/JetHT/Run2018A-12Nov2019_UL2018-v2/DQMIO', 'JetHT', 'Run2018A', '12Nov2019_UL2018-v2', 'DQMIO'],
    ['/EGamma/Run2018A-UL2018/DQMIO', 'EGamma', 'Run2018A', 'UL2018', 'DQMIO'],
    [
      '/TTbar/CMSSW_13_0_0-130X_mcRun3_2022_v2-v1/GEN-SIM',
      'TTbar',
      'CMSSW_13_0_0',
      '130X_mcRun3_2022_v2-v1',
      'GEN-SIM',
    ],
  ])('%s falls into its parts', (name, primaryDataset, era, processing, tier) => {
    expect(parseDatasetName(name)).toEqual({ primaryDataset, era, processing, tier });
  });

  it('may be the short one that the names of per-run files give', () => {
    const parts = { primaryDataset: 'ZeroBias', era: null, processing: 'UL2018', tier: null };
    expect(parseDatasetName('/ZeroBias/UL2018')).toEqual(parts);
  });

  it.each(['/PromptReco/Collisions2018A/DQM', 'mine', '', '/a/b-c', '/a/b-c/d', '/a/b-c/D/E', 'x/a/b-c/D'])(
    'of another form has none: %j',
    (name) => {
      expect(parseDatasetName(name)).toEqual({ primaryDataset: null, era: null, processing: null, tier: null });
    },
  );

  it('is refused with a reason where it could not be typed again', () => {
    expect(datasetNameProblem('/ZeroBias/Run2023C-PromptReco-v1/DQMIO')).toBeNull();
    expect(datasetNameProblem('mine')).toBeNull();
    expect(datasetNameProblem('')).toBe('it is empty');
    expect(datasetNameProblem('a b')).toContain('white space');
    expect(datasetNameProblem('a\0b')).toContain('control');
    expect(datasetNameProblem('a'.repeat(501))).toContain('500');
  });
});

describe('an era', () => {
  it.each([
    ['Run2018A', 2018, '2018A', 'A'],
    ['2018D', 2018, '2018D', 'D'],
    ['HIRun2018A', 2018, '2018A', 'A'],
  ])('%s says year and period', (text, year, era, period) => {
    expect(runPeriod(text)).toEqual({ year, era, period });
  });

  it.each(['Run2018', 'CMSSW_13_0_0', '', 'Run2018AB', 'Run18A', 'Commissioning2018', null])(
    '%j says neither',
    (text) => {
      expect(runPeriod(text)).toEqual({ year: null, era: null, period: null });
    },
  );
});

describe('the path of a monitor element', () => {
  it.each([
    ['PixelPhase1/Tracks/PXBarrel/charge_PXLayer_1', 'charge_PXLayer_1', 'PixelPhase1'],
    ['chargeInner_PXLayer_1', 'chargeInner_PXLayer_1', null],
    ['CSC/x', 'x', 'CSC'],
  ])('%s has a name and a subsystem', (path, name, subsystem) => {
    expect(leafName(path)).toBe(name);
    expect(subsystemOf(path)).toBe(subsystem);
  });

  it('is refused with a reason where a part of it is missing', () => {
    expect(pathProblem('PixelPhase1/Tracks/size vs. eta (+1)')).toBeNull();
    for (const path of ['/a', 'a/', 'a//b', '/']) expect(pathProblem(path)).toContain('empty part');
    expect(pathProblem('')).toBe('it is empty');
    expect(pathProblem('a\nb')).toContain('control');
    expect(pathProblem('a'.repeat(1001))).toContain('1000');
  });
});
