import { readFileSync } from 'node:fs';

/**
 * A Mermaid ER diagram of prisma/schema.prisma: tables, columns, keys, foreign keys (solid) and the edges that are
 * loaders instead (`/// @edge column -> table.column`, dotted).
 */
export function erDiagram(schema = readFileSync(new URL('../prisma/schema.prisma', import.meta.url), 'utf8')): string {
  const models = [...schema.matchAll(/((?:^\/\/\/.*\n)*)^model (\w+) \{\n([\s\S]*?)^\}/gm)].map(
    ([, comments = '', name = '', body = '']) => ({
      comments,
      name,
      body,
      table: /@@map\("(\w+)"\)/.exec(body)?.[1] ?? name,
    }),
  );
  const tableOf = new Map(models.map((model) => [model.name, model.table]));
  const lines = ['erDiagram'];
  for (const { body, table } of models) {
    const column = (field: string) => new RegExp(`^\\s*${field}\\s.*?@map\\("(\\w+)"\\)`, 'm').exec(body)?.[1] ?? field;
    const keys =
      /@@id\(\[([^\]]+)\]/
        .exec(body)?.[1]
        ?.split(',')
        .map((field) => column(field.trim())) ?? [];
    const foreign = [...body.matchAll(/@relation\(fields: \[([^\]]+)\]/g)].flatMap(([, fields = '']) =>
      fields.split(',').map((field) => column(field.trim())),
    );
    lines.push(`  ${table} {`);
    for (const [, field = '', type = '', optional = '', rest = ''] of body.matchAll(
      /^ {2}(\w+)\s+(Int|BigInt|Float|String|DateTime|Boolean|Bytes)(\??)(?=\s|$)(.*)$/gm,
    )) {
      const name = column(field);
      const marks = [
        ...(rest.includes('@id') || keys.includes(name) ? ['PK'] : []),
        ...(foreign.includes(name) ? ['FK'] : []),
        ...(/@unique/.test(rest) ? ['UK'] : []),
      ];
      lines.push(`    ${type} ${name}${marks.length > 0 ? ` ${marks.join(',')}` : ''}${optional ? ' "or null"' : ''}`);
    }
    lines.push('  }');
  }
  for (const { body, table, comments } of models) {
    for (const [, target = '', optional = '', fields = ''] of body.matchAll(
      /^ {2}\w+\s+(\w+)(\??)\s+@relation\(fields: \[([^\]]+)\]/gm,
    )) {
      const label = fields
        .split(',')
        .map((field) => field.trim())
        .join(', ');
      lines.push(`  ${tableOf.get(target)} ${optional ? '|o' : '||'}--o{ ${table} : "${label}"`);
    }
    for (const [, column = '', target = ''] of comments.matchAll(/@edge (\w+) -> (\w+)\.\w+/g)) {
      lines.push(`  ${target} ||..o{ ${table} : "${column}"`);
    }
  }
  return lines.join('\n');
}
