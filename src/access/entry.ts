/** The members of a key's entry: what each must be, read and written by the same words. */

import { msOfTicks } from '../detection/time.ts';
import { parseTime } from '../detection/timeText.ts';
import { holdsKey, type Key, SCOPES, type Scope } from './key.ts';

/** Either a value, or what the member must be, worded to follow its name. Never repeats what was written: it may be a key. */
export type Read<T> = { readonly value: T } | { readonly mend: string };

/** Names stand in logs and histories. No colon, which callers by token have in theirs. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9 ._@-]{0,62}[A-Za-z0-9])?$/;
const TENANT = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DAY = /^\d{4}-\d\d-\d\d$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/;
const NEVER = 'never';
const ALL = 'all';

const PASTED = 'holds a key itself: take it out, and hold that key for lost';

export function readName(text: string): Read<string> {
  if (holdsKey(text)) return { mend: PASTED };
  return NAME.test(text)
    ? { value: text }
    : { mend: 'must be 1 to 64 letters, digits, spaces and . _ @ -, with a letter or digit at either end' };
}

export function readHash(text: string): Read<string> {
  if (/^[0-9a-f]{64}$/i.test(text)) return { value: text.toLowerCase() };
  const what = holdsKey(text) ? `${PASTED}; here stands only its SHA-256` : 'must be the SHA-256 of a key';
  return { mend: `${what}, 64 hex digits, as \`guestwatch keys new\` prints it` };
}

export function readScope(text: string): Read<Scope> {
  const value = SCOPES.find((scope) => scope === text);
  return value === undefined ? { mend: `must be one of ${SCOPES.join(', ')}` } : { value };
}

export function readTenant(text: string): Read<string> {
  return TENANT.test(text)
    ? { value: text.toLowerCase() }
    : { mend: `must be \`${ALL}\`, or ids of tenants such as 3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11, not their domains` };
}

/** A day ends a key at its beginning, in UTC. */
export function readExpiry(text: string): Read<number | null> {
  if (text === NEVER) return { value: null };
  const ticks = DAY.test(text)
    ? parseTime(`${text}T00:00:00Z`)
    : MOMENT.test(text)
      ? parseTime(withSeconds(text))
      : undefined;
  return ticks === undefined
    ? { mend: `must be a day such as 2027-06-30, a time such as 2027-06-30T12:00:00Z, or \`${NEVER}\`` }
    : { value: msOfTicks(ticks) };
}

const withSeconds = (text: string): string => text.replace(/(T\d\d:\d\d)(?=[Z+-])/, '$1:00');

export const isAll = (text: string): boolean => text === ALL;

/** A key's entry as one line of the file. */
export function writeEntry({ name, sha256, scopes, tenants, expiresAt }: Key): string {
  const seen = tenants === ALL ? ALL : `[${tenants.join(', ')}]`;
  const expires = expiresAt === null ? NEVER : new Date(expiresAt).toISOString().replace('.000Z', 'Z');
  return `- { name: "${name}", sha256: ${sha256}, scopes: [${scopes.join(', ')}], tenants: ${seen}, expires: ${expires} }`;
}
