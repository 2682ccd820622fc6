/** An actor's index: the profiles and labels that its operations are filed under, and their names. */
import { digest } from '../../detection/digest.ts';
import type { Operation } from '../../detection/fact.ts';
import { findingIp } from '../../detection/finding.ts';
import type { Label } from '../../detection/label.ts';
import { type Profile, profileOf } from '../../detection/relation.ts';
import { indexSuffix } from '../facts/operations.ts';
import { loadScript, runScript } from '../redis/scripts.ts';
import { readHash } from '../redis/values.ts';
import type { ShardHandle } from '../shard.ts';

/** Prefixes read in one round trip. */
const PREFIXES_PER_READ_MAX = 5_000;

const prefixesScript = loadScript('prefixes', { isGuarded: false });

/** A profile as it is stored, with the IP that tells its findings apart. */
export interface StoredProfile extends Profile {
  readonly ip: string;
}

/** The field of an actor's hash that a profile is stored in. */
export const profileId = (operation: Operation): string => {
  const { objectId, nameMatch, hasTargets } = profileOf(operation);
  return digest([findingIp(operation), objectId ?? '', nameMatch, String(hasTargets)]).slice(0, 12);
};

export const storedProfile = (operation: Operation): string =>
  JSON.stringify({ ...profileOf(operation), ip: findingIp(operation) } satisfies StoredProfile);

export const indexMember = (operation: Operation, label: Label): string =>
  `${profileId(operation)}:${label}${indexSuffix(operation)}`;

export async function readProfiles({ client, key }: ShardHandle, actorId: string): Promise<Map<string, StoredProfile>> {
  const record = [...(await readHash(client, `${key}a:${actorId}`))].filter(([field]) => field.startsWith('p:'));
  return new Map(record.map(([field, json]) => [field.slice(2), JSON.parse(String(json)) as StoredProfile]));
}

/** The prefixes of an actor's index: profiles and labels that operations stand under, and the one of those not yet folded. */
export async function readPrefixes(
  { client, key }: Pick<ShardHandle, 'client' | 'key'>,
  actorId: string,
): Promise<string[]> {
  const prefixes: string[] = [];
  for (;;) {
    const args = [actorId, prefixes.at(-1) ?? '', PREFIXES_PER_READ_MAX];
    const found = (await runScript(client, prefixesScript, key, args)) as Buffer[];
    prefixes.push(...found.map(String));
    if (found.length < PREFIXES_PER_READ_MAX) return prefixes;
  }
}
