/** Reads values out of parsed JSON the way the rule's own language does: scalars as text, paths that lead nowhere as nothing. */

/** A parsed JSON object. Its keys are its own: JSON makes even `__proto__` a plain key. */
export type JsonObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A scalar as `tostring` gives it: null and missing are the empty text. Undefined marks an object or an array. */
export function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? undefined : String(value);
}

/** A scalar for show, where an object or array is no more than an empty text. */
export const looseText = (value: unknown): string => scalarText(value) ?? '';

/** What stands under a key; nothing (undefined) where the value is no object. */
export const member = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined);

/** Some exporters write structures as a JSON string of themselves: the structure, or the text as it is where it holds no JSON. */
export function unwrapped(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
