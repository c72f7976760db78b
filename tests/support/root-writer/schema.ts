/** Members of the classes that the writer knows, as ROOT numbers their kinds. */
export interface SchemaMember {
  readonly name: string;
  readonly type: number;
  readonly typeName: string;
  readonly count?: string;
}

export interface SchemaClass {
  /** 0 for a class without one, which is told by its checksum. */
  readonly version: number;
  readonly checksum?: number;
  readonly members: readonly SchemaMember[];
}

const NAMES: Readonly<Record<number, string>> = {
  2: 'short',
  3: 'int',
  5: 'float',
  8: 'double',
  6: 'int',
  11: 'unsigned char',
  12: 'unsigned short',
  13: 'unsigned int',
  16: 'Long64_t',
  18: 'bool',
};

const base = (name: string): SchemaMember => ({ name, type: name === 'TNamed' ? 67 : 0, typeName: 'BASE' });
const all = (type: number, ...names: string[]): SchemaMember[] =>
  names.map((name) => ({ name, type, typeName: NAMES[type] ?? '' }));
const any = (name: string, typeName: string): SchemaMember => ({ name, type: 62, typeName });
const text = (name: string): SchemaMember => ({ name, type: 65, typeName: 'TString' });
const pointer = (name: string, typeName: string): SchemaMember => ({ name, type: 64, typeName: `${typeName}*` });
const list = (name: string): SchemaMember => ({ name, type: 61, typeName: 'TObjArray' });
const counted = (type: number, typeName: string, count: string, ...names: string[]): SchemaMember[] =>
  names.map((name) => ({ name, type, typeName, count }));
const leaf = (...limits: SchemaMember[]): SchemaClass => ({ version: 1, members: [base('TLeaf'), ...limits] });
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
  TH1S: { version: 3, members: [base('TH1'), base('TArrayS')] },
  TH1I: { version: 3, members: [base('TH1'), base('TArrayI')] },
  TH1F: { version: 3, members: [base('TH1'), base('TArrayF')] },
  TH1D: { version: 3, members: [base('TH1'), base('TArrayD')] },
  TH2: { version: 5, members: [base('TH1'), ...all(8, 'fScalefactor', 'fTsumwy', 'fTsumwy2', 'fTsumwxy')] },
  TH2S: { version: 4, members: [base('TH2'), base('TArrayS')] },
  TH2I: { version: 4, members: [base('TH2'), base('TArrayI')] },
  TH2F: { version: 4, members: [base('TH2'), base('TArrayF')] },
  TH2D: { version: 4, members: [base('TH2'), base('TArrayD')] },
  TAtt3D: { version: 1, members: [] },
  TH3: {
    version: 6,
    members: [
      base('TH1'),
      base('TAtt3D'),
      ...all(8, 'fTsumwy', 'fTsumwy2', 'fTsumwxy', 'fTsumwz', 'fTsumwz2', 'fTsumwxz', 'fTsumwyz'),
    ],
  },
  TH3F: { version: 4, members: [base('TH3'), base('TArrayF')] },
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
  TProfile2D: {
    version: 8,
    members: [
      base('TH2D'),
      any('fBinEntries', 'TArrayD'),
      ...all(3, 'fErrorMode'),
      ...all(8, 'fZmin', 'fZmax', 'fTsumwz', 'fTsumwz2'),
      any('fBinSumw2', 'TArrayD'),
    ],
  },
  'ROOT::TIOFeatures': { version: 0, checksum: 0x1aa12f10, members: all(11, 'fIOBits') },
  TLeaf: {
    version: 2,
    members: [
      base('TNamed'),
      ...all(3, 'fLen', 'fLenType', 'fOffset'),
      ...all(18, 'fIsRange', 'fIsUnsigned'),
      pointer('fLeafCount', 'TLeaf'),
    ],
  },
  TLeafI: leaf(...all(3, 'fMinimum', 'fMaximum')),
  TLeafL: leaf(...all(16, 'fMinimum', 'fMaximum')),
  TLeafD: leaf(...all(8, 'fMinimum', 'fMaximum')),
  TLeafElement: leaf(...all(3, 'fID', 'fType')),
  TLeafObject: { version: 4, members: [base('TLeaf'), ...all(18, 'fVirtual')] },
  TBranch: {
    version: 13,
    members: [
      base('TNamed'),
      base('TAttFill'),
      ...all(3, 'fCompress', 'fBasketSize', 'fEntryOffsetLen', 'fWriteBasket'),
      ...all(16, 'fEntryNumber'),
      any('fIOFeatures', 'ROOT::TIOFeatures'),
      ...all(3, 'fOffset'),
      ...all(6, 'fMaxBaskets'),
      ...all(3, 'fSplitLevel'),
      ...all(16, 'fEntries', 'fFirstEntry', 'fTotBytes', 'fZipBytes'),
      list('fBranches'),
      list('fLeaves'),
      list('fBaskets'),
      ...counted(43, 'int*', 'fMaxBaskets', 'fBasketBytes'),
      ...counted(56, 'Long64_t*', 'fMaxBaskets', 'fBasketEntry', 'fBasketSeek'),
      text('fFileName'),
    ],
  },
  TBranchElement: {
    version: 10,
    members: [
      base('TBranch'),
      text('fParentName'),
      text('fClonesName'),
      text('fClassName'),
      ...all(13, 'fCheckSum'),
      ...all(3, 'fClassVersion', 'fID', 'fType', 'fStreamerType', 'fMaximum'),
      pointer('fBranchCount', 'TBranchElement'),
      pointer('fBranchCount2', 'TBranchElement'),
    ],
  },
  TBranchObject: { version: 1, members: [base('TBranch'), text('fClassName')] },
  TTree: {
    version: 20,
    members: [
      base('TNamed'),
      base('TAttLine'),
      base('TAttFill'),
      base('TAttMarker'),
      ...all(16, 'fEntries', 'fTotBytes', 'fZipBytes', 'fSavedBytes', 'fFlushedBytes'),
      ...all(8, 'fWeight'),
      ...all(3, 'fTimerInterval', 'fScanField', 'fUpdate', 'fDefaultEntryOffsetLen'),
      ...all(6, 'fNClusterRange'),
      ...all(16, 'fMaxEntries', 'fMaxEntryLoop', 'fMaxVirtualSize', 'fAutoSave', 'fAutoFlush', 'fEstimate'),
      ...counted(56, 'Long64_t*', 'fNClusterRange', 'fClusterRangeEnd', 'fClusterSize'),
      any('fIOFeatures', 'ROOT::TIOFeatures'),
      list('fBranches'),
      list('fLeaves'),
      pointer('fAliases', 'TList'),
      any('fIndexValues', 'TArrayD'),
      any('fIndex', 'TArrayI'),
      pointer('fTreeIndex', 'TVirtualIndex'),
      pointer('fFriends', 'TList'),
      pointer('fUserInfo', 'TList'),
      pointer('fBranchRef', 'TBranchRef'),
    ],
  },
};
