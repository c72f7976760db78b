import { loadConfig } from '../../src/config.ts';
import { DAY_MS, DEFAULT_DAYS, MOST_DAYS } from '../../src/domain/api-token.ts';
import { isScope, SCOPES } from '../../src/domain/viewer.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { TokenRow, Tokens } from '../../src/store/tokens.ts';
import { type Command, parseArguments, UsageError } from './command.ts';
import { output } from './output.ts';

const help = `usage: npm run token -- create --name NAME --scope SCOPE [--scope SCOPE] [--expires 90d]
       npm run token -- list
       npm run token -- revoke NAME|ID

Tokens by which clients of the server show who they are, in the database (DATABASE_URL). A client sends its token as the
header "authorization: Bearer TOKEN". A token is told when it is made and never again: only its hash is kept.

  create    make a token; it alone goes to standard output
  list      all tokens that were ever made, with their last use (to the minute)
  revoke    refuse the token of that id, or all of that name, from the next request on

  --name NAME       who has it: 1 to 100 letters, digits and . _ - @; what its calls bring is known by it
  --scope SCOPE     what it allows; every scope includes read, and admin all:
                      read       everything that is no mutation
                      ingest     bringing data, and taking back what a file brought
                      challenge  taking part in challenges
                      admin      everything: also tokens, and the deletion of runs
  --expires TIME    how long it is good: 90d (default), 12h, 52w; at most ${MOST_DAYS} days
  --json            one JSON document on standard output (with: npm run --silent)
  --help            this text

Exit status 0: done · 1: it could not be.
`;

export const token: Command = { help, run };

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(args, {
    name: { type: 'string' },
    scope: { type: 'string', multiple: true },
    expires: { type: 'string' },
    json: { type: 'boolean', default: false },
  });
  const [verb, ...names] = positionals;
  const work = workOf(verb, names, values);
  const store = await openStore(loadConfig().databaseUrl);
  try {
    await work(store.tokens);
  } finally {
    await store.close();
  }
  return 0;
}

interface Flags {
  readonly name?: string | undefined;
  readonly scope?: string[] | undefined;
  readonly expires?: string | undefined;
  readonly json: boolean;
}

function workOf(verb: string | undefined, names: readonly string[], flags: Flags): (tokens: Tokens) => Promise<void> {
  if (verb !== 'create' && [flags.name, flags.scope, flags.expires].some((flag) => flag !== undefined)) {
    throw new UsageError('--name, --scope and --expires go with create');
  }
  switch (verb) {
    case 'create':
      if (names.length > 0) throw new UsageError(`create takes flags alone, not "${names[0]}"`);
      return create(flags);
    case 'list':
      if (names.length > 0) throw new UsageError(`list takes no name, not "${names[0]}"`);
      return async (tokens) => show(await tokens.list(), flags.json);
    case 'revoke':
      if (names.length === 0) throw new UsageError('no token was named');
      return (tokens) => revoke(tokens, names, flags.json);
    default:
      throw new UsageError(verb === undefined ? 'say create, list or revoke' : `there is no "token ${verb}"`);
  }
}

function create({ name, scope: scopes = [], expires, json }: Flags) {
  if (name === undefined) throw new UsageError('--name is missing');
  if (scopes.length === 0) throw new UsageError(`--scope is missing: ${SCOPES.join(', ')}`);
  const unknown = scopes.find((scope) => !isScope(scope));
  if (unknown !== undefined) throw new UsageError(`there is no scope "${unknown}": ${SCOPES.join(', ')}`);
  const wish = { name, scopes: scopes.filter(isScope), expiresAt: new Date(Date.now() + duration(expires)) };
  return async (tokens: Tokens) => {
    const { token: row, secret } = await tokens.create(wish, CREATOR);
    if (json) {
      await output.print(`${JSON.stringify({ token: row, secret }, null, 2)}\n`);
      return;
    }
    process.stderr.write(
      `Token ${row.id} of ${row.name} (${row.scopes.join(', ')}), good until ${minute(row.expiresAt)}. Keep it: it is not shown again.\n`,
    );
    await output.print(`${secret}\n`);
  };
}

/** What stands in `createdBy`: no name of a token has a blank. */
const CREATOR = 'command line';

const UNIT_MS: Readonly<Record<string, number>> = { h: DAY_MS / 24, d: DAY_MS, w: 7 * DAY_MS };

function duration(text = `${DEFAULT_DAYS}d`): number {
  const [, count, unit = ''] = /^([1-9]\d{0,5})([hdw])$/.exec(text) ?? [];
  const length = Number(count) * (UNIT_MS[unit] ?? Number.NaN);
  if (!(length <= MOST_DAYS * DAY_MS)) {
    throw new UsageError(
      `--expires ${text}: give a number of hours, days or weeks (12h, 90d, 52w), at most ${MOST_DAYS}d`,
    );
  }
  return length;
}

async function revoke(tokens: Tokens, names: readonly string[], json: boolean): Promise<void> {
  const revoked: TokenRow[] = [];
  for (const name of names) {
    const byId = /^[0-9a-f]{12}$/.test(name) ? await tokens.revoke({ id: name }) : [];
    const found = byId.length > 0 ? byId : await tokens.revoke({ name });
    if (found.length === 0) throw new UsageError(`there is no token "${name}"`);
    revoked.push(...found);
  }
  await show(revoked, json);
}

async function show(rows: readonly TokenRow[], json: boolean): Promise<void> {
  if (json) {
    await output.print(`${JSON.stringify({ tokens: rows }, null, 2)}\n`);
    return;
  }
  const lines = rows.map((row) => [
    row.id,
    row.name,
    row.scopes.join(' '),
    minute(row.createdAt),
    row.lastUsedAt === null ? 'never' : minute(row.lastUsedAt),
    stateOf(row),
  ]);
  const table = [['ID', 'NAME', 'SCOPES', 'MADE', 'LAST USED', 'STATE'], ...lines];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0))) ?? [];
  const texts = table.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  await output.print(texts.map((text) => `${text.trimEnd()}\n`).join(''));
}

function stateOf({ revokedAt, expiresAt }: TokenRow): string {
  if (revokedAt !== null) return `revoked ${minute(revokedAt)}`;
  return `${expiresAt.getTime() <= Date.now() ? 'expired' : 'good until'} ${minute(expiresAt)}`;
}

const minute = (time: Date) => `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
