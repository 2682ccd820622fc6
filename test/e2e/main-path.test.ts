/** One record's whole way: sent by the client library, answered by the API, as the naive reading of the same records has it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { arrangeEvents, hostileScenario, TENANTS } from '../oracle/hostile.ts';
import * as oracle from '../oracle/naive.ts';
import { findingsIn } from './asking.ts';
import {
  assertCounts,
  assertDeadLetters,
  assertFeed,
  assertFindings,
  assertNothingLost,
  assertRetentionEdge,
  assertRows,
  assertSources,
  expectedFindings,
  findingsSettle,
  rowsOf,
  VIEWS,
  wholeFeed,
} from './laws.ts';
import { replay } from './replaying.ts';
import { openServers, type Running, type Servers, type Stage } from './support.ts';

const RECORDS = 600;

describe('600 hostile records of two days over two tenants, shuffled and doubled', () => {
  let servers: Servers;
  let stage: Stage;
  let service: Running;

  before(async () => {
    servers = await openServers();
    stage = servers.stage(0);
    service = await stage.start();
    const scenario = hostileScenario(20_261, RECORDS, { base: Date.now() - 49 * 3_600_000 });
    await stage.send(arrangeEvents(scenario.records, scenario.arrangement, { hubs: stage.hubs }));
    await findingsSettle(service.apiUrl, stage.sent);
  });
  after(() => servers?.stop());

  for (const view of VIEWS) {
    test(`findings of the view ${view} are those of the naive reading, every field of the contents`, async () => {
      assert.ok(expectedFindings(stage.sent, view).length > 1);
      await assertFindings(service.apiUrl, stage.sent, view);
    });
  }

  test('every source in the evidence leads to the very bytes of its record, and every ledger follows its way', () =>
    assertSources(service.apiUrl, stage.sent));

  test('rows at any moment are those of the naive reading, of each tenant and view', () =>
    assertRows(service.apiUrl, stage.sent, 12));

  test('rows of a moment whose window is not kept whole are refused', () =>
    assertRetentionEdge(service.apiUrl, TENANTS[0]!.id));

  test('each dead letter is kept once, with its place', () => assertDeadLetters(service.apiUrl, stage.sent));

  test('every record is a fact, irrelevant or a dead letter', () => assertCounts(service.opsUrl, stage.sent));

  test('the feed has each revision once and in order, and ends with what is stored', async () =>
    assertFeed(service.apiUrl, await wholeFeed(service.apiUrl)));

  test('a replay of the same records gives the same findings and the same rows', async () => {
    const contentsOf = (found: readonly object[]) =>
      oracle.inOneOrder(found.map((one) => oracle.contentsOfAnswer(one, [])));
    for (const view of ['any', 'missed']) {
      const replayed = await replay(stage.sent, '--findings', '--view', view);
      assert.deepEqual(contentsOf(replayed), contentsOf(await findingsIn(service.apiUrl, view)));
    }
    const at = new Date(Date.now() - 12 * 3_600_000).toISOString();
    for (const view of ['strict', 'resolved']) {
      const found = await Promise.all(TENANTS.map(({ id }) => rowsOf(service.apiUrl, { tenantId: id, view, at })));
      const replayed = await replay(stage.sent, '--rows', '--view', view, '--at', at);
      assert.ok(replayed.length > 0);
      assert.deepEqual(oracle.inOneOrder(replayed), oracle.inOneOrder(found.flatMap(({ rows }) => rows)));
    }
  });

  test('nothing was lost and nothing failed on the way', async () => {
    await assertNothingLost(service.apiUrl);
    assert.deepEqual(
      service.lines.filter(({ level }) => level >= 40),
      [],
    );
  });
});
