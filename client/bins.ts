import type { PackedType } from './gql/graphql.ts';

interface ArrayOf {
  FLOAT32: Float32Array<ArrayBuffer>;
  FLOAT64: Float64Array<ArrayBuffer>;
  INT32: Int32Array<ArrayBuffer>;
}

const ARRAYS = { FLOAT32: Float32Array, FLOAT64: Float64Array, INT32: Int32Array } as const;
const HOST_IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Decodes `binsBase64(type: ...)`: the same numbers as `bins`, row-major with y outer, as a typed array.
 * The bytes are little-endian whatever the machine. Contents that are not finite stay so (`bins` has null there).
 * @throws RangeError for text that is not base64, or not a whole number of values of this type.
 */
export function decodeBins<Type extends PackedType>(base64: string, type: Type): ArrayOf[Type] {
  const bytes = bytesOf(base64);
  const TypedArray = ARRAYS[type];
  const size = TypedArray.BYTES_PER_ELEMENT;
  if (bytes.length % size !== 0) {
    throw new RangeError(`${bytes.length} bytes are not a whole number of ${type} values (${size} bytes each)`);
  }
  if (!HOST_IS_LITTLE_ENDIAN) for (let i = 0; i < bytes.length; i += size) bytes.subarray(i, i + size).reverse();
  return new TypedArray(bytes.buffer) as ArrayOf[Type];
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  let text: string;
  try {
    text = atob(base64);
  } catch (cause) {
    throw new RangeError('bins are not base64', { cause });
  }
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
