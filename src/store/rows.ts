/** `run_number` -> `runNumber`, `mean_x` -> `meanX`. */
export const camelCase = (column: string) => column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const columns = new Map<string, string>();

/** `runNumber` -> `run_number`; of names that stand in the program, which are kept. */
export function snakeCase(field: string): string {
  let column = columns.get(field);
  if (column === undefined) {
    column = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    columns.set(field, column);
  }
  return column;
}

/** Objects from rows as arrays. All have the same keys in the same order, so that they share one hidden class. */
export function toObjects<Row>(fields: readonly string[], rows: readonly (readonly unknown[])[]): Row[] {
  const width = fields.length;
  return rows.map((row) => {
    const object: Record<string, unknown> = {};
    for (let i = 0; i < width; i++) object[fields[i] as string] = row[i];
    return object as Row;
  });
}
