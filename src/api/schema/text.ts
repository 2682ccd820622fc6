/** Texts that people write: what they may hold, said once for a program and once for a person. */
import { Type } from 'typebox';

/** No control characters but tab and line breaks, no halves of a character, and something that can be seen. */
const pattern = (max: number): string =>
  `^(?=[\\s\\S]*\\S)[^\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F\\uD800-\\uDFFF]{1,${max}}$`;

const mend = (max: number): string =>
  `must be a text of 1 to ${max} characters, not blank and without control characters`;

export const written = (max: number, description: string, example: string) =>
  Type.String({ pattern: pattern(max), description, examples: [example], 'x-mend': mend(max) });

export const writtenOrNull = (max: number, description: string, example: string) =>
  Type.Unsafe<string | null>({
    type: ['string', 'null'],
    pattern: pattern(max),
    description,
    examples: [example],
    'x-mend': `${mend(max)}, or null`,
  });

/** One of a closed set, in a body. */
export const choiceGiven = <const Values extends readonly string[]>(values: Values, description: string) =>
  Type.Unsafe<Values[number]>({
    type: 'string',
    enum: [...values],
    description,
    examples: [values[0]],
    'x-mend': oneOf(values),
  });

export const choiceOrNullGiven = <const Values extends readonly string[]>(values: Values, description: string) =>
  Type.Unsafe<Values[number] | null>({
    type: ['string', 'null'],
    enum: [...values, null],
    description,
    examples: [values[0]],
    'x-mend': `${oneOf(values)}, or null`,
  });

const oneOf = (values: readonly string[]): string =>
  `must be one of ${values.map((value) => `\`${value}\``).join(', ')}`;
