import { LUMISECTION_FLAGS } from '../domain/lumisection-flags.ts';
import { ORIENTATIONS, PREDICTION_STATUSES, THRESHOLD_SOURCES } from '../domain/prediction.ts';
import { QUALITY_CODES, QUALITY_STATUSES } from '../domain/quality-status.ts';
import type { ScalarType } from '../domain/record.ts';
import { TASK_GRANULARITIES, TASK_METRICS, TASK_STATES } from '../domain/task.ts';
import { LUMISECTION_FIELDS, RUN_FIELDS } from './condition-fields.ts';
import type { ComputedField, Field, FieldType, Link, NounInfo, Relation } from './noun-info.ts';
import type { Noun } from './store.ts';

const field = (type: FieldType, more: Partial<Field> = {}): Field => ({ type, nullable: false, ...more });
const nullable = (type: FieldType, more: Partial<Field> = {}): Field => ({ type, nullable: true, ...more });
const internal = field('int', { internal: true });

export const MONITOR_ELEMENT_KINDS = ['TH1', 'TH2', 'PROFILE', 'PROFILE2D', 'SCALAR'] as const;
export const CERTIFICATION_FLAGS = ['GOOD', 'BAD', 'STANDBY', 'EXCLUDED', 'NOTSET', 'EMPTY'] as const;
export const DATA_FILE_STATUSES = ['PENDING', 'RUNNING', 'DONE', 'FAILED', 'QUARANTINED', 'CANCELLED'] as const;
export const JOB_STATES = ['QUEUED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED'] as const;
export const SCALAR_TYPES = ['INT', 'FLOAT', 'STRING'] as const satisfies readonly ScalarType[];
export const ISSUE_SEVERITIES = ['REJECTED', 'CONFLICTING', 'NOTE'] as const;

const toRun: Relation = { noun: 'run', one: true, on: { number: 'runNumber' } };
const toMonitorElement: Relation = { noun: 'monitorElement', one: true, on: { id: 'monitorElementId' } };
const toDataset: Relation = { noun: 'dataset', one: true, on: { id: 'datasetId' } };
const many = (noun: Noun, on: Record<string, string>): Relation => ({ noun, one: false, on });

/** Values that may belong to a lumisection: those that do not. */
const ofWholeRun = (noun: Noun): Relation => ({
  ...many(noun, { runNumber: 'number' }),
  where: { lumisectionNumber: 0 },
});

const through = (ours: Record<string, string>, theirs: Record<string, string>): Link => ({
  table: 'run_monitor_element',
  ours,
  theirs,
});
const linked = (noun: Noun, link: Link): Relation => ({ noun, one: false, on: {}, through: link });

const byRun = { number: 'runNumber' };
const byMonitorElement = { id: 'monitorElementId' };
const byDataset = { id: 'datasetId' };

const moments = {
  meanX: nullable('float'),
  rmsX: nullable('float'),
  meanY: nullable('float'),
  rmsY: nullable('float'),
  skewness: nullable('float'),
  kurtosis: nullable('float'),
};

/** Whether a row is of the newest version of what these columns name. */
const newestOf = (table: string, ...columns: string[]): ComputedField => ({
  ...field('boolean'),
  selected: false,
  sql: `(t.version = (SELECT max(w.version) FROM ${table} w WHERE ${columns.map((name) => `w.${name} = t.${name}`).join(' AND ')}))`,
});

/** `meanX` -> `MEAN_X`. */
const enumName = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
const orderBy = (...names: string[]) => Object.fromEntries(names.map((name) => [enumName(name), name]));

const histogramOrder = {
  MONITOR_ELEMENT: 'monitorElement.path',
  DATASET: 'dataset.name',
  RUN: 'runNumber',
  ...orderBy('entries', 'integral', ...Object.keys(moments)),
};

/** Of a value of a monitor element, of a lumisection (0: of the whole run). */
const valueOrder = {
  MONITOR_ELEMENT: 'monitorElement.path',
  DATASET: 'dataset.name',
  RUN: 'runNumber',
  LUMISECTION: 'lumisectionNumber',
};

/** The one list of what every noun has, can be filtered by and ordered by: SQL and GraphQL inputs both come from it. */
export const NOUNS = {
  run: {
    table: 'run',
    key: ['number'],
    fields: {
      number: field('int'),
      year: nullable('int'),
      era: nullable('text'),
      period: nullable('text'),
      fill: nullable('int'),
      startedAt: nullable('time'),
      endedAt: nullable('time'),
      initialLumi: nullable('float'),
      endLumi: nullable('float'),
      lumisectionCount: nullable('int'),
      deliveredLumi: nullable('float'),
      recordedLumi: nullable('float'),
      energy: nullable('float'),
      magneticField: nullable('float'),
    },
    relations: {
      lumisections: many('lumisection', { runNumber: 'number' }),
      histograms: many('runHistogram', { runNumber: 'number' }),
      scalars: ofWholeRun('scalarValue'),
      qualityTests: ofWholeRun('qualityTest'),
      lumisectionHistograms: many('lumisectionHistogram', { runNumber: 'number' }),
      certifications: many('certification', { runNumber: 'number' }),
      monitorElements: linked('monitorElement', through(byRun, byMonitorElement)),
      datasets: linked('dataset', through(byRun, byDataset)),
      notes: many('note', { runNumber: 'number' }),
      references: many('referenceChoice', { runNumber: 'number' }),
    },
    order: orderBy('number', ...RUN_FIELDS),
    defaultOrder: ['number'],
    mask: { run: 'number' },
    parents: {
      monitorElementId: through(byRun, { monitorElementId: 'monitorElementId' }),
      datasetId: through(byRun, { datasetId: 'datasetId' }),
    },
  },

  lumisection: {
    table: 'lumisection',
    key: ['runNumber', 'number'],
    fields: {
      runNumber: internal,
      number: field('int'),
      startedAt: nullable('time'),
      endedAt: nullable('time'),
      zeroBiasRate: nullable('float'),
      deliveredLumi: nullable('float'),
      recordedLumi: nullable('float'),
      pileup: nullable('float'),
      flagsOn: field('flags', { values: LUMISECTION_FLAGS }),
      flagsOff: field('flags', { values: LUMISECTION_FLAGS }),
    },
    relations: {
      run: toRun,
      histograms: many('lumisectionHistogram', { runNumber: 'runNumber', lumisectionNumber: 'number' }),
      scalars: many('scalarValue', { runNumber: 'runNumber', lumisectionNumber: 'number' }),
      qualityTests: many('qualityTest', { runNumber: 'runNumber', lumisectionNumber: 'number' }),
    },
    order: {
      RUN: 'runNumber',
      ...orderBy('number', ...LUMISECTION_FIELDS),
    },
    defaultOrder: ['runNumber', 'number'],
    mask: { run: 'runNumber', lumisection: 'number' },
  },

  lumisectionHistogram: {
    table: 'lumisection_histogram',
    key: ['runNumber', 'monitorElementId', 'lumisectionNumber', 'datasetId'],
    fields: {
      runNumber: internal,
      monitorElementId: internal,
      lumisectionNumber: internal,
      datasetId: internal,
      binningId: internal,
      fileId: nullable('int', { internal: true }),
      entries: nullable('float'),
      integral: field('float'),
      ...moments,
    },
    relations: {
      run: toRun,
      lumisection: {
        noun: 'lumisection',
        one: true,
        on: { runNumber: 'runNumber', number: 'lumisectionNumber' },
      },
      monitorElement: toMonitorElement,
      dataset: toDataset,
    },
    order: { LUMISECTION: 'lumisectionNumber', ...histogramOrder },
    defaultOrder: ['monitorElement.path', 'dataset.name'],
    mask: { run: 'runNumber', lumisection: 'lumisectionNumber' },
  },

  runHistogram: {
    table: 'run_histogram',
    key: ['runNumber', 'datasetId', 'monitorElementId'],
    fields: {
      runNumber: internal,
      datasetId: internal,
      monitorElementId: internal,
      binningId: nullable('int', { internal: true }),
      fileId: nullable('int', { internal: true }),
      title: nullable('text'),
      entries: nullable('float'),
      integral: nullable('float'),
      ...moments,
    },
    computed: { hasBins: { ...field('boolean'), sql: '(t.bins IS NOT NULL)', selected: true } },
    relations: { run: toRun, monitorElement: toMonitorElement, dataset: toDataset },
    order: { ...histogramOrder, TITLE: 'title' },
    defaultOrder: ['monitorElement.path', 'dataset.name'],
    mask: { run: 'runNumber' },
  },

  scalarValue: {
    table: 'scalar_value',
    key: ['runNumber', 'lumisectionNumber', 'datasetId', 'monitorElementId'],
    fields: {
      runNumber: internal,
      lumisectionNumber: field('int'),
      datasetId: internal,
      monitorElementId: internal,
      fileId: nullable('int', { internal: true }),
      type: field('text', { values: SCALAR_TYPES }),
      value: field('text'),
      number: nullable('float'),
    },
    relations: { run: toRun, monitorElement: toMonitorElement, dataset: toDataset },
    order: { ...valueOrder, ...orderBy('type', 'value', 'number') },
    defaultOrder: ['runNumber', 'lumisectionNumber', 'monitorElement.path', 'dataset.name'],
    mask: { run: 'runNumber' },
  },

  qualityTest: {
    table: 'quality_test',
    key: ['runNumber', 'lumisectionNumber', 'datasetId', 'monitorElementId', 'name'],
    fields: {
      runNumber: internal,
      lumisectionNumber: field('int'),
      datasetId: internal,
      monitorElementId: internal,
      name: field('text'),
      fileId: nullable('int', { internal: true }),
      statusCode: field('int'),
      result: nullable('float'),
      algorithm: field('text'),
      message: field('text'),
    },
    computed: {
      status: {
        ...field('text', { values: QUALITY_STATUSES }),
        sql: `(CASE t.status_code ${QUALITY_CODES.map(([code, status]) => `WHEN ${code} THEN '${status}'`).join(' ')} ELSE 'UNKNOWN' END)`,
        selected: true,
      },
    },
    relations: { run: toRun, monitorElement: toMonitorElement, dataset: toDataset },
    order: { ...valueOrder, ...orderBy('name', 'statusCode', 'result', 'algorithm') },
    defaultOrder: ['runNumber', 'lumisectionNumber', 'monitorElement.path', 'dataset.name', 'name'],
    mask: { run: 'runNumber' },
  },

  dataset: {
    table: 'dataset',
    key: ['id'],
    fields: {
      id: internal,
      name: field('text'),
      primaryDataset: nullable('text'),
      era: nullable('text'),
      processing: nullable('text'),
      tier: nullable('text'),
      description: nullable('text'),
    },
    relations: {
      runs: linked('run', through(byDataset, byRun)),
      monitorElements: linked('monitorElement', through(byDataset, byMonitorElement)),
    },
    order: orderBy('name', 'primaryDataset', 'era', 'processing', 'tier'),
    defaultOrder: ['name'],
    parents: {
      runNumber: through(byDataset, { runNumber: 'runNumber' }),
      monitorElementId: through(byDataset, { monitorElementId: 'monitorElementId' }),
    },
  },

  monitorElement: {
    table: 'monitor_element',
    key: ['id'],
    fields: {
      id: internal,
      path: field('text'),
      name: field('text'),
      subsystem: nullable('text'),
      dimension: nullable('int'),
      kind: nullable('text', { values: MONITOR_ELEMENT_KINDS }),
      efficiency: nullable('boolean'),
    },
    relations: {
      runs: linked('run', through(byMonitorElement, byRun)),
      datasets: linked('dataset', through(byMonitorElement, byDataset)),
      notes: many('note', { monitorElementId: 'id' }),
    },
    order: orderBy('path', 'name', 'subsystem', 'dimension', 'kind'),
    defaultOrder: ['path'],
    hasSets: true,
    parents: {
      runNumber: through(byMonitorElement, { runNumber: 'runNumber' }),
      datasetId: through(byMonitorElement, { datasetId: 'datasetId' }),
    },
  },

  certificationVersion: {
    table: 'certification_version',
    key: ['source', 'dataset', 'subsystem', 'version'],
    fields: {
      source: field('text'),
      dataset: field('text'),
      subsystem: field('text'),
      version: field('int'),
      kind: field('text'),
      author: nullable('text'),
      createdAt: field('time'),
      fileId: nullable('int', { internal: true }),
      cause: nullable('text'),
      comment: nullable('text'),
    },
    computed: { current: newestOf('certification_version', 'source', 'dataset', 'subsystem') },
    relations: { dataFile: { noun: 'dataFile', one: true, optional: true, on: { id: 'fileId' } } },
    order: orderBy('source', 'dataset', 'subsystem', 'version', 'kind', 'author', 'createdAt'),
    defaultOrder: ['source', 'dataset', 'subsystem', 'version'],
  },

  referenceChoice: {
    table: 'reference_choice',
    key: ['runNumber', 'dataset', 'version'],
    fields: {
      runNumber: internal,
      dataset: field('text'),
      version: field('int'),
      referenceRun: field('int'),
      referenceDataset: field('text'),
      comment: nullable('text'),
      author: field('text'),
      createdAt: field('time'),
    },
    computed: { current: newestOf('reference_choice', 'run_number', 'dataset') },
    relations: { run: toRun },
    order: { RUN: 'runNumber', ...orderBy('dataset', 'version', 'referenceRun', 'author', 'createdAt') },
    defaultOrder: ['runNumber', 'dataset', 'version'],
    mask: { run: 'runNumber' },
  },
  savedMask: {
    table: 'saved_mask',
    key: ['name', 'version'],
    fields: {
      name: field('text'),
      version: field('int'),
      expression: field('text'),
      comment: nullable('text'),
      author: field('text'),
      createdAt: field('time'),
      madeOf: field('text', { internal: true }),
      isListed: field('boolean', { internal: true }),
    },
    computed: { current: newestOf('saved_mask', 'name') },
    relations: {},
    order: orderBy('name', 'version', 'author', 'createdAt'),
    defaultOrder: ['name', 'version'],
  },

  elementSet: {
    table: 'element_set',
    key: ['name', 'version'],
    fields: {
      name: field('text'),
      version: field('int'),
      description: nullable('text'),
      includeGlobs: field('text', { internal: true }),
      excludeGlobs: field('text', { internal: true }),
      author: field('text'),
      createdAt: field('time'),
    },
    computed: { current: newestOf('element_set', 'name') },
    relations: {},
    order: orderBy('name', 'version', 'author', 'createdAt'),
    defaultOrder: ['name', 'version'],
  },

  certification: {
    table:
      '(SELECT DISTINCT c.run_number, c.source, c.dataset, c.subsystem, c.version, c.flag, v.kind, v.author,' +
      ' v.created_at, v.file_id FROM certification c JOIN certification_version v' +
      ' ON v.source = c.source AND v.dataset = c.dataset AND v.subsystem = c.subsystem AND v.version = c.version)',
    key: ['runNumber', 'source', 'dataset', 'subsystem', 'version', 'flag'],
    fields: {
      runNumber: internal,
      source: field('text'),
      dataset: field('text'),
      subsystem: field('text'),
      version: field('int'),
      flag: field('text', { values: CERTIFICATION_FLAGS }),
      kind: field('text'),
      author: nullable('text'),
      createdAt: field('time'),
      fileId: nullable('int', { internal: true }),
    },
    computed: { current: newestOf('certification_version', 'source', 'dataset', 'subsystem') },
    relations: { run: toRun },
    order: { RUN: 'runNumber', ...orderBy('source', 'dataset', 'subsystem', 'version', 'flag', 'createdAt') },
    defaultOrder: ['runNumber', 'source', 'dataset', 'subsystem', 'version', 'flag'],
    mask: { run: 'runNumber' },
  },

  note: {
    table: 'note',
    key: ['runNumber', 'id'],
    fields: {
      runNumber: internal,
      id: field('text', { internal: true }),
      lumisectionFirst: nullable('int'),
      lumisectionLast: nullable('int'),
      monitorElementId: nullable('int', { internal: true }),
      text: field('text'),
      author: field('text'),
      createdAt: field('time'),
      updatedAt: field('time'),
    },
    relations: { run: toRun, monitorElement: { ...toMonitorElement, optional: true } },
    order: { RUN: 'runNumber', ...orderBy('lumisectionFirst', 'lumisectionLast', 'author', 'createdAt', 'updatedAt') },
    defaultOrder: ['runNumber', 'createdAt'],
    mask: { run: 'runNumber' },
    ranges: { lumisectionNumber: { first: 'lumisectionFirst', last: 'lumisectionLast' } },
  },

  dataFile: {
    table: 'data_file',
    key: ['id'],
    fields: {
      id: internal,
      path: field('text'),
      sha256: field('text'),
      size: field('bigint'),
      format: field('text'),
      dataset: field('text'),
      source: field('text'),
      meMap: field('text'),
      status: field('text', { values: DATA_FILE_STATUSES }),
      bytesDone: field('bigint'),
      linesDone: field('bigint'),
      inserted: field('int'),
      identical: field('int'),
      conflicting: field('int'),
      replaced: field('int'),
      added: field('int'),
      rejected: field('int'),
      errorCode: nullable('text'),
      errorMessage: nullable('text'),
      createdAt: field('time'),
      startedAt: nullable('time'),
      finishedAt: nullable('time'),
      leaseOwner: nullable('text', { internal: true }),
      leaseExpiresAt: nullable('time', { internal: true }),
    },
    relations: { issues: many('ingestIssue', { fileId: 'id' }) },
    order: orderBy('id', 'path', 'size', 'format', 'status', 'createdAt', 'startedAt', 'finishedAt', 'rejected'),
    defaultOrder: ['id'],
  },

  job: {
    table: 'job',
    key: ['id'],
    fields: {
      id: internal,
      fileId: internal,
      offeredFileId: internal,
      state: field('text', { values: JOB_STATES }),
      owner: field('text'),
      origin: field('text', { internal: true }),
      path: field('text', { internal: true }),
      settings: field('text', { internal: true }),
      bytesDone: field('bigint'),
      bytesTotal: field('bigint'),
      attempts: field('int'),
      cancelRequested: field('boolean'),
      errorCode: nullable('text'),
      errorMessage: nullable('text'),
      createdAt: field('time'),
      startedAt: nullable('time'),
      finishedAt: nullable('time'),
      notBefore: field('time', { internal: true }),
      leaseOwner: nullable('text', { internal: true }),
      leaseExpiresAt: nullable('time', { internal: true }),
    },
    relations: { dataFile: { noun: 'dataFile', one: true, on: { id: 'fileId' } } },
    order: orderBy('id', 'state', 'owner', 'bytesTotal', 'createdAt', 'startedAt', 'finishedAt'),
    defaultOrder: ['id'],
  },

  task: {
    table: 'task',
    key: ['id'],
    fields: {
      id: internal,
      name: field('text'),
      description: nullable('text'),
      state: field('text', { values: TASK_STATES }),
      author: field('text'),
      dataset: field('text'),
      granularity: field('text', { values: TASK_GRANULARITIES }),
      windowLength: field('int'),
      metric: field('text', { values: TASK_METRICS }),
      seed: field('int'),
      isTruthHidden: field('boolean'),
      definition: field('text', { internal: true }),
      hash: nullable('text'),
      madeOf: field('text', { internal: true }),
      leftOut: field('text', { internal: true }),
      createdAt: field('time'),
      updatedAt: field('time'),
      frozenAt: nullable('time'),
      revealedAt: nullable('time'),
    },
    relations: {},
    order: orderBy('name', 'state', 'author', 'dataset', 'metric', 'createdAt', 'updatedAt', 'frozenAt'),
    defaultOrder: ['name'],
  },

  strategy: {
    table: 'strategy',
    key: ['id'],
    fields: {
      id: internal,
      name: field('text'),
      description: nullable('text'),
      author: field('text'),
      sourceUrl: nullable('text'),
      isBuiltIn: field('boolean'),
      createdAt: field('time'),
    },
    relations: { versions: many('strategyVersion', { strategyId: 'id' }) },
    order: orderBy('name', 'author', 'createdAt'),
    defaultOrder: ['name'],
  },

  strategyVersion: {
    table: 'strategy_version',
    key: ['id'],
    fields: {
      id: internal,
      strategyId: internal,
      version: field('text'),
      orientation: field('text', { values: ORIENTATIONS }),
      definition: field('text', { internal: true }),
      author: field('text'),
      createdAt: field('time'),
    },
    relations: {
      strategy: { noun: 'strategy', one: true, on: { id: 'strategyId' } },
      predictions: many('prediction', { strategyVersionId: 'id' }),
    },
    order: { NAME: 'strategy.name', ...orderBy('id', 'version', 'author', 'createdAt') },
    defaultOrder: ['strategy.name', 'id'],
  },

  prediction: {
    table: 'prediction',
    key: ['id'],
    fields: {
      id: internal,
      taskId: internal,
      taskHash: field('text'),
      strategyVersionId: internal,
      author: field('text'),
      status: field('text', { values: PREDICTION_STATUSES }),
      threshold: nullable('float'),
      thresholdFrom: field('text', { values: THRESHOLD_SOURCES }),
      scoresHash: nullable('text'),
      expected: field('int'),
      scored: field('int'),
      withReason: field('int'),
      errorCode: nullable('text'),
      errorMessage: nullable('text'),
      createdAt: field('time'),
      updatedAt: field('time'),
    },
    relations: {
      task: { noun: 'task', one: true, on: { id: 'taskId' } },
      strategyVersion: { noun: 'strategyVersion', one: true, on: { id: 'strategyVersionId' } },
    },
    order: { TASK: 'task.name', ...orderBy('id', 'author', 'status', 'scored', 'createdAt', 'updatedAt') },
    defaultOrder: ['id'],
  },

  ingestIssue: {
    table: 'ingest_issue',
    key: ['fileId', 'number'],
    fields: {
      fileId: internal,
      number: field('int'),
      severity: field('text', { values: ISSUE_SEVERITIES }),
      code: field('text'),
      line: nullable('bigint'),
      byte: nullable('bigint'),
      field: nullable('text'),
      value: nullable('text'),
      reason: field('text'),
    },
    relations: { dataFile: { noun: 'dataFile', one: true, on: { id: 'fileId' } } },
    order: orderBy('number', 'severity', 'code', 'line', 'byte', 'field'),
    defaultOrder: ['fileId', 'number'],
  },
} as const satisfies Record<Noun, NounInfo>;

/** The same with the type of every noun alike. */
export const nounInfo = (noun: Noun): NounInfo => NOUNS[noun];
