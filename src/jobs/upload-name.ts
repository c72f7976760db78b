import { extname } from 'node:path';

/** Most bytes of a name on disk: file systems take 255. */
const MOST_BYTES = 200;
const MOST_EXTENSION_BYTES = 32;

/**
 * A name for a file on disk, from the one that a client gave it: formats read datasets and subsystems out of names, so it
 * stays as far as it is one. Folders, control characters and whatever means something to a shell or a file system go.
 */
export function uploadName(given: string | undefined): string {
  const last = (given ?? '').split(/[/\\]/).at(-1) ?? '';
  const plain = last
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._+\-=@#~, ()[\]]/gu, '_')
    .replace(/^[.\s-]+/, (leading) => '_'.repeat(leading.length))
    .trim();
  return shortened(plain === '' ? 'upload' : plain);
}

/** Keeps the extension. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= MOST_BYTES) return name;
  const extension = extname(name);
  const kept = Buffer.byteLength(extension) <= MOST_EXTENSION_BYTES ? extension : '';
  let stem = '';
  let bytes = Buffer.byteLength(kept);
  for (const character of name) {
    bytes += Buffer.byteLength(character);
    if (bytes > MOST_BYTES) break;
    stem += character;
  }
  return stem + kept;
}
