import { defineConnection } from './connection.ts';
import {
  Certification,
  CertificationVersion,
  DataFile,
  Dataset,
  ElementSet,
  IngestIssue,
  Job,
  Lumisection,
  LumisectionHistogram,
  MonitorElement,
  Note,
  Prediction,
  QualityTest,
  ReferenceChoice,
  Run,
  RunHistogram,
  SavedMask,
  ScalarValue,
  Strategy,
  StrategyVersion,
  Task,
} from './refs.ts';

export const runs = defineConnection('run', Run);
export const lumisections = defineConnection('lumisection', Lumisection);
export const lumisectionHistograms = defineConnection('lumisectionHistogram', LumisectionHistogram);
export const runHistograms = defineConnection('runHistogram', RunHistogram);
export const scalarValues = defineConnection('scalarValue', ScalarValue);
export const qualityTests = defineConnection('qualityTest', QualityTest);
export const datasets = defineConnection('dataset', Dataset);
export const monitorElements = defineConnection('monitorElement', MonitorElement);
export const certifications = defineConnection('certification', Certification);
export const certificationVersions = defineConnection('certificationVersion', CertificationVersion);
export const savedMasks = defineConnection('savedMask', SavedMask);
export const elementSets = defineConnection('elementSet', ElementSet);
export const notes = defineConnection('note', Note);
export const referenceChoices = defineConnection('referenceChoice', ReferenceChoice);
export const dataFiles = defineConnection('dataFile', DataFile);
export const jobs = defineConnection('job', Job);
export const tasks = defineConnection('task', Task);
export const strategies = defineConnection('strategy', Strategy);
export const strategyVersions = defineConnection('strategyVersion', StrategyVersion);
export const predictions = defineConnection('prediction', Prediction);
export const ingestIssues = defineConnection('ingestIssue', IngestIssue);
