import { LumigraphError } from '../../src/domain/errors.ts';

/**
 * The process that read a file came to an end before the file did, or its reader threw what nobody foresaw: the file is at
 * fault, a limit too narrow, or the reader wrong.
 */
export class ParseProcessError extends LumigraphError {
  readonly code: 'PARSER_MEMORY' | 'PARSER_SILENT' | 'PARSER_CRASHED' | 'PARSER_FAILED';

  constructor(code: ParseProcessError['code'], message: string, details: Record<string, unknown> = {}) {
    super(message, details);
    this.code = code;
  }
}
