/** A service that is asked to stop while something that it needs is dead or silent: it ends in time, and the next owner need not wait. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Address, startProxy, type TcpProxy } from '../../local/proxy.ts';
import type { Environment } from '../../src/config.ts';
import { type ServiceProcess, spawnService } from '../faults/process/service.ts';
import { operation, signIn } from '../oracle/examples.ts';
import { findingsIn } from './asking.ts';
import { eventually, FAST, onStage, openServers, PARTITIONS, type Servers, type Stage } from './support.ts';

const DEADLINE_MS = 12_000;
/** For a process to end after it has said so, on a machine that has other work. */
const ENDING_MS = 3_000;
/** What nobody gave up would stay with its owner for so long. */
const tuning = { ...FAST, ownershipMs: 90_000, closeMs: 3_000 };
/** For the next owner to start a process and to claim everything. */
const HANDED_OVER_MS = 60_000;

/** What each setting leads to, and how to lead it elsewhere. */
const NEEDED = {
  Redis: {
    setting: 'REDIS_URL',
    target: (text: string): Address => addressIn(/redis:\/\/([^:/]+):(\d+)/, text),
    led: (text: string, port: number) => text.replace(/redis:\/\/[^/]+/, `redis://127.0.0.1:${port}`),
  },
  hub: {
    setting: 'EVENTHUB_CONNECTION_STRING',
    target: (text: string): Address => addressIn(/sb:\/\/([^:;]+):(\d+)/, text),
    led: (text: string, port: number) => text.replace(/sb:\/\/[^;]+/, `sb://127.0.0.1:${port}`),
  },
  storage: {
    setting: 'CHECKPOINT_STORAGE_CONNECTION_STRING',
    target: (text: string): Address => addressIn(/BlobEndpoint=http:\/\/([^:/]+):(\d+)/, text),
    led: (text: string, port: number) =>
      text.replace(/(BlobEndpoint=http:\/\/)[^/]+/, (_, before: string) => `${before}127.0.0.1:${port}`),
  },
} as const;
type Needed = keyof typeof NEEDED;

const addressIn = (pattern: RegExp, text: string): Address => {
  const [, host, port] = pattern.exec(text)!;
  return { host: host!, port: Number(port) };
};

const STRIKES = {
  dead: (proxy: TcpProxy) => {
    proxy.refuse();
    proxy.cut();
  },
  silent: (proxy: TcpProxy) => void proxy.halfOpen(),
} as const;
type Strike = keyof typeof STRIKES;

const time = new Date(Date.now() - 3_600_000).toISOString();
const bodyOf = (id: string): Buffer =>
  Buffer.from(
    JSON.stringify({ records: [signIn({ id: `s${id}` }, { time }), operation({}, { id: `o${id}` }, { time })] }),
  );

// Three at once: nearly all of the time each waits.
describe('a stop while something is gone', { concurrency: 3 }, () => {
  let servers: Servers;
  before(async () => {
    servers = await openServers({ stages: 6 });
  });
  after(() => servers?.stop());

  let number = 0;
  for (const what of Object.keys(NEEDED) as Needed[]) {
    for (const strike of Object.keys(STRIKES) as Strike[]) {
      const own = number++;
      test(`${what} ${strike}: it ends in time and says how, and nothing is lost`, { timeout: 180_000 }, () =>
        onStage(servers, own, (stage) => stopWithout(stage, servers, what, strike)),
      );
    }
  }
});

async function stopWithout(stage: Stage, servers: Servers, what: Needed, strike: Strike): Promise<void> {
  const { setting, target, led } = NEEDED[what];
  const text = stage.environment[setting]!;
  const proxy = await startProxy({ target: target(text) });
  const environment: Environment = { ...stage.environment, SHUTDOWN_DEADLINE: `${DEADLINE_MS / 1_000}s` };
  const running: ServiceProcess[] = [];
  try {
    const away = { ...environment, [setting]: led(text, proxy.port) };
    const struck = await spawnService(away, { tuning });
    running.push(struck);
    await struck.ready;
    servers.endpoint.enqueue(stage.hubs[0]!, '0', bodyOf('1'));
    await eventually(async () => (await findingsIn(struck.apiUrl, 'any')).length === 1, 'the first finding');

    STRIKES[strike](proxy);
    // So that something is under way that cannot be done.
    for (let partition = 0; partition < PARTITIONS; partition++)
      servers.endpoint.enqueue(stage.hubs[1]!, String(partition), bodyOf(`2${partition}`));
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const report = await struck.stop();
    assert.ok(report.ms <= DEADLINE_MS + ENDING_MS, `it took ${report.ms} ms`);
    const words = struck.lines.map(({ msg }) => msg);
    const ended = report.code === 0 ? 'stopped' : 'not closed within SHUTDOWN_DEADLINE: stopping at once';
    assert.ok(words.includes(ended), `code ${report.code}: ${words.slice(-5).join(' | ')}`);
    // Of a Redis that is silent nobody knows whether it would still answer.
    if (what !== 'Redis' || strike !== 'silent') assert.equal(report.code, 0, words.slice(-5).join(' | '));
    process.stdout.write(`${what} ${strike}: code ${report.code} after ${Math.round(report.ms)} ms\n`);
    if (what === 'storage') return;

    // Had it kept its partitions, they would be its own for a minute and a half more.
    const begun = performance.now();
    const next = await spawnService(environment, { tuning });
    running.push(next);
    const reads = () => next.lines.filter(({ event }) => event === 'reading_begins').length;
    await eventually(
      () => reads() === stage.hubs.length * PARTITIONS,
      () => `${reads()} are read`,
      HANDED_OVER_MS,
    );
    process.stdout.write(`${what} ${strike}: the next reads after ${Math.round(performance.now() - begun)} ms\n`);
    await eventually(
      async () => (await findingsIn(next.apiUrl, 'any')).some(({ evidenceCount }) => evidenceCount === 1 + PARTITIONS),
      'what was sent meanwhile',
    );
  } finally {
    await Promise.all(running.map((service) => service.kill9()));
    await proxy.close();
  }
}
