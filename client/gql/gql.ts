/* eslint-disable */
import * as types from './graphql.ts';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query Runs($first: Int = 100, $after: String, $where: RunWhere) {\n    runs(first: $first, after: $after, where: $where) {\n      nodes { number year era fill startedAt endedAt lumisectionCount recordedLumi }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.RunsDocument,
    "\n  query MonitorElements($first: Int = 100, $after: String, $where: MonitorElementWhere) {\n    monitorElements(first: $first, after: $after, where: $where) {\n      nodes { path name subsystem dimension kind histogramCount }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.MonitorElementsDocument,
    "\n  query Datasets($first: Int = 100, $after: String, $where: DatasetWhere) {\n    datasets(first: $first, after: $after, where: $where) {\n      nodes { name primaryDataset era processing tier runCount }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.DatasetsDocument,
    "\n  query Histograms($first: Int = 200, $after: String, $where: LumisectionHistogramWhere, $type: PackedType! = FLOAT64) {\n    lumisectionHistograms(\n      first: $first\n      after: $after\n      where: $where\n      orderBy: [{ field: RUN }, { field: LUMISECTION }, { field: DATASET }, { field: MONITOR_ELEMENT }]\n    ) {\n      nodes {\n        run { number }\n        lumisection { number }\n        dataset { name }\n        monitorElement { path }\n        entries\n        integral\n        meanX\n        rmsX\n        shape\n        binsBase64(type: $type)\n      }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.HistogramsDocument,
    "\n  query RunHistograms($first: Int = 200, $after: String, $where: RunHistogramWhere, $type: PackedType! = FLOAT64) {\n    runHistograms(first: $first, after: $after, where: $where) {\n      nodes {\n        run { number }\n        dataset { name }\n        monitorElement { path }\n        title\n        entries\n        meanX\n        rmsX\n        skewness\n        kurtosis\n        shape\n        binsBase64(type: $type)\n      }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.RunHistogramsDocument,
    "\n  query CertificationMask($source: String!, $where: CertificationWhere) {\n    certificationMask(source: $source, where: $where) { json lumisectionCount runCount }\n  }\n": typeof types.CertificationMaskDocument,
    "\n  query DataFiles($first: Int = 100, $after: String, $where: DataFileWhere) {\n    dataFiles(first: $first, after: $after, where: $where) {\n      nodes {\n        path sha256 format status size startedAt finishedAt\n        report { inserted identical conflicting replaced rejected }\n        error { code message }\n      }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.DataFilesDocument,
    "\n  mutation UploadDataFile($input: UploadDataFileInput!) {\n    uploadDataFile(input: $input) {\n      dataFile { id status }\n      job { id state }\n    }\n  }\n": typeof types.UploadDataFileDocument,
    "\n  query Job($id: ID!) {\n    job(id: $id) {\n      id state bytesDone bytesTotal\n      error { code message }\n      dataFile { id status sha256 format report { inserted identical conflicting replaced added rejected } }\n    }\n  }\n": typeof types.JobDocument,
    "\n  query TaskMatrix($task: String!, $part: TaskPartName!, $monitorElement: String, $first: Int! = 1000, $after: String, $type: PackedType! = FLOAT64) {\n    task(name: $task) {\n      hash\n      matrix(part: $part, monitorElement: $monitorElement, first: $first, after: $after) {\n        truth\n        matrix {\n          shape runs lumisections valid entries\n          binsBase64(type: $type)\n          pageInfo { hasNextPage endCursor }\n        }\n      }\n    }\n  }\n": typeof types.TaskMatrixDocument,
    "\n  mutation SubmitPrediction($input: SubmitPredictionInput!) {\n    submitPrediction(input: $input) {\n      prediction { id status coverage { expected scored missing } }\n      report { inserted identical conflicting replaced rejected issues { index code field value reason } }\n    }\n  }\n": typeof types.SubmitPredictionDocument,
    "\n  mutation SubmitPredictionFile($input: SubmitPredictionFileInput!) {\n    submitPredictionFile(input: $input) {\n      prediction { id status coverage { expected scored missing } }\n      report { inserted identical conflicting replaced rejected issues { line code field value reason } }\n    }\n  }\n": typeof types.SubmitPredictionFileDocument,
    "\n  query Leaderboard($task: String!, $metric: TaskMetric, $first: Int! = 100) {\n    task(name: $task) {\n      name metric hash\n      leaderboard(metric: $metric, first: $first) {\n        rank value\n        strategy { name version }\n        interval { low high }\n        coverage { expected scored missing }\n        flags\n      }\n    }\n  }\n": typeof types.LeaderboardDocument,
    "\n  query TrendOfOneElement($where: LumisectionHistogramWhere!, $source: String!, $subsystem: String!, $after: String) {\n    lumisectionHistograms(first: 40, after: $after, where: $where, orderBy: [{ field: LUMISECTION }]) {\n      nodes {\n        lumisection { number pileup verdict(source: $source, subsystem: $subsystem) }\n        axes { edges }\n        entries\n        binsBase64(type: FLOAT64)\n      }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.TrendOfOneElementDocument,
};
const documents: Documents = {
    "\n  query Runs($first: Int = 100, $after: String, $where: RunWhere) {\n    runs(first: $first, after: $after, where: $where) {\n      nodes { number year era fill startedAt endedAt lumisectionCount recordedLumi }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.RunsDocument,
    "\n  query MonitorElements($first: Int = 100, $after: String, $where: MonitorElementWhere) {\n    monitorElements(first: $first, after: $after, where: $where) {\n      nodes { path name subsystem dimension kind histogramCount }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.MonitorElementsDocument,
    "\n  query Datasets($first: Int = 100, $after: String, $where: DatasetWhere) {\n    datasets(first: $first, after: $after, where: $where) {\n      nodes { name primaryDataset era processing tier runCount }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.DatasetsDocument,
    "\n  query Histograms($first: Int = 200, $after: String, $where: LumisectionHistogramWhere, $type: PackedType! = FLOAT64) {\n    lumisectionHistograms(\n      first: $first\n      after: $after\n      where: $where\n      orderBy: [{ field: RUN }, { field: LUMISECTION }, { field: DATASET }, { field: MONITOR_ELEMENT }]\n    ) {\n      nodes {\n        run { number }\n        lumisection { number }\n        dataset { name }\n        monitorElement { path }\n        entries\n        integral\n        meanX\n        rmsX\n        shape\n        binsBase64(type: $type)\n      }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.HistogramsDocument,
    "\n  query RunHistograms($first: Int = 200, $after: String, $where: RunHistogramWhere, $type: PackedType! = FLOAT64) {\n    runHistograms(first: $first, after: $after, where: $where) {\n      nodes {\n        run { number }\n        dataset { name }\n        monitorElement { path }\n        title\n        entries\n        meanX\n        rmsX\n        skewness\n        kurtosis\n        shape\n        binsBase64(type: $type)\n      }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.RunHistogramsDocument,
    "\n  query CertificationMask($source: String!, $where: CertificationWhere) {\n    certificationMask(source: $source, where: $where) { json lumisectionCount runCount }\n  }\n": types.CertificationMaskDocument,
    "\n  query DataFiles($first: Int = 100, $after: String, $where: DataFileWhere) {\n    dataFiles(first: $first, after: $after, where: $where) {\n      nodes {\n        path sha256 format status size startedAt finishedAt\n        report { inserted identical conflicting replaced rejected }\n        error { code message }\n      }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.DataFilesDocument,
    "\n  mutation UploadDataFile($input: UploadDataFileInput!) {\n    uploadDataFile(input: $input) {\n      dataFile { id status }\n      job { id state }\n    }\n  }\n": types.UploadDataFileDocument,
    "\n  query Job($id: ID!) {\n    job(id: $id) {\n      id state bytesDone bytesTotal\n      error { code message }\n      dataFile { id status sha256 format report { inserted identical conflicting replaced added rejected } }\n    }\n  }\n": types.JobDocument,
    "\n  query TaskMatrix($task: String!, $part: TaskPartName!, $monitorElement: String, $first: Int! = 1000, $after: String, $type: PackedType! = FLOAT64) {\n    task(name: $task) {\n      hash\n      matrix(part: $part, monitorElement: $monitorElement, first: $first, after: $after) {\n        truth\n        matrix {\n          shape runs lumisections valid entries\n          binsBase64(type: $type)\n          pageInfo { hasNextPage endCursor }\n        }\n      }\n    }\n  }\n": types.TaskMatrixDocument,
    "\n  mutation SubmitPrediction($input: SubmitPredictionInput!) {\n    submitPrediction(input: $input) {\n      prediction { id status coverage { expected scored missing } }\n      report { inserted identical conflicting replaced rejected issues { index code field value reason } }\n    }\n  }\n": types.SubmitPredictionDocument,
    "\n  mutation SubmitPredictionFile($input: SubmitPredictionFileInput!) {\n    submitPredictionFile(input: $input) {\n      prediction { id status coverage { expected scored missing } }\n      report { inserted identical conflicting replaced rejected issues { line code field value reason } }\n    }\n  }\n": types.SubmitPredictionFileDocument,
    "\n  query Leaderboard($task: String!, $metric: TaskMetric, $first: Int! = 100) {\n    task(name: $task) {\n      name metric hash\n      leaderboard(metric: $metric, first: $first) {\n        rank value\n        strategy { name version }\n        interval { low high }\n        coverage { expected scored missing }\n        flags\n      }\n    }\n  }\n": types.LeaderboardDocument,
    "\n  query TrendOfOneElement($where: LumisectionHistogramWhere!, $source: String!, $subsystem: String!, $after: String) {\n    lumisectionHistograms(first: 40, after: $after, where: $where, orderBy: [{ field: LUMISECTION }]) {\n      nodes {\n        lumisection { number pileup verdict(source: $source, subsystem: $subsystem) }\n        axes { edges }\n        entries\n        binsBase64(type: FLOAT64)\n      }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.TrendOfOneElementDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Runs($first: Int = 100, $after: String, $where: RunWhere) {\n    runs(first: $first, after: $after, where: $where) {\n      nodes { number year era fill startedAt endedAt lumisectionCount recordedLumi }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): typeof import('./graphql.ts').RunsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query MonitorElements($first: Int = 100, $after: String, $where: MonitorElementWhere) {\n    monitorElements(first: $first, after: $after, where: $where) {\n      nodes { path name subsystem dimension kind histogramCount }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): typeof import('./graphql.ts').MonitorElementsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Datasets($first: Int = 100, $after: String, $where: DatasetWhere) {\n    datasets(first: $first, after: $after, where: $where) {\n      nodes { name primaryDataset era processing tier runCount }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): typeof import('./graphql.ts').DatasetsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Histograms($first: Int = 200, $after: String, $where: LumisectionHistogramWhere, $type: PackedType! = FLOAT64) {\n    lumisectionHistograms(\n      first: $first\n      after: $after\n      where: $where\n      orderBy: [{ field: RUN }, { field: LUMISECTION }, { field: DATASET }, { field: MONITOR_ELEMENT }]\n    ) {\n      nodes {\n        run { number }\n        lumisection { number }\n        dataset { name }\n        monitorElement { path }\n        entries\n        integral\n        meanX\n        rmsX\n        shape\n        binsBase64(type: $type)\n      }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): typeof import('./graphql.ts').HistogramsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RunHistograms($first: Int = 200, $after: String, $where: RunHistogramWhere, $type: PackedType! = FLOAT64) {\n    runHistograms(first: $first, after: $after, where: $where) {\n      nodes {\n        run { number }\n        dataset { name }\n        monitorElement { path }\n        title\n        entries\n        meanX\n        rmsX\n        skewness\n        kurtosis\n        shape\n        binsBase64(type: $type)\n      }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): typeof import('./graphql.ts').RunHistogramsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CertificationMask($source: String!, $where: CertificationWhere) {\n    certificationMask(source: $source, where: $where) { json lumisectionCount runCount }\n  }\n"): typeof import('./graphql.ts').CertificationMaskDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DataFiles($first: Int = 100, $after: String, $where: DataFileWhere) {\n    dataFiles(first: $first, after: $after, where: $where) {\n      nodes {\n        path sha256 format status size startedAt finishedAt\n        report { inserted identical conflicting replaced rejected }\n        error { code message }\n      }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): typeof import('./graphql.ts').DataFilesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UploadDataFile($input: UploadDataFileInput!) {\n    uploadDataFile(input: $input) {\n      dataFile { id status }\n      job { id state }\n    }\n  }\n"): typeof import('./graphql.ts').UploadDataFileDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Job($id: ID!) {\n    job(id: $id) {\n      id state bytesDone bytesTotal\n      error { code message }\n      dataFile { id status sha256 format report { inserted identical conflicting replaced added rejected } }\n    }\n  }\n"): typeof import('./graphql.ts').JobDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query TaskMatrix($task: String!, $part: TaskPartName!, $monitorElement: String, $first: Int! = 1000, $after: String, $type: PackedType! = FLOAT64) {\n    task(name: $task) {\n      hash\n      matrix(part: $part, monitorElement: $monitorElement, first: $first, after: $after) {\n        truth\n        matrix {\n          shape runs lumisections valid entries\n          binsBase64(type: $type)\n          pageInfo { hasNextPage endCursor }\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').TaskMatrixDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SubmitPrediction($input: SubmitPredictionInput!) {\n    submitPrediction(input: $input) {\n      prediction { id status coverage { expected scored missing } }\n      report { inserted identical conflicting replaced rejected issues { index code field value reason } }\n    }\n  }\n"): typeof import('./graphql.ts').SubmitPredictionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SubmitPredictionFile($input: SubmitPredictionFileInput!) {\n    submitPredictionFile(input: $input) {\n      prediction { id status coverage { expected scored missing } }\n      report { inserted identical conflicting replaced rejected issues { line code field value reason } }\n    }\n  }\n"): typeof import('./graphql.ts').SubmitPredictionFileDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Leaderboard($task: String!, $metric: TaskMetric, $first: Int! = 100) {\n    task(name: $task) {\n      name metric hash\n      leaderboard(metric: $metric, first: $first) {\n        rank value\n        strategy { name version }\n        interval { low high }\n        coverage { expected scored missing }\n        flags\n      }\n    }\n  }\n"): typeof import('./graphql.ts').LeaderboardDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query TrendOfOneElement($where: LumisectionHistogramWhere!, $source: String!, $subsystem: String!, $after: String) {\n    lumisectionHistograms(first: 40, after: $after, where: $where, orderBy: [{ field: LUMISECTION }]) {\n      nodes {\n        lumisection { number pileup verdict(source: $source, subsystem: $subsystem) }\n        axes { edges }\n        entries\n        binsBase64(type: FLOAT64)\n      }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): typeof import('./graphql.ts').TrendOfOneElementDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
