import { graphql } from './gql/gql.ts';

/** Ready-made documents for the usual questions. Their variables and results are typed; `graphql` types others. */

export const RunsDocument = graphql(`
  query Runs($first: Int = 100, $after: String, $where: RunWhere) {
    runs(first: $first, after: $after, where: $where) {
      nodes { number year era fill startedAt endedAt lumisectionCount recordedLumi }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const MonitorElementsDocument = graphql(`
  query MonitorElements($first: Int = 100, $after: String, $where: MonitorElementWhere) {
    monitorElements(first: $first, after: $after, where: $where) {
      nodes { path name subsystem dimension kind histogramCount }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const DatasetsDocument = graphql(`
  query Datasets($first: Int = 100, $after: String, $where: DatasetWhere) {
    datasets(first: $first, after: $after, where: $where) {
      nodes { name primaryDataset era processing tier runCount }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

/** Histograms by lumisection with their bins packed: give `decodeBins` the same type. */
export const HistogramsDocument = graphql(`
  query Histograms($first: Int = 200, $after: String, $where: LumisectionHistogramWhere, $type: PackedType! = FLOAT64) {
    lumisectionHistograms(
      first: $first
      after: $after
      where: $where
      orderBy: [{ field: RUN }, { field: LUMISECTION }, { field: DATASET }, { field: MONITOR_ELEMENT }]
    ) {
      nodes {
        run { number }
        lumisection { number }
        dataset { name }
        monitorElement { path }
        entries
        integral
        meanX
        rmsX
        shape
        binsBase64(type: $type)
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const RunHistogramsDocument = graphql(`
  query RunHistograms($first: Int = 200, $after: String, $where: RunHistogramWhere, $type: PackedType! = FLOAT64) {
    runHistograms(first: $first, after: $after, where: $where) {
      nodes {
        run { number }
        dataset { name }
        monitorElement { path }
        title
        entries
        meanX
        rmsX
        skewness
        kurtosis
        shape
        binsBase64(type: $type)
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const CertificationMaskDocument = graphql(`
  query CertificationMask($source: String!, $where: CertificationWhere) {
    certificationMask(source: $source, where: $where) { json lumisectionCount runCount }
  }
`);

export const DataFilesDocument = graphql(`
  query DataFiles($first: Int = 100, $after: String, $where: DataFileWhere) {
    dataFiles(first: $first, after: $after, where: $where) {
      nodes {
        path sha256 format status size startedAt finishedAt
        report { inserted identical conflicting replaced rejected }
        error { code message }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

/** Brings a file, which the server reads in the background: `JobDocument` tells how far it is. */
export const UploadDataFileDocument = graphql(`
  mutation UploadDataFile($input: UploadDataFileInput!) {
    uploadDataFile(input: $input) {
      dataFile { id status }
      job { id state }
    }
  }
`);

export const JobDocument = graphql(`
  query Job($id: ID!) {
    job(id: $id) {
      id state bytesDone bytesTotal
      error { code message }
      dataFile { id status sha256 format report { inserted identical conflicting replaced added rejected } }
    }
  }
`);

/** Histograms of a part of a task, with their truth where it may be seen: give `decodeBins` the same type. */
export const TaskMatrixDocument = graphql(`
  query TaskMatrix($task: String!, $part: TaskPartName!, $monitorElement: String, $first: Int! = 1000, $after: String, $type: PackedType! = FLOAT64) {
    task(name: $task) {
      hash
      matrix(part: $part, monitorElement: $monitorElement, first: $first, after: $after) {
        truth
        matrix {
          shape runs lumisections valid entries
          binsBase64(type: $type)
          pageInfo { hasNextPage endCursor }
        }
      }
    }
  }
`);

/** Up to 10,000 scores; those of several calls add up. */
export const SubmitPredictionDocument = graphql(`
  mutation SubmitPrediction($input: SubmitPredictionInput!) {
    submitPrediction(input: $input) {
      prediction { id status coverage { expected scored missing } }
      report { inserted identical conflicting replaced rejected issues { index code field value reason } }
    }
  }
`);

/** The same with a file: CSV, Parquet, Arrow IPC or JSON. */
export const SubmitPredictionFileDocument = graphql(`
  mutation SubmitPredictionFile($input: SubmitPredictionFileInput!) {
    submitPredictionFile(input: $input) {
      prediction { id status coverage { expected scored missing } }
      report { inserted identical conflicting replaced rejected issues { line code field value reason } }
    }
  }
`);

/** The best first; those without a rank behind them. */
export const LeaderboardDocument = graphql(`
  query Leaderboard($task: String!, $metric: TaskMetric, $first: Int! = 100) {
    task(name: $task) {
      name metric hash
      leaderboard(metric: $metric, first: $first) {
        rank value
        strategy { name version }
        interval { low high }
        coverage { expected scored missing }
        flags
      }
    }
  }
`);
