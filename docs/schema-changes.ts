/**
 * What changed in the graph since the baseline, docs/baseline/schema.graphql: what clients may rely on.
 *
 *   tsx docs/schema-changes.ts            prints it; status 1 where a client would break, or CHANGELOG.md is silent
 *   tsx docs/schema-changes.ts --accept   makes the graph as it is the baseline: part of a release
 */
import { copyFileSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Change, CriticalityLevel, DiffRule, diff, type Rule } from '@graphql-inspector/core';
import { buildSchema, isInterfaceType, isObjectType } from 'graphql';

export interface SchemaChanges {
  /** Every change, as one would list it. */
  readonly all: readonly string[];
  /** Changes that break a client which was not warned: what they touch was not deprecated in the baseline. */
  readonly breaking: readonly string[];
  /** Names that CHANGELOG.md has to hold, and does not. */
  readonly unlisted: readonly string[];
}

/** Compares two schemas (SDL); `changelog` is the text of its newest part. */
export async function schemaChanges(before: string, after: string, changelog: string): Promise<SchemaChanges> {
  const rules = [DiffRule.ignoreDescriptionChanges, DiffRule.suppressRemovalOfDeprecatedField, suppressArguments];
  const changes = await diff(buildSchema(before), buildSchema(after), rules);
  const names = changes.filter(mustBeListed).map(nameOf);
  return {
    all: changes.map(({ criticality, message }) => `${criticality.level}: ${message}`),
    breaking: changes
      .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
      .map(({ message }) => message),
    unlisted: [...new Set(names)].filter((name) => !isListed(name, changelog)),
  };
}

/** As the library does for fields: an argument may go once it was deprecated. */
const suppressArguments: Rule = ({ changes, oldSchema }) =>
  changes.map((change) => {
    const [typeName = '', fieldName = '', argumentName] = change.path?.split('.') ?? [];
    const type = oldSchema?.getType(typeName);
    if (change.type !== 'FIELD_ARGUMENT_REMOVED' || !(isObjectType(type) || isInterfaceType(type))) return change;
    const argument = type.getFields()[fieldName]?.args.find(({ name }) => name === argumentName);
    if (!argument?.deprecationReason) return change;
    return { ...change, criticality: { ...change.criticality, level: CriticalityLevel.Dangerous } };
  });

const ROOT_FIELD = /^(Query|Mutation|Subscription)\.\w+$/;

/** What a client may stumble over, what goes, and what one can ask for from now on. */
const mustBeListed = ({ type, path, criticality }: Change): boolean =>
  criticality.level !== CriticalityLevel.NonBreaking ||
  type === 'FIELD_DEPRECATION_ADDED' ||
  (type === 'FIELD_ADDED' && ROOT_FIELD.test(path ?? ''));

const nameOf = ({ path = '' }: Change): string =>
  path.replace(/^(Query|Mutation|Subscription)\./, '').replace(/\.@.*/, '');

/** By its whole name or its last part: `Run.fill`, or `fill`. */
function isListed(name: string, changelog: string): boolean {
  const last = name.slice(name.lastIndexOf('.') + 1);
  return [name, last].some((text) => new RegExp(`\\b${text.replaceAll('.', '\\.')}\\b`).test(changelog));
}

/** From the newest heading to the one before it. */
export const newestPart = (changelog: string): string => changelog.split(/^## /m)[1] ?? '';

const place = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const BASELINE = place('baseline/schema.graphql');
const CURRENT = place('../schema.graphql');

async function main(): Promise<void> {
  if (process.argv.includes('--accept')) return copyFileSync(CURRENT, BASELINE);
  const [before, after, changelog] = [BASELINE, CURRENT, place('../CHANGELOG.md')].map((path) =>
    readFileSync(path, 'utf8'),
  ) as [string, string, string];
  const { all, breaking, unlisted } = await schemaChanges(before, after, newestPart(changelog));
  for (const line of all) console.log(line);
  console.log(`${all.length} changes since the baseline`);
  for (const line of breaking) console.error(`breaks clients, and was not deprecated before: ${line}`);
  for (const name of unlisted) console.error(`CHANGELOG.md does not tell of ${name}`);
  if (breaking.length + unlisted.length > 0) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
