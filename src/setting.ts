import { z } from 'zod';

/** One setting: how it is named in the environment, what it may be, and what it means. */
export interface Setting {
  readonly name: string;
  readonly schema: z.ZodType;
  /** What is used when the variable is not set, as one would write it in the environment. */
  readonly fallback: string;
  /** The values it takes, in words. */
  readonly values: string;
  readonly meaning: string;
  /** Never repeated in an error. */
  readonly secret?: boolean;
}

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must lie between ${least} and ${most}`);

export const count = (name: string, fallback: number, least: number, most: number, meaning: string) => ({
  name,
  schema: wholeNumber(least, most),
  fallback: String(fallback),
  values: `whole number, ${least} to ${most}`,
  meaning,
});

export const choice = <const Choices extends readonly [string, ...string[]]>(
  name: string,
  choices: Choices,
  fallback: Choices[number],
  meaning: string,
) => ({
  name,
  schema: z.enum(choices, `must be one of ${choices.join(', ')}`),
  fallback,
  values: choices.join(', '),
  meaning,
});

/** `on` or `off`, true or false in the program. */
export const onOff = (name: string, fallback: 'on' | 'off', meaning: string) => ({
  name,
  schema: z.enum(['on', 'off'], 'must be one of on, off').transform((value) => value === 'on'),
  fallback,
  values: 'on, off',
  meaning,
});

export const secret = (name: string, meaning: string) => ({
  name,
  schema: z.string().regex(/^[\x21-\x7e]*$/, 'must be one word of ASCII'),
  fallback: '',
  values: 'token',
  meaning,
  secret: true,
});
