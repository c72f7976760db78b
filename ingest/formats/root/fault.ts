import { shortened } from '../shortened.ts';

/** What is wrong in one record of a ROOT file: costs that record, and becomes an issue or a FileError above. */
export class RootFault extends Error {
  override readonly name = 'RootFault';
  /** Stable, for issues: BROKEN_RECORD, BROKEN_COMPRESSION, UNSUPPORTED_CLASS ... */
  readonly code: string;
  /** Where in the file, if it is known. */
  byte: number | undefined;

  constructor(code: string, message: string, byte?: number, options?: ErrorOptions) {
    // names in a damaged file may be of any length
    super(shortened(message, 600), options);
    this.code = code;
    this.byte = byte !== undefined && Number.isSafeInteger(byte) && byte >= 0 ? byte : undefined;
  }
}

/** The text itself. @throws RootFault BAD_TEXT for one with the character 0, which no database takes. */
export function storable(text: string, what: string): string {
  if (text.includes('\0')) throw new RootFault('BAD_TEXT', `the character 0 stands in ${what}`);
  return text;
}
