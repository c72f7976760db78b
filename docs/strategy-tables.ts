import type { ZodType } from 'zod';
import { COMBINATIONS } from '../src/strategies/combination.ts';
import { describeParameters, type ParameterDescription } from '../src/strategies/parameters.ts';
import { preparationOptions } from '../src/strategies/preparation-options.ts';
import { REASONS } from '../src/strategies/reason.ts';
import { STRATEGIES } from '../src/strategies/registry.ts';

/** The built-in strategies as a Markdown table, with their parameters as another. */
export function strategyTable(): string {
  const rows = STRATEGIES.map(({ name, summary, reads }) => `| \`${name}\` | ${summary} | \`${reads}\` |`);
  const table = ['| strategy | score | reads |', '|---|---|---|', ...rows];
  return [...table, '', ...parameterTable('strategy', STRATEGIES)].join('\n');
}

export function combinationTable(): string {
  const rows = COMBINATIONS.map(({ name, summary }) => `| \`${name}\` | ${summary} |`);
  const table = ['| combination | score |', '|---|---|', ...rows];
  return [...table, '', ...parameterTable('combination', COMBINATIONS)].join('\n');
}

export function preparationTable(): string {
  const rows = describeParameters(preparationOptions).map((option) => `| ${columnsOf(option)} |`);
  return ['| option | values | default | |', '|---|---|---|---|', ...rows].join('\n');
}

export function reasonTable(): string {
  const rows = Object.entries(REASONS).map(([reason, meaning]) => `| \`${reason}\` | ${meaning} |`);
  return ['| reason | |', '|---|---|', ...rows].join('\n');
}

type Owner = { readonly name: string; readonly parameters: ZodType };

/** A parameter that several have alike has one line. */
function parameterTable(what: string, owners: readonly Owner[]): string[] {
  const names = new Map<string, string[]>();
  for (const { name, parameters } of owners) {
    for (const parameter of describeParameters(parameters)) {
      const line = columnsOf(parameter);
      names.set(line, [...(names.get(line) ?? []), `\`${name}\``]);
    }
  }
  const rows = [...names].map(([line, owning]) => `| ${owning.join(', ')} | ${line} |`);
  return [`| ${what} | parameter | values | default | |`, '|---|---|---|---|---|', ...rows];
}

function columnsOf({ name, type, least, most, choices, description, ...rest }: ParameterDescription): string {
  const values = choices.length > 0 ? choices.map((choice) => `\`${choice}\``).join(', ') : boundsOf(type, least, most);
  return [`\`${name}\``, values, rest.default === null ? '' : `\`${rest.default}\``, description].join(' | ');
}

function boundsOf(type: ParameterDescription['type'], least: number | null, most: number | null): string {
  return type === 'LIST' ? 'list of integers' : `${least} to ${most}`;
}
