/** A real redis-server for the tests of one file, states on it that share nothing but the server, and ways to look into them. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before } from 'node:test';
import { type RedisServer, startRedis } from '../../local/redis.ts';
import type { Fact } from '../../src/detection/fact.ts';
import type { Finding } from '../../src/detection/finding.ts';
import { foldAll } from '../../src/detection/fold.ts';
import { BUILT_IN_RULE } from '../../src/detection/rule.ts';
import { readFinding, withMembers } from '../../src/state/folding/findingStore.ts';
import { openState, type State, type StateOptions } from '../../src/state/state.ts';
import { wholeContents } from '../detection/product.ts';
import { inOneOrder } from '../oracle/naive.ts';
import { batchOf } from './samples.ts';

/** A server for the tests of the file that asks; it is there once they run. */
export function redisOfFile(): { readonly url: string } {
  let server: RedisServer | undefined;
  before(async () => {
    server = await startRedis({ appendOnly: false });
  });
  after(() => server?.stop());
  return {
    get url() {
      if (server === undefined) throw new Error('The server starts before the tests, not before the file.');
      return server.url;
    },
  };
}

/** Options of a state of its own: under a prefix that no other test has. */
export function stateOptions(url: string, changes: Partial<StateOptions> = {}): StateOptions {
  return {
    url,
    cluster: false,
    shards: 1,
    prefix: `t${randomUUID().slice(0, 8)}`,
    rule: BUILT_IN_RULE,
    retentionMs: 48 * 3_600_000,
    findingRetentionMs: 90 * 86_400_000,
    feedRetentionMs: 7 * 86_400_000,
    quietDelayMs: 900_000,
    deadLettersMax: 10_000,
    reader: 'test',
    now: Date.now,
    events: stateEvents(),
    ...changes,
  };
}

export const stateEvents = (changes: Partial<StateOptions['events']> = {}): StateOptions['events'] => ({
  onApplied: () => {},
  onLetters: () => {},
  onPublished: () => {},
  onMissingSignIns: () => {},
  onLost: () => {},
  onRuling: () => {},
  onError: (error) => {
    throw error;
  },
  ...changes,
});

export async function withState<T>(options: StateOptions, use: (state: State) => Promise<T>): Promise<T> {
  const state = await openState(options);
  try {
    return await use(state);
  } finally {
    await state.close();
  }
}

/** Several states on one prefix, as several processes have them. */
export async function withStates<T>(
  options: StateOptions,
  count: number,
  use: (states: readonly State[]) => Promise<T>,
): Promise<T> {
  const states: State[] = [];
  try {
    for (let i = 0; i < count; i++) states.push(await openState({ ...options, reader: `reader ${i}` }));
    return await use(states);
  } finally {
    await Promise.all(states.map((state) => state.close()));
  }
}

/** Applies facts as one batch and folds until nothing is owed. */
export async function applyFacts(state: State, facts: readonly Fact[], lastSequenceNumber = 0): Promise<void> {
  assert.deepEqual(await state.apply(batchOf(facts, lastSequenceNumber)), { kind: 'applied' });
  await settle([state]);
}

/** Resolves when no actor of any shard is owed a fold: what one process left behind the next takes on. */
export async function settle(states: readonly State[]): Promise<void> {
  for (;;) {
    await Promise.all(states.map((state) => state.folder.idle()));
    const owed = await Promise.all(
      states[0]!.shards.map(async ({ client, key }) => client.zrange(`${key}fold`, '0', '-1')),
    );
    if (owed.flat().length === 0) return;
    for (const state of states) for (const [i, actors] of owed.entries()) state.folder.wake(state.shards[i]!, actors);
  }
}

/** All findings that stand, whole. */
export async function allFindings(state: State): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const { client, key } of state.shards) {
    for (const member of await client.zrangebylex(`${key}list`, '-', '+')) {
      const stored = await readFinding(client, key, member.split('|')[1]!);
      found.push((await withMembers(client, key, stored!, [], true)).finding);
    }
  }
  return found;
}

export const contentsIn = async (state: State): Promise<unknown[]> => contentsOfAll(await allFindings(state));
export const contentsOfAll = (findings: readonly Finding[]): unknown[] =>
  inOneOrder(findings.map((finding) => wholeContents(finding)));

/** What one fold over all facts gives. */
export const foldOf = (facts: readonly Fact[]): Finding[] =>
  foldAll(
    facts.filter((fact) => fact.kind === 'operation'),
    facts.filter((fact) => fact.kind === 'signIn'),
    BUILT_IN_RULE.window,
  );

/** Where each piece of evidence came from: no part of the contents, but the same in any order too. */
export const sourcesOf = (findings: readonly Finding[]): string[] =>
  findings
    .flatMap((finding) => [...[...finding.items.values()].flat(), ...finding.signIns.values()])
    .map(({ source }) => JSON.stringify(source))
    .sort();

export interface Told {
  readonly reason: string;
  readonly id: string;
  readonly revision: number;
  readonly body: { readonly supersededBy: string | null; readonly lastSignIn: string | null; readonly late: boolean };
}

/** The revisions of all shards, each shard's in order. */
export async function feedOf(state: State): Promise<Told[]> {
  const lists = await Promise.all(state.shards.map(({ client, key }) => client.xrange(`${key}feed`, '-', '+')));
  return lists.flat().map(([, fields]) => {
    const body = JSON.parse(fields[fields.indexOf('finding') + 1]!) as Told['body'] & { id: string; revision: number };
    return { reason: fields[fields.indexOf('reason') + 1]!, id: body.id, revision: body.revision, body };
  });
}

/** Fails unless the feed holds every revision of every finding once, in order, from the first to the one that stands. */
export async function assertWholeFeed(state: State): Promise<void> {
  const last = new Map<string, number>();
  for (const { id, revision } of await feedOf(state)) {
    assert.equal(revision, (last.get(id) ?? 0) + 1, `revision of ${id}`);
    last.set(id, revision);
  }
  for (const { client, key } of state.shards) {
    for (const member of await client.zrangebylex(`${key}list`, '-', '+')) {
      const id = member.split('|')[1]!;
      assert.equal(
        Number(await client.hget(`${key}f:${id}`, 'revision')),
        last.get(id),
        `revision that stands of ${id}`,
      );
    }
  }
}

/** The keys of a state, without its prefix and the braces. */
export async function keysOf(state: State): Promise<string[]> {
  const nodes = 'nodes' in state.client ? state.client.nodes('master') : [state.client];
  const keys = await Promise.all(nodes.map((node) => node.keys(`{${state.options.prefix}:*`)));
  return keys
    .flat()
    .map((key) => key.slice(state.options.prefix.length + 2).replace('}', ' '))
    .sort();
}
