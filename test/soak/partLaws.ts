/** What must hold of one part once its answers were right: what readers and a webhook were told of it, and what is in the state. */
import { findingsIn } from '../e2e/asking.ts';
import { comes } from '../e2e/waiting.ts';
import type { Broken } from '../faults/judge.ts';
import type { Reader } from '../faults/watch/reader.ts';
import { feedAt, hookViolation, stillMissing } from '../faults/watch/webhookLaws.ts';
import { brokenFeed, brokenPositions, type Onlookers } from './onlookers.ts';
import { type OpenPart, partOfTenant } from './part.ts';

/** `url` is that of a process that answers. */
type PartLaw = (part: OpenPart, onlookers: Onlookers, url: string) => Promise<Broken | null>;

const TOLD_MS_MAX = 60_000;

const feedHasIt: PartLaw = async ({ number, tenants }, { readers }, url) => {
  const listed = await findingsIn(url, 'any', tenants);
  for (const reader of readers) {
    const look = (): Broken | null => brokenFeed(partOf(reader, number), listed);
    if (await comes(() => look() === null, TOLD_MS_MAX)) continue;
    const found = look();
    if (found !== null) return found;
  }
  return null;
};

const hookHasIt: PartLaw = async ({ cursor, number }, { hook }, url) => {
  const { came, oddities } = hook;
  const isOwn = (tenantId: string): boolean => partOfTenant(tenantId) === number;
  const feed = (await feedAt(url, cursor)).filter(({ data }) => isOwn(data.tenantId));
  const received = () => ({ oddities, came: came.filter(({ tenantId }) => isOwn(tenantId)) });
  await comes(() => stillMissing(received(), feed) === null, TOLD_MS_MAX);
  const difference = hookViolation(received(), { feed, mayHaveLost: false });
  return difference === null ? null : { law: 'a webhook is sent what the feed has, in order per finding', difference };
};

const stateHasIt: PartLaw = async ({ sent }, { sampler }) => {
  const isDone = (): boolean => sampler.violation !== null || sent.every((one) => sampler.isConfirmed(one));
  if (!(await comes(isDone, TOLD_MS_MAX)))
    return { law: 'positions reach what was sent', difference: `${sent.length} events, some of them not passed` };
  return brokenPositions(sampler);
};

export const PART_LAWS: readonly PartLaw[] = [feedHasIt, hookHasIt, stateHasIt];

/** What a reader was told of one part. */
const partOf = ({ name, oddities, generations }: Reader, number: number) => ({
  ...{ name, oddities },
  generations: generations.map((generation) => ({
    ...generation,
    told: generation.told.filter(({ tenantId }) => partOfTenant(tenantId) === number),
  })),
});
