import { loadConfig } from '../../src/config.ts';
import { backupDatabase } from '../../src/store/backup.ts';
import { type Command, parseArguments, UsageError } from './command.ts';
import { output } from './output.ts';

const help = `usage: npm run backup -- FILE

Copies the SQLite database (DATABASE_URL) into FILE, as of one moment, while it is in use. FILE must not exist yet; to
restore, point DATABASE_URL at it. For PostgreSQL: pg_dump --format=custom "$DATABASE_URL".

  --help    this text

Exit status 0: copied · 1: could not.
`;

export const backup: Command = { help, run };

async function run(args: readonly string[]): Promise<number> {
  const { positionals } = parseArguments(args, {});
  const [target, ...more] = positionals;
  if (target === undefined || more.length > 0) throw new UsageError('name one file to copy the database to');
  const bytes = backupDatabase(loadConfig().databaseUrl, target);
  await output.print(`${target}: ${bytes} bytes\n`);
  return 0;
}
