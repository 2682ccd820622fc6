/** The words that schemas are made of: texts, times, choices and lists, each with its meaning and an example. */
import { type Static, type TSchema, Type } from 'typebox';

/** What a schema describes, as given by a port: read, never written to. */
export type View<T extends TSchema> = ReadonlyDeep<Static<T>>;

type ReadonlyDeep<T> = T extends readonly (infer Item)[]
  ? readonly ReadonlyDeep<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: ReadonlyDeep<T[Key]> }
    : T;

/** Text; an absent one is the empty string. */
export const text = (description: string, example: string) => Type.String({ description, examples: [example] });

/** Text, or null where it is not known. */
export const textOrNull = (description: string, example: string | null) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], description, examples: [example] });

export const EXAMPLE_TIME = '2026-11-23T03:12:09.1234567Z';

/** An instant: RFC 3339 in UTC. Times of facts have seven fractional digits, times of the service's own clock three. */
export const time = (description: string) =>
  Type.String({ format: 'date-time', description: `${description} RFC 3339, UTC.`, examples: [EXAMPLE_TIME] });

/** An instant, or null where it is not known. */
export const timeOrNull = (description: string) =>
  Type.Unsafe<string | null>({
    type: ['string', 'null'],
    format: 'date-time',
    description: `${description} RFC 3339, UTC.`,
    examples: [EXAMPLE_TIME],
  });

export const count = (description: string, example: number) =>
  Type.Integer({ minimum: 0, description, examples: [example] });

export const countOrNull = (description: string, example: number | null) =>
  Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 0, description, examples: [example] });

export const flag = (description: string) => Type.Boolean({ description, examples: [false] });

/** One of a closed set. */
export const choice = <const Values extends readonly string[]>(values: Values, description: string) =>
  Type.Unsafe<Values[number]>({ type: 'string', enum: [...values], description, examples: [values[0]] });

/** One of a closed set, or null. */
export const choiceOrNull = <const Values extends readonly string[]>(values: Values, description: string) =>
  Type.Unsafe<Values[number] | null>({
    type: ['string', 'null'],
    enum: [...values, null],
    description,
    examples: [values[0]],
  });

export const texts = (description: string, example: readonly string[]) =>
  Type.Array(Type.String(), { description, examples: [[...example]] });

export const listOf = <Item extends TSchema>(items: Item, description: string) => Type.Array(items, { description });

/** An object with these members and no others. Its title is its name among the document's components. */
export const shape = <Properties extends Record<string, TSchema>>(
  title: string,
  description: string,
  properties: Properties,
) => Type.Object(properties, { title, description, additionalProperties: false });

/** A named object, or null. */
export const orNull = <Item extends TSchema>(item: Item, description: string) =>
  Type.Union([item, Type.Null()], { description });

/** An answer and the media types that it can have, in the form that Fastify and the document share. */
export const media = (description: string, content: Readonly<Record<string, TSchema>>) => ({
  description,
  content: Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }])),
});

/** One page of a list. */
export const page = <Item extends TSchema>(title: string, item: Item, order: string) =>
  shape(title, `One page, ${order}. It may be shorter than the limit: only a null \`nextCursor\` ends the list.`, {
    items: listOf(item, `At most \`limit\` of them, ${order}.`),
    nextCursor: textOrNull('Give it as `cursor`, with the same filters, for the next page. Null at the end.', null),
  });
