/**
 * The statements of a PostgreSQL script, without comments at their start and without the closing semicolon.
 * Semicolons inside quotes, dollar quotes and comments do not count.
 */
export function splitStatements(script: string): string[] {
  const token = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|;/g;
  const statements: string[] = [];
  let start = 0;
  const take = (end: number) => {
    const statement = script
      .slice(start, end)
      .replace(/^(\s|--[^\n]*(\n|$)|\/\*[\s\S]*?\*\/)+/, '')
      .trim();
    if (statement !== '') statements.push(statement);
  };
  for (const match of script.matchAll(token)) {
    if (match[0] !== ';') continue;
    take(match.index);
    start = match.index + 1;
  }
  take(script.length);
  return statements;
}
