/** Puts an example of a whole body together from the examples of its parts. */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** An example of a schema: its own, else one made of those of its members; undefined where a part has none. */
export function exampleOf({
  examples,
  default: preset,
  enum: values,
  anyOf,
  items,
  properties,
}: JsonObject): Json | undefined {
  if (examples !== undefined) return (examples as readonly Json[])[0];
  if (preset !== undefined) return preset;
  if (values !== undefined) return (values as readonly Json[])[0];
  if (anyOf !== undefined) return exampleOf((anyOf as readonly JsonObject[])[0]!);
  if (properties !== undefined) return exampleOfMembers(properties as Readonly<Record<string, JsonObject>>);
  if (items === undefined) return undefined;
  const item = exampleOf(items as JsonObject);
  return item === undefined ? undefined : [item];
}

function exampleOfMembers(properties: Readonly<Record<string, JsonObject>>): Json | undefined {
  const members = Object.entries(properties).map(([name, member]) => [name, exampleOf(member)] as const);
  if (members.some(([, value]) => value === undefined)) return undefined;
  return Object.fromEntries(members) as JsonObject;
}
