import { constants } from 'node:zlib';

/**
 * The bytes of a blob of bins, version 1:
 *
 *     byte 0   version (1)
 *     byte 1   bits 0-3 number type, bit 4 the contents have flow bins, bit 5 they are deflated,
 *              bit 6 sections follow, bit 7 zero
 *     then     the contents, little-endian, row-major with y outer; raw deflate where bit 5 is set
 *
 * Without sections the contents fill the rest of the blob. With them (bit 6):
 *
 *     bytes 2-5   how many bytes the contents take as stored (deflated or not), little-endian
 *     then        the contents
 *     then        one section or more, of ascending names, to the end of the blob:
 *                   byte 0     name (SECTION)
 *                   byte 1     bits 0-3 number type, bit 5 deflated, all others zero, save that bits 6-7 of binEntries
 *                              hold the option of errors of the profile (ERROR_OPTIONS)
 *                   bytes 2-5  how many bytes its numbers take as stored
 *                   then       its numbers, one a cell, laid out as the contents
 */
export const VERSION = 1;
export const HEADER_BYTES = 2;
export const TYPE_MASK = 0x0f;
export const FLOW_BIT = 0x10;
export const DEFLATED_BIT = 0x20;
export const SECTIONS_BIT = 0x40;
/** Bytes of a length, before the contents where sections follow. */
export const LENGTH_BYTES = 4;
export const SECTION_HEADER_BYTES = 2 + LENGTH_BYTES;

/** Names of sections on disk, ascending: never to be changed. */
export const SECTIONS = [
  ['sumw2', 1],
  ['binEntries', 2],
  ['binSumw2', 3],
] as const;

/** Options by their number on disk and in ROOT (EErrorType), 0 standing for none. */
export const ERROR_OPTIONS = [undefined, 'S', 'I', 'G'] as const;
export const ERROR_OPTION_SHIFT = 6;

/** Numbers of the types on disk: never to be changed. */
export const NumberType = { U8: 0, I8: 1, U16: 2, I16: 3, U32: 4, I32: 5, F32: 6, F64: 7 } as const;
export type NumberType = (typeof NumberType)[keyof typeof NumberType];

export const BYTES_OF_TYPE: readonly number[] = [1, 1, 2, 2, 4, 4, 4, 8];

/** Below this many bytes deflate costs more time than its bytes are worth (816 bytes of doubles: 17 us for 160 bytes). */
export const DEFLATE_FROM_BYTES = 2048;
/** Deflated contents are kept only when they are at most this share of the plain ones. */
export const DEFLATE_AT_MOST = 0.9;
/**
 * Run-length matches only: on occupancy maps (empty regions beside Poisson noise) smaller than level 1's own matches
 * (0.26 against 0.31 bytes a bin) and no slower.
 */
export const DEFLATE_OPTIONS = { level: 1, strategy: constants.Z_RLE } as const;
