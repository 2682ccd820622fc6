/** Makes an API key: the key for the caller, shown this once, and its line for the file of keys. */
import { type Read, readExpiry, readName, readScope, readTenant, writeEntry } from '../access/entry.ts';
import { hashOf, type Key, newKey } from '../access/key.ts';
import { durationMs } from '../config.ts';
import type { Arguments } from './arguments.ts';
import { EXIT, type Io, sayFaults } from './io.ts';

/** A key that nobody remembers ends by itself. */
const EXPIRES_DEFAULT = '365d';
/** The year 9999 is the last that a time can be written of. */
const LATEST = Date.parse('9999-12-31T00:00:00Z');

export async function keys(args: Arguments, io: Io): Promise<number> {
  const [verb, name, ...more] = args.positionals;
  const faults = [...args.faults];
  if (verb !== 'new') faults.push('There is only keys new NAME.');
  else if (name === undefined) faults.push('keys new needs a NAME: what the caller is known by in histories and logs.');
  if (more.length > 0) faults.push('keys new takes one NAME: quote a name of several words.');

  const scopes = args.flags.get('scope');
  if (scopes === undefined && !args.faults.some((fault) => fault.startsWith('--scope')))
    faults.push('--scope is missing: findings:read, findings:triage or admin.');
  const tenants = args.flags.get('tenant') ?? 'all';
  const take = <T>(label: string, read: Read<T>): T | undefined => {
    if ('value' in read) return read.value;
    faults.push(`${label} ${read.mend}.`);
    return undefined;
  };
  const key = newKey();
  const entry = {
    name: name === undefined ? undefined : take('NAME', readName(name)),
    sha256: hashOf(key),
    scopes: listOf(scopes ?? '').map((scope) => take('--scope', readScope(scope))),
    tenants:
      tenants === 'all' ? ('all' as const) : listOf(tenants).map((tenant) => take('--tenant', readTenant(tenant))),
    expiresAt: take('--expires', expiryIn(args.flags.get('expires') ?? EXPIRES_DEFAULT, io.now())),
  };
  if (faults.length > 0) {
    sayFaults(io, [...new Set(faults)]);
    return EXIT.fault;
  }
  io.stdout.write(`${key}\n${writeEntry(entry as Key)}\n`);
  io.stderr.write(
    'The first line is the key, for the caller alone: it cannot be shown again. The second goes into the file that API_KEYS_FILE names.\n',
  );
  return EXIT.good;
}

const listOf = (text: string): string[] => (text === '' ? [] : text.split(',').map((part) => part.trim()));

/** A span from now on, or what the file takes; to the second. */
function expiryIn(text: string, now: number): Read<number | null> {
  const ms = durationMs(text);
  const read: Read<number | null> = ms === null ? readExpiry(text) : { value: Math.floor((now + ms) / 1000) * 1000 };
  if ('mend' in read) return { mend: `must be a span such as 90d, a day such as 2027-06-30, a time, or \`never\`` };
  if (read.value !== null && read.value <= now) return { mend: 'is past already' };
  return read.value !== null && read.value > LATEST ? { mend: 'is too far ahead: say `never`' } : read;
}
