import { GraphQLError, GraphQLScalarType, Kind, type ValueNode, visit } from 'graphql';
import { JSONObjectResolver } from 'graphql-scalars';
import { isStorable } from '../domain/storable-text.ts';
import { builder } from './builder.ts';

/** Longest text of an object, in UTF-16 code units. */
const MAX_TEXT = 20_000;

type JsonObject = Readonly<Record<string, unknown>>;

/** From here on JSON is written with an exponent, as nobody writes an integer. */
const EXPONENT_FROM = 1e21;

/** An integer that would be another one when it is read back; 1e30 is a float. */
const isInexact = (number: number) =>
  Number.isInteger(number) && !Number.isSafeInteger(number) && Math.abs(number) < EXPONENT_FROM;

const inexact = () => new GraphQLError('JSONObject: an integer is beyond 2^53: give it as a text');

/** As it is read back: JSON has finite numbers alone, and texts are of those that can be stored elsewhere. */
function storable(value: object): JsonObject {
  const text = JSON.stringify(value, (key, inner: unknown) => {
    if (typeof inner === 'number' && !Number.isFinite(inner))
      throw new GraphQLError('JSONObject: a number is too large');
    if (typeof inner === 'number' && isInexact(inner)) throw inexact();
    if (![key, inner].every((one) => typeof one !== 'string' || isStorable(one)))
      throw new GraphQLError('JSONObject: a text holds U+0000 or half of a surrogate pair');
    return inner;
  });
  if (text.length > MAX_TEXT) throw new GraphQLError(`JSONObject: ${text.length} characters are more than ${MAX_TEXT}`);
  return JSON.parse(text) as JsonObject;
}

// one parameter: with two, the compiler of queries warns on standard error that it gives no variables
function parseLiteral(node: ValueNode): JsonObject {
  visit(node, {
    Variable() {
      throw new GraphQLError('JSONObject: give the whole object by a variable, or none of it');
    },
    EnumValue({ value }) {
      throw new GraphQLError(`JSONObject: ${value} is no JSON: a text stands in quotation marks`);
    },
    IntValue({ value }) {
      if (!Number.isSafeInteger(Number(value))) throw inexact();
    },
  });
  if (node.kind !== Kind.OBJECT) throw new GraphQLError('JSONObject: it is no object');
  return storable(JSONObjectResolver.parseLiteral(node, {}) as object);
}

builder.addScalarType(
  'JSONObject',
  new GraphQLScalarType<JsonObject, JsonObject>({
    name: 'JSONObject',
    serialize: (value) => JSONObjectResolver.serialize(value) as JsonObject,
    parseValue: (value) => storable(JSONObjectResolver.parseValue(value) as object),
    parseLiteral,
  }),
  { description: `Any JSON object; as an input at most ${MAX_TEXT.toLocaleString('en')} characters of JSON.` },
);
