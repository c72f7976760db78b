import { setImmediate as nextTurn } from 'node:timers/promises';
import { StreamHash } from '../workers/stream-hash.ts';
import type { ExportWriter } from './export-format.ts';

/** Why an export ended before the last row: the client's own `limit`, the time, or that the server is stopped. */
export type CutReason = 'LIMIT' | 'TIME' | 'STOPPING';

/** How an export ended. */
export interface ExportSummary {
  readonly rows: number;
  /** Null where everything is there. */
  readonly cut: CutReason | null;
  /** Where to go on (`after`); null where there is no row. */
  readonly cursor: string | null;
  /** How many bytes came before this summary, and their SHA-256 in hexadecimal: of the same data always the same. */
  readonly bytes: number;
  readonly sha256: string;
  readonly createdAt: string;
}

export interface ExportOptions {
  /** Looked at between chunks. */
  readonly cut?: () => CutReason | null;
  readonly onEnd?: (summary: ExportSummary) => void;
}

export interface Export {
  /** JSON of what the export is: what was asked for, and what masks meant. */
  readonly provenance: string;
  readonly bytes: AsyncGenerator<Uint8Array, void, undefined>;
}

/** Rows that are written together, and where to go on after them. The generator returns why it ended before the last row. */
export type Chunks<Row, Rows = readonly Row[]> = AsyncGenerator<
  { readonly rows: Rows; readonly cursor: string },
  CutReason | null,
  undefined
>;

type Pieces = readonly Uint8Array[];

/**
 * The bytes of an export, made while they are taken: nothing is held but one chunk. What cannot work is refused before the
 * first byte: resolves when the first rows are written.
 */
export async function streamed<Row, Rows extends { readonly length: number } = readonly Row[]>(
  writer: ExportWriter<Row, Rows>,
  provenance: string,
  chunks: Chunks<Row, Rows>,
  onEnd: ExportOptions['onEnd'],
): Promise<Export> {
  const bytes = written(writer, provenance, chunks, onEnd);
  const begun = [await bytes.next()];
  do begun.push(await bytes.next());
  while (begun.at(-1)?.value?.length === 0);
  return { provenance, bytes: goneOn(begun, bytes) };
}

async function* goneOn(
  begun: readonly IteratorResult<Pieces, void>[],
  rest: AsyncGenerator<Pieces, void, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for (const { value } of begun) if (value !== undefined) yield* value;
    for await (const pieces of rest) yield* pieces;
  } finally {
    await rest.return();
  }
}

async function* written<Row, Rows extends { readonly length: number }>(
  writer: ExportWriter<Row, Rows>,
  provenance: string,
  chunks: Chunks<Row, Rows>,
  onEnd: ExportOptions['onEnd'],
): AsyncGenerator<Pieces, void, undefined> {
  const hash = new StreamHash();
  let bytes = 0;
  const counted = async (pieces: Pieces) => {
    for (const piece of pieces) {
      await hash.update(piece);
      bytes += piece.length;
    }
    return pieces;
  };
  let rows = 0;
  let cursor: string | null = null;
  try {
    yield await counted(writer.begin(provenance));
    let chunk = await chunks.next();
    for (; !chunk.done; chunk = await chunks.next()) {
      rows += chunk.value.rows.length;
      cursor = chunk.value.cursor;
      yield await counted(writer.rows(chunk.value.rows, cursor));
      await nextTurn();
    }
    if (writer.rest) yield await counted(writer.rest());
    const summary: ExportSummary = {
      ...{ rows, cut: chunk.value, cursor, bytes },
      sha256: await hash.digest(),
      createdAt: new Date().toISOString(),
    };
    yield writer.end(JSON.stringify(summary));
    onEnd?.(summary);
  } finally {
    hash.leave();
    await chunks.return(null);
  }
}
