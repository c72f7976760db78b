import { ERROR_CODES } from '../src/plugins/error-codes.ts';

/** Every `extensions.code` as a Markdown table. */
export function errorTable(): string {
  const rows = Object.entries(ERROR_CODES).map(([code, meaning]) => `| <a id="${code}"></a>\`${code}\` | ${meaning} |`);
  return ['| `extensions.code` | What it says, and what to do |', '|---|---|', ...rows].join('\n');
}
