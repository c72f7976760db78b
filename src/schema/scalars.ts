import { GraphQLError, GraphQLScalarType } from 'graphql';
import { DateTimeResolver, SafeIntResolver } from 'graphql-scalars';
import { RawJson } from '../domain/raw-json.ts';
import { isStorableTime } from '../domain/storable-time.ts';
import { IncomingFile } from '../jobs/incoming-file.ts';
import { builder } from './builder.ts';

/** Of the moments that can be written, those that both databases can store and compare. */
function storable(time: Date): Date {
  if (isStorableTime(time)) return time;
  throw new GraphQLError('DateTime cannot represent a moment outside of the years 1 to 9999');
}

const DateTime = new GraphQLScalarType<Date, Date>({
  ...DateTimeResolver.toConfig(),
  parseValue: (value) => storable(DateTimeResolver.parseValue(value)),
  // one parameter: with two, the compiler of queries warns on standard error that it gives no variables
  parseLiteral: (node) => storable(DateTimeResolver.parseLiteral(node)),
});

builder.addScalarType('DateTime', DateTime, {
  description:
    'A moment: RFC 3339 text with a zone, e.g. `2018-04-30T21:11:27Z`. Answers are in UTC with milliseconds.',
});

builder.addScalarType('SafeInt', SafeIntResolver, {
  description: 'An integer up to 2^53 - 1 in size: larger than Int, exact in JSON.',
});

builder.scalarType('Bins', {
  description:
    'Numbers of bins: a flat JSON array, row-major with y outer (an array of rows where `layout: NESTED` asks for it). 1D: nx values; 2D: ny rows of nx values. ' +
    'With flow bins nx + 2 values a row (underflow first, overflow last) and ny + 2 rows. Contents that are not finite are null.',
  // Left as it is: the response writer takes the text straight from the stored blob.
  serialize: (value) => {
    if (value instanceof RawJson) return value as never;
    throw new TypeError('Bins are served by BinsValue only');
  },
});

builder.scalarType('Base64', {
  description: 'Bytes as base64 (RFC 4648, section 4), a JSON string: padded, without line breaks.',
  // Left as it is, as bins are.
  serialize: (value) => {
    if (value instanceof RawJson) return value as never;
    throw new TypeError('Base64 is served by Base64Text only');
  },
});

builder.scalarType('File', {
  description:
    'A file that is sent along: a variable alone, by the GraphQL multipart request spec (`multipart/form-data` with the fields `operations`, `map` and one part for each file, in this order).',
  serialize: () => {
    throw new TypeError('a file is not served as a value');
  },
  parseValue: (value) => {
    if (value instanceof IncomingFile) return value;
    throw new GraphQLError('A File comes as a part of a multipart request, in the place of a null among the variables');
  },
  parseLiteral: () => {
    throw new GraphQLError('A File comes as a part of a multipart request: give it by a variable');
  },
});
