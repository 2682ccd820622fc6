/** Cursors as callers see them: the port's own, bound to the query that it was given for. */
import { digest } from '../detection/digest.ts';
import { type Fault, type Problem, problem } from './problem.ts';

/** Names a list and its filters. */
export type Binding = string;

const BOUND = /^([0-9a-f]{12})\.([A-Za-z0-9._~-]{1,2000})$/;

/** The binding of a list: its path, and every filter as the route understood it, but for `limit` and `cursor`. */
export function bindingOf(path: string, query: Readonly<Record<string, unknown>>): Binding {
  const parts = [path];
  for (const name of Object.keys(query).sort())
    if (name !== 'limit' && name !== 'cursor') parts.push(name, String(query[name]));
  // 48 bits tell queries of one caller apart; they are no secret, and what a caller may see does not hang on them.
  return digest(parts).slice(0, 12);
}

/** What the caller is given; null stays null. */
export const bindCursor = (binding: Binding, cursor: string | null): string | null =>
  cursor === null ? null : `${binding}.${cursor}`;

/** What the port gave, or the problem with what the caller sent. */
export function unbindCursor(
  binding: Binding,
  text: string | undefined,
  place: Fault['in'] = 'query',
): { cursor: string | null } | { problem: Problem } {
  if (text === undefined) return { cursor: null };
  const match = BOUND.exec(text);
  if (match === null)
    return { problem: badCursor('cursor', 'is not a cursor of this API; take `nextCursor` of a page', place) };
  if (match[1] !== binding)
    return {
      problem: badCursor('cursor', 'was given for other filters; repeat them, or leave it out to begin anew', place),
    };
  return { cursor: match[2]! };
}

/** The problem with a cursor that stands in the named parameter. */
export function badCursor(
  name: 'cursor' | 'after' | 'last-event-id',
  detail = 'cannot be read, or is no longer a place in this list; leave it out to begin anew',
  place: Fault['in'] = 'query',
): Problem {
  return problem('bad_cursor', `\`${name}\` ${detail}.`, { errors: [{ in: place, name, detail }] });
}
