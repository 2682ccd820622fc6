/** Whom a text names: every home UPN and object id that stands in it, be it a record, a finding or what someone wrote. */
import { homeUpn, objectIdOf } from './identity.ts';

export interface Named {
  readonly homes: ReadonlySet<string>;
  readonly objectIds: ReadonlySet<string>;
}

/** A name is no longer than this; it keeps the search from going over a long text again and again. */
const NAME_CHARS_MAX = 320;
const GUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const LETTER = String.raw`[^\s"'\`\\<>(){}\[\],;]`;
const ADDRESS = new RegExp(`${LETTER}{1,${NAME_CHARS_MAX}}@${LETTER}{1,${NAME_CHARS_MAX}}`, 'g');
/** What is left of an external name whose end was cut off. */
const EXTERNAL = new RegExp(`${LETTER}{1,${NAME_CHARS_MAX}}#ext#`, 'g');
/** A whole string of JSON: a name need not look like one. */
const STRING = new RegExp(String.raw`"([^"\\]{1,${NAME_CHARS_MAX}})"`, 'g');
const ESCAPED = /\\u([0-9a-f]{4})/g;

/** Names as they are compared: in lower case. A text may be JSON, also JSON within JSON, or a piece of it. */
export function namedIn(text: string): Named {
  const plain = text
    .toLowerCase()
    .replace(ESCAPED, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)).toLowerCase());
  const objectIds = (plain.match(GUID) ?? []).flatMap((id) => objectIdOf(id) ?? []);
  const strings = [...plain.matchAll(STRING)].map(([, inner]) => inner!);
  const addresses = [...(plain.match(ADDRESS) ?? []), ...(plain.match(EXTERNAL) ?? [])].flatMap(spellings);
  return { homes: new Set([...strings, ...addresses].map(homeUpn)), objectIds: new Set(objectIds) };
}

/** In a sentence a full stop may follow a name, and a word such as `mailto:` may lead to it. */
function spellings(written: string): string[] {
  const short = written.replace(/[.:!?]+$/, '');
  return [written, short, short.slice(short.lastIndexOf(':', short.indexOf('@')) + 1)];
}
