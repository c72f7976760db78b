import pg from 'pg';
import { DataRowMessage } from 'pg-protocol/dist/messages.js';
import { Parser } from 'pg-protocol/dist/parser.js';

const DATA_ROW = 0x44;

/** The parts of node-pg that its types do not show. */
interface Wire {
  attachListeners(stream: NodeJS.EventEmitter): void;
  emit(event: string, message: unknown): void;
}
type Take = (message: { name: string }) => void;
interface WireParser {
  /** What came of a message that is not there as a whole. */
  buffer: Buffer;
  bufferOffset: number;
  bufferLength: number;
  parse(chunk: Buffer, take: Take): void;
  handlePacket(offset: number, code: number, length: number, bytes: Buffer): { name: string };
}

/**
 * A client that hands values over as the bytes they came as. node-pg turns every value of a row into a string first,
 * which breaks PostgreSQL's binary format; with bytes, `binary: true` works: 1,000 blobs of 100 bytes take 1.0 ms
 * instead of 2.5, one of 40 KB 0.5 instead of 1.3. Queries that return rows need a type parser that takes bytes.
 */
export class ByteClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    const wire = (this as unknown as { connection: Wire }).connection;
    wire.attachListeners = (stream) => {
      const parse = byteParser();
      const take: Take = (message) => wire.emit(message.name === 'error' ? 'errorMessage' : message.name, message);
      stream.on('data', (chunk: Buffer) => parse(chunk, take));
    };
  }
}

/** Rows from this length on are gathered here: node-pg would double its buffer until one fits, and copy it each time. */
const LONG_BYTES = 65_536;
/** Of the code of a message and its length. */
const HEADER = 5;

function byteParser(): WireParser['parse'] {
  const parser = new Parser() as unknown as WireParser;
  const inherited = parser.handlePacket.bind(parser);
  parser.handlePacket = (offset, code, length, bytes) =>
    // a copy: the parser writes over its buffer
    code === DATA_ROW
      ? rowOf(Buffer.from(bytes.subarray(offset, offset + length - 4)))
      : inherited(offset, code, length, bytes);
  let long: Buffer | undefined;
  let filled = 0;

  /** The rest of the chunk behind a long row, which it fills. */
  const fill = (row: Buffer, chunk: Buffer, take: Take): Buffer => {
    const copied = chunk.copy(row, filled);
    filled += copied;
    if (filled === row.length) {
      long = undefined;
      take(rowOf(row));
    }
    return chunk.subarray(copied);
  };

  return (chunk, take) => {
    const rest = long === undefined ? chunk : fill(long, chunk, take);
    if (rest.length === 0) return;
    parser.parse(rest, take);
    const { buffer, bufferOffset: at, bufferLength: held } = parser;
    if (held < HEADER || buffer[at] !== DATA_ROW) return;
    const length = buffer.readUInt32BE(at + 1) - 4;
    if (length < LONG_BYTES) return;
    long = Buffer.allocUnsafeSlow(length);
    filled = buffer.copy(long, 0, at + HEADER, at + held);
    Object.assign(parser, { buffer: Buffer.alloc(0), bufferOffset: 0, bufferLength: 0 });
  };
}

/** The number of values, then each with its length. They are cut out of these bytes. */
function rowOf(bytes: Buffer): DataRowMessage {
  const fields: (Buffer | null)[] = new Array(bytes.readInt16BE(0));
  let at = 2;
  for (let i = 0; i < fields.length; i++) {
    const size = bytes.readInt32BE(at);
    at += 4;
    fields[i] = size < 0 ? null : bytes.subarray(at, at + size);
    if (size > 0) at += size;
  }
  return new DataRowMessage(bytes.length + 4, fields as unknown as string[]);
}
