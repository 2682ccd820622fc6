/** What nobody should send, amid what is good: it is counted, kept with its place and passed, and everything else is a finding. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { operation, signIn } from '../oracle/examples.ts';
import { arrangeEvents, hostileScenario } from '../oracle/hostile.ts';
import type { SentItem } from '../oracle/naive.ts';
import {
  assertCounts,
  assertDeadLetters,
  assertFeed,
  assertFindings,
  assertNothingLost,
  assertSources,
  findingsSettle,
  wholeFeed,
} from './laws.ts';
import { openServers, PARTITIONS, type Running, type Servers, type Stage } from './support.ts';

/** Just below what an event may weigh. */
const EVENT_BYTES = 1_000_000;
const base = Date.now() - 40 * 3_600_000;
const time = new Date(base).toISOString();

const records = (...all: unknown[]): string => JSON.stringify({ records: all });

/** A guest and an operation of its own; what is odd stands in both. */
const pair = (id: string, upn: string, odd: object = {}): unknown[] => [
  signIn({ id: `s-${id}`, userPrincipalName: upn, userId: null, ...odd }, { time }),
  operation({ id: null, userPrincipalName: upn }, { id: `o-${id}`, ...odd }, { time }),
];

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** Bytes that look like nothing, the same in every run. */
function junk(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 17;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

const brokenAfterTwo = `${records(...pair('broken', 'broken@partner.example')).slice(0, -2)},{"category":"SignInLogs","time":`;

/** The records with a mark in them written as bytes that are no UTF-8: half a surrogate pair, as some encoders leave it. */
function withHalfPair(text: string): Buffer {
  const [left = '', ...rest] = text.split('MARK');
  return Buffer.concat([
    Buffer.from(left),
    ...rest.flatMap((part) => [Buffer.of(0xed, 0xa0, 0x80), Buffer.from(part)]),
  ]);
}

const BAD: Readonly<Record<string, Buffer | string>> = {
  'nothing at all': '',
  'not JSON': 'Dear hub, this is no JSON.',
  'no records': '{"value":[{"category":"SignInLogs"}]}',
  'a number': '42',
  'NUL bytes': Buffer.alloc(5_000),
  'junk of a megabyte': junk(EVENT_BYTES),
  'brackets that never close': '['.repeat(EVENT_BYTES),
  'a text without an end': `{"records":["${'x'.repeat(EVENT_BYTES - 20)}`,
  'deep nesting in what nobody reads': `{"records":[{"category":"Other","properties":${nested(200_000)}}]}`,
  'deep nesting where a sign-in is read': `{"records":[{"category":"SignInLogs","time":"${time}","resultType":"0","properties":${nested(200_000)}}]}`,
  'deep nesting in a target': records(...pair('deep', 'deep@partner.example')).replace(
    '"Target"',
    `"Target","modifiedProperties":${nested(100_000)}`,
  ),
  'a structure that breaks after two records': brokenAfterTwo,
  'a hundred thousand records': `{"records":[${'{},'.repeat(99_998)}${pair('many', 'many@partner.example')
    .map((record) => JSON.stringify(record))
    .join(',')}]}`,
  'a hundred thousand records that are nothing': `[${'0,'.repeat(99_999)}0]`,
  'three thousand dead letters': records(
    ...Array.from({ length: 3_000 }, (_, i) => signIn({ id: `d${i}` }, { time: i })),
  ),
  'NUL in texts': records(
    ...pair('nul', 'nul\u0000@partner.example', { id: 'i\u0000d', targetResources: [{ displayName: 'a\u0000b' }] }),
  ),
  'lone surrogates in texts that are shown': records(
    ...pair('lone', 'lone@partner.example', {
      targetResources: [{ displayName: 'a\ud800b' }, { displayName: 'a\udbffb' }],
    }),
  ),
  'bytes that are no UTF-8 in texts that are shown': withHalfPair(
    records(...pair('bytes', 'bytes@partner.example', { targetResources: [{ displayName: 'a MARK b' }] })),
  ),
  'actors who differ in a lone surrogate alone': records(
    ...pair('high', 'x\ud800@partner.example'),
    ...pair('other', 'x\udbff@partner.example'),
    operation({ id: null, userPrincipalName: 'x\udc00@partner.example' }, { id: 'o-third' }, { time }),
    ...pair('replaced', 'x\ufffd@partner.example'),
  ),
  'a poison record amid good ones': records(
    ...pair('before', 'before@partner.example'),
    signIn({ id: 'p1' }, { time: { at: time } }),
    operation({ userPrincipalName: ['an', 'array'] }, { id: 'p2' }, { time }),
    signIn({ id: 'p3' }, { time, tenantId: null }),
    signIn({ id: 'p4' }, { time: 'half past nine' }),
    ...pair('after', 'after@partner.example'),
  ),
};

describe('bad input amid good', () => {
  let servers: Servers;
  let stage: Stage;
  let service: Running;

  before(async () => {
    servers = await openServers();
    stage = servers.stage(0);
    service = await stage.start();
    const scenario = hostileScenario(4_711, 80, { base: Date.now() - 49 * 3_600_000 });
    const good = arrangeEvents(scenario.records, scenario.arrangement, { hubs: stage.hubs });
    const bad = Object.values(BAD).map((body, i): SentItem => {
      const partition = String(Math.floor(i / 2) % PARTITIONS);
      return { body: Buffer.from(body), hub: stage.hubs[i % 2]!, partition };
    });
    const half = Math.ceil(good.length / 2);
    await stage.send([...good.slice(0, half), ...bad, ...good.slice(half)]);
    await findingsSettle(service.apiUrl, stage.sent);
  });
  after(() => servers?.stop());

  test('every fact beside it is in the findings of the naive reading', async () => {
    await assertFindings(service.apiUrl, stage.sent, 'any');
    await assertSources(service.apiUrl, stage.sent);
  });

  test('each dead letter is kept once, with its place', () => assertDeadLetters(service.apiUrl, stage.sent));

  test('every record is a fact, irrelevant or a dead letter', () => assertCounts(service.opsUrl, stage.sent));

  test('no partition stops or passes over anything', async () => {
    await assertFeed(service.apiUrl, await wholeFeed(service.apiUrl));
    await assertNothingLost(service.apiUrl);
    assert.deepEqual(
      service.lines.filter(({ level }) => level >= 40),
      [],
    );
  });
});
