import { LumigraphError } from '../../src/domain/errors.ts';

/** The process that read a file came to an end before the file did: the file is at fault, or a limit too narrow. */
export class ParseProcessError extends LumigraphError {
  readonly code: 'PARSER_MEMORY' | 'PARSER_SILENT' | 'PARSER_CRASHED';

  constructor(code: ParseProcessError['code'], message: string, details: Record<string, unknown> = {}) {
    super(message, details);
    this.code = code;
  }
}
