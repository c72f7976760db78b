/** What migrate.ts needs of a database. */
export interface MigrationTarget {
  /** Runs `work` while no other process migrates this database; creates `_prisma_migrations` where it is missing. */
  locked<T>(work: () => Promise<T>): Promise<T>;
  /** The migrations in `_prisma_migrations` that were not rolled back. */
  applied(): Promise<{ name: string; finished: boolean }[]>;
  /** Runs a migration and records it, in one transaction. */
  apply(sql: string, row: { id: string; checksum: string; name: string }): Promise<void>;
  close(): Promise<void>;
}

export const isPostgresUrl = (url: string) => /^postgres(ql)?:/.test(url);
