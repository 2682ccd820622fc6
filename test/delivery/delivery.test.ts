/** Every revision reaches every webhook, in order per finding, however often it, we or Redis stumble. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAUSES_MS, TRIES_MAX } from '../../src/delivery/ladder.ts';
import { groupBy } from '../../src/detection/group.ts';
import { eventually } from '../e2e/waiting.ts';
import { ocsfFaults } from '../formats/ocsf/validate.ts';
import { redisOfFile } from '../state/redis.ts';
import { openReceiver, type Receiver } from './receiver.ts';
import { ALL, onStage, type Stage, webhookOf } from './stage.ts';

const redis = redisOfFile();

const revisionsOf = ({ got }: Receiver): string[] =>
  got.map(({ event }) => `${event.subject.slice(0, 4)} ${event.data.revision}`);
const idsOf = ({ got }: Receiver): string[] => got.map(({ id }) => id);

async function withReceiver(
  run: (stage: Stage, receiver: Receiver) => Promise<void>,
  answer: Receiver['answer'] = 204,
): Promise<void> {
  const receiver = await openReceiver(answer);
  try {
    await onStage(redis.url, (stage) => run(stage, receiver));
  } finally {
    await receiver.close();
  }
}

const list = async ({ queries }: Stage, status: 'waiting' | 'failed' | 'delivered' | null = null) => {
  const page = await queries.deliveries.list(ALL, { webhook: null, status, limit: 1_000, cursor: null });
  assert.equal(page.kind, 'page');
  return page.kind === 'page' ? page.items : [];
};
const webhooks = async ({ queries }: Stage) => (await queries.webhooks.list(ALL, { limit: 100, cursor: null })).items;

test('each revision is posted once, signed, in order, and its id stands in the header and in the event', () =>
  withReceiver(async (stage, receiver) => {
    await stage.deliver([stage.target(webhookOf(receiver.url))]);
    for (let i = 0; i < 4; i++) await stage.publish();
    await receiver.until(4);
    assert.deepEqual(
      receiver.got.map(({ event }) => event.data.revision),
      [1, 2, 3, 4],
    );
    assert.equal(new Set(idsOf(receiver)).size, 4);
    for (const { id, event, headers } of receiver.got) {
      assert.equal(event.id, id);
      assert.match(String(headers['content-type']), /^application\/cloudevents\+json/);
    }
    await eventually(async () => (await list(stage, 'delivered')).length === 4, 'all are listed as delivered');
    assert.deepEqual(receiver.refused, []);
    assert.deepEqual(stage.told.errors, []);
  }));

test('a webhook that is new begins with what comes from now on', () =>
  withReceiver(async (stage, receiver) => {
    await stage.publish('before');
    await stage.deliver([stage.target(webhookOf(receiver.url))]);
    await stage.publish('after');
    const [first] = await receiver.until(1);
    assert.equal(JSON.parse(first!.body).data.guestUpn, 'after@partner.example');
  }));

test('a failed try is made again under the same id with another signature, and a later revision of its finding waits', () =>
  withReceiver(async (stage, receiver) => {
    receiver.answer = 500;
    await stage.deliver([stage.target(webhookOf(receiver.url))]);
    await stage.publish();
    await receiver.until(1);
    await stage.publish();
    await stage.publish('bob');
    await receiver.until(2);
    assert.deepEqual(
      receiver.got.map(({ event }) => event.data.revision),
      [1, 1],
      'ann 1 and bob 1, but not ann 2',
    );
    receiver.answer = 204;
    stage.clock.ms += PAUSES_MS[0] + 1;
    await receiver.until(5);
    const ann = receiver.got.filter(({ event }) => event.subject === receiver.got[0]!.event.subject);
    assert.deepEqual(
      ann.map(({ event }) => event.data.revision),
      [1, 1, 2],
    );
    assert.equal(ann[0]!.id, ann[1]!.id);
    assert.equal(ann[0]!.body, ann[1]!.body);
  }));

test('ten tries, each after its pause and not before; then it is kept as failed, and the next of its finding has its turn', () =>
  withReceiver(async (stage, receiver) => {
    receiver.answer = 500;
    await stage.deliver([stage.target(webhookOf(receiver.url))]);
    await stage.publish();
    await receiver.until(1);
    for (const [i, pause] of PAUSES_MS.entries()) {
      await eventually(async () => (await list(stage))[0]?.attempts.length === i + 1, 'the try is written down');
      const [waiting] = await list(stage);
      assert.equal(Date.parse(waiting!.nextAttemptAt!), stage.clock.ms + pause);
      stage.clock.ms += pause;
      await receiver.until(i + 2);
    }
    await eventually(async () => (await list(stage, 'failed')).length === 1, 'it has failed for good');
    assert.equal(receiver.got.length, TRIES_MAX);
    assert.equal(new Set(idsOf(receiver)).size, 1);
    receiver.answer = 204;
    await stage.publish();
    await receiver.until(TRIES_MAX + 1);
    assert.equal(receiver.got.at(-1)!.event.data.revision, 2);

    const [failed] = await list(stage, 'failed');
    assert.equal(failed!.attempts.length, TRIES_MAX);
    assert.deepEqual([failed!.attempts[0]!.status, failed!.attempts[0]!.failure], [500, 'status']);
    assert.equal((await stage.queries.deliveries.retry(ALL, failed!.id)).kind, 'queued');
    await receiver.until(TRIES_MAX + 2);
    assert.deepEqual([receiver.got.at(-1)!.event.data.revision, receiver.got.at(-1)!.id], [1, receiver.got[0]!.id]);
    await eventually(async () => (await list(stage, 'failed')).length === 0, 'it is delivered');
    assert.equal((await stage.queries.deliveries.retry(ALL, failed!.id)).kind, 'delivered');
    assert.equal((await stage.queries.deliveries.retry(ALL, 'f'.repeat(32))).kind, 'unknown');
  }));

test('a receiver that is down gets everything once it is back, in order, and the others did not wait for it', () =>
  withReceiver(async (stage, up) => {
    const gone = await openReceiver();
    await gone.close();
    const targets = [webhookOf(up.url), webhookOf(gone.url, { name: 'gone' })];
    await stage.deliver(targets.map((webhook) => stage.target(webhook)));
    for (let i = 0; i < 3; i++) for (const actor of ['ann', 'bob', 'cyd', 'dee']) await stage.publish(actor);
    await up.until(12);
    // An hour goes by, and what was tried in it failed.
    for (const ms of [5_500, 33_000, 132_000, 660_000]) {
      stage.clock.ms += ms;
      const tries = stage.told.outcomes.filter((outcome) => outcome === 'again').length;
      await eventually(
        () => stage.told.outcomes.filter((outcome) => outcome === 'again').length >= tries + 4,
        'each finding was tried again',
      );
    }
    const back = await openReceiver(204, undefined, gone.port);
    try {
      // The first that is taken tells that it is back: what waits for a later try need not.
      await stage.publish('eve');
      await back.until(13);
      assert.equal(up.got.length, 13);
      const revisions = groupBy(back.got, ({ event }) => event.subject);
      for (const own of revisions.values()) {
        const numbers = own.map(({ event }) => event.data.revision);
        assert.deepEqual(numbers, [...numbers].sort());
      }
      assert.deepEqual(revisionsOf(back).sort(), revisionsOf(up).sort());
    } finally {
      await back.close();
    }
  }));

test('a webhook that asks to be left alone is, and then gets what waited', () =>
  withReceiver(async (stage, receiver) => {
    receiver.answer = { status: 429, headers: { 'retry-after': '600' } };
    await stage.deliver([stage.target(webhookOf(receiver.url))]);
    await stage.publish();
    await receiver.until(1);
    await eventually(async () => (await webhooks(stage))[0]!.state === 'paused', 'it is paused');
    await stage.publish('bob');
    await eventually(async () => (await list(stage, 'waiting')).length === 2, 'both wait');
    stage.clock.ms += 599_000;
    receiver.answer = 204;
    const [shown] = await webhooks(stage);
    assert.equal(shown!.state, 'paused');
    assert.equal(receiver.got.length, 1);
    stage.clock.ms += 2_000;
    await receiver.until(3);
  }));

test('410 disables a webhook; what comes waits, and a test that it takes enables it', () =>
  withReceiver(async (stage, receiver) => {
    receiver.answer = 410;
    await stage.deliver([stage.target(webhookOf(receiver.url))]);
    await stage.publish();
    await receiver.until(1);
    await eventually(async () => (await webhooks(stage))[0]!.state === 'disabled', 'it is disabled');
    await stage.publish('bob');
    stage.clock.ms += 86_400_000;
    const again = await stage.queries.webhooks.test(ALL, 'soc');
    assert.equal(again.kind === 'tested' && again.delivery.status, 'failed');
    assert.equal((await webhooks(stage))[0]!.state, 'disabled');
    assert.deepEqual(
      receiver.got.map(({ event }) => event.type),
      ['guestwatch.finding.created', 'guestwatch.test'],
    );
    receiver.answer = 204;
    const good = await stage.queries.webhooks.test(ALL, 'soc');
    assert.equal(good.kind === 'tested' && good.delivery.status, 'delivered');
    await receiver.until(5);
    assert.equal((await webhooks(stage))[0]!.state, 'enabled');
    assert.equal((await stage.queries.webhooks.test(ALL, 'nobody')).kind, 'unknown');
  }));

test('a webhook with another URL is enabled, and what waits goes there', () =>
  withReceiver(async (stage, receiver) => {
    const gone = await openReceiver(410);
    try {
      const delivery = await stage.deliver([stage.target(webhookOf(gone.url))]);
      await stage.publish();
      await eventually(async () => (await webhooks(stage))[0]!.state === 'disabled', 'it is disabled');
      await delivery.replace([stage.target(webhookOf(receiver.url))]);
      await receiver.until(1);
    } finally {
      await gone.close();
    }
  }));

test('a webhook gets its tenants and its severity alone, and nothing that is suppressed', () =>
  withReceiver(async (stage, receiver) => {
    const all = await openReceiver();
    try {
      await stage.deliver([
        stage.target(webhookOf(all.url, { name: 'all' })),
        stage.target(
          webhookOf(receiver.url, { name: 'other-tenant', tenants: ['00000000-0000-0000-0000-000000000000'] }),
        ),
        stage.target(webhookOf(receiver.url, { name: 'high', severity: 'high' })),
      ]);
      // As a suppression leaves it in the feed.
      const { client, key } = stage.state.shards[0]!;
      await stage.publish();
      const [[, [, , , , , json]]] = (await client.xrange(`${key}feed`, '-', '+')) as [[string, string[]]];
      const finding = JSON.parse(json!);
      assert.equal(finding.severity, 'medium');
      const suppressed = JSON.stringify({ ...finding, id: 'suppressed', suppressed: 's-1' });
      await client.xadd(`${key}feed`, '*', 'reason', 'new', 'tenant', finding.tenantId, 'finding', suppressed);
      await stage.publish('bob');
      await all.until(2);
      assert.ok(all.got.every(({ event }) => event.subject !== 'suppressed'));
      for (const name of ['other-tenant', 'high']) {
        await eventually(async () => {
          const state = await stage.deliveries.state(name);
          return state!.place === (await stage.deliveries.state('all'))!.place;
        }, `${name} has passed all by`);
      }
      assert.deepEqual(receiver.got, []);
    } finally {
      await all.close();
    }
  }));

test('a webhook that is told of more tenants than a caller may see does not exist for that caller', () =>
  withReceiver(async (stage, receiver) => {
    const [own, other] = ['3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11', '00000000-0000-4000-8000-000000000000'];
    const targets = { all: 'all', both: [own, other], other: [other], own: [own] } as const;
    await stage.deliver(
      Object.entries(targets).map(([name, tenants]) => stage.target(webhookOf(receiver.url, { name, tenants }))),
    );
    const seen = async (tenants: 'all' | readonly string[]) =>
      (await stage.queries.webhooks.list({ tenants }, { limit: 100, cursor: null })).items.map(({ name }) => name);
    assert.deepEqual(await seen([own]), ['own']);
    assert.deepEqual(await seen([own, other]), ['both', 'other', 'own']);
    assert.deepEqual(await seen('all'), ['all', 'both', 'other', 'own'], 'the control');
    for (const name of ['all', 'both', 'other', 'nobody'])
      assert.equal((await stage.queries.webhooks.test({ tenants: [own] }, name)).kind, 'unknown', name);
    assert.deepEqual(receiver.got, [], 'and nothing was sent');
    assert.equal((await stage.queries.webhooks.test({ tenants: [own] }, 'own')).kind, 'tested');
  }));

test('a webhook of OCSF gets the event that the feed gives as OCSF, and one of findings the finding, under one id', () =>
  withReceiver(async (stage, receiver) => {
    const ocsf = await openReceiver();
    try {
      await stage.deliver([
        stage.target(webhookOf(receiver.url)),
        stage.target(webhookOf(ocsf.url, { name: 'ocsf', format: 'ocsf' })),
      ]);
      await stage.publish();
      const [finding] = await receiver.until(1);
      const [event] = await ocsf.until(1);
      const { data, ...envelope } = event!.event;
      const { data: plain, ...same } = finding!.event;
      assert.deepEqual(envelope, same);
      assert.deepEqual(ocsfFaults(data), []);
      const { class_uid, metadata, finding_info } = data as unknown as {
        class_uid: number;
        metadata: { uid: string; product: { version: string } };
        finding_info: { uid: string };
      };
      assert.deepEqual([class_uid, finding_info.uid, metadata.uid], [2004, plain.id, event!.id]);
      assert.equal(metadata.product.version, '1.2.3');
      assert.equal((await webhooks(stage)).find(({ name }) => name === 'ocsf')!.format, 'ocsf');
    } finally {
      await ocsf.close();
    }
  }));

test('a caller of some tenants sees their deliveries alone, and can send no other again', () =>
  withReceiver(async (stage, receiver) => {
    await stage.deliver([stage.target(webhookOf(receiver.url))]);
    await stage.publish();
    await stage.queries.webhooks.test(ALL, 'soc');
    const query = { webhook: null, status: null, limit: 10, cursor: null };
    const stranger = { tenants: ['00000000-0000-0000-0000-000000000000'] };
    const [one] = (await list(stage)).filter(({ isTest }) => !isTest);
    const own = { tenants: [one!.tenantId!] };
    const seen = async (caller: { tenants: readonly string[] }) => {
      const page = await stage.queries.deliveries.list(caller, query);
      return page.kind === 'page' ? page.items.map(({ id }) => id) : null;
    };
    assert.deepEqual(await seen(stranger), []);
    assert.deepEqual(await seen(own), [one!.id]);
    assert.equal((await stage.queries.deliveries.retry(stranger, one!.id)).kind, 'unknown');
  }));

test('deliveries are listed newest first, page by page, each once', () =>
  withReceiver(async (stage, receiver) => {
    await stage.deliver([stage.target(webhookOf(receiver.url)), stage.target(webhookOf(receiver.url, { name: 'b' }))]);
    for (let i = 0; i < 6; i++) {
      stage.clock.ms += 1;
      await stage.publish();
    }
    await receiver.until(12);
    await eventually(async () => (await list(stage, 'delivered')).length === 12, 'all are delivered');
    const all = (await list(stage)).map(({ id }) => id);
    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await stage.queries.deliveries.list(ALL, { webhook: null, status: null, limit: 5, cursor });
      assert.ok(page.kind === 'page');
      paged.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    assert.deepEqual(paged, all);
    assert.equal(new Set(paged).size, 12);
    const bad = { webhook: null, status: null, limit: 5, cursor: 'nonsense' };
    assert.equal((await stage.queries.deliveries.list(ALL, bad)).kind, 'bad_cursor');
  }));

test('at most so many are sent to one webhook at once, by all processes together', () =>
  withReceiver(async (stage, receiver) => {
    const held: (() => void)[] = [];
    receiver.answer = (_, response) => void held.push(() => response.writeHead(204).end());
    const target = stage.target(webhookOf(receiver.url));
    await stage.deliver([target]);
    await stage.deliver([target]);
    for (let i = 0; i < 12; i++) await stage.publish(`actor${i}`);
    await receiver.until(target.parallelMax);
    await eventually(async () => (await list(stage, 'waiting')).length === 12, 'all wait');
    assert.equal(receiver.load.most, target.parallelMax);
    receiver.answer = 204;
    for (const go of held.splice(0)) go();
    await receiver.until(12);
    assert.equal(new Set(idsOf(receiver)).size, 12);
  }));

test('with two secrets a receiver that knows either of them is content, and the change needs no new start', () =>
  withReceiver(async (stage, old) => {
    const { OTHER_SECRET } = await import('./receiver.ts');
    const { keyOf } = await import('./stage.ts');
    const next = await openReceiver(204, OTHER_SECRET);
    try {
      const both = { keys: [...webhookOf(old.url).keys, keyOf(OTHER_SECRET)] };
      const delivery = await stage.deliver([stage.target(webhookOf(old.url))]);
      await stage.publish();
      await old.until(1);
      await delivery.replace([stage.target(webhookOf(old.url, both))]);
      await stage.publish();
      await old.until(2);
      await delivery.replace([stage.target(webhookOf(next.url, both))]);
      await stage.publish();
      await next.until(1);
      await delivery.replace([stage.target(webhookOf(next.url, { keys: [keyOf(OTHER_SECRET)] }))]);
      await stage.publish();
      await next.until(2);
      assert.deepEqual([...old.refused, ...next.refused], []);
    } finally {
      await next.close();
    }
  }));

test('a webhook that the file switches off gets nothing, and what waited once it is on', () =>
  withReceiver(async (stage, receiver) => {
    const delivery = await stage.deliver([stage.target(webhookOf(receiver.url, { isEnabled: false }))]);
    await stage.publish();
    await eventually(async () => (await list(stage, 'waiting')).length === 1, 'it waits');
    assert.equal((await webhooks(stage))[0]!.state, 'off');
    assert.deepEqual(receiver.got, []);
    await delivery.replace([stage.target(webhookOf(receiver.url))]);
    await receiver.until(1);
  }));

test('a stop breaks off what does not end, and the next process delivers it under the same id', () =>
  withReceiver(async (stage, receiver) => {
    receiver.answer = () => {}; // Never answers.
    const target = stage.target(webhookOf(receiver.url));
    const first = await stage.deliver([target]);
    await stage.publish();
    await receiver.until(1);
    await first.stop();
    receiver.answer = 204;
    await stage.deliver([target]);
    await receiver.until(2);
    assert.equal(receiver.got[0]!.id, receiver.got[1]!.id);
    await eventually(async () => (await list(stage, 'delivered')).length === 1, 'it is delivered');
    const [one] = await list(stage);
    assert.deepEqual([one!.tries, one!.attempts.length], [1, 1], 'what we broke off is no try');
  }));
