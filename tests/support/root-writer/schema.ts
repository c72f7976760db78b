/** Members of the classes that the writer knows, as ROOT numbers their kinds. */
export interface SchemaMember {
  readonly name: string;
  readonly type: number;
  readonly typeName: string;
  readonly count?: string;
}

export interface SchemaClass {
  readonly version: number;
  readonly members: readonly SchemaMember[];
}

const NAMES: Readonly<Record<number, string>> = {
  2: 'short',
  3: 'int',
  5: 'float',
  8: 'double',
  12: 'unsigned short',
  18: 'bool',
};

const base = (name: string): SchemaMember => ({ name, type: name === 'TNamed' ? 67 : 0, typeName: 'BASE' });
const all = (type: number, ...names: string[]): SchemaMember[] =>
  names.map((name) => ({ name, type, typeName: NAMES[type] ?? '' }));
const any = (name: string, typeName: string): SchemaMember => ({ name, type: 62, typeName });
const text = (name: string): SchemaMember => ({ name, type: 65, typeName: 'TString' });
const pointer = (name: string, typeName: string): SchemaMember => ({ name, type: 64, typeName: `${typeName}*` });
const axis = (name: string): SchemaMember => ({ name, type: 61, typeName: 'TAxis' });

export const SCHEMA: Readonly<Record<string, SchemaClass>> = {
  TAttLine: { version: 2, members: all(2, 'fLineColor', 'fLineStyle', 'fLineWidth') },
  TAttFill: { version: 2, members: all(2, 'fFillColor', 'fFillStyle') },
  TAttMarker: { version: 2, members: [...all(2, 'fMarkerColor', 'fMarkerStyle'), ...all(5, 'fMarkerSize')] },
  TAttAxis: {
    version: 4,
    members: [
      ...all(3, 'fNdivisions'),
      ...all(2, 'fAxisColor', 'fLabelColor', 'fLabelFont'),
      ...all(5, 'fLabelOffset', 'fLabelSize', 'fTickLength', 'fTitleOffset', 'fTitleSize'),
      ...all(2, 'fTitleColor', 'fTitleFont'),
    ],
  },
  TAxis: {
    version: 10,
    members: [
      base('TNamed'),
      base('TAttAxis'),
      ...all(3, 'fNbins'),
      ...all(8, 'fXmin', 'fXmax'),
      any('fXbins', 'TArrayD'),
      ...all(3, 'fFirst', 'fLast'),
      ...all(12, 'fBits2'),
      ...all(18, 'fTimeDisplay'),
      text('fTimeFormat'),
      pointer('fLabels', 'THashList'),
      pointer('fModLabs', 'TList'),
    ],
  },
  TH1: {
    version: 8,
    members: [
      base('TNamed'),
      base('TAttLine'),
      base('TAttFill'),
      base('TAttMarker'),
      ...all(3, 'fNcells'),
      axis('fXaxis'),
      axis('fYaxis'),
      axis('fZaxis'),
      ...all(2, 'fBarOffset', 'fBarWidth'),
      ...all(8, 'fEntries', 'fTsumw', 'fTsumw2', 'fTsumwx', 'fTsumwx2', 'fMaximum', 'fMinimum', 'fNormFactor'),
      any('fContour', 'TArrayD'),
      any('fSumw2', 'TArrayD'),
      text('fOption'),
      pointer('fFunctions', 'TList'),
      ...all(3, 'fBufferSize'),
      { name: 'fBuffer', type: 48, typeName: 'double*', count: 'fBufferSize' },
      ...all(3, 'fBinStatErrOpt', 'fStatOverflows'),
    ],
  },
  TH1F: { version: 3, members: [base('TH1'), base('TArrayF')] },
  TH1D: { version: 3, members: [base('TH1'), base('TArrayD')] },
  TH2: { version: 5, members: [base('TH1'), ...all(8, 'fScalefactor', 'fTsumwy', 'fTsumwy2', 'fTsumwxy')] },
  TH2F: { version: 4, members: [base('TH2'), base('TArrayF')] },
  TProfile: {
    version: 7,
    members: [
      base('TH1D'),
      any('fBinEntries', 'TArrayD'),
      ...all(3, 'fErrorMode'),
      ...all(8, 'fYmin', 'fYmax', 'fTsumwy', 'fTsumwy2'),
      any('fBinSumw2', 'TArrayD'),
    ],
  },
};
