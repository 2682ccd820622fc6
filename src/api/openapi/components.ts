/** The schemas of the document: one with a title stands once, among its components. */
import type { Json, JsonObject } from '../example.ts';

/** Schemas with a title stand among the components under it, once, and are referred to everywhere else. */
export class Components {
  readonly schemas: Record<string, Json> = {};

  reference(schema: Json): Json {
    if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return schema;
    const { title, ...rest } = schema as JsonObject;
    const told = withoutExtensions(rest);
    const resolved = Object.fromEntries(Object.entries(told).map(([key, value]) => [key, this.#inside(key, value)]));
    if (typeof title !== 'string') return resolved;
    const known = this.schemas[title];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(resolved))
      throw new Error(`two schemas are called ${title}`);
    this.schemas[title] = resolved;
    return { $ref: `#/components/schemas/${title}` };
  }

  /** Only under these keywords stand schemas; a member that is called `title`, or an example, is none. */
  #inside(keyword: string, value: Json): Json {
    switch (keyword) {
      case 'properties':
        return Object.fromEntries(
          Object.entries(value as JsonObject).map(([name, one]) => [name, this.reference(one)]),
        );
      case 'anyOf':
        return (value as readonly Json[]).map((one) => this.reference(one));
      case 'items':
        return this.reference(value);
      default:
        return value;
    }
  }
}

/** Members that are ours alone go. */
export const withoutExtensions = (schema: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => !key.startsWith('x-')));
