/** What writes to Redis is a script, and asks first which rule is in force: no step can forget to. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { filesUnder } from './source.ts';

const COMMANDS = new URL('../../src/state/commands/', import.meta.url);
const WRITING =
  'append|copy|decr|decrby|del|expire|expireat|flushall|flushdb|getdel|getset|hdel|hincrby|hmset|hset|hsetnx|incr|incrby|linsert|lpop|lpush|lset|ltrim|mset|persist|pexpire|publish|rename|restore|rpop|rpush|sadd|sdiffstore|set|setex|setnx|setrange|spop|srem|sunionstore|unlink|xadd|xdel|xtrim|zadd|zincrby|zpopmin|zrem|zremrangebyscore';
/** A method of a client, or the first word of a command that is sent as a list. */
const CALL = new RegExp(
  `\\b(?:client|batch|pipeline|redis|multi)\\.(?:${WRITING})\\(|\\[?'(?:${WRITING.toUpperCase()})',`,
);
const IN_LUA = new RegExp(`redis\\.call\\('(?:${WRITING.toUpperCase()})'`);
/** They put a rule in force: nobody can ask them for one. */
const UNGUARDED = ['adopt', 'fence'];

const sources = ['src/state', 'src/service', 'src/api'].flatMap(filesUnder);

test('no command that writes is sent but in a script', () => {
  assert.ok(sources.length > 50);
  assert.deepEqual(
    sources.filter(({ text }) => CALL.test(text)).map(({ path }) => path),
    [],
  );
});

test('every script that writes has the guard before it', () => {
  const texts = new Map(
    readdirSync(COMMANDS).map((name) => [name.replace('.lua', ''), readFileSync(new URL(name, COMMANDS), 'utf8')]),
  );
  const loaded = sources.flatMap(({ text }) => [...text.matchAll(/loadScript\('(\w+)'(, \{ isGuarded: false \})?\)/g)]);
  assert.ok(loaded.length > 20);
  const free = loaded.flatMap(([, name, option]) => (option === undefined ? [] : [name!]));
  assert.deepEqual(free.filter((name) => IN_LUA.test(texts.get(name)!)).sort(), UNGUARDED);
  assert.ok(free.includes('values') && !free.includes('apply'));
});

test('the check finds what it looks for', () => {
  for (const text of ["await client.hset('a', 'b', 1)", "pipeline(client, [['HSET', key, field]])"])
    assert.match(text, CALL, text);
  assert.match("redis.call('ZADD', key, 1, 2)", IN_LUA);
  for (const text of ["client.hget('a', 'b')", "['HGET', key]", 'known.set(a, b)'])
    assert.doesNotMatch(text, CALL, text);
});
