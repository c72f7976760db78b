import { settings } from '../src/config.ts';

/** Every setting as a Markdown table. */
export function settingsTable(): string {
  const rows = settings.map(
    ({ name, values, fallback, meaning }) =>
      `| \`${name}\` | ${meaning} | ${values} | ${fallback === '' ? '' : `\`${fallback}\``} |`,
  );
  return ['| Variable | Meaning | Values | Default |', '|---|---|---|---|', ...rows].join('\n');
}
