import type { CustomTypesConfig } from 'pg';

/** OIDs of the types of our columns and expressions. */
const BYTEA = 17;
const INT8 = 20;
const TIMESTAMP = 1114;
const NUMERIC = 1700;

import pg from 'pg';

/** BIGINT and NUMERIC (sums and counts) become numbers, TIMESTAMP is UTC. */
export const postgresTypes: CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    switch (oid) {
      case INT8:
      case NUMERIC:
        return Number;
      case TIMESTAMP:
        return (text: string) => new Date(`${text.replace(' ', 'T')}Z`);
      case BYTEA:
        return (text: string) => Buffer.from(text.slice(2), 'hex');
      default:
        return pg.types.getTypeParser(oid, format as 'text');
    }
  },
};
