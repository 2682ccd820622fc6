/** What the page on webhooks says can be done as it says. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../../local/ports.ts';
import { readWebhooks } from '../../src/delivery/file.ts';
import { PAUSES_MS } from '../../src/delivery/ladder.ts';
import { ALL, onStage, webhookOf } from '../delivery/stage.ts';
import { Text } from '../local/script.ts';
import { redisOfFile } from '../state/redis.ts';

const redis = redisOfFile();
const page = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
const block = (name: string): string =>
  new RegExp(`<!-- ${name} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\`\\n<!-- /${name} -->`).exec(page)![1]!;

test('the receiver of the page takes what the file of the page sends to it, and nothing that another signed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'guestwatch-page-'));
  const port = await freePort();
  const script = join(folder, 'receiver.mjs');
  writeFileSync(script, block('receiver'));
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const out = new Text(child.stdout);
  try {
    await out.until(/listening/);
    const found = readWebhooks('', () => block('file').replace('9000', String(port)));
    assert.ok(found.kind === 'webhooks', JSON.stringify(found));
    await onStage(redis.url, async (stage) => {
      const [mine] = found.webhooks;
      await stage.deliver([stage.target(mine!), stage.target(webhookOf(mine!.url.href, { name: 'forged' }))]);
      await stage.publish('ann');
      await out.until(/guestwatch\.finding\.created ann@partner\.example Add member to role\n/);
      const answers = await Promise.all(['mine', 'forged'].map((name) => stage.queries.webhooks.test(ALL, name)));
      assert.deepEqual(
        answers.map((answer) => answer.kind === 'tested' && answer.delivery.attempts[0]!.status),
        [204, 401],
      );
    });
  } finally {
    child.kill();
    await once(child, 'close');
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the pauses on the page are those of the ladder', () => {
  const units = { s: 1_000, min: 60_000, h: 3_600_000 } as const;
  const told = /with pauses of ([\s\S]*?), each a tenth/.exec(page)![1]!;
  const pauses = [...told.matchAll(/(\d+) (s|min|h)\b/g)].map(([, n, unit]) => Number(n) * units[unit as 's']);
  assert.deepEqual(pauses, [...PAUSES_MS]);
});
