/**
 * Whether both databases can store the text: it has no character 0, and no half of a surrogate pair. What has is no name of
 * anything.
 */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/** The text, with U+FFFD for what cannot be stored: what is told of damaged files and calls may hold anything. */
export const madeStorable = (text: string): string => text.toWellFormed().replaceAll('\0', '\u{FFFD}');
