/** API keys: what one looks like, what is kept of it, and what it allows. */
import { randomBytes } from 'node:crypto';
import { sha256 } from '../detection/digest.ts';

/** What a key or token may be allowed, from the least to the most; each includes the ones before it. */
export const SCOPES = ['findings:read', 'findings:triage', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** A key as the file has it. The key itself is nowhere: who reads the file cannot call. */
export interface Key {
  readonly name: string;
  /** Of the key's characters, 64 lower-case hex digits. */
  readonly sha256: string;
  readonly scopes: readonly Scope[];
  /** Ids in lower case. */
  readonly tenants: 'all' | readonly string[];
  /** Milliseconds since the Unix epoch; null for never. */
  readonly expiresAt: number | null;
}

/** By this people and secret scanners know a key when they meet one where it should not be. */
const PREFIX = 'gw_';
/** 256 bits: hashes of such keys cannot be turned back by guessing, and so need no salt and no slow hash. */
const KEY_BYTES = 32;
const KEY_FORM = /gw_[A-Za-z0-9_-]{20,}/;

export const newKey = (): string => `${PREFIX}${randomBytes(KEY_BYTES).toString('base64url')}`;

/** Whether a key, or the better part of one, stands in a text. */
export const holdsKey = (text: string): boolean => KEY_FORM.test(text);

/** What the file keeps of a key. */
export const hashOf = (key: string): string => sha256(key);

/** The most that some scopes allow; null for none. */
export const mostOf = (scopes: readonly string[]): Scope | null =>
  SCOPES.findLast((scope) => scopes.includes(scope)) ?? null;
