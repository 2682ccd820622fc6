/** Who a connection says that it is: the login of its moment, said again on those that stand; and what a refusal is called. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { type RedisCluster, startRedisCluster } from '../../local/redis.ts';
import { type Found, feedQueries } from '../../src/state/queries/feed.ts';
import type { Client } from '../../src/state/redis/client.ts';
import { StateUnavailable } from '../../src/state/redis/errors.ts';
import type { Login, LoginSource } from '../../src/state/redis/login.ts';
import { openState, type State, type StateOptions } from '../../src/state/state.ts';
import { eventually } from '../e2e/waiting.ts';
import { applyFacts, redisOfFile, stateOptions, withState } from './redis.ts';
import { batchOf, operation, signIn } from './samples.ts';

const redis = redisOfFile();
const NOW = Date.now();
const ALL = { tenants: 'all' } as const;
/** What a user needs, as `docs/identity.md` says it. */
const RIGHTS = ['+@all', '-@admin', '-@dangerous', '+info', '+cluster|slots'];

/** A login that changes when it is told to. */
class ChangingLogin implements LoginSource {
  readonly refusals: unknown[] = [];
  readonly #listeners = new Set<() => void>();
  #login: Login;

  constructor(login: Login) {
    this.#login = login;
  }

  current(): Login {
    return this.#login;
  }

  onRenewed(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  onRefused(error: unknown): void {
    this.refusals.push(error);
  }

  /** Without a word to those who listen, as a file is changed. */
  set(login: Login): void {
    this.#login = login;
  }

  renew(login: Login): void {
    this.set(login);
    for (const listener of this.#listeners) listener();
  }
}

/** Does something on each server as who may do all. */
async function asAdmin(urls: readonly string[], act: (admin: Redis) => Promise<unknown>): Promise<void> {
  for (const url of urls) {
    const admin = new Redis(url);
    try {
      await act(admin);
    } finally {
      admin.disconnect();
    }
  }
}

/** A user of this test alone, with a password of its own. */
async function addUser(
  urls: readonly string[],
  rights: readonly string[] = ['~*', '&*', ...RIGHTS],
): Promise<Login & { username: string }> {
  const login = { username: `u${randomUUID().slice(0, 8)}`, password: randomUUID() };
  await asAdmin(urls, (admin) => admin.call('ACL', 'SETUSER', login.username, 'on', `>${login.password}`, ...rights));
  return login;
}

/** The connections of a user: each with its id, and whether it listens. */
async function connectionsOf(urls: readonly string[], user: string): Promise<{ id: string; listens: boolean }[]> {
  const found: { id: string; listens: boolean }[] = [];
  await asAdmin(urls, async (admin) => {
    const port = new URL(admin.options.port === undefined ? 'redis://x' : `redis://x:${admin.options.port}`).port;
    for (const line of String(await admin.call('CLIENT', 'LIST')).split('\n')) {
      const fields = new Map(line.split(' ').map((field) => [field.split('=')[0], field.split('=')[1]]));
      if (fields.get('user') === user)
        found.push({ id: `${port}/${fields.get('id')}`, listens: fields.get('sub') !== '0' });
    }
  });
  return found;
}

const raise = (state: State, name: string) => applyFacts(state, [signIn('s', NOW), operation(name, NOW)]);
const answers = (state: State): Promise<boolean> =>
  state.ping().then(
    () => true,
    () => false,
  );
const itemsIn = ({ value }: IteratorResult<Found, void>): number =>
  value?.kind === 'changes' ? value.items.length : -1;
const unauthorized = (error: unknown): boolean => {
  assert.ok(error instanceof StateUnavailable, String(error));
  assert.equal(error.reason, 'redis_unauthorized');
  assert.match(error.message, /REDIS_URL.*REDIS_ENTRA.*data access policy/);
  return true;
};

/** Runs on a state whose login can be changed. */
async function withLogin(
  urls: readonly string[],
  changes: Partial<StateOptions>,
  use: (state: State, login: ChangingLogin, user: string) => Promise<void>,
): Promise<void> {
  const first = await addUser(urls);
  const login = new ChangingLogin(first);
  await withState(stateOptions(urls[0]!, { login, ...changes }), (state) => use(state, login, first.username));
}

test('a connection that breaks comes back under the login of that moment', async () => {
  await withLogin([redis.url], {}, async (state, login, user) => {
    await raise(state, 'a');
    const next = await addUser([redis.url]);
    login.set(next);
    await asAdmin([redis.url], (admin) => admin.call('ACL', 'DELUSER', user));
    await eventually(() => answers(state), 'Redis answers');
    await raise(state, 'b');
    assert.equal((await connectionsOf([redis.url], next.username)).length, 1);
  });
});

test('a login that is renewed is said on the connections that stand, and the one that listens hears on', async () => {
  await withLogin([redis.url], {}, async (state, login, user) => {
    const feed = await feedQueries(state);
    try {
      await raise(state, 'a');
      const [standing] = (await connectionsOf([redis.url], user)).filter(({ listens }) => !listens);
      const next = await addUser([redis.url]);
      login.renew(next);
      await eventually(
        async () => (await connectionsOf([redis.url], next.username)).length === 2,
        'both are the new user',
      );
      const now = await connectionsOf([redis.url], next.username);
      assert.deepEqual(
        now.filter(({ listens }) => !listens),
        [standing],
      );
      // The user of before may go now, with whatever was left of it.
      await asAdmin([redis.url], (admin) => admin.call('ACL', 'DELUSER', user));
      const following = feed.follow(ALL, { kind: 'now' }, 10, new AbortController().signal);
      await following.next();
      await eventually(
        async () => (await connectionsOf([redis.url], next.username)).some(({ listens }) => listens),
        'it listens',
      );
      const heard = following.next();
      await raise(state, 'b');
      assert.equal(itemsIn(await heard), 1);
      assert.deepEqual(login.refusals, []);
    } finally {
      await feed.close();
    }
  });
});

test('a login that the server does not take is told, and leaves the connection what it was', async () => {
  await withLogin([redis.url], {}, async (state, login, user) => {
    login.renew({ username: 'nobody', password: 'nothing' });
    await eventually(async () => login.refusals.length > 0, 'it is told');
    unauthorized(login.refusals[0]);
    await raise(state, 'a');
    assert.equal((await connectionsOf([redis.url], user)).length, 1);
  });
});

test('an ended connection is told of nothing any more', async () => {
  const first = await addUser([redis.url]);
  const login = new ChangingLogin(first);
  await withState(stateOptions(redis.url, { login }), async () => {});
  login.renew({ username: 'nobody', password: 'nothing' });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(login.refusals, []);
});

test('the rights that the documentation names are enough for all that the state does', async () => {
  const prefix = `t${randomUUID().slice(0, 8)}`;
  const user = await addUser([redis.url], [`~{${prefix}:*`, `&{${prefix}:*`, ...RIGHTS]);
  const login = new ChangingLogin(user);
  await withState(stateOptions(redis.url, { login, prefix }), async (state) => {
    const feed = await feedQueries(state);
    await raise(state, 'a');
    await state.maintain();
    assert.equal((await feed.read(ALL, { kind: 'begin' }, 10)).kind, 'changes');
    await feed.close();
  });
});

describe('who is not let in is told so, with what gives it leave', () => {
  const cases: readonly [what: string, rights: readonly string[], password?: string][] = [
    ['a password is wrong', ['~*', '&*', '+@all'], 'wrong'],
    ['a command is not allowed', ['~*', '&*', '+@all', '-info']],
    ['keys are not allowed', ['~other', '&*', '+@all']],
    ['a command is not allowed within a script', ['~*', '&*', '+@all', '-hset', '-hsetnx']],
  ];
  for (const [what, rights, password] of cases) {
    test(`when ${what}`, async () => {
      const user = await addUser([redis.url], rights);
      const login = new ChangingLogin(password === undefined ? user : { ...user, password });
      await assert.rejects(openState(stateOptions(redis.url, { login })), unauthorized);
    });
  }

  test('when a right is taken away later, by the batch that needs it', async () => {
    await withLogin([redis.url], {}, async (state, _, user) => {
      await raise(state, 'a');
      await asAdmin([redis.url], (admin) => admin.call('ACL', 'SETUSER', user, '-hset'));
      await assert.rejects(state.apply(batchOf([operation('b', NOW)], 1)), unauthorized);
      await asAdmin([redis.url], (admin) => admin.call('ACL', 'SETUSER', user, '+hset'));
    });
  });
});

describe('on a Cluster', () => {
  let cluster: RedisCluster;
  let urls: string[];
  before(async () => {
    cluster = await startRedisCluster({ appendOnly: false });
    urls = cluster.nodes.map(({ url }) => url);
  });
  after(() => cluster?.stop());

  const standing = (client: Client): number => ('nodes' in client ? client.nodes() : []).length;

  test('a login that is renewed is said on each node’s connection, and the feed is heard on', async () => {
    await withLogin(urls, { cluster: true, shards: 4 }, async (state, login, user) => {
      const feed = await feedQueries(state);
      try {
        await raise(state, 'a');
        assert.equal(standing(state.client), 3);
        const next = await addUser(urls);
        login.renew(next);
        await eventually(async () => (await connectionsOf(urls, user)).length === 0, 'nobody is the old user');
        await asAdmin(urls, (admin) => admin.call('ACL', 'DELUSER', user));
        await eventually(
          async () => (await connectionsOf(urls, next.username)).some(({ listens }) => listens),
          'it listens',
        );
        const following = feed.follow(ALL, { kind: 'now' }, 10, new AbortController().signal);
        await following.next();
        const heard = following.next();
        await raise(state, 'b');
        assert.equal(itemsIn(await heard), 1);
        assert.deepEqual(login.refusals, []);
      } finally {
        await feed.close();
      }
    });
  });

  test('a node that is met later is spoken to under the login of that moment', async () => {
    await withLogin(urls, { cluster: true, shards: 4 }, async (state, login, user) => {
      await raise(state, 'a');
      const next = await addUser(urls);
      login.set(next);
      await asAdmin(urls, (admin) => admin.call('ACL', 'DELUSER', user));
      await eventually(() => answers(state), 'Redis answers');
      await raise(state, 'b');
    });
  });
});
