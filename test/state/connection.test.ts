/** A connection to Redis is no reason to stand still for longer than Redis is away. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'ioredis';
import { startProxy } from '../../local/proxy.ts';
import { connect } from '../../src/state/redis/client.ts';
import { StateUnavailable } from '../../src/state/redis/errors.ts';
import { redisOfFile } from './redis.ts';

const redis = redisOfFile();

test('a connection that is gone without a word is given up, and the next one is used', {
  timeout: 60_000,
}, async () => {
  const proxy = await startProxy({ target: { host: '127.0.0.1', port: Number(new URL(redis.url).port) } });
  const client = connect({ url: `redis://127.0.0.1:${proxy.port}`, cluster: false });
  try {
    await client.set('before', 'there');
    const givenUp = proxy.forget();
    await assert.rejects(client.get('before'), StateUnavailable);
    await givenUp;
    assert.equal(await client.get('before'), 'there');
  } finally {
    client.disconnect();
    await proxy.close();
  }
});

test('a command that begins anew, as in a pipeline on a Cluster, has its limit and its words anew', async () => {
  const client = connect({ url: redis.url, cluster: false });
  const { setTimeout: setLimit } = Command.prototype;
  let limits = 0;
  Command.prototype.setTimeout = function setTimeout(this: Command, ms: number): void {
    if (this.name === 'GET') limits += 1;
    setLimit.call(this, ms);
  };
  try {
    await client.ping();
    const command = new Command('GET', ['key']);
    await client.sendCommand(command);
    const once = limits;
    // What its pipeline does before it sends the command again.
    (command as unknown as { initPromise(): void }).initPromise();
    void client.sendCommand(command);
    assert.equal(limits, 2 * once);
    command.reject(new Error('Connection is closed.'));
    await assert.rejects(command.promise as Promise<unknown>, StateUnavailable);
  } finally {
    Command.prototype.setTimeout = setLimit;
    client.disconnect();
  }
});
