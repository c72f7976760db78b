/** The command line: `tsx ingest/cli.ts COMMAND ...`. Exit status 0: all good; 2: done, with findings; 1: could not run. */
import { UnavailableError } from '../src/domain/errors.ts';
import { type Command, UsageError } from './commands/command.ts';
import { outliveReaders, output } from './commands/output.ts';

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  ingest: async () => (await import('./commands/ingest.ts')).ingest,
  inspect: async () => (await import('./commands/inspect.ts')).inspect,
  verify: async () => (await import('./commands/verify.ts')).verify,
  withdraw: async () => (await import('./commands/withdraw.ts')).withdraw,
  backup: async () => (await import('./commands/backup.ts')).backup,
  export: async () => (await import('./commands/export.ts')).exportHistograms,
  token: async () => (await import('./commands/token.ts')).token,
};

const overview = `usage: npm run COMMAND -- ...

  ingest   read files into the database
  inspect  say what is in files and what reading them would do
  withdraw take back what files brought
  verify   check that the database is consistent
  backup   copy an SQLite database while it is in use
  export   write histograms, trends, parts of tasks and masks to files
  token    make, list and revoke tokens of clients

npm run COMMAND -- --help explains each.
`;

async function main(name: string | undefined, args: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h') {
    await output.print(overview);
    return name === undefined ? 1 : 0;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) {
    process.stderr.write(`there is no command "${name}"\n\n${overview}`);
    return 1;
  }
  const command = await load();
  try {
    if (args.includes('--help') || args.includes('-h')) {
      await output.print(command.help);
      return 0;
    }
    return await command.run(args);
  } catch (error) {
    process.stderr.write(`${name}: ${wordError(error)}\n`);
    if (error instanceof UsageError) process.stderr.write(`try: npm run ${name} -- --help\n`);
    return 1;
  }
}

function wordError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // One for each address of a host that could not be reached.
  if (error instanceof AggregateError) return error.errors.map(wordError).join('; ');
  // it may be tried again, which a script has to know
  if (error instanceof UnavailableError) return `${error.code}: ${error.message}`;
  // What is meant for people says so by a code; of the rest the stack is needed.
  return 'code' in error || error instanceof UsageError ? error.message : (error.stack ?? error.message);
}

const [, , name, ...args] = process.argv;
outliveReaders();
process.exitCode = await main(name, args);
