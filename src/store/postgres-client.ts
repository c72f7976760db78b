import pg from 'pg';
import { Parser } from 'pg-protocol/dist/parser.js';

const DATA_ROW = 0x44;
/** Of the code of a message and its length. */
const HEADER = 5;

/** The parts of node-pg that its types do not show. */
interface Message {
  readonly name: string;
}
interface Wire {
  attachListeners(stream: NodeJS.EventEmitter): void;
  emit(event: string, message: Message): void;
}
interface WireParser {
  handlePacket(offset: number, code: number, length: number, bytes: Buffer): Message;
}
/**
 * A client that hands rows over as the bytes they came as. node-pg turns every value into a string first, which breaks
 * PostgreSQL's binary format; and it copies what came, so that a value of megabytes is copied many times. For queries that are
 * a `BinaryQuery`.
 */
export class ByteClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    const wire = (this as unknown as { connection: Wire }).connection;
    wire.attachListeners = (stream) => {
      const parser = new Parser() as unknown as WireParser;
      const tell = (message: Message) => wire.emit(message.name === 'error' ? 'errorMessage' : message.name, message);
      stream.on(
        'data',
        inMessages((bytes, at, end) => {
          const code = bytes[at] as number;
          tell(
            code === DATA_ROW
              ? new BinaryRows(bytes, at, end)
              : parser.handlePacket(at + HEADER, code, end - at - 1, bytes),
          );
        }),
      );
    };
  }
}

/**
 * Takes chunks of a stream, and tells where in the bytes each message stands; rows that stand one behind the other are told together. What
 * it tells of is never written over.
 */
function inMessages(tell: (bytes: Buffer, at: number, end: number) => void): (chunk: Buffer) => void {
  /** What came of a message that is not there as a whole: less than its header, or so many bytes of all. */
  let begun: Buffer | undefined;
  let message: Buffer | undefined;
  let filled = 0;

  const take = (chunk: Buffer, from: number) => {
    let at = from;
    let rows = from;
    while (chunk.length - at >= HEADER) {
      const end = at + 1 + chunk.readUInt32BE(at + 1);
      const isRow = chunk[at] === DATA_ROW;
      if (rows < at && (!isRow || end > chunk.length)) tell(chunk, rows, at);
      if (end > chunk.length) {
        message = Buffer.allocUnsafeSlow(end - at);
        filled = chunk.copy(message, 0, at);
        return;
      }
      if (!isRow) {
        tell(chunk, at, end);
        rows = end;
      }
      at = end;
    }
    if (rows < at) tell(chunk, rows, at);
    if (at < chunk.length) begun = chunk.subarray(at);
  };

  return (chunk) => {
    if (begun !== undefined) {
      const whole = Buffer.concat([begun, chunk]);
      begun = undefined;
      return take(whole, 0);
    }
    if (message === undefined) return take(chunk, 0);
    const copied = chunk.copy(message, filled);
    filled += copied;
    if (filled < message.length) return;
    const whole = message;
    message = undefined;
    tell(whole, 0, whole.length);
    take(chunk, copied);
  };
}

const NONE: readonly never[] = [];

/** Messages of rows, one behind the other, each with its header; then the number of values, then each with its length, which is negative for NULL. */
export class BinaryRows {
  readonly name = 'dataRow';
  /** For other queries, which begin and end transactions: nobody reads their rows. */
  readonly fields: readonly never[] = NONE;
  readonly bytes: Buffer;
  readonly from: number;
  readonly end: number;

  constructor(bytes: Buffer, from: number, end: number) {
    this.bytes = bytes;
    this.from = from;
    this.end = end;
  }
}
