/** Entity tags of findings, and what `If-Match` and `If-None-Match` say of them (RFC 9110, section 13). */
import { invalid, type Problem, problem } from './problem.ts';

/** A revision as an entity tag. */
export const tagOf = (revision: number): string => `"${revision}"`;

/** Whether an `If-None-Match` names the tag; weak comparison, as the header asks for. */
export function names(header: string | undefined, tag: string): boolean {
  const listed = header?.split(',').map((part) => part.trim().replace(/^W\//, ''));
  return listed !== undefined && (listed.includes(tag) || listed.includes('*'));
}

const ENTITY_TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;

/**
 * The revisions that an `If-Match` names, or the problem with it. `*` holds for whatever there is: a caller that says so means
 * to write without having looked. A weak tag names none, as the header asks for strong comparison.
 */
export function expectedRevisions(header: string | undefined): readonly number[] | 'any' | Problem {
  if (header === undefined) return problem('precondition_required');
  if (header.trim() === '*') return 'any';
  const tags = header.split(',').map((part) => part.trim());
  if (!tags.every((tag) => ENTITY_TAG.test(tag))) {
    const detail = 'must be the `ETag` of the finding, in its quotes, such as `"3"`, or `*`';
    return invalid([{ in: 'header', name: 'if-match', detail }]);
  }
  return tags.flatMap((tag) => {
    const revision = /^"(\d{1,15})"$/.exec(tag)?.[1];
    return revision === undefined ? [] : [Number(revision)];
  });
}
