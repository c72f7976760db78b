import { LumigraphError } from '../src/domain/errors.ts';

/** Why a whole file was refused. Stable: documented in docs/errors.md, stored in the ledger. */
export type FileErrorCode =
  /** No such file, or a link that leads nowhere. */
  | 'FILE_NOT_FOUND'
  /** The bytes of its name are no UTF-8. */
  | 'NAME_NOT_UTF8'
  /** Longer than the ledger can keep. */
  | 'PATH_TOO_LONG'
  | 'IS_A_DIRECTORY'
  /** A pipe, socket or device. */
  | 'NOT_A_REGULAR_FILE'
  | 'PERMISSION_DENIED'
  | 'EMPTY_FILE'
  /** Size, modification time or identity differ from when reading began. */
  | 'FILE_CHANGED'
  /** The disk or the network file system failed. */
  | 'READ_FAILED'
  | 'BROKEN_GZIP'
  /** The file ends too early: inside a gzip member, or inside a JSON document. */
  | 'TRUNCATED'
  /** Inflated size or ratio passed the limit. */
  | 'INFLATED_TOO_LARGE'
  /** A file of a format that is held whole in memory is larger than any real one. */
  | 'FILE_TOO_LARGE'
  /** A format that is read by ranges, gzipped as a whole. */
  | 'NOT_BY_RANGES'
  /** The structure of a ROOT file (header, directories, trees) contradicts itself. */
  | 'BROKEN_ROOT'
  /** The structure of a Parquet file (footer, pages, checksums) contradicts itself. */
  | 'BROKEN_PARQUET'
  /** Arrow IPC that contradicts itself, or is compressed. */
  | 'BROKEN_ARROW'
  | 'UTF16'
  /** The content is none of the known formats. */
  | 'UNKNOWN_FORMAT'
  /** The first line is not the header of the format. */
  | 'WRONG_HEADER'
  | 'MISSING_COLUMN'
  | 'REPEATED_COLUMN'
  /** A column of a Parquet file holds something else than its format has there. */
  | 'WRONG_COLUMN'
  /** Neither `--dataset` nor the file tells which dataset the histograms belong to. */
  | 'DATASET_REQUIRED'
  /** Neither `--source` nor the file tells which certification this is. */
  | 'SOURCE_REQUIRED'
  | 'MALFORMED_JSON'
  /** Of `oms:` and `rr:`: what stands behind it is no URL, or one with a password. */
  | 'NOT_A_URL'
  /** It would be asked, or answered, without TLS. */
  | 'NOT_TLS'
  /** The server says no: its status, a page instead of JSON, a redirect or pages that lead elsewhere. */
  | 'SERVER_REFUSED'
  /** The server does not answer, or not to the end, however often it is asked. */
  | 'SERVER_FAILED';

export interface FileErrorDetails {
  readonly file?: string;
  readonly line?: number;
  readonly byte?: number;
  readonly field?: string;
  readonly value?: string;
}

/** This file cannot be read as it is: mend it, replace it, or say what is missing. */
export class FileError extends LumigraphError {
  readonly code: FileErrorCode;

  constructor(code: FileErrorCode, message: string, details: FileErrorDetails = {}, options?: ErrorOptions) {
    super(message, { ...details }, options);
    this.code = code;
  }
}
