import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
} from 'graphql';
import { isNeeded, literal, ofField, type Values, Word } from './schema-walk.ts';

/** What stands for the text that is tried: variables, as a document cannot hold half of a surrogate pair. */
const SLOTS: Readonly<Record<string, Word>> = { String: new Word('$text'), ID: new Word('$id') };
const FILE = new Word('$file');

/** Types whose conditions are read alike wherever they stand: of these, all is tried once. */
const IS_CONDITION = /(Where|Filter)$/;

/**
 * Arguments of a field in which one text or ID is a slot and all else is as `values` has it (or its type, where that does not say): one for each
 * place of a text in them, however deep. `seen` holds the types of conditions that were walked.
 */
export function textSlots(field: GraphQLField<unknown, unknown>, values: Values, seen: Set<string>): string[] {
  const usual = Object.fromEntries(
    field.args
      .filter(isNeeded)
      .map((argument) => [argument.name, usuals(argument, ofField(field, argument, values))[0]]),
  );
  return field.args.flatMap((argument) =>
    usuals(argument, ofField(field, argument, values))
      .slice(0, isInputObjectType(getNamedType(argument.type)) ? undefined : 1)
      .flatMap((value) => slotted(argument.type, value, values, seen))
      .map((value) => `(${literal({ ...usual, [argument.name]: value }).slice(2, -2)})`),
  );
}

/** The value, with a slot in the place of one text. */
function slotted(type: GraphQLInputType, value: unknown, values: Values, seen: Set<string>): unknown[] {
  if (isNonNullType(type)) return slotted(type.ofType, value, values, seen);
  if (isListType(type)) {
    const [first, ...others] = Array.isArray(value) ? value : [value];
    return slotted(type.ofType, first, values, seen).map((one) => [one, ...others]);
  }
  if (!isInputObjectType(type)) return type.name in SLOTS ? [SLOTS[type.name]] : [];
  const isKnown = IS_CONDITION.test(type.name) && seen.has(type.name);
  seen.add(type.name);
  const texts = Object.values(type.getFields()).filter((field) => !isKnown || isScalarType(getNamedType(field.type)));
  // of operators that are known one stands for all
  const fields = isKnown && type.name.endsWith('Filter') ? texts.slice(0, 1) : texts;
  const object = (value ?? {}) as Readonly<Record<string, unknown>>;
  return fields.flatMap((field) =>
    slotted(field.type, object[field.name] ?? usuals(field, values)[0], values, seen).map((one) => ({
      ...object,
      [field.name]: one,
    })),
  );
}

/** What may stand there: by name, where that is of the type, else by type. */
function usuals({ name, type }: GraphQLArgument | GraphQLInputField, values: Values): readonly unknown[] {
  const named = getNamedType(type);
  // what a name stands for elsewhere is no condition
  if (IS_CONDITION.test(named.name)) return [{}];
  const known = (values[name] ?? []).filter((value) => {
    const one = Array.isArray(value) ? value[0] : value;
    const isObject = typeof one === 'object' && !(one instanceof Word);
    if (isEnumType(named)) return one instanceof Word && named.getValue(one.text) !== undefined;
    return isObject === isInputObjectType(named) && !(one instanceof Word);
  });
  return known.length > 0 ? known : [usualOf(type, values)];
}

function usualOf(type: GraphQLInputType, values: Values): unknown {
  if (isNonNullType(type)) return usualOf(type.ofType, values);
  if (isListType(type)) return [usualOf(type.ofType, values)];
  if (isEnumType(type)) return new Word(type.getValues()[0]?.name as string);
  if (isInputObjectType(type)) {
    const needed = Object.values(type.getFields()).filter(isNeeded);
    return Object.fromEntries(needed.map((field) => [field.name, usuals(field, values)[0]]));
  }
  return USUAL[type.name];
}

const USUAL: Readonly<Record<string, unknown>> = {
  String: 'plain',
  ID: 'UnVuOjE',
  Int: 1,
  SafeInt: 1,
  Float: 1,
  Boolean: true,
  DateTime: '2030-01-01T00:00:00Z',
  BinsInput: [1, 2, 3],
  GoldenJson: '{"1": [[1, 3]]}',
  JSONObject: {},
  File: FILE,
};
