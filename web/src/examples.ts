const files = import.meta.glob<string>('../examples/*.graphql', { query: '?raw', import: 'default', eager: true });

/** The example documents, in the order of their file names; the first one welcomes. */
export const examples: readonly string[] = Object.keys(files)
  .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  .map((name) => files[name] as string);
