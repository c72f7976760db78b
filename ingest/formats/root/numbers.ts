import type { NumberArray } from '../../../src/domain/histogram.ts';
import type { ArrayType, Cursor } from './cursor.ts';
import { RootFault } from './fault.ts';
import type { Member } from './streamer-info.ts';

/** One number of the kind (a text for `char*`). @throws RootFault UNSUPPORTED_CLASS for a kind that is not read. */
export function readNumber(cursor: Cursor, type: number, member: Member): number | string {
  switch (type) {
    case 1:
    case 10:
      return cursor.i8();
    case 2:
      return cursor.i16();
    case 3:
    case 6:
      return cursor.i32();
    case 4:
    case 16:
      return cursor.i64();
    case 5:
      return cursor.f32();
    case 7: {
      const length = cursor.u32();
      const start = cursor.skip(length);
      return Buffer.from(cursor.bytes.subarray(start, start + length)).toString('utf8');
    }
    case 8:
      return cursor.f64();
    case 9:
      return plainDouble32(member) ? cursor.f32() : unsupported(member);
    case 11:
    case 18:
      return cursor.u8();
    case 12:
      return cursor.u16();
    case 13:
    case 15:
      return cursor.u32();
    case 14:
    case 17:
      return cursor.u64();
    default:
      return unsupported(member);
  }
}

/** `count` numbers of the kind. @throws RootFault UNSUPPORTED_CLASS for a kind that is not read. */
export function readNumbers(
  cursor: Cursor,
  type: number,
  count: number,
  member: Member,
): NumberArray | readonly number[] {
  const plain = PLAIN_ARRAYS[type];
  if (plain) return cursor.array(plain, count);
  if (type === 9 && plainDouble32(member)) return cursor.array('f32', count);
  if (type !== 4 && type !== 14 && type !== 16 && type !== 17) return unsupported(member);
  const wide = cursor.skip(count * 8);
  const view = new DataView(cursor.bytes.buffer, cursor.bytes.byteOffset + wide, count * 8);
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i++) numbers[i] = Number(view.getBigInt64(8 * i));
  return numbers;
}

const PLAIN_ARRAYS: Readonly<Record<number, ArrayType>> = {
  1: 'i8',
  2: 'i16',
  3: 'i32',
  5: 'f32',
  8: 'f64',
  10: 'i8',
  11: 'u8',
  12: 'u16',
  13: 'u32',
  18: 'u8',
};

/** Without a range in its comment it is stored as a float32. */
const plainDouble32 = ({ title }: Member) => !/\[[^\]]*,/.test(title.replace(/^\[[A-Za-z]\w*\]/, ''));

function unsupported(member: Member): never {
  throw new RootFault('UNSUPPORTED_CLASS', `${member.name} is of a kind (${member.type}) that is not read`);
}
