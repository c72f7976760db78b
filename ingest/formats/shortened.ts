/** What an issue shows of a text: all of it, or its beginning and an ellipsis, `most` characters together. */
export function shortened(text: string, most = 200): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
