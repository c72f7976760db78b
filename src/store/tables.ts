import type {
  Binning,
  Certification,
  CertificationFraction,
  CertificationVersion,
  ConditionContribution,
  Contribution,
  DataFile,
  Dataset,
  DatasetContribution,
  ElementSet,
  Evaluation,
  EvaluationMetric,
  FractionContribution,
  IngestIssue,
  Job,
  Lumisection,
  LumisectionHistogram,
  MonitorElement,
  Note,
  Prediction,
  PredictionScores,
  QualityTest,
  ReferenceChoice,
  Run,
  RunHistogram,
  RunMonitorElement,
  SavedMask,
  SavedMaskRange,
  ScalarContribution,
  ScalarValue,
  Strategy,
  StrategyVersion,
  Task,
  TaskMember,
  VersionContribution,
} from '../generated/sqlite/client.ts';

/** A row as the store reads and writes it: BIGINT columns hold numbers below 2^53. */
export type Stored<Row> = {
  [Field in keyof Row]: Row[Field] extends bigint | null ? NumberFor<Row[Field]> : Row[Field];
};
type NumberFor<Value> = number | Extract<Value, null>;

/** Tables for Kysely, which turns these names into snake_case: exactly the names of the model's fields. */
export interface Tables {
  run: Stored<Run>;
  lumisection: Stored<Lumisection>;
  dataset: Stored<Dataset>;
  monitorElement: Stored<MonitorElement>;
  binning: Stored<Binning>;
  lumisectionHistogram: Stored<LumisectionHistogram>;
  runHistogram: Stored<RunHistogram>;
  runMonitorElement: Stored<RunMonitorElement>;
  scalarValue: Stored<ScalarValue>;
  qualityTest: Stored<QualityTest>;
  scalarContribution: Stored<ScalarContribution>;
  contribution: Stored<Contribution>;
  certificationVersion: Stored<CertificationVersion>;
  certification: Stored<Certification>;
  elementSet: Stored<ElementSet>;
  savedMask: Stored<SavedMask>;
  savedMaskRange: Stored<SavedMaskRange>;
  certificationFraction: Stored<CertificationFraction>;
  conditionContribution: Stored<ConditionContribution>;
  fractionContribution: Stored<FractionContribution>;
  versionContribution: Stored<VersionContribution>;
  datasetContribution: Stored<DatasetContribution>;
  note: Stored<Note>;
  referenceChoice: Stored<ReferenceChoice>;
  dataFile: Stored<DataFile>;
  ingestIssue: Stored<IngestIssue>;
  job: Stored<Job>;
  task: Stored<Task>;
  taskMember: Stored<TaskMember>;
  strategy: Stored<Strategy>;
  strategyVersion: Stored<StrategyVersion>;
  prediction: Stored<Prediction>;
  predictionScores: Stored<PredictionScores>;
  evaluation: Stored<Evaluation>;
  evaluationMetric: Stored<EvaluationMetric>;
}
