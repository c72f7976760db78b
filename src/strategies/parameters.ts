import { type ZodType, z } from 'zod';

/** One parameter, for those who have to fill it in. */
export interface ParameterDescription {
  readonly name: string;
  readonly type: 'INTEGER' | 'NUMBER' | 'BOOLEAN' | 'CHOICE' | 'LIST';
  readonly description: string;
  /** As JSON; null where the parameter may be left out and nothing stands for it. */
  readonly default: string | null;
  /** Inclusive; null where there is none, as for anything but numbers. */
  readonly least: number | null;
  readonly most: number | null;
  /** Of a CHOICE; empty for others. */
  readonly choices: readonly string[];
}

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
}

/** The parameters that an object of zod takes, in their order. */
export function describeParameters(schema: ZodType): ParameterDescription[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' }) as { properties?: Record<string, JsonSchema> };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    type: typeOf(property),
    description: property.description ?? '',
    default: property.default === undefined ? null : JSON.stringify(property.default),
    least: property.minimum ?? null,
    most: property.maximum ?? null,
    choices: property.enum ?? [],
  }));
}

function typeOf({ type, enum: choices }: JsonSchema): ParameterDescription['type'] {
  if (choices !== undefined) return 'CHOICE';
  if (type === 'integer') return 'INTEGER';
  if (type === 'array') return 'LIST';
  return type === 'boolean' ? 'BOOLEAN' : 'NUMBER';
}
