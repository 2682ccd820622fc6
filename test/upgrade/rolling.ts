/**
 * A rolling upgrade, and the way back: services of two versions side by side on one Redis, one storage and one set of hubs, replaced
 * one by one while records come. Each version's answers are held against the naive reading of what was sent.
 */
import { join } from 'node:path';
import { pages } from '../../src/state/facts/window.ts';
import { assertAll, assertFeed, assertNothingLost, findingsSettle, wholeFeed } from '../e2e/laws.ts';
import { onStage, openServers, type Spawned, type Stage } from '../e2e/support.ts';
import { arrangeEvents, hostileScenario } from '../oracle/hostile.ts';

const RECORDS = 240;
const PARTS = 7;

/** Rolls from the sources in one folder to those here and back. `say` is told of each step. */
export async function roll(from: string, seed: number, say: (line: string) => void): Promise<void> {
  const servers = await openServers();
  try {
    await onStage(servers, 0, (stage) => rollOn(stage, from, seed, say));
  } finally {
    await servers.stop();
  }
}

async function rollOn(stage: Stage, from: string, seed: number, say: (line: string) => void): Promise<void> {
  const old = { entry: join(from, 'test/faults/process/entry.ts') };
  const { records, arrangement } = hostileScenario(seed, RECORDS, { base: Date.now() - 49 * 3_600_000 });
  const items = arrangeEvents(records, arrangement, { hubs: stage.hubs, packMax: 4 });
  const parts = [...pages(items, Math.ceil(items.length / PARTS))];
  const send = () => stage.send(parts.shift() ?? []);
  const start = async (name: string, options: object = {}): Promise<Spawned> => {
    const service = await stage.spawn(options);
    await service.printed('ready');
    say(`${name} is ready`);
    return service;
  };
  /** Records come while one takes the place of another, which is asked to stop. */
  const replace = async (which: Spawned, name: string, options: object = {}): Promise<Spawned> => {
    const sent = send();
    const next = await start(name, options);
    const code = await which.stop();
    if (code !== 0) throw new Error(`The one that ${name} replaced ended with ${code}.`);
    await sent;
    await send();
    return next;
  };

  const first = await start('the first of the version before', old);
  const second = await start('the second of the version before', old);
  const follower = stage.follow(first.apiUrl);
  await send();
  const third = await replace(first, 'the first of this version');
  follower.moveTo(third.apiUrl);
  const fourth = await replace(second, 'the second of this version');
  await findingsSettle(third.apiUrl, stage.sent);
  await assertFeed(third.apiUrl, await wholeFeed(third.apiUrl));
  await assertNothingLost(fourth.apiUrl);
  say('upgraded: findings, feed and coverage are those of all that was sent');

  const fifth = await replace(third, 'one of the version before, again', old);
  follower.moveTo(fifth.apiUrl);
  for (let more = parts.length; more > 0; more--) await send();
  // Both versions at once, then the version before by itself.
  for (const service of [fourth, fifth]) await findingsSettle(service.apiUrl, stage.sent);
  await fourth.stop();
  await assertAll(fifth.apiUrl, stage, follower);
  say('rolled back: findings, feed, dead letters and coverage are those of all that was sent');
}
