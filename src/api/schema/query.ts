/** The parameters that several routes share. */
import { Type } from 'typebox';
import { CURSOR_LENGTH_MAX, PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX, PARAM_LENGTH_MAX, TEXT_LENGTH_MAX } from '../limits.ts';
import { EXAMPLE_TIME } from './words.ts';

/** A parameter object: exactly these. */
export const query = <Properties extends Parameters<typeof Type.Object>[0]>(properties: Properties) =>
  Type.Object(properties, { additionalProperties: false });

/** A text that filters; left out it does not. */
export const textFilter = (description: string, example: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: TEXT_LENGTH_MAX, description, examples: [example] }));

/** A moment; left out it is what the description says. */
export const moment = (description: string) =>
  Type.Optional(
    Type.String({ format: 'date-time', description: `${description} RFC 3339 with offset.`, examples: [EXAMPLE_TIME] }),
  );

/** One of a closed set; left out it does not filter. */
export const choiceFilter = <const Values extends readonly string[]>(values: Values, description: string) =>
  Type.Optional(Type.Unsafe<Values[number]>({ type: 'string', enum: [...values], description }));

/** One of a closed set, with a default. */
export const choiceOr = <const Values extends readonly string[]>(
  values: Values,
  preset: Values[number],
  description: string,
) => Type.Unsafe<Values[number]>({ type: 'string', enum: [...values], default: preset, description });

export const limit = (preset = PAGE_LIMIT_DEFAULT, max = PAGE_LIMIT_MAX) =>
  Type.Integer({ minimum: 1, maximum: max, default: preset, description: 'How many items at most.' });

export const cursor = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: CURSOR_LENGTH_MAX,
    description: 'Opaque: `nextCursor` of the page before, with the same filters. Left out: the first page.',
    examples: ['3fa94c07be12.1764_5d0f4f2b'],
  }),
);

/** The characters of a cursor of the feed. */
export const CURSOR_PATTERN = /^[A-Za-z0-9._~-]+$/;

/** A place in the feed. */
export const after = (preset: 'begin' | 'now', description: string) =>
  Type.String({
    default: preset,
    minLength: 1,
    maxLength: CURSOR_LENGTH_MAX,
    pattern: CURSOR_PATTERN.source,
    description,
    examples: ['begin'],
    'x-mend': 'must be a `cursor` given before, `begin` or `now`',
  });

const FORMATS: Readonly<Record<string, string>> = {
  json: '`json`: as this document describes it.',
  csv: '`csv`: a table (RFC 4180) whose header names the members; sets and objects are JSON in one cell, texts that a spreadsheet would run as a formula have an apostrophe before them.',
  ocsf: '`ocsf`: each finding as an OCSF 1.8 Detection Finding (class 2004).',
};

/** How the answer is written; the first is taken where none is named. */
export const format = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  choiceOr(values, values[0], values.map((value) => FORMATS[value]).join(' '));

export const tenantId = textFilter('Tenant, in any case.', '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11');

export const findingId = query({
  id: Type.String({
    minLength: 1,
    maxLength: PARAM_LENGTH_MAX,
    description: 'Id of a finding.',
    examples: ['5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b'],
  }),
});

export const suppressionId = query({
  id: Type.String({
    minLength: 1,
    maxLength: PARAM_LENGTH_MAX,
    description: 'Id of a suppression.',
    examples: ['7c1f0d8e5b6a4c3d9e2f1a0b8c7d6e5f'],
  }),
});

/** Names are compared in lower case; null stands for a parameter that was left out. */
export const lower = (text: string | undefined): string | null => text?.toLowerCase() ?? null;
