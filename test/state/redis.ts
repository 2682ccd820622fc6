/** A real redis-server for the tests of one file, and states on it that share nothing but the server. */
import { randomUUID } from 'node:crypto';
import { BUILT_IN_RULE } from '../../src/detection/rule.ts';
import { openState, type State, type StateOptions } from '../../src/state/state.ts';

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
    events: {
      onApplied: () => {},
      onLetters: () => {},
      onPublished: () => {},
      onMissingSignIns: () => {},
      onLost: () => {},
      onError: (error) => {
        throw error;
      },
    },
    ...changes,
  };
}

export async function withState<T>(options: StateOptions, use: (state: State) => Promise<T>): Promise<T> {
  const state = await openState(options);
  try {
    return await use(state);
  } finally {
    await state.close();
  }
}
