/**
 * Dead letters tried again, on real parts: the code does not change in a test, so a service with a dull reader keeps what
 * the reader of the program understands; a process with the role `api` alone then has it tried again.
 */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { pino } from 'pino';
import type { EventReader } from '../../src/consumer/consumer.ts';
import { readEvent } from '../../src/detection/event.ts';
import { BUILT_IN_RULE, nameTable } from '../../src/detection/rule.ts';
import { type Service, type ServiceOptions, startService } from '../../src/service.ts';
import { fetch } from '../document/fetch.ts';
import { configOf, eventually, FAST, openServers, type Servers, type Stage } from '../e2e/support.ts';
import { operation, signIn } from '../oracle/examples.ts';

let servers: Servers;
let stage: Stage;
let stages = 0;
const running: Service[] = [];

before(async () => {
  servers = await openServers({ stages: 8 });
});
beforeEach(() => {
  stage = servers.stage(stages++);
});
after(async () => {
  await servers?.stop();
});

/** Ends what the test started, in the order in which it was started, last first. */
async function withServices(use: () => Promise<void>): Promise<void> {
  try {
    await use();
  } finally {
    for (const service of running.splice(0).reverse()) await service.close();
  }
}

async function start(options: Partial<ServiceOptions>, environment: Record<string, string> = {}): Promise<Service> {
  const config = configOf({ ...stage.environment, ...environment });
  const service = await startService(config, {
    ...{ roles: ['api'], logger: pino({ level: 'silent' }), tuning: FAST },
    ...options,
  });
  running.push(service);
  return service;
}

const table = nameTable(BUILT_IN_RULE);
const own: EventReader = (body, origin) => readEvent(body, origin, table);
const nothing = {
  facts: [],
  nonInteractive: [],
  counts: { records: 0, irrelevant: 0, nameNearMisses: 0, futureTimes: 0 },
};
/** Understands no event whose text holds the word. */
const dull =
  (word: string): EventReader =>
  (body, origin) =>
    Buffer.from(body).includes(word)
      ? { ...nothing, deadLetters: [{ reason: 'not_json', recordIndex: null, bytes: body }] }
      : own(body, origin);
/** Understands no record whose text holds the word. */
const dullToRecords =
  (word: string): EventReader =>
  (body, origin) => {
    const reading = own(body, origin);
    const { records } = JSON.parse(Buffer.from(body).toString()) as { records: object[] };
    const letters = records.flatMap((record, recordIndex) => {
      const bytes = Buffer.from(JSON.stringify(record));
      return bytes.includes(word) ? [{ reason: 'no_time' as const, recordIndex, bytes }] : [];
    });
    const facts = reading.facts.filter(({ source }) => !letters.some((one) => one.recordIndex === source.recordIndex));
    return { ...reading, facts, deadLetters: letters };
  };

const time = new Date(Date.now() - 60 * 60_000).toISOString();
const pair = (upn: string, odd: object = {}): object[] => [
  signIn({ id: `s-${upn}`, userPrincipalName: upn, userId: null, ...odd }, { time }),
  operation({ id: null, userPrincipalName: upn }, { id: `o-${upn}`, ...odd }, { time }),
];
const send = (records: readonly object[]): Promise<void> =>
  stage.send([{ body: Buffer.from(JSON.stringify({ records })), hub: stage.hubs[0]!, partition: '0' }]);
/** Makes an event larger than what is kept of a letter. */
const LARGE = { note: 'x'.repeat(70_000) };

// biome-ignore lint/suspicious/noExplicitAny: answers are checked by what is asserted of them.
type Json = any;
const get = async (service: Service, path: string): Promise<Json> => (await fetch(`${service.apiUrl}${path}`)).json();
const letters = async (service: Service): Promise<Json[]> => (await get(service, '/v1/dead-letters')).items;
const findings = async (service: Service): Promise<Json[]> => (await get(service, '/v1/findings?view=any')).items;
async function retry(service: Service, body: object = {}): Promise<Json> {
  const response = await fetch(`${service.apiUrl}/v1/dead-letters/retry`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  assert.equal(response.status, 200, JSON.stringify(answer));
  return answer;
}
const counts = ({ retried, resolved, remaining, notRetryable }: Json) => [
  retried,
  resolved,
  remaining,
  notRetryable.map(({ reason }: Json) => reason),
];

test('what is understood by now becomes a finding and is taken off, from the bytes kept, and once', () =>
  withServices(async () => {
    const consumer = await start({ roles: ['consumer'], read: dull('ann@') });
    const api = await start({});
    await send(pair('ann@partner.example'));
    await send([{ not: 'a record' }]);
    await stage.send([{ body: Buffer.from('no JSON'), hub: stage.hubs[0]!, partition: '0' }]);
    await eventually(async () => (await letters(api)).length === 2, 'two letters');
    assert.deepEqual(await findings(api), []);
    await consumer.close();

    const answers = await Promise.all([retry(api), retry(api)]);
    assert.deepEqual(answers.map(counts), [
      [2, 1, 1, []],
      [1, 0, 1, []],
    ]);
    await eventually(async () => (await findings(api)).length === 1, 'the finding');
    const [finding] = await findings(api);
    assert.deepEqual([finding.revision, finding.actorUpn], [1, 'ann@partner.example']);
    const [evidence] = (await get(api, `/v1/findings/${finding.id}/evidence`)).items;
    assert.deepEqual(
      [evidence.operation.source.sequenceNumber, evidence.operation.source.recordIndex],
      [0, 1],
      'the source is that of the event',
    );
    const [left] = await letters(api);
    assert.deepEqual([left.content, left.attempts], ['no JSON', 2]);
    assert.ok(left.retriedAt >= left.receivedAt);
    assert.deepEqual((await get(api, '/v1/changes')).items.length, 1, 'told once');
  }));

test('a cut event is read again at its source while another process reads the partition, which goes on', () =>
  withServices(async () => {
    await start({ roles: ['consumer'], read: dull('ann@') });
    const api = await start({});
    await send(pair('ann@partner.example', LARGE));
    await eventually(async () => (await letters(api)).length === 1, 'the letter');
    assert.equal((await letters(api))[0].cut, true);
    assert.deepEqual(counts(await retry(api)), [1, 1, 0, []]);
    await eventually(async () => (await findings(api)).length === 1, 'the finding');
    assert.deepEqual(await letters(api), []);

    await send(pair('bob@partner.example'));
    await eventually(async () => (await findings(api)).length === 2, 'what came after');
    const { losses, hubs } = await get(api, '/v1/coverage');
    assert.deepEqual(
      [losses, hubs.flatMap(({ partitions }: Json) => partitions.flatMap(({ gaps }: Json) => gaps))],
      [[], []],
    );
  }));

test('one record that is understood by now is applied with its place, and one that is not stays', () =>
  withServices(async () => {
    const consumer = await start({ roles: ['consumer'], read: dullToRecords('odd') });
    const api = await start({});
    const [s, o] = pair('odd@partner.example');
    await send([...pair('eve@partner.example'), s!, o!, { ...o, time: 'half past odd' }]);
    await eventually(async () => (await letters(api)).length === 3, 'three letters');
    await consumer.close();
    assert.deepEqual(counts(await retry(api, { reason: 'no_time' })), [3, 2, 1, []]);
    await eventually(async () => (await findings(api)).length === 2, 'both findings');
    const [left] = await letters(api);
    assert.deepEqual([left.reason, left.source.recordIndex], ['bad_time', 4], 'with the reason of now');
    const found = (await findings(api)).find(({ actorUpn }) => actorUpn === 'odd@partner.example');
    const [evidence] = (await get(api, `/v1/findings/${found.id}/evidence`)).items;
    assert.deepEqual([evidence.operation.source.recordIndex, evidence.signIns[0].source.recordIndex], [3, 2]);
  }));

test('a cut letter that the hub no longer has cannot be retried, nor one of an unknown id; others beside it can', () =>
  withServices(async () => {
    const consumer = await start({ roles: ['consumer'], read: dull('ann@') });
    const api = await start({});
    await send(pair('ann@partner.example', LARGE));
    await send(pair('ann@other.example'));
    await eventually(async () => (await letters(api)).length === 2, 'two letters');
    await consumer.close();
    servers.endpoint.faults.inject({ kind: 'expire', hub: stage.hubs[0]!, partition: '0', sequenceNumber: 0 });
    const ids = (await letters(api)).map(({ id }) => id);
    const answer = await retry(api, { ids: [...ids, 'nobody'] });
    assert.deepEqual(counts(answer), [1, 1, 0, ['unknown', 'event_gone']]);
    assert.equal((await letters(api))[0].cut, true);
    await eventually(async () => (await findings(api)).length === 1, 'the finding of the other');
  }));

test('an event of the same number in a hub made anew is not taken for the one that was cut', () =>
  withServices(async () => {
    const consumer = await start({ roles: ['consumer'], read: dull('ann@') });
    const api = await start({});
    await send(pair('ann@partner.example', LARGE));
    await eventually(async () => (await letters(api)).length === 1, 'the letter');
    await consumer.close();
    servers.endpoint.faults.inject({ kind: 'recreateHub', hub: stage.hubs[0]! });
    await send(pair('mallory@partner.example', LARGE));
    assert.deepEqual(counts(await retry(api)), [0, 0, 0, ['event_gone']]);
    assert.deepEqual(await findings(api), []);
  }));

test('where Event Hubs cannot be asked, bytes that are whole are read all the same, and cut ones are named', () =>
  withServices(async () => {
    const consumer = await start({ roles: ['consumer'], read: dull('ann@') });
    await send(pair('ann@partner.example', LARGE));
    await send(pair('ann@other.example'));
    const nowhere = 'Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=k;SharedAccessKey=eA==;UseDevelopmentEmulator=true';
    const api = await start({}, { EVENTHUB_CONNECTION_STRING: nowhere });
    await eventually(async () => (await letters(api)).length === 2, 'two letters');
    await consumer.close();
    assert.deepEqual(counts(await retry(api)), [1, 1, 0, ['hub_unreachable']]);
    assert.equal((await letters(api)).length, 1);
  }));
