/** Which of an actor's operations the sign-ins that wait could touch, found by the profiles and labels that they are filed under. */
import type { SignIn } from '../../detection/fact.ts';
import { joinLabels, type Label } from '../../detection/label.ts';
import { guestIdentityOf, relate } from '../../detection/relation.ts';
import type { Ticks } from '../../detection/time.ts';
import { pages } from '../facts/window.ts';
import { timeHex } from '../keys.ts';
import { pipeline } from '../redis/calls.ts';
import type { ShardHandle } from '../shard.ts';
import { readPrefixes, type StoredProfile } from './actorIndex.ts';

/** Operations that one fold takes on at the most; the rest follows in the next. */
export const OPERATIONS_PER_FOLD_MAX = 250;

interface Touched {
  readonly members: readonly string[];
  /** False when a sign-in touches more than one fold takes on: it then stays pending. */
  readonly whole: boolean;
}

export const NOTHING_TOUCHED: Touched = { members: [], whole: true };

/** The members of the operations that sign-ins could touch: all whose label one raises, and of the rest the first and the last. */
export async function touchedMembers(
  { client, key }: ShardHandle,
  actorId: string,
  pending: readonly SignIn[],
  profiles: ReadonlyMap<string, StoredProfile>,
  window: Ticks,
): Promise<Touched> {
  const index = `${key}ai:${actorId}`;
  const raising: [string, ...(string | number)[]][] = [];
  const standing: [string, ...(string | number)[]][] = [];
  for (const prefix of await readPrefixes({ client, key }, actorId)) {
    const colon = prefix.indexOf(':');
    const profile = profiles.get(prefix.slice(0, colon));
    if (profile === undefined) continue;
    const label = prefix.slice(colon + 1) as Label;
    for (const signIn of pending) {
      const given = relate(profile, guestIdentityOf(signIn));
      if (given === '') continue;
      const from = `[${prefix}|${timeHex(signIn.time > window ? signIn.time - window : 0n)}|`;
      const to = `[${prefix}|${timeHex(signIn.time + window)}|~`;
      if (joinLabels(label, given) !== label) {
        raising.push(['ZRANGEBYLEX', index, from, to, 'LIMIT', 0, OPERATIONS_PER_FOLD_MAX]);
      } else {
        standing.push(
          ['ZRANGEBYLEX', index, from, to, 'LIMIT', 0, 1],
          ['ZREVRANGEBYLEX', index, to, from, 'LIMIT', 0, 1],
        );
      }
    }
  }
  const found = new Set<string>();
  for (const page of pages(standing, 200)) {
    for (const members of (await pipeline(client, page)) as Buffer[][])
      for (const member of members) found.add(String(member));
  }
  const raised = new Set<string>();
  for (const command of raising) {
    const [members] = (await pipeline(client, [command])) as [Buffer[]];
    for (const member of members) raised.add(String(member));
    // Those taken on will stand under a higher label by the next fold, so that it meets the others.
    if (raised.size >= OPERATIONS_PER_FOLD_MAX) return { members: [...raised], whole: false };
  }
  for (const member of raised) found.add(member);
  return { members: [...found], whole: true };
}
