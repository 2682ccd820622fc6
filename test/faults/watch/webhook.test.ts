/** The receiver that the fault suite has for webhooks. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Webhook as Reference } from 'standardwebhooks';
import { OTHER_SECRET, SECRET } from '../../delivery/receiver.ts';
import { openHook } from './webhook.ts';
import { hookViolation } from './webhookLaws.ts';

test('a receiver of webhooks takes what is signed, once, and notes what comes again as something else', async () => {
  const hook = await openHook();
  try {
    const [url] = /http:\S+/.exec(await readFile(hook.file, 'utf8'))!;
    const post = async (id: string, body: string, secret = SECRET): Promise<number> => {
      const at = new Date();
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': new Reference(secret).sign(id, at, body),
      };
      return (await fetch(url, { method: 'POST', headers, body })).status;
    };
    const bodyOf = (n: number): string => JSON.stringify({ n, data: { tenantId: 'tenant' } });
    assert.equal(await post('a', bodyOf(1), OTHER_SECRET), 401);
    assert.deepEqual(hook.came, []);
    assert.equal(await post('a', bodyOf(1)), 204);
    assert.equal(await post('b', bodyOf(2)), 204);
    assert.equal(await post('a', bodyOf(1)), 204);
    assert.deepEqual(
      hook.came.map(({ id, body, tenantId }) => [id, body, tenantId]),
      [
        ['a', bodyOf(1), 'tenant'],
        ['b', bodyOf(2), 'tenant'],
      ],
    );
    assert.deepEqual(hook.oddities, []);
    assert.equal(await post('a', bodyOf(3)), 204);
    assert.match(
      hookViolation(hook, { feed: [], mayHaveLost: true }) ?? '',
      /a came again as {"n":3,.*}, it was {"n":1,/,
    );
  } finally {
    await hook.close();
  }
});
