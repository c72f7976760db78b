/** What an issue shows of a text: all of it, or its first 199 characters and an ellipsis. */
export function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
