/** What the sample data hold, for examples and tests. Everything is invented; only the conventions are real. */
export const SAMPLE_SEED = 1;

export const SAMPLE_ERA = '2026Z';
export const PROMPT = '/ZeroBias/Run2026Z-PromptReco-v1/DQMIO';
export const REPROCESSED = '/ZeroBias/Run2026Z-ReReco-v1/DQMIO';

/** Number of lumisections of each run. */
export const SAMPLE_RUNS = { 398010: 140, 398011: 110, 398014: 40, 398027: 120, 398028: 130, 398033: 60 } as const;
export type SampleRun = keyof typeof SAMPLE_RUNS;
export const SAMPLE_RUN_NUMBERS = Object.keys(SAMPLE_RUNS).map(Number) as SampleRun[];

/** The run that stands in both datasets; all others are in PROMPT alone. */
export const REPROCESSED_RUN: SampleRun = 398011;

/** Names of certification sources: what was injected, what a shift crew made of it, and what was switched on. */
export const TRUTH = 'sample-truth';
export const GOLDEN = 'golden-sample';
export const DCS = 'dcs-sample';

/** Name of the task on which built-in strategies compete to find what was injected. */
export const SAMPLE_TASK = 'sample';

export const SAMPLE_MONITOR_ELEMENTS = {
  chargeLayer1: 'PixelPhase1/Tracks/PXBarrel/charge_PXLayer_1',
  chargeLayer2: 'PixelPhase1/Tracks/PXBarrel/charge_PXLayer_2',
  chargeLayer3: 'PixelPhase1/Tracks/PXBarrel/charge_PXLayer_3',
  chargeLayer4: 'PixelPhase1/Tracks/PXBarrel/charge_PXLayer_4',
  pixelSize: 'PixelPhase1/Tracks/PXBarrel/size_PXLayer_1',
  pixelBarrelMap: 'PixelPhase1/Tracks/PXBarrel/clusterposition_zphi_ontrack_PXLayer_1',
  pixelDiskMap: 'PixelPhase1/Tracks/PXForward/clusterposition_xy_ontrack_PXDisk_+1',
  stripSignalTib: 'SiStrip/MechanicalView/TIB/layer_1/Summary_ClusterStoNCorr__OnTrack__TIB__layer__1',
  stripSignalTob: 'SiStrip/MechanicalView/TOB/layer_1/Summary_ClusterStoNCorr__OnTrack__TOB__layer__1',
  residualsPlus: 'SiStrip/MechanicalView/TEC/PLUS/wheel_1/NormalizedHitResiduals_TEC__wheel__1',
  residualsMinus: 'SiStrip/MechanicalView/TEC/MINUS/wheel_1/NormalizedHitResiduals_TEC__wheel__1',
  stripClusters: 'SiStrip/MechanicalView/TIB/layer_1/NumberOfClustersOnTrack__TIB__layer__1',
  stripMap: 'SiStrip/MechanicalView/TOB/layer_1/TkHMap_NumberOfOnTrackCluster_TOB_L1',
  ecalOccupancy: 'EcalBarrel/EBOccupancyTask/EBOT rec hit occupancy',
  ecalEta: 'EcalBarrel/EBOccupancyTask/EBOT digi occupancy projection eta',
  /** Variable edges (logarithmic). */
  ecalEnergy: 'EcalBarrel/EBEnergyTask/EBET rec hit energy',
  ecalTiming: 'EcalBarrel/EBTimingTask/EBTMT timing 1D',
  ecalTimingAmplitude: 'EcalBarrel/EBTimingTask/EBTMT timing vs amplitude',
  /** Bin labels. */
  ecalIntegrity: 'EcalBarrel/EBIntegrityTask/EBIT integrity errors by supermodule',
  /** Bin labels on y. */
  cscOccupancy: 'CSC/CSCOfflineMonitor/Occupancy/hORecHits',
  cscGlobal: 'CSC/CSCOfflineMonitor/recHits/hRHGlobalp1',
  cscRecHits: 'CSC/CSCOfflineMonitor/recHits/hRHnrechits',
  cscTiming: 'CSC/CSCOfflineMonitor/recHits/hRHTimingp11b',
  cscSegments: 'CSC/CSCOfflineMonitor/Segments/hSnSegments',
} as const;
export type SampleMonitorElement = keyof typeof SAMPLE_MONITOR_ELEMENTS;
