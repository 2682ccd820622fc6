/** Metrics are there for whoever scrapes also while Redis does not answer: the alerts that say so are made of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { startProxy } from '../../local/proxy.ts';
import { startRedis } from '../../local/redis.ts';
import { readConfig } from '../../src/config.ts';
import { startService } from '../../src/service.ts';
import { fetch } from '../document/fetch.ts';

/** As `serviceMonitor.yaml` has it. */
const SCRAPE_TIMEOUT_MS = 5_000;

test('a scrape has an answer in its time while Redis is silent, and soon one that says so', {
  timeout: 60_000,
}, async () => {
  const redis = await startRedis({ appendOnly: false });
  const proxy = await startProxy({ target: { host: '127.0.0.1', port: Number(new URL(redis.url).port) } });
  const environment = { REDIS_URL: `redis://127.0.0.1:${proxy.port}`, API_PORT: '0', OPS_PORT: '0' };
  const read = readConfig(environment, { roles: ['api'] });
  assert.ok('config' in read);
  const { config } = read;
  const service = await startService(config, { roles: ['api'], logger: pino({ level: 'silent' }) });
  const scrape = async (): Promise<string> => {
    const signal = AbortSignal.timeout(SCRAPE_TIMEOUT_MS);
    return (await fetch(`${service.opsUrl}/metrics`, { signal })).text();
  };
  try {
    await service.ready;
    const isReady = (metrics: string): boolean => /^guestwatch_ready(\{\})? 1$/m.test(metrics);
    assert.ok(isReady(await scrape()));
    proxy.halfOpen();
    let told = await scrape();
    while (isReady(told)) told = await scrape();
  } finally {
    proxy.mend();
    await service.close();
    await proxy.close();
    await redis.stop();
  }
});
