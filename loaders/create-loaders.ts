import type { Store } from '../src/store/store.ts';
import {
  certificationLoader,
  certificationRangesLoader,
  certificationsOfRunLoader,
  certificationVersionLoader,
  fractionsOfRunLoader,
  savedMaskLoader,
  verdictLoaders,
} from './certifications.ts';
import { countLoaders, pageLoaders } from './child-lists.ts';
import {
  binningLoader,
  datasetDescriptionLoader,
  datasetLoader,
  efficiencyLoader,
  histogramCountLoader,
  monitorElementLoader,
  runCountLoader,
  scalarCountLoader,
} from './dimensions.ts';
import { elementSetLoader } from './element-sets.ts';
import { dataFileLoader, firstIssuesLoader, ingestIssueLoader, jobLoader } from './files.ts';
import {
  contributionsLoader,
  lumisectionBinsLoader,
  lumisectionHistogramLoader,
  qualityTestLoader,
  runBinsLoader,
  runHistogramLoader,
  scalarValueLoader,
} from './histograms.ts';
import { lumisectionLoader } from './lumisections.ts';
import { noteLoader } from './notes.ts';
import {
  answersLoader,
  evaluationLoader,
  predictionLoader,
  strategyLoader,
  strategyVersionLoader,
} from './predictions.ts';
import { referenceChoiceLoader } from './reference-choices.ts';
import { runLoader } from './runs.ts';
import { modelsLoader, strategyRunLoader, watchLoader } from './strategy-runs.ts';
import { taskLoader, taskRunCountsLoader } from './tasks.ts';

export type Loaders = ReturnType<typeof createLoaders>;

/** The loaders of one request. What is asked for in one turn of a level is one SQL statement a loader. */
export function createLoaders(store: Pick<Store, 'reads' | 'lists' | 'strategyRuns' | 'models' | 'watches'>) {
  const { reads, lists } = store;
  return {
    run: runLoader(reads),
    lumisection: lumisectionLoader(reads),
    dataset: datasetLoader(reads),
    datasetDescription: datasetDescriptionLoader(reads),
    monitorElement: monitorElementLoader(reads),
    binning: binningLoader(reads),
    lumisectionHistogram: lumisectionHistogramLoader(reads),
    runHistogram: runHistogramLoader(reads),
    contributions: contributionsLoader(reads),
    lumisectionBins: lumisectionBinsLoader(reads),
    runBins: runBinsLoader(reads),
    scalarValue: scalarValueLoader(reads),
    qualityTest: qualityTestLoader(reads),
    efficiency: efficiencyLoader(reads),
    note: noteLoader(reads),
    referenceChoice: referenceChoiceLoader(reads),
    dataFile: dataFileLoader(reads),
    ingestIssue: ingestIssueLoader(reads),
    job: jobLoader(reads),
    firstIssues: firstIssuesLoader(lists),
    certification: certificationLoader(reads),
    certificationVersion: certificationVersionLoader(reads),
    savedMask: savedMaskLoader(reads),
    elementSet: elementSetLoader(reads),
    task: taskLoader(reads),
    strategy: strategyLoader(reads),
    strategyVersion: strategyVersionLoader(reads),
    prediction: predictionLoader(reads),
    answers: answersLoader(reads),
    evaluation: evaluationLoader(reads),
    strategyRun: strategyRunLoader(store),
    models: modelsLoader(store),
    watch: watchLoader(store),
    taskRunCounts: taskRunCountsLoader(reads),
    fractionsOfRun: fractionsOfRunLoader(reads),
    certificationsOfRun: certificationsOfRunLoader(reads),
    certificationRanges: certificationRangesLoader(reads),
    verdict: verdictLoaders(reads),
    histogramCount: histogramCountLoader(reads),
    scalarCount: scalarCountLoader(reads),
    runCount: runCountLoader(reads),
    pages: pageLoaders(lists),
    counts: countLoaders(lists),
  };
}
