/** Gets at the bytes of an event, whichever AMQP section they came in. */
import { inspect } from 'node:util';

export type Body =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** The body is no bytes at all; `bytes` is a text that shows it. */
  | { readonly kind: 'no_bytes'; readonly bytes: Uint8Array };

/** Depth and lengths to which a value is shown: it may be a megabyte of nested lists. */
const shown = { depth: 8, maxArrayLength: 1_000, maxStringLength: 65_536, breakLength: Number.POSITIVE_INFINITY };

/**
 * The body as the client library gives it without parsing. One data section is a buffer, several are a list of them (the
 * parts of one text, as AMQP has it); a value section that holds binary is bytes too. A sequence section and any other
 * value are not.
 */
export function bodyOf(body: unknown): Body {
  if (body instanceof Uint8Array) return { kind: 'bytes', bytes: body };
  if (Array.isArray(body) && body.length > 0 && body.every((part) => part instanceof Uint8Array)) {
    return { kind: 'bytes', bytes: Buffer.concat(body as Uint8Array[]) };
  }
  return { kind: 'no_bytes', bytes: Buffer.from(show(body)) };
}

/** What the event weighs in memory, roughly where it is not bytes. */
export function bytesOf(body: unknown): number {
  if (body instanceof Uint8Array) return body.byteLength;
  if (Array.isArray(body)) return body.reduce((sum: number, part) => sum + bytesOf(part), 0);
  return typeof body === 'string' ? body.length : 64;
}

function show(body: unknown): string {
  if (typeof body === 'string') return body;
  try {
    return inspect(body, shown);
  } catch {
    return String(typeof body);
  }
}
