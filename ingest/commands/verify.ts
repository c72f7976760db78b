import { loadConfig } from '../../src/config.ts';
import { openStore } from '../../src/store/open-store.ts';
import { type Command, parseArguments, UsageError } from './command.ts';
import { output } from './output.ts';

const help = `usage: npm run verify [-- --json]

Checks that the database (DATABASE_URL) is consistent: no histogram without its run, lumisection, monitor element,
dataset, binning and file; sums are those of their shares; counts kept beside the rows agree with the rows; every rejected or conflicting row of a file
is listed. Only reads.

  --json    one JSON document on standard output
  --help    this text

Exit status 0: consistent · 2: it is not, see the findings · 1: could not run.
`;

export const verify: Command = { help, run };

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(args, { json: { type: 'boolean', default: false } });
  if (positionals.length > 0) throw new UsageError(`verify takes no ${positionals[0]}`);
  const store = await openStore(loadConfig().databaseUrl);
  try {
    const findings = await store.verify();
    if (values.json) {
      await output.print(`${JSON.stringify({ findings }, null, 2)}\n`);
    } else if (findings.length === 0) {
      await output.print('the database is consistent\n');
    } else {
      for (const { check, rule, count, examples } of findings) {
        await output.print(`${check}: ${count} break the rule that ${rule}; for instance\n`);
        for (const example of examples) await output.print(`  ${example}\n`);
      }
    }
    return findings.length === 0 ? 0 : 2;
  } finally {
    await store.close();
  }
}
