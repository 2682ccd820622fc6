/** What only the whole can show: that there is not more than the parts have, and that readers come to an end. */
import { findingsIn } from '../e2e/asking.ts';
import type { Broken } from '../faults/judge.ts';
import { brokenFeed, brokenPositions, type Onlookers } from './onlookers.ts';
import type { Services } from './services.ts';

/** `findings` is how many all parts have. The first law that does not hold; null where all do. */
export async function brokenWhole(
  { readers, sampler, hook }: Onlookers,
  services: Services,
  findings: number,
): Promise<Broken | null> {
  for (const reader of readers) {
    await reader.close();
    const found = brokenFeed(reader, []);
    if (found !== null) return found;
  }
  await sampler.finish();
  const found = brokenPositions(sampler);
  if (found !== null) return found;
  const listed = await services.asked((url) => findingsIn(url, 'any'));
  if (listed.length !== findings)
    return {
      law: 'there are as many findings as all parts have',
      difference: `${listed.length} are listed, the parts have ${findings}`,
    };
  const [stranger] = hook.came;
  return stranger === undefined
    ? null
    : { law: 'a webhook is sent nothing but what the parts have', difference: stranger.body };
}
