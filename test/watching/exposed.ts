/** What live services really expose: every metric with its type, its labels and their values, brought about by real events. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startRedis } from '../../local/redis.ts';
import { makeCertificate } from '../access/certificates.ts';
import { openReceiver, SECRET } from '../delivery/receiver.ts';
import { fetch } from '../document/fetch.ts';
import { eventually, openServers, type Running } from '../e2e/support.ts';
import { operation, signIn } from '../oracle/examples.ts';

export interface Exposed {
  /** As Prometheus reads it. */
  readonly text: string;
  /** Of every metric, by the name of its series: each label and the values that it had. */
  readonly series: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;
}

const KEY = `gw_${'k'.repeat(43)}`;

/**
 * Starts one service with everything that can be set, and one that waits for its rule and serves TLS; has findings made and
 * delivered, callers refused, and Redis out of memory. Gives what both exposed over that time.
 */
export async function expose(): Promise<Exposed> {
  const closers: (() => unknown)[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'guestwatch-watching-'));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const texts: string[] = [];
  const look = async ({ opsUrl }: Running): Promise<string> => {
    const text = await (await fetch(`${opsUrl}/metrics`)).text();
    texts.push(text);
    return text;
  };
  try {
    const redis = await startRedis({});
    closers.push(() => redis.stop());
    const servers = await openServers({ redis: { url: redis.url, environment: {} } });
    closers.push(() => servers.stop());
    const receiver = await openReceiver();
    closers.push(() => receiver.close());
    const stage = servers.stage(0);
    const sha256 = createHash('sha256').update(KEY).digest('hex');
    const service = await stage.start({
      roles: ['consumer', 'api', 'delivery'],
      environment: {
        API_KEYS_FILE: write(
          'keys.yaml',
          JSON.stringify([
            { name: 'siem', sha256, scopes: ['admin'], tenants: 'all', expires: '2099-01-01T00:00:00Z' },
          ]),
        ),
        WEBHOOKS_FILE: write(
          'hooks.yaml',
          JSON.stringify([{ name: 'soc', url: receiver.url, secrets: [SECRET], allowPrivate: true }]),
        ),
      },
    });
    await service.ready;
    const { cert, key } = makeCertificate('guestwatch');
    const waiting = await stage.start({
      roles: ['api'],
      environment: {
        RULE_FILE: write('rule.yaml', 'severity: high\n'),
        API_TLS_CERT_FILE: write('tls.crt', cert),
        API_TLS_KEY_FILE: write('tls.key', key),
      },
    });
    await look(waiting);

    const send = async (n: number): Promise<void> => {
      const time = new Date(Date.now() - 60_000).toISOString();
      const upn = `guest${n}@partner.example`;
      const records = [
        signIn({ id: `s${n}`, userPrincipalName: upn, userId: null }, { time }),
        operation({ id: null, userPrincipalName: upn }, { id: `o${n}` }, { time }),
      ];
      const body = Buffer.from(JSON.stringify({ records }));
      await stage.send([{ body, hub: stage.hubs[0]!, partition: '0' }]);
    };
    await send(1);
    await receiver.until(1);
    await fetch(`${service.apiUrl}/v1/findings`);
    await fetch(`${service.apiUrl}/v1/findings`, { headers: { authorization: `Bearer ${KEY}` } });
    await look(service);

    const client = new Redis(redis.url);
    closers.push(() => client.disconnect());
    await client.call('CONFIG', 'SET', 'maxmemory', '1');
    await send(2);
    await eventually(async () => /^guestwatch_partition_stalled_reason\{/m.test(await look(service)), 'it is stalled');
    await client.call('CONFIG', 'SET', 'maxmemory', '0');
    await eventually(async () => !/^guestwatch_partition_stalled_reason\{/m.test(await look(service)), 'it goes on');
    return { text: texts.at(-1)!, series: seriesOf(texts.join('\n')) };
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

function seriesOf(text: string): Exposed['series'] {
  const series = new Map<string, Map<string, Set<string>>>();
  for (const [, name, labels = ''] of text.matchAll(/^([a-z_]\w*)(?:\{(.*)\})? \S+$/gm)) {
    const own = series.get(name!) ?? new Map<string, Set<string>>();
    series.set(name!, own);
    for (const [, label, value] of labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g))
      own.set(label!, (own.get(label!) ?? new Set()).add(value!));
  }
  return series;
}
