declare module 'pg-copy-streams' {
  import type { Writable } from 'node:stream';
  import type { Submittable } from 'pg';

  /** A stream for `client.query`: what is written to it is what follows `COPY ... FROM STDIN`. */
  export function from(sql: string): Writable & Submittable;
}
