/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { Upload } from '../upload.ts';
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Operators on a truth value. All that are given must hold. null is refused as an operand: use `isNull`. */
export type BooleanFilter = {
  /** Equal to. */
  eq?: boolean | null | undefined;
  /** true: absent; false: present. */
  isNull?: boolean | null | undefined;
  /** Not equal to; holds for absent values too. */
  ne?: boolean | null | undefined;
};

/** A judgement of lumisections, as Run Registry knows them. */
export type CertificationFlag =
  /** Not good for physics. */
  | 'BAD'
  /** Nothing to judge. */
  | 'EMPTY'
  /** The detector was not in the run. */
  | 'EXCLUDED'
  /** Good for physics. */
  | 'GOOD'
  /** Nobody has set a flag. */
  | 'NOTSET'
  /** The detector was on standby. */
  | 'STANDBY';

/** Operators on a judgement. All that are given must hold. null is refused as an operand: use `isNull`. */
export type CertificationFlagFilter = {
  /** Equal to. */
  eq?: CertificationFlag | null | undefined;
  /** One of these (never, if the list is empty). */
  in?: Array<CertificationFlag> | null | undefined;
  /** true: absent; false: present. */
  isNull?: boolean | null | undefined;
  /** Not equal to; holds for absent values too. */
  ne?: CertificationFlag | null | undefined;
  /** None of these; holds for absent values too. */
  notIn?: Array<CertificationFlag> | null | undefined;
};

/** Conditions on a Certification. All that are given must hold; an empty object always holds. A null inside is an error. */
export type CertificationWhere = {
  /** All of these hold (an empty list does). */
  AND?: Array<CertificationWhere> | null | undefined;
  /** This does not hold. A test of an absent value does not hold, so its NOT does. */
  NOT?: CertificationWhere | null | undefined;
  /** At least one of these holds (an empty list does not). */
  OR?: Array<CertificationWhere> | null | undefined;
  /** Who made the version; absent where the source does not tell. */
  author?: StringFilter | null | undefined;
  /** When the version was ingested. */
  createdAt?: DateTimeFilter | null | undefined;
  /** Whether this is the newest version of its source, dataset and subsystem. */
  current?: BooleanFilter | null | undefined;
  /** Name of the dataset that was judged; empty for all of them. Never compared with histograms by itself. */
  dataset?: StringFilter | null | undefined;
  /** The judgement. What no certification covers is not evaluated, never bad. */
  flag?: CertificationFlagFilter | null | undefined;
  /** What kind of source it is, e.g. `golden`. */
  kind?: StringFilter | null | undefined;
  /** Only in runs with at least one lumisection of this mask: a certification source (what its newest version calls GOOD), a saved mask, or an expression, as `lumisectionMask` takes it. An unknown name is an error. */
  mask?: string | null | undefined;
  /** It satisfies this: The run that was judged. */
  run?: RunWhere | null | undefined;
  /** Who judged: the name under which the verdicts were ingested, e.g. `golden-2018`. */
  source?: StringFilter | null | undefined;
  /** The subsystem that was judged, e.g. `pixel`; empty for all of them together. */
  subsystem?: StringFilter | null | undefined;
  /** Version of the source, from 1; each ingested file makes one. `mask` and `verdict` use the newest. */
  version?: IntFilter | null | undefined;
};

/** How far a file has come. */
export type DataFileStatus =
  /** Stopped by a user. */
  | 'CANCELLED'
  /** Read to the end; rows may have been rejected or in conflict (see `report`). */
  | 'DONE'
  /** Stopped by an error (see `error`). */
  | 'FAILED'
  /** Known, not begun. */
  | 'PENDING'
  /** Its reader exceeded a limit or died, or nobody could tell what it is (see `error`). */
  | 'QUARANTINED'
  /** Being read, or interrupted: ingesting it again goes on from its checkpoint. */
  | 'RUNNING';

/** Operators on the status of a file. All that are given must hold. null is refused as an operand: use `isNull`. */
export type DataFileStatusFilter = {
  /** Equal to. */
  eq?: DataFileStatus | null | undefined;
  /** One of these (never, if the list is empty). */
  in?: Array<DataFileStatus> | null | undefined;
  /** true: absent; false: present. */
  isNull?: boolean | null | undefined;
  /** Not equal to; holds for absent values too. */
  ne?: DataFileStatus | null | undefined;
  /** None of these; holds for absent values too. */
  notIn?: Array<DataFileStatus> | null | undefined;
};

/** Conditions on a DataFile. All that are given must hold; an empty object always holds. A null inside is an error. */
export type DataFileWhere = {
  /** All of these hold (an empty list does). */
  AND?: Array<DataFileWhere> | null | undefined;
  /** This does not hold. A test of an absent value does not hold, so its NOT does. */
  NOT?: DataFileWhere | null | undefined;
  /** At least one of these holds (an empty list does not). */
  OR?: Array<DataFileWhere> | null | undefined;
  /** Rows that were added, as partial counts, to what other rows of their key brought. */
  added?: IntFilter | null | undefined;
  /** Bytes of the (decompressed) content that are read and durably stored. */
  bytesDone?: SafeIntFilter | null | undefined;
  /** Rows whose key was stored with another content, which was kept. Each is one issue. */
  conflicting?: IntFilter | null | undefined;
  /** When the file was first offered. */
  createdAt?: DateTimeFilter | null | undefined;
  /** Dataset given for the whole file; empty where its rows or its name tell. */
  dataset?: StringFilter | null | undefined;
  /** Stable code of what stopped the file; absent where nothing did. */
  errorCode?: StringFilter | null | undefined;
  /** What stopped the file, in words; absent where nothing did. */
  errorMessage?: StringFilter | null | undefined;
  /** When reading ended; absent while it runs. */
  finishedAt?: DateTimeFilter | null | undefined;
  /** Name of the format that it was recognised as; until then what was asked for, or empty. */
  format?: StringFilter | null | undefined;
  /** Its id, as the field `id` gives it. */
  id?: IdFilter | null | undefined;
  /** Rows that were stored already with equal content. */
  identical?: IntFilter | null | undefined;
  /** Rows stored as new. */
  inserted?: IntFilter | null | undefined;
  /** At least one satisfies this: Rows of the file that were refused or in conflict, and notes on how it was read. */
  issues?: IngestIssueWhere | null | undefined;
  /** Lines of the content that are read and durably stored. */
  linesDone?: SafeIntFilter | null | undefined;
  /** Identity of the map of monitor elements used; empty without one. */
  meMap?: StringFilter | null | undefined;
  /** Path under which the file was offered. */
  path?: StringFilter | null | undefined;
  /** Rows that were refused. Each is one issue. */
  rejected?: IntFilter | null | undefined;
  /** Rows that replaced another content, as told. */
  replaced?: IntFilter | null | undefined;
  /** SHA-256 of the file as it is on disk, in lower-case hexadecimal; empty while its job waits to read it for the first time. Null of certifications while the truth of a task is hidden from whoever asks: a guess could be compared with it. */
  sha256?: StringFilter | null | undefined;
  /** Size of the file on disk, in bytes. */
  size?: SafeIntFilter | null | undefined;
  /** Certification source given for the file; empty for histograms. */
  source?: StringFilter | null | undefined;
  /** When reading last began. */
  startedAt?: DateTimeFilter | null | undefined;
  /** How far the file has come. */
  status?: DataFileStatusFilter | null | undefined;
};

/** Conditions on a Dataset. All that are given must hold; an empty object always holds. A null inside is an error. */
export type DatasetWhere = {
  /** All of these hold (an empty list does). */
  AND?: Array<DatasetWhere> | null | undefined;
  /** This does not hold. A test of an absent value does not hold, so its NOT does. */
  NOT?: DatasetWhere | null | undefined;
  /** At least one of these holds (an empty list does not). */
  OR?: Array<DatasetWhere> | null | undefined;
  /** What people say of the dataset; absent where nobody does. */
  description?: StringFilter | null | undefined;
  /** Era as the name has it, e.g. `Run2023C` (a run's era reads `2023C`). */
  era?: StringFilter | null | undefined;
  /** Its id, as the field `id` gives it. */
  id?: IdFilter | null | undefined;
  /** At least one satisfies this: Monitor elements with a histogram, a scalar value or a quality test of the dataset. */
  monitorElements?: MonitorElementWhere | null | undefined;
  /** Whole name, `/PrimaryDataset/Era-Processing-vN/TIER`. */
  name?: StringFilter | null | undefined;
  /** First part of the name, e.g. `ZeroBias`; absent where the name has another form. */
  primaryDataset?: StringFilter | null | undefined;
  /** Processing and its version, e.g. `PromptReco-v1`. */
  processing?: StringFilter | null | undefined;
  /** At least one satisfies this: Runs with a histogram, a scalar value or a quality test of the dataset. */
  runs?: RunWhere | null | undefined;
  /** Data tier, e.g. `DQMIO`. */
  tier?: StringFilter | null | undefined;
};

/** Operators on a moment. All that are given must hold. null is refused as an operand: use `isNull`. */
export type DateTimeFilter = {
  /** Equal to. */
  eq?: string | null | undefined;
  /** Greater than (exclusive). */
  gt?: string | null | undefined;
  /** Greater than or equal to (inclusive). */
  gte?: string | null | undefined;
  /** One of these (never, if the list is empty). */
  in?: Array<string> | null | undefined;
  /** true: absent; false: present. */
  isNull?: boolean | null | undefined;
  /** Less than (exclusive). */
  lt?: string | null | undefined;
  /** Less than or equal to (inclusive). */
  lte?: string | null | undefined;
  /** Not equal to; holds for absent values too. */
  ne?: string | null | undefined;
  /** None of these; holds for absent values too. */
  notIn?: Array<string> | null | undefined;
};

/** Operators on a number. All that are given must hold. null is refused as an operand: use `isNull`. */
export type FloatFilter = {
  /** Equal to. */
  eq?: number | null | undefined;
  /** Greater than (exclusive). */
  gt?: number | null | undefined;
  /** Greater than or equal to (inclusive). */
  gte?: number | null | undefined;
  /** One of these (never, if the list is empty). */
  in?: Array<number> | null | undefined;
  /** true: absent; false: present. */
  isNull?: boolean | null | undefined;
  /** Less than (exclusive). */
  lt?: number | null | undefined;
  /** Less than or equal to (inclusive). */
  lte?: number | null | undefined;
  /** Not equal to; holds for absent values too. */
  ne?: number | null | undefined;
  /** None of these; holds for absent values too. */
  notIn?: Array<number> | null | undefined;
};

/** Operators on the id of an object. All that are given must hold. */
export type IdFilter = {
  /** The object of this id. */
  eq?: string | number | null | undefined;
  /** One of the objects of these ids (never, if the list is empty). */
  in?: Array<string | number> | null | undefined;
  /** Any object but the one of this id. */
  ne?: string | number | null | undefined;
  /** None of the objects of these ids. */
  notIn?: Array<string | number> | null | undefined;
};

/** Conditions on a IngestIssue. All that are given must hold; an empty object always holds. A null inside is an error. */
export type IngestIssueWhere = {
  /** All of these hold (an empty list does). */
  AND?: Array<IngestIssueWhere> | null | undefined;
  /** This does not hold. A test of an absent value does not hold, so its NOT does. */
  NOT?: IngestIssueWhere | null | undefined;
  /** At least one of these holds (an empty list does not). */
  OR?: Array<IngestIssueWhere> | null | undefined;
  /** Byte offset in the (decompressed) content, from 0; absent where a line is given alone. */
  byte?: SafeIntFilter | null | undefined;
  /** Stable code of the reason, for programs. */
  code?: StringFilter | null | undefined;
  /** It satisfies this: The file. */
  dataFile?: DataFileWhere | null | undefined;
  /** The field at fault, as the file names it. */
  field?: StringFilter | null | undefined;
  /** Line of the content, from 1; absent where the format has no lines. */
  line?: SafeIntFilter | null | undefined;
  /** Number of the issue within its file, from 1. */
  number?: IntFilter | null | undefined;
  /** The reason in words. */
  reason?: StringFilter | null | undefined;
  /** What became of the row. */
  severity?: IssueSeverityFilter | null | undefined;
  /** The offending text, cut to 200 characters. */
  value?: StringFilter | null | undefined;
};

/** Operators on a 32-bit integer. All that are given must hold. null is refused as an operand: use `isNull`. */
export type IntFilter = {
  /** Equal to. */
  eq?: number | null | undefined;
  /** Greater than (exclusive). */
  gt?: number | null | undefined;
  /** Greater than or equal to (inclusive). */
  gte?: number | null | undefined;
  /** One of these (never, if the list is empty). */
  in?: Array<number> | null | undefined;
  /** true: absent; false: present. */
  isNull?: boolean | null | undefined;
  /** Less than (exclusive). */
  lt?: number | null | undefined;
  /** Less than or equal to (inclusive). */
  lte?: number | null | undefined;
  /** Not equal to; holds for absent values too. */
  ne?: number | null | undefined;
  /** None of these; holds for absent values too. */
  notIn?: Array<number> | null | undefined;
};

/** What became of a row that has an issue. */
export type IssueSeverity =
  /** The row met another content under its key. */
  | 'CONFLICTING'
  /** How the file was read; no row was lost. */
  | 'NOTE'
  /** The row was refused and is not stored. */
  | 'REJECTED';

/** Operators on the severity of an issue. All that are given must hold. null is refused as an operand: use `isNull`. */
export type IssueSeverityFilter = {
  /** Equal to. */
  eq?: IssueSeverity | null | undefined;
  /** One of these (never, if the list is empty). */
  in?: Array<IssueSeverity> | null | undefined;
  /** true: absent; false: present. */
  isNull?: boolean | null | undefined;
  /** Not equal to; holds for absent values too. */
  ne?: IssueSeverity | null | undefined;
  /** None of these; holds for absent values too. */
  notIn?: Array<IssueSeverity> | null | undefined;
};

/** How far a job has come. */
export type JobState =
  /** Stopped by a user; `retryJob` goes on from where it stopped. */
  | 'CANCELLED'
  /** Its file was read to the end; rows may have been rejected or in conflict (see `dataFile`). */
  | 'DONE'
  /** Stopped by an error (see `error`); `retryJob` queues it anew. */
  | 'FAILED'
  /** Waits for its turn. */
  | 'QUEUED'
  /** Its file is being read. */
  | 'RUNNING';

/** What a place on a board is to be read with. */
export type LeaderboardFlag =
  /** Its scores look turned around: without the missing ones, an AUC below 0.4, all of its interval below 0.5. Nothing is flipped. */
  | 'INVERTED'
  /** Fewer than 95 % of the members of the test part have a score. */
  | 'LOW_COVERAGE'
  /** The scores it has now are not evaluated: `evaluatePrediction` does it. */
  | 'NOT_EVALUATED'
  /** Its threshold was chosen on the truth that it is judged by: it has no rank. */
  | 'OPTIMISTIC_THRESHOLD'
  /** The truth judges another reconstruction than that of the dataset, as the task asked for. */
  | 'OTHER_RECONSTRUCTION'
  /** The test part has runs that the version is not meant for (`validFrom`, `validTo`). */
  | 'OUTSIDE_VALIDITY'
  /** The truth of the task has newer versions than those it was frozen with. */
  | 'TRUTH_CHANGED';

/** Beam and detector-control (DCS) flags of a lumisection, under the names of OMS. */
export type LumisectionFlag =
  /** `beam1_present` of OMS. */
  | 'BEAM1_PRESENT'
  /** `beam1_stable` of OMS. */
  | 'BEAM1_STABLE'
  /** `beam2_present` of OMS. */
  | 'BEAM2_PRESENT'
  /** `beam2_stable` of OMS. */
  | 'BEAM2_STABLE'
  /** `bpix_ready` of OMS. */
  | 'BPIX_READY'
  /** `castor_ready` of OMS. */
  | 'CASTOR_READY'
  /** `cms_active` of OMS. */
  | 'CMS_ACTIVE'
  /** `cscm_ready` of OMS. */
  | 'CSCM_READY'
  /** `cscp_ready` of OMS. */
  | 'CSCP_READY'
  /** `dt0_ready` of OMS. */
  | 'DT0_READY'
  /** `dtm_ready` of OMS. */
  | 'DTM_READY'
  /** `dtp_ready` of OMS. */
  | 'DTP_READY'
  /** `ebm_ready` of OMS. */
  | 'EBM_READY'
  /** `ebp_ready` of OMS. */
  | 'EBP_READY'
  /** `eem_ready` of OMS. */
  | 'EEM_READY'
  /** `eep_ready` of OMS. */
  | 'EEP_READY'
  /** `esm_ready` of OMS. */
  | 'ESM_READY'
  /** `esp_ready` of OMS. */
  | 'ESP_READY'
  /** `fpix_ready` of OMS. */
  | 'FPIX_READY'
  /** `gemm_ready` of OMS. */
  | 'GEMM_READY'
  /** `gemp_ready` of OMS. */
  | 'GEMP_READY'
  /** `hbhea_ready` of OMS. */
  | 'HBHEA_READY'
  /** `hbheb_ready` of OMS. */
  | 'HBHEB_READY'
  /** `hbhec_ready` of OMS. */
  | 'HBHEC_READY'
  /** `hf_ready` of OMS. */
  | 'HF_READY'
  /** `ho_ready` of OMS. */
  | 'HO_READY'
  /** `physics_flag` of OMS. */
  | 'PHYSICS_FLAG'
  /** `rpc_ready` of OMS. */
  | 'RPC_READY'
  /** `rp_sect_45_ready` of OMS. */
  | 'RP_SECT_45_READY'
  /** `rp_sect_56_ready` of OMS. */
  | 'RP_SECT_56_READY'
  /** `rp_time_ready` of OMS. */
  | 'RP_TIME_READY'
  /** `tecm_ready` of OMS. */
  | 'TECM_READY'
  /** `tecp_ready` of OMS. */
  | 'TECP_READY'
  /** `tibtid_ready` of OMS. */
  | 'TIBTID_READY'
  /** `tob_ready` of OMS. */
  | 'TOB_READY'
  /** `zdc_ready` of OMS. */
  | 'ZDC_READY';

/** Operators on a set of flags. All that are given must hold. null is refused as an operand: use `isNull`. */
export type LumisectionFlagsFilter = {
  /** Every one of these is in the set. */
  hasAll?: Array<LumisectionFlag> | null | undefined;
  /** At least one of these is in the set. */
  hasAny?: Array<LumisectionFlag> | null | undefined;
};

/** Conditions on a LumisectionHistogram. All that are given must hold; an empty object always holds. A null inside is an error. */
export type LumisectionHistogramWhere = {
  /** All of these hold (an empty list does). */
  AND?: Array<LumisectionHistogramWhere> | null | undefined;
  /** This does not hold. A test of an absent value does not hold, so its NOT does. */
  NOT?: LumisectionHistogramWhere | null | undefined;
  /** At least one of these holds (an empty list does not). */
  OR?: Array<LumisectionHistogramWhere> | null | undefined;
  /** It satisfies this: The dataset: the same run reconstructed twice gives different histograms. */
  dataset?: DatasetWhere | null | undefined;
  /** Number of entries as the source states it (fill calls in ROOT; the sum of all bins in the CSVs); absent where it does not. */
  entries?: FloatFilter | null | undefined;
  /** Sum of the in-range bins; of profiles the entries in range, whose place and width the moments tell. */
  integral?: FloatFilter | null | undefined;
  /** Excess kurtosis of x over the in-range bins (0 for a Gaussian, no unit); absent with two axes. */
  kurtosis?: FloatFilter | null | undefined;
  /** It satisfies this: The lumisection. */
  lumisection?: LumisectionWhere | null | undefined;
  /** Only in lumisections of this mask: a certification source (what its newest version calls GOOD), a saved mask, or an expression of `& | -`, as `lumisectionMask` takes it. An unknown name is an error. */
  mask?: string | null | undefined;
  /** Mean of x over the in-range bins, in units of the x axis; absent where nothing is in range. */
  meanX?: FloatFilter | null | undefined;
  /** Mean of y over the in-range bins, in units of the y axis; absent with one axis. */
  meanY?: FloatFilter | null | undefined;
  /** It satisfies this: The monitor element: what is histogrammed. */
  monitorElement?: MonitorElementWhere | null | undefined;
  /** Standard deviation of x over the in-range bins, in units of the x axis, at least 0. */
  rmsX?: FloatFilter | null | undefined;
  /** Standard deviation of y over the in-range bins, in units of the y axis, at least 0; absent with one axis. */
  rmsY?: FloatFilter | null | undefined;
  /** It satisfies this: The run. */
  run?: RunWhere | null | undefined;
  /** Skewness of x over the in-range bins (no unit); absent with two axes. */
  skewness?: FloatFilter | null | undefined;
};

/** Conditions on a Lumisection. All that are given must hold; an empty object always holds. A null inside is an error. */
export type LumisectionWhere = {
  /** All of these hold (an empty list does). */
  AND?: Array<LumisectionWhere> | null | undefined;
  /** This does not hold. A test of an absent value does not hold, so its NOT does. */
  NOT?: LumisectionWhere | null | undefined;
  /** At least one of these holds (an empty list does not). */
  OR?: Array<LumisectionWhere> | null | undefined;
  /** Luminosity that the LHC delivered in this lumisection alone (not cumulative), in 1/pb. */
  deliveredLumi?: FloatFilter | null | undefined;
  /** When the lumisection ended. */
  endedAt?: DateTimeFilter | null | undefined;
  /** Beam and detector-control flags known to be off. A flag neither on nor off is unknown. */
  flagsOff?: LumisectionFlagsFilter | null | undefined;
  /** Beam and detector-control flags known to be on. A flag neither on nor off is unknown. */
  flagsOn?: LumisectionFlagsFilter | null | undefined;
  /** At least one satisfies this: Histograms of this lumisection. */
  histograms?: LumisectionHistogramWhere | null | undefined;
  /** Only in lumisections of this mask: a certification source (what its newest version calls GOOD), a saved mask, or an expression of `& | -`, as `lumisectionMask` takes it. An unknown name is an error. */
  mask?: string | null | undefined;
  /** Lumisection number within its run, at least 1; gaps are possible. */
  number?: IntFilter | null | undefined;
  /** Mean number of interactions in a bunch crossing. */
  pileup?: FloatFilter | null | undefined;
  /** At least one satisfies this: Results of quality tests of this lumisection. */
  qualityTests?: QualityTestWhere | null | undefined;
  /** Luminosity that CMS recorded in this lumisection alone (not cumulative), in 1/pb. */
  recordedLumi?: FloatFilter | null | undefined;
  /** It satisfies this: The run of the lumisection. */
  run?: RunWhere | null | undefined;
  /** At least one satisfies this: Values of scalar monitor elements of this lumisection. */
  scalars?: ScalarValueWhere | null | undefined;
  /** When the lumisection began; it lasts about 23.31 s. */
  startedAt?: DateTimeFilter | null | undefined;
  /** Rate of the zero-bias trigger, in Hz. */
  zeroBiasRate?: FloatFilter | null | undefined;
};

/** What kind of object a monitor element is. */
export type MonitorElementKind =
  /** Mean of a quantity in bins of one axis. */
  | 'PROFILE'
  /** Mean of a quantity in bins of two axes. */
  | 'PROFILE2D'
  /** One number or text. */
  | 'SCALAR'
  /** Counts over one axis. */
  | 'TH1'
  /** Counts over two axes. */
  | 'TH2';

/** Operators on a kind of monitor element. All that are given must hold. null is refused as an operand: use `isNull`. */
export type MonitorElementKindFilter = {
  /** Equal to. */
  eq?: MonitorElementKind | null | undefined;
  /** One of these (never, if the list is empty). */
  in?: Array<MonitorElementKind> | null | undefined;
  /** true: absent; false: present. */
  isNull?: boolean | null | undefined;
  /** Not equal to; holds for absent values too. */
  ne?: MonitorElementKind | null | undefined;
  /** None of these; holds for absent values too. */
  notIn?: Array<MonitorElementKind> | null | undefined;
};

/** Conditions on a MonitorElement. All that are given must hold; an empty object always holds. A null inside is an error. */
export type MonitorElementWhere = {
  /** All of these hold (an empty list does). */
  AND?: Array<MonitorElementWhere> | null | undefined;
  /** This does not hold. A test of an absent value does not hold, so its NOT does. */
  NOT?: MonitorElementWhere | null | undefined;
  /** At least one of these holds (an empty list does not). */
  OR?: Array<MonitorElementWhere> | null | undefined;
  /** At least one satisfies this: Datasets with a histogram, a scalar value or a quality test of this monitor element. */
  datasets?: DatasetWhere | null | undefined;
  /** Number of axes, 1 or 2; absent where the source does not tell (summaries). */
  dimension?: IntFilter | null | undefined;
  /** Whether contents are ratios (efficiencies), not counts; absent where no source tells. */
  efficiency?: BooleanFilter | null | undefined;
  /** Its id, as the field `id` gives it. */
  id?: IdFilter | null | undefined;
  /** What kind of object the source holds; absent where it does not tell. */
  kind?: MonitorElementKindFilter | null | undefined;
  /** Leaf of the path; not unique. */
  name?: StringFilter | null | undefined;
  /** At least one satisfies this: What people wrote about this monitor element, in any run. */
  notes?: NoteWhere | null | undefined;
  /** Path exactly as the source has it, e.g. `PixelPhase1/Tracks/PXBarrel/charge_PXLayer_1`; a CSV that knows only leaf names gives the leaf. */
  path?: StringFilter | null | undefined;
  /** At least one satisfies this: Runs with a histogram, a scalar value or a quality test of this monitor element. */
  runs?: RunWhere | null | undefined;
  /** Only monitor elements of this saved set (see `elementSets`): `NAME` for its newest version, `NAME@2` for the second. An unknown name is an error. */
  set?: string | null | undefined;
  /** First folder of the path, e.g. `PixelPhase1`; absent where the path is a leaf. */
  subsystem?: StringFilter | null | undefined;
};

/** Conditions on a Note. All that are given must hold; an empty object always holds. A null inside is an error. */
export type NoteWhere = {
  /** All of these hold (an empty list does). */
  AND?: Array<NoteWhere> | null | undefined;
  /** This does not hold. A test of an absent value does not hold, so its NOT does. */
  NOT?: NoteWhere | null | undefined;
  /** At least one of these holds (an empty list does not). */
  OR?: Array<NoteWhere> | null | undefined;
  /** Who wrote it: the name of the token. */
  author?: StringFilter | null | undefined;
  /** When it was written. */
  createdAt?: DateTimeFilter | null | undefined;
  /** First lumisection that it is about (inclusive); absent where it is about the whole run. */
  lumisectionFirst?: IntFilter | null | undefined;
  /** Last lumisection that it is about (inclusive); absent where it is about all that follow the first. */
  lumisectionLast?: IntFilter | null | undefined;
  /** Only in runs with at least one lumisection of this mask: a certification source (what its newest version calls GOOD), a saved mask, or an expression, as `lumisectionMask` takes it. An unknown name is an error. */
  mask?: string | null | undefined;
  /** It satisfies this: The monitor element that it is about; absent where it is about none in particular. */
  monitorElement?: MonitorElementWhere | null | undefined;
  /** It satisfies this: The run that it is about. */
  run?: RunWhere | null | undefined;
  /** What it says, in plain text. */
  text?: StringFilter | null | undefined;
  /** When it was last changed; the time of its writing until then. */
  updatedAt?: DateTimeFilter | null | undefined;
};

/** What becomes of a row whose key is stored with another content. */
export type OnConflict =
  /** Histograms are partial counts and are added up; anything else is kept. The same input twice is added once. */
  | 'ADD'
  /** Nothing of the call is stored; the error names the row. */
  | 'FAIL'
  /** What is stored stays; the row is in conflict. */
  | 'KEEP'
  /** The row takes the place of what is stored. */
  | 'REPLACE';

/** What becomes of a score of a member that has another one, or a reason for none, already. */
export type OnScoreConflict =
  /** Nothing of the call is stored; the error names the scores. */
  | 'FAIL'
  /** What is stored stays; the score is in conflict. */
  | 'KEEP'
  /** It takes the place of what is stored. */
  | 'REPLACE';

/** Which scores of a strategy are the more anomalous. */
export type Orientation =
  /** The higher ones: at or above a threshold something is called bad. */
  | 'HIGHER'
  /** The lower ones: at or below a threshold something is called bad. */
  | 'LOWER';

/** Number types of packed bins, all little-endian. */
export type PackedType =
  /** 32-bit floating point; integers above 2^24 are rounded. */
  | 'FLOAT32'
  /** 64-bit floating point: every stored value exactly. */
  | 'FLOAT64'
  /** 32-bit signed integers; an error where the contents are not exactly that. */
  | 'INT32';

/** How far a prediction has come. */
export type PredictionStatus =
  /** Stopped by a user. */
  | 'CANCELLED'
  /** Every member of the test part has a score, or a reason for none. */
  | 'COMPLETE'
  /** Stopped by an error (see `error`). */
  | 'FAILED'
  /** Of some members of the test part nothing is said (yet). */
  | 'PARTIAL'
  /** The server is to make it. */
  | 'QUEUED'
  /** The server makes it. */
  | 'RUNNING';

/** What became of a quality test, as CMSSW knows it. */
export type QualityStatus =
  /** The algorithm did not run (code 90). */
  | 'DID_NOT_RUN'
  /** The test was switched off (code 50). */
  | 'DISABLED'
  /** The test failed (code 300). */
  | 'ERROR'
  /** Too few entries for a judgement (code 70). */
  | 'INSUFFICIENT_STATISTICS'
  /** A problem kept the test from running (code 60). */
  | 'INVALID'
  /** The test passed (code 100). */
  | 'OK'
  /** Neither passed nor failed (code 30). */
  | 'OTHER'
  /** A code that CMSSW does not define: see `statusCode`. */
  | 'UNKNOWN'
  /** The test had some problems (code 200). */
  | 'WARNING';

/** Operators on the status of a quality test. All that are given must hold. null is refused as an operand: use `isNull`. */
export type QualityStatusFilter = {
  /** Equal to. */
  eq?: QualityStatus | null | undefined;
  /** One of these (never, if the list is empty). */
  in?: Array<QualityStatus> | null | undefined;
  /** true: absent; false: present. */
  isNull?: boolean | null | undefined;
  /** Not equal to; holds for absent values too. */
  ne?: QualityStatus | null | undefined;
  /** None of these; holds for absent values too. */
  notIn?: Array<QualityStatus> | null | undefined;
};

/** Conditions on a QualityTest. All that are given must hold; an empty object always holds. A null inside is an error. */
export type QualityTestWhere = {
  /** All of these hold (an empty list does). */
  AND?: Array<QualityTestWhere> | null | undefined;
  /** This does not hold. A test of an absent value does not hold, so its NOT does. */
  NOT?: QualityTestWhere | null | undefined;
  /** At least one of these holds (an empty list does not). */
  OR?: Array<QualityTestWhere> | null | undefined;
  /** Name of the algorithm, e.g. `ContentsXRange`. */
  algorithm?: StringFilter | null | undefined;
  /** It satisfies this: The dataset: the same run reconstructed twice gives different values. */
  dataset?: DatasetWhere | null | undefined;
  /** Number of the lumisection; 0 where it is of the whole run. */
  lumisectionNumber?: IntFilter | null | undefined;
  /** Only in runs with at least one lumisection of this mask: a certification source (what its newest version calls GOOD), a saved mask, or an expression, as `lumisectionMask` takes it. An unknown name is an error. */
  mask?: string | null | undefined;
  /** What the test says of its result; may be empty. */
  message?: StringFilter | null | undefined;
  /** It satisfies this: The monitor element that was tested. */
  monitorElement?: MonitorElementWhere | null | undefined;
  /** Name of the quality test, e.g. `XrangeWithin`. */
  name?: StringFilter | null | undefined;
  /** What the test computed (often a probability or a share; no unit); absent where it is not a finite number. */
  result?: FloatFilter | null | undefined;
  /** It satisfies this: The run. */
  run?: RunWhere | null | undefined;
  /** What became of the test. */
  status?: QualityStatusFilter | null | undefined;
  /** The status as CMSSW numbers it: 100 passed, 200 warning, 300 failed, lower ones without a judgement. */
  statusCode?: IntFilter | null | undefined;
};

/** Conditions on a ReferenceChoice. All that are given must hold; an empty object always holds. A null inside is an error. */
export type ReferenceChoiceWhere = {
  /** All of these hold (an empty list does). */
  AND?: Array<ReferenceChoiceWhere> | null | undefined;
  /** This does not hold. A test of an absent value does not hold, so its NOT does. */
  NOT?: ReferenceChoiceWhere | null | undefined;
  /** At least one of these holds (an empty list does not). */
  OR?: Array<ReferenceChoiceWhere> | null | undefined;
  /** Who chose: the name of the token. */
  author?: StringFilter | null | undefined;
  /** Why, in the words of its author; absent where nobody told. */
  comment?: StringFilter | null | undefined;
  /** When it was chosen. */
  createdAt?: DateTimeFilter | null | undefined;
  /** Whether this is the newest choice for its run and dataset. */
  current?: BooleanFilter | null | undefined;
  /** Name of the dataset in which the run is compared. */
  dataset?: StringFilter | null | undefined;
  /** Only in runs with at least one lumisection of this mask: a certification source (what its newest version calls GOOD), a saved mask, or an expression, as `lumisectionMask` takes it. An unknown name is an error. */
  mask?: string | null | undefined;
  /** Name of the dataset of the reference; nothing may be left of it. */
  referenceDataset?: StringFilter | null | undefined;
  /** Number of the run that was chosen as the reference; it may be deleted since. */
  referenceRun?: IntFilter | null | undefined;
  /** It satisfies this: The run that is compared with the reference. */
  run?: RunWhere | null | undefined;
  /** Number of the choice for this run and dataset, from 1. */
  version?: IntFilter | null | undefined;
};

/** What a strategy holds histograms against. */
export type ReferencePolicyInput = {
  /** How many, 1 to 1000: of RANKED, SEVERAL and ROLLING alone. */
  count?: number | null | undefined;
  /** Which ones. */
  kind: ReferencePolicyKind;
  /** Number of the run: of FIXED_RUN, which needs it, alone. */
  run?: number | null | undefined;
};

/** Which histograms a strategy holds others against. */
export type ReferencePolicyKind =
  /** Those of one run. */
  | 'FIXED_RUN'
  /** It holds them against no others. */
  | 'NONE'
  /** Those of the runs that suit best, as `referenceCandidates` ranks them. */
  | 'RANKED'
  /** Those of the runs that went before. */
  | 'ROLLING'
  /** Those of several runs. */
  | 'SEVERAL'
  /** Those of the training part. */
  | 'TRAINING';

/** Conditions on a RunHistogram. All that are given must hold; an empty object always holds. A null inside is an error. */
export type RunHistogramWhere = {
  /** All of these hold (an empty list does). */
  AND?: Array<RunHistogramWhere> | null | undefined;
  /** This does not hold. A test of an absent value does not hold, so its NOT does. */
  NOT?: RunHistogramWhere | null | undefined;
  /** At least one of these holds (an empty list does not). */
  OR?: Array<RunHistogramWhere> | null | undefined;
  /** It satisfies this: The dataset: the same run reconstructed twice gives different histograms. */
  dataset?: DatasetWhere | null | undefined;
  /** Number of entries as the source states it (fill calls in ROOT; the sum of all bins in the CSVs); absent where it does not. */
  entries?: FloatFilter | null | undefined;
  /** Whether bins are stored; summaries (per-run CSV) have statistics alone. */
  hasBins?: BooleanFilter | null | undefined;
  /** Sum of the in-range bins; of profiles the entries in range, whose place and width the moments tell. Absent for summaries, which have no bins. */
  integral?: FloatFilter | null | undefined;
  /** Excess kurtosis of x over the in-range bins (0 for a Gaussian, no unit); absent with two axes. */
  kurtosis?: FloatFilter | null | undefined;
  /** Only in runs with at least one lumisection of this mask: a certification source (what its newest version calls GOOD), a saved mask, or an expression, as `lumisectionMask` takes it. An unknown name is an error. */
  mask?: string | null | undefined;
  /** Mean of x over the in-range bins, in units of the x axis; absent where nothing is in range. */
  meanX?: FloatFilter | null | undefined;
  /** Mean of y over the in-range bins, in units of the y axis; absent with one axis. */
  meanY?: FloatFilter | null | undefined;
  /** It satisfies this: The monitor element: what is histogrammed. */
  monitorElement?: MonitorElementWhere | null | undefined;
  /** Standard deviation of x over the in-range bins, in units of the x axis, at least 0. */
  rmsX?: FloatFilter | null | undefined;
  /** Standard deviation of y over the in-range bins, in units of the y axis, at least 0; absent with one axis. */
  rmsY?: FloatFilter | null | undefined;
  /** It satisfies this: The run. */
  run?: RunWhere | null | undefined;
  /** Skewness of x over the in-range bins (no unit); absent with two axes. */
  skewness?: FloatFilter | null | undefined;
  /** Title of the histogram (prose), absent where the source has none. */
  title?: StringFilter | null | undefined;
};

/** Conditions on a Run. All that are given must hold; an empty object always holds. A null inside is an error. */
export type RunWhere = {
  /** All of these hold (an empty list does). */
  AND?: Array<RunWhere> | null | undefined;
  /** This does not hold. A test of an absent value does not hold, so its NOT does. */
  NOT?: RunWhere | null | undefined;
  /** At least one of these holds (an empty list does not). */
  OR?: Array<RunWhere> | null | undefined;
  /** At least one satisfies this: Certifications of the run. */
  certifications?: CertificationWhere | null | undefined;
  /** At least one satisfies this: Datasets with a histogram, a scalar value or a quality test in the run. */
  datasets?: DatasetWhere | null | undefined;
  /** Integrated luminosity that the LHC delivered, in 1/pb. */
  deliveredLumi?: FloatFilter | null | undefined;
  /** Instantaneous luminosity at the end, in 10^34 / cm2 / s. */
  endLumi?: FloatFilter | null | undefined;
  /** When the run ended. */
  endedAt?: DateTimeFilter | null | undefined;
  /** Energy of one beam, in GeV. */
  energy?: FloatFilter | null | undefined;
  /** Year and letter, e.g. `2018A` (a dataset's era reads `Run2018A`). */
  era?: StringFilter | null | undefined;
  /** Number of the LHC fill. */
  fill?: IntFilter | null | undefined;
  /** At least one satisfies this: Run-level histograms of the run. */
  histograms?: RunHistogramWhere | null | undefined;
  /** Instantaneous luminosity at the start, in 10^34 / cm2 / s. */
  initialLumi?: FloatFilter | null | undefined;
  /** Number of lumisections that the run had, as its source states it (not how many are stored). */
  lumisectionCount?: IntFilter | null | undefined;
  /** At least one satisfies this: Histograms of the run's lumisections. */
  lumisectionHistograms?: LumisectionHistogramWhere | null | undefined;
  /** At least one satisfies this: Lumisections of the run. */
  lumisections?: LumisectionWhere | null | undefined;
  /** Magnetic field of the solenoid, in tesla. */
  magneticField?: FloatFilter | null | undefined;
  /** Only in runs with at least one lumisection of this mask: a certification source (what its newest version calls GOOD), a saved mask, or an expression, as `lumisectionMask` takes it. An unknown name is an error. */
  mask?: string | null | undefined;
  /** At least one satisfies this: Monitor elements with a histogram, a scalar value or a quality test in the run. */
  monitorElements?: MonitorElementWhere | null | undefined;
  /** At least one satisfies this: What people wrote about the run and about what is in it. */
  notes?: NoteWhere | null | undefined;
  /** Run number, at least 1. */
  number?: IntFilter | null | undefined;
  /** Letter of the era, e.g. `A`. */
  period?: StringFilter | null | undefined;
  /** At least one satisfies this: Results of quality tests of the whole run. */
  qualityTests?: QualityTestWhere | null | undefined;
  /** Integrated luminosity that CMS recorded, in 1/pb. */
  recordedLumi?: FloatFilter | null | undefined;
  /** At least one satisfies this: Runs that were chosen as references of this one, in all versions (`current: { eq: true }` for the newest). */
  references?: ReferenceChoiceWhere | null | undefined;
  /** At least one satisfies this: Values of scalar monitor elements of the whole run. */
  scalars?: ScalarValueWhere | null | undefined;
  /** When the run began. */
  startedAt?: DateTimeFilter | null | undefined;
  /** Year of data taking, e.g. 2018. */
  year?: IntFilter | null | undefined;
};

/** Operators on an integer up to 2^53 - 1. All that are given must hold. null is refused as an operand: use `isNull`. */
export type SafeIntFilter = {
  /** Equal to. */
  eq?: number | null | undefined;
  /** Greater than (exclusive). */
  gt?: number | null | undefined;
  /** Greater than or equal to (inclusive). */
  gte?: number | null | undefined;
  /** One of these (never, if the list is empty). */
  in?: Array<number> | null | undefined;
  /** true: absent; false: present. */
  isNull?: boolean | null | undefined;
  /** Less than (exclusive). */
  lt?: number | null | undefined;
  /** Less than or equal to (inclusive). */
  lte?: number | null | undefined;
  /** Not equal to; holds for absent values too. */
  ne?: number | null | undefined;
  /** None of these; holds for absent values too. */
  notIn?: Array<number> | null | undefined;
};

/** What a scalar value is. */
export type ScalarType =
  /** A number, in decimal or with an exponent; `nan`, `inf` and `-inf` where it is not finite. */
  | 'FLOAT'
  /** An integer of 64 bits, in decimal. */
  | 'INT'
  /** Any text. */
  | 'STRING';

/** Operators on a type of scalar value. All that are given must hold. null is refused as an operand: use `isNull`. */
export type ScalarTypeFilter = {
  /** Equal to. */
  eq?: ScalarType | null | undefined;
  /** One of these (never, if the list is empty). */
  in?: Array<ScalarType> | null | undefined;
  /** true: absent; false: present. */
  isNull?: boolean | null | undefined;
  /** Not equal to; holds for absent values too. */
  ne?: ScalarType | null | undefined;
  /** None of these; holds for absent values too. */
  notIn?: Array<ScalarType> | null | undefined;
};

/** Conditions on a ScalarValue. All that are given must hold; an empty object always holds. A null inside is an error. */
export type ScalarValueWhere = {
  /** All of these hold (an empty list does). */
  AND?: Array<ScalarValueWhere> | null | undefined;
  /** This does not hold. A test of an absent value does not hold, so its NOT does. */
  NOT?: ScalarValueWhere | null | undefined;
  /** At least one of these holds (an empty list does not). */
  OR?: Array<ScalarValueWhere> | null | undefined;
  /** It satisfies this: The dataset: the same run reconstructed twice gives different values. */
  dataset?: DatasetWhere | null | undefined;
  /** Number of the lumisection; 0 where it is of the whole run. */
  lumisectionNumber?: IntFilter | null | undefined;
  /** Only in runs with at least one lumisection of this mask: a certification source (what its newest version calls GOOD), a saved mask, or an expression, as `lumisectionMask` takes it. An unknown name is an error. */
  mask?: string | null | undefined;
  /** It satisfies this: The monitor element that holds the value. */
  monitorElement?: MonitorElementWhere | null | undefined;
  /** The value as the nearest float64; absent for a text and where it is not finite. */
  number?: FloatFilter | null | undefined;
  /** It satisfies this: The run. */
  run?: RunWhere | null | undefined;
  /** What the value is. */
  type?: ScalarTypeFilter | null | undefined;
  /** The value as text, as the source writes it. */
  value?: StringFilter | null | undefined;
};

/** What a strategy says of a member of a task: a score, or the reason for none. */
export type ScoreInput = {
  /** Number of the lumisection; the first one of a window; none (or 0) where members are runs. */
  lumisection?: number | null | undefined;
  /** Why there is none. */
  reason?: ScoreReason | null | undefined;
  /** Number of the run. */
  run: number;
  /** The score: finite. Left out where there is a reason. */
  score?: number | null | undefined;
};

/** Why a member of a task has no score. */
export type ScoreReason =
  /** There is nothing in the bins, or no entries. */
  | 'EMPTY'
  /** The histogram is booked with other bins or labels than those learned from. */
  | 'INCOMPATIBLE_BINNING'
  /** There are too few entries to say anything. */
  | 'LOW_ENTRIES'
  /** A bin (or the entries) lies below 0, where only counts or shares have a meaning. */
  | 'NEGATIVE'
  /** A number is infinite or none, or numbers are too large to add up. */
  | 'NOT_FINITE'
  /** There is no histogram of the monitor element. */
  | 'NO_HISTOGRAM'
  /** Any other reason. */
  | 'OTHER'
  /** The score does not exist for this histogram. */
  | 'UNDEFINED'
  /** The source of the histogram does not say its entries, and they are needed. */
  | 'UNKNOWN_ENTRIES';

/** Operators on text, compared by code point. All that are given must hold. null is refused as an operand: use `isNull`. */
export type StringFilter = {
  /** Holds this text anywhere; no character of it is special. */
  contains?: string | null | undefined;
  /** Ends with this text; no character of it is special. */
  endsWith?: string | null | undefined;
  /** Equal to. */
  eq?: string | null | undefined;
  /** Matches as a whole: `*` stands for any text (slashes too), `?` for one character, `[a-z]` for one of a set, `[!a-z]` for one outside it. */
  glob?: string | null | undefined;
  /** Sorts after (exclusive). */
  gt?: string | null | undefined;
  /** Sorts after or equal to (inclusive). */
  gte?: string | null | undefined;
  /** One of these (never, if the list is empty). */
  in?: Array<string> | null | undefined;
  /** true: absent; false: present. */
  isNull?: boolean | null | undefined;
  /** Sorts before (exclusive). */
  lt?: string | null | undefined;
  /** Sorts before or equal to (inclusive). */
  lte?: string | null | undefined;
  /** Whether case matters, for all operators of this object. */
  mode?: TextMode | null | undefined;
  /** Not equal to; holds for absent values too. */
  ne?: string | null | undefined;
  /** None of these; holds for absent values too. */
  notIn?: Array<string> | null | undefined;
  /** Matches somewhere (RE2 syntax, linear time); `^` and `$` tie it to the ends. */
  regex?: string | null | undefined;
  /** Begins with this text; no character of it is special. */
  startsWith?: string | null | undefined;
};

/** A file with scores of members of a frozen task. */
export type SubmitPredictionFileInput = {
  /** Whether to evaluate what is stored then. Unless told: once every member of the test part has a score or a reason, and where the answer asks for `evaluation`. */
  evaluate?: boolean | null | undefined;
  /** A table in CSV, Parquet, Arrow IPC (not compressed) or JSON, with the columns `run`, `lumisection` and `score`, and perhaps `reason` and `monitorElement`: at most 2,000,000 rows, and at most `LUMIGRAPH_MAX_UPLOAD_BYTES` long. */
  file: Upload;
  /** Path of the monitor element that rows are of which name none; they are of the members as such unless told. */
  monitorElement?: string | null | undefined;
  /** What becomes of members that have another score already. FAIL: nothing is stored of the monitor element that has the conflict, and of those behind it. */
  onConflict?: OnScoreConflict;
  /** What they are by. */
  strategy: SubmittedStrategyInput;
  /** Name of the task. */
  task: string;
  /** What calls a member bad, in the orientation of the strategy: finite. Of the rows that name no monitor element. */
  threshold?: number | null | undefined;
  /** In the place of `threshold`: on which part evaluations choose it. VALIDATION unless either is given. TEST is optimistic: such a prediction has no rank. */
  thresholdFrom?: ThresholdSource | null | undefined;
};

/** Scores of members of a frozen task. */
export type SubmitPredictionInput = {
  /** Whether to evaluate what is stored then, which takes as long as the whole task needs. Unless told: once every member of the test part has a score or a reason, and where the answer asks for `evaluation`. Where the task takes no more submissions it is left, and the warning `SUBMISSIONS` says when the next one is taken. */
  evaluate?: boolean | null | undefined;
  /** Path of the monitor element that they are of; of the members as such, by which strategies are ranked, unless told. */
  monitorElement?: string | null | undefined;
  /** What becomes of members that have another score already. */
  onConflict?: OnScoreConflict;
  /** Scores of members of any part, at most 10,000: those of several calls add up. */
  scores: Array<ScoreInput>;
  /** What they are by. */
  strategy: SubmittedStrategyInput;
  /** Name of the task. */
  task: string;
  /** What calls a member bad, in the orientation of the strategy: finite. Kept with the scores. */
  threshold?: number | null | undefined;
  /** In the place of `threshold`: on which part evaluations choose it. VALIDATION unless either is given. TEST is optimistic: such a prediction has no rank. */
  thresholdFrom?: ThresholdSource | null | undefined;
};

/** The version of a strategy that scores are of. One that is not known is made, with its strategy, from what is stated; one that is known has to be the same, where anything is stated. */
export type SubmittedStrategyInput = {
  /** What it does, or how it differs from others: at most 2000 characters. */
  description?: string | null | undefined;
  /** Paths of the monitor elements that it reads, 1 to 500; those of the task unless told. */
  monitorElements?: Array<string> | null | undefined;
  /** Name of the strategy: its own, or one that nobody has. */
  name: string;
  /** Which of its scores are the more anomalous; HIGHER unless told. */
  orientation?: Orientation | null | undefined;
  /** Its parameters; none unless told. */
  parameters?: Readonly<Record<string, unknown>> | null | undefined;
  /** What is done to bins before it sees them: `normalisation`, `flow`, `rebin`, `deadBins`, `maskedBins`. */
  preparation?: Readonly<Record<string, unknown>> | null | undefined;
  /** What it holds histograms against. */
  reference?: ReferencePolicyInput | null | undefined;
  /** What its random numbers begin with. */
  seed?: number | null | undefined;
  /** Where its source is: a URL of http or https, at most 2000 characters. */
  sourceUrl?: string | null | undefined;
  /** First run that it is meant for. */
  validFrom?: number | null | undefined;
  /** Last run (inclusive) that it is meant for. */
  validTo?: number | null | undefined;
  /** Label of the version: 1 to 100 printable characters. */
  version: string;
};

/** What strategies are ranked by; higher is better. */
export type TaskMetric =
  /** Average precision: the precision at each bad one, in the order of the scores, on average. */
  | 'AVERAGE_PRECISION'
  /** Share of bad ones that are found while 1 % of the good ones are called bad. */
  | 'EFFICIENCY_AT_1_PERCENT'
  /** Share of bad ones that are found while 0.1 % of the good ones are called bad. */
  | 'EFFICIENCY_AT_1_PERMILLE'
  /** Area under the ROC curve: how probably a bad one scores higher than a good one. */
  | 'ROC_AUC';

/** A part of a task. */
export type TaskPartName =
  /** What they are judged by. */
  | 'TEST'
  /** What strategies learn from. */
  | 'TRAIN'
  /** What they choose their thresholds by. */
  | 'VALIDATION';

/** How the operators of one text filter compare. */
export type TextMode =
  /** Upper and lower case are the same. */
  | 'INSENSITIVE'
  /** Upper and lower case differ. */
  | 'SENSITIVE';

/** Where a threshold is from. */
export type ThresholdSource =
  /** Stated with the scores. */
  | 'STATED'
  /** The working point on the test part itself: optimistic, and never ranked. */
  | 'TEST'
  /** The working point on the training part: chosen anew by each evaluation. */
  | 'TRAIN'
  /** The working point on the validation part: chosen anew by each evaluation. */
  | 'VALIDATION';

/** What something is, by the truth of a task. */
export type TruthLabel =
  /** Good: nothing is wrong. */
  | 'NEGATIVE'
  /** Bad: an anomaly. */
  | 'POSITIVE';

/** A file that is sent along, and how it is to be read. */
export type UploadDataFileInput = {
  /** Let it be a version that names no run although the one before it does; else such a file is refused. */
  allowEmpty?: boolean;
  /** Dataset of every histogram; wins over what the file or its name says. Not needed where these say it. */
  dataset?: string | null | undefined;
  /** Globs over paths of monitor elements: what one of them matches is left out. */
  exclude?: Array<string> | null | undefined;
  /** The file, at most `LUMIGRAPH_MAX_UPLOAD_BYTES` long. */
  file: Upload;
  /** Read the file again although it is known. */
  force?: boolean;
  /** Read it as this format, whatever its content looks like. */
  format?: string | null | undefined;
  /** Globs over paths of monitor elements: only what one of them matches is taken. */
  include?: Array<string> | null | undefined;
  /** What becomes of a row whose key is stored with another content. Unless told: `KEEP`, of DQMIO `ADD`. */
  onConflict?: OnConflict | null | undefined;
  /** Name of the certification that the file becomes a version of: `golden-2018`. */
  source?: string | null | undefined;
  /** One row that is refused or in conflict makes the file fail, and nothing of it stays. */
  strict?: boolean;
};

/** What a certification source says of a lumisection: one of three answers. */
export type Verdict =
  /** Judged bad. */
  | 'BAD'
  /** Judged good. */
  | 'GOOD'
  /** Not judged (or neither good nor bad: standby, excluded, not set, empty). */
  | 'NOT_EVALUATED';

export type RunsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  where?: RunWhere | null | undefined;
}>;


export type RunsQuery = { runs: { nodes: Array<{ number: number, year: number | null, era: string | null, fill: number | null, startedAt: string | null, endedAt: string | null, lumisectionCount: number | null, recordedLumi: number | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type MonitorElementsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  where?: MonitorElementWhere | null | undefined;
}>;


export type MonitorElementsQuery = { monitorElements: { nodes: Array<{ path: string, name: string, subsystem: string | null, dimension: number | null, kind: MonitorElementKind | null, histogramCount: number }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type DatasetsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  where?: DatasetWhere | null | undefined;
}>;


export type DatasetsQuery = { datasets: { nodes: Array<{ name: string, primaryDataset: string | null, era: string | null, processing: string | null, tier: string | null, runCount: number }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type HistogramsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  where?: LumisectionHistogramWhere | null | undefined;
  type?: PackedType;
}>;


export type HistogramsQuery = { lumisectionHistograms: { nodes: Array<{ entries: number | null, integral: number | null, meanX: number | null, rmsX: number | null, shape: Array<number> | null, binsBase64: string | null, run: { number: number }, lumisection: { number: number }, dataset: { name: string }, monitorElement: { path: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type RunHistogramsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  where?: RunHistogramWhere | null | undefined;
  type?: PackedType;
}>;


export type RunHistogramsQuery = { runHistograms: { nodes: Array<{ title: string | null, entries: number | null, meanX: number | null, rmsX: number | null, skewness: number | null, kurtosis: number | null, shape: Array<number> | null, binsBase64: string | null, run: { number: number }, dataset: { name: string }, monitorElement: { path: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CertificationMaskQueryVariables = Exact<{
  source: string;
  where?: CertificationWhere | null | undefined;
}>;


export type CertificationMaskQuery = { certificationMask: { json: string, lumisectionCount: number | null, runCount: number } };

export type DataFilesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  where?: DataFileWhere | null | undefined;
}>;


export type DataFilesQuery = { dataFiles: { nodes: Array<{ path: string, sha256: string | null, format: string, status: DataFileStatus, size: number, startedAt: string | null, finishedAt: string | null, report: { inserted: number, identical: number, conflicting: number, replaced: number, rejected: number }, error: { code: string, message: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type UploadDataFileMutationVariables = Exact<{
  input: UploadDataFileInput;
}>;


export type UploadDataFileMutation = { uploadDataFile: { dataFile: { id: string, status: DataFileStatus }, job: { id: string, state: JobState } } };

export type JobQueryVariables = Exact<{
  id: string | number;
}>;


export type JobQuery = { job: { id: string, state: JobState, bytesDone: number, bytesTotal: number, error: { code: string, message: string } | null, dataFile: { id: string, status: DataFileStatus, sha256: string | null, format: string, report: { inserted: number, identical: number, conflicting: number, replaced: number, added: number, rejected: number } } } | null };

export type TaskMatrixQueryVariables = Exact<{
  task: string;
  part: TaskPartName;
  monitorElement?: string | null | undefined;
  first?: number;
  after?: string | null | undefined;
  type?: PackedType;
}>;


export type TaskMatrixQuery = { task: { hash: string | null, matrix: { truth: Array<TruthLabel> | null, matrix: { shape: Array<number>, runs: Array<number>, lumisections: Array<number> | null, valid: Array<boolean>, entries: Array<number | null>, binsBase64: string, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } } | null };

export type SubmitPredictionMutationVariables = Exact<{
  input: SubmitPredictionInput;
}>;


export type SubmitPredictionMutation = { submitPrediction: { prediction: { id: string, status: PredictionStatus, coverage: { expected: number, scored: number, missing: number } } | null, report: { inserted: number, identical: number, conflicting: number, replaced: number, rejected: number, issues: Array<{ index: number | null, code: string, field: string | null, value: string | null, reason: string }> } } };

export type SubmitPredictionFileMutationVariables = Exact<{
  input: SubmitPredictionFileInput;
}>;


export type SubmitPredictionFileMutation = { submitPredictionFile: { prediction: { id: string, status: PredictionStatus, coverage: { expected: number, scored: number, missing: number } } | null, report: { inserted: number, identical: number, conflicting: number, replaced: number, rejected: number, issues: Array<{ line: number | null, code: string, field: string | null, value: string | null, reason: string }> } } };

export type LeaderboardQueryVariables = Exact<{
  task: string;
  metric?: TaskMetric | null | undefined;
  first?: number;
}>;


export type LeaderboardQuery = { task: { name: string, metric: TaskMetric, hash: string | null, leaderboard: Array<{ rank: number | null, value: number | null, flags: Array<LeaderboardFlag>, strategy: { name: string, version: string }, interval: { low: number, high: number } | null, coverage: { expected: number, scored: number, missing: number } }> } | null };

export type TrendOfOneElementQueryVariables = Exact<{
  where: LumisectionHistogramWhere;
  source: string;
  subsystem: string;
  after?: string | null | undefined;
}>;


export type TrendOfOneElementQuery = { lumisectionHistograms: { nodes: Array<{ entries: number | null, binsBase64: string | null, lumisection: { number: number, pileup: number | null, verdict: Verdict }, axes: Array<{ edges: Array<number> }> | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const RunsDocument = new TypedDocumentString(`
    query Runs($first: Int = 100, $after: String, $where: RunWhere) {
  runs(first: $first, after: $after, where: $where) {
    nodes {
      number
      year
      era
      fill
      startedAt
      endedAt
      lumisectionCount
      recordedLumi
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `, {"hash":"sha256:f5f2260977d9304af29bc5c5982629324edb718cbdd850825cd459c5ae672677"}) as unknown as TypedDocumentString<RunsQuery, RunsQueryVariables>;
export const MonitorElementsDocument = new TypedDocumentString(`
    query MonitorElements($first: Int = 100, $after: String, $where: MonitorElementWhere) {
  monitorElements(first: $first, after: $after, where: $where) {
    nodes {
      path
      name
      subsystem
      dimension
      kind
      histogramCount
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `, {"hash":"sha256:40490b49eac284628e305d57781281af9dc88be76b9281726403f70604283d63"}) as unknown as TypedDocumentString<MonitorElementsQuery, MonitorElementsQueryVariables>;
export const DatasetsDocument = new TypedDocumentString(`
    query Datasets($first: Int = 100, $after: String, $where: DatasetWhere) {
  datasets(first: $first, after: $after, where: $where) {
    nodes {
      name
      primaryDataset
      era
      processing
      tier
      runCount
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `, {"hash":"sha256:f17f7819adf67e39b1bd0811492d8e1b6f2d9f4ca1dd1cda09add6b01b2fdacb"}) as unknown as TypedDocumentString<DatasetsQuery, DatasetsQueryVariables>;
export const HistogramsDocument = new TypedDocumentString(`
    query Histograms($first: Int = 200, $after: String, $where: LumisectionHistogramWhere, $type: PackedType! = FLOAT64) {
  lumisectionHistograms(
    first: $first
    after: $after
    where: $where
    orderBy: [{field: RUN}, {field: LUMISECTION}, {field: DATASET}, {field: MONITOR_ELEMENT}]
  ) {
    nodes {
      run {
        number
      }
      lumisection {
        number
      }
      dataset {
        name
      }
      monitorElement {
        path
      }
      entries
      integral
      meanX
      rmsX
      shape
      binsBase64(type: $type)
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `, {"hash":"sha256:8586b64dc9690d856a120c3d1b07191675a72ce0a4946602868934eb83fea013"}) as unknown as TypedDocumentString<HistogramsQuery, HistogramsQueryVariables>;
export const RunHistogramsDocument = new TypedDocumentString(`
    query RunHistograms($first: Int = 200, $after: String, $where: RunHistogramWhere, $type: PackedType! = FLOAT64) {
  runHistograms(first: $first, after: $after, where: $where) {
    nodes {
      run {
        number
      }
      dataset {
        name
      }
      monitorElement {
        path
      }
      title
      entries
      meanX
      rmsX
      skewness
      kurtosis
      shape
      binsBase64(type: $type)
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `, {"hash":"sha256:08260189226a7ef86dd6865b4bced82fc4e10aebdbd3639956f5159a4545229c"}) as unknown as TypedDocumentString<RunHistogramsQuery, RunHistogramsQueryVariables>;
export const CertificationMaskDocument = new TypedDocumentString(`
    query CertificationMask($source: String!, $where: CertificationWhere) {
  certificationMask(source: $source, where: $where) {
    json
    lumisectionCount
    runCount
  }
}
    `, {"hash":"sha256:e2ba70125a8d1eb05378eae188ec0d021167c78ac5afd5033c0c178c6e97dc05"}) as unknown as TypedDocumentString<CertificationMaskQuery, CertificationMaskQueryVariables>;
export const DataFilesDocument = new TypedDocumentString(`
    query DataFiles($first: Int = 100, $after: String, $where: DataFileWhere) {
  dataFiles(first: $first, after: $after, where: $where) {
    nodes {
      path
      sha256
      format
      status
      size
      startedAt
      finishedAt
      report {
        inserted
        identical
        conflicting
        replaced
        rejected
      }
      error {
        code
        message
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `, {"hash":"sha256:9ee1efa318e5aeb15c38b1bc555a9df8115ee8b648369fceb4b013974542abf8"}) as unknown as TypedDocumentString<DataFilesQuery, DataFilesQueryVariables>;
export const UploadDataFileDocument = new TypedDocumentString(`
    mutation UploadDataFile($input: UploadDataFileInput!) {
  uploadDataFile(input: $input) {
    dataFile {
      id
      status
    }
    job {
      id
      state
    }
  }
}
    `, {"hash":"sha256:8a347a7b12cd426c9c0e63740ab1d6ce413d1260e1e6bd4d98d0fa5f439cc55a"}) as unknown as TypedDocumentString<UploadDataFileMutation, UploadDataFileMutationVariables>;
export const JobDocument = new TypedDocumentString(`
    query Job($id: ID!) {
  job(id: $id) {
    id
    state
    bytesDone
    bytesTotal
    error {
      code
      message
    }
    dataFile {
      id
      status
      sha256
      format
      report {
        inserted
        identical
        conflicting
        replaced
        added
        rejected
      }
    }
  }
}
    `, {"hash":"sha256:35f4eca293bd44b981022a117dbd8be2c650f60a242d8e2ffbfde0b9467a00b3"}) as unknown as TypedDocumentString<JobQuery, JobQueryVariables>;
export const TaskMatrixDocument = new TypedDocumentString(`
    query TaskMatrix($task: String!, $part: TaskPartName!, $monitorElement: String, $first: Int! = 1000, $after: String, $type: PackedType! = FLOAT64) {
  task(name: $task) {
    hash
    matrix(
      part: $part
      monitorElement: $monitorElement
      first: $first
      after: $after
    ) {
      truth
      matrix {
        shape
        runs
        lumisections
        valid
        entries
        binsBase64(type: $type)
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
}
    `, {"hash":"sha256:3d073104f0309a7903a9d4cf5360881e52cf62ad91adf05b73d33b66ca854b83"}) as unknown as TypedDocumentString<TaskMatrixQuery, TaskMatrixQueryVariables>;
export const SubmitPredictionDocument = new TypedDocumentString(`
    mutation SubmitPrediction($input: SubmitPredictionInput!) {
  submitPrediction(input: $input) {
    prediction {
      id
      status
      coverage {
        expected
        scored
        missing
      }
    }
    report {
      inserted
      identical
      conflicting
      replaced
      rejected
      issues {
        index
        code
        field
        value
        reason
      }
    }
  }
}
    `, {"hash":"sha256:c68458e96bf243bbdaa9a3532e3f53c4d29366431d033512a1ea86520645225d"}) as unknown as TypedDocumentString<SubmitPredictionMutation, SubmitPredictionMutationVariables>;
export const SubmitPredictionFileDocument = new TypedDocumentString(`
    mutation SubmitPredictionFile($input: SubmitPredictionFileInput!) {
  submitPredictionFile(input: $input) {
    prediction {
      id
      status
      coverage {
        expected
        scored
        missing
      }
    }
    report {
      inserted
      identical
      conflicting
      replaced
      rejected
      issues {
        line
        code
        field
        value
        reason
      }
    }
  }
}
    `, {"hash":"sha256:bae458941e53e3b20ae18fdd5e8fef3f12fb473b4e74d884857d6b5f8fd4d9ce"}) as unknown as TypedDocumentString<SubmitPredictionFileMutation, SubmitPredictionFileMutationVariables>;
export const LeaderboardDocument = new TypedDocumentString(`
    query Leaderboard($task: String!, $metric: TaskMetric, $first: Int! = 100) {
  task(name: $task) {
    name
    metric
    hash
    leaderboard(metric: $metric, first: $first) {
      rank
      value
      strategy {
        name
        version
      }
      interval {
        low
        high
      }
      coverage {
        expected
        scored
        missing
      }
      flags
    }
  }
}
    `, {"hash":"sha256:89d201324671ba2f02bf19edaba5293f631942fabd5aae22e8a9a489a1e2d2d9"}) as unknown as TypedDocumentString<LeaderboardQuery, LeaderboardQueryVariables>;
export const TrendOfOneElementDocument = new TypedDocumentString(`
    query TrendOfOneElement($where: LumisectionHistogramWhere!, $source: String!, $subsystem: String!, $after: String) {
  lumisectionHistograms(
    first: 40
    after: $after
    where: $where
    orderBy: [{field: LUMISECTION}]
  ) {
    nodes {
      lumisection {
        number
        pileup
        verdict(source: $source, subsystem: $subsystem)
      }
      axes {
        edges
      }
      entries
      binsBase64(type: FLOAT64)
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `, {"hash":"sha256:95d3a37cbd8cc2b86ee5c8fd9525123d6f48d294dbe189bcb7bd1084759a9bfa"}) as unknown as TypedDocumentString<TrendOfOneElementQuery, TrendOfOneElementQueryVariables>;