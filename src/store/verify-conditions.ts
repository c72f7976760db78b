import { columnOf, LUMISECTION_FIELDS, RUN_FIELDS } from './condition-fields.ts';

const unknown = (fields: readonly string[]) =>
  fields.map((field, place) => `((c.fields & ${1 << place}) <> 0 AND o.${columnOf(field)} IS NULL)`).join(' OR ');

/** What files state of runs and lumisections is stored of these. */
export const conditionChecks = [
  {
    check: 'condition:run',
    rule: 'what a file states of a run is known',
    sql: `SELECT c.run_number, c.file_id, c.fields FROM condition_contribution c JOIN run o ON o.number = c.run_number
          WHERE c.lumisection_number = 0 AND (${unknown(RUN_FIELDS)} OR c.flags <> 0)`,
  },
  {
    check: 'condition:lumisection',
    rule: 'what a file states of a lumisection is known',
    sql: `SELECT c.run_number, c.lumisection_number, c.file_id, c.fields, c.flags FROM condition_contribution c
          JOIN lumisection o ON o.run_number = c.run_number AND o.number = c.lumisection_number
          WHERE ${unknown(LUMISECTION_FIELDS)} OR (c.flags & (o.flags_on | o.flags_off)) <> c.flags`,
  },
  {
    check: 'version_contribution:owner',
    rule: 'the file that brought a version is not among those that say the same',
    sql: `SELECT c.source, c.dataset, c.subsystem, c.version, c.file_id FROM version_contribution c
          JOIN certification_version o ON o.source = c.source AND o.dataset = c.dataset AND o.subsystem = c.subsystem
            AND o.version = c.version WHERE o.file_id = c.file_id`,
  },
] as const;
