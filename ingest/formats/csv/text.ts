const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a name or path; null where the bytes are no UTF-8, or hold control characters. */
export function nameOf(bytes: Uint8Array): string | null {
  const text = proseOf(bytes);
  if (text === null) return null;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < 32 || text.charCodeAt(i) === 127) return null;
  return text;
}

/** Text that may hold line feeds and tabs; null where the bytes are no UTF-8, or hold a NUL, which no database takes. */
export function proseOf(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

/** Spaces, tabs and carriage returns only. */
export function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== 32 && bytes[at] !== 9 && bytes[at] !== 13) return false;
  return true;
}
