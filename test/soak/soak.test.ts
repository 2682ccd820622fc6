/** Continuous load: its parts, its figures and its arguments, and one run that is short. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Servers } from '../faults/world.ts';
import { diceOf } from '../oracle/dice.ts';
import { splitBody } from '../oracle/naive.ts';
import { latencyOf, type Report, Trend, tableOf } from './figures.ts';
import { readOptions } from './options.ts';
import { drawPart, type PartPlan, partOfTenant } from './part.ts';
import { soak } from './soak.ts';

const MIB = 2 ** 20;
const plan = (number: number, seed = 7): PartPlan => ({
  ...{ seed, number, ms: 5_000, hubs: ['one', 'other'], partitions: 4 },
  now: Date.UTC(2026, 10, 23),
});

test('each part has tenants of its own, in every record of it that has one, and the same seed draws the same', () => {
  const parts = Array.from({ length: 12 }, (_, number) => drawPart(plan(number)));
  for (const [number, { tenants, sendings }] of parts.entries()) {
    assert.ok(tenants.length > 0);
    for (const tenant of tenants) assert.equal(partOfTenant(tenant), number, tenant);
    assert.ok(sendings.every(({ atMs }, i) => atMs >= (sendings[i - 1]?.atMs ?? 0) && atMs <= 5_000));
    assert.ok(sendings.filter(({ probe }) => probe !== undefined).length === 10);
  }
  const hostile = (seed: number) =>
    drawPart(plan(3, seed)).sendings.flatMap(({ item }) => {
      const text = splitBody(item.body).records.join();
      return text.includes('probe') ? [] : [text];
    });
  assert.deepEqual(hostile(7), hostile(7));
  assert.notDeepEqual(hostile(7), hostile(8));
});

test('whose part a tenant is of is told of those of parts, and of no other', () => {
  assert.equal(partOfTenant('a00000ff-0000-4000-8000-00000000000b'), 255);
  for (const other of ['dddddddd-0000-4000-8000-00000000000d', '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11', ''])
    assert.equal(partOfTenant(other), null, other);
});

const trendOf = (minutes: number, bytesAt: (minute: number) => number): Trend => {
  const trend = new Trend();
  for (let second = 0; second <= minutes * 60; second++) trend.add(second * 1_000, bytesAt(second / 60));
  return trend;
};

test('growth is the slope after the warming up, and none is told of what was seen for too short a time', () => {
  const warming = (minute: number) => (minute < 1 ? minute * 100 : 100) * MIB;
  assert.deepEqual(trendOf(10, warming).held(), {
    ...{ seconds: 600, firstMiB: 0, lastMiB: 100, mostMiB: 100 },
    slopeMiBPerHour: 0,
  });
  assert.equal(trendOf(10, (minute) => (100 + minute) * MIB).held().slopeMiBPerHour, 60);
  assert.equal(trendOf(2, warming).held().slopeMiBPerHour, null);
  const dice = diceOf(1);
  const noisy = trendOf(30, (minute) => (150 + minute / 2 + dice.below(40)) * MIB).held();
  assert.ok(Math.abs(noisy.slopeMiBPerHour! - 30) < 6, `${noisy.slopeMiBPerHour}`);
  assert.equal(new Trend().held().seconds, 0);
});

test('a latency is told only where one was measured', () => {
  assert.deepEqual(latencyOf([]), { probes: 0, p50: null, p99: null, most: null });
  assert.deepEqual(latencyOf([9, 1, 5]), { probes: 3, p50: 5, p99: 9, most: 9 });
});

test('arguments are read, and what is wrong is a fault that says what would be right', () => {
  const optionsOf = (...argv: string[]) => {
    const asked = readOptions(argv);
    assert.ok('options' in asked, JSON.stringify(asked));
    return asked.options;
  };
  assert.deepEqual(optionsOf(), { forMs: 300_000, restartMs: 150_000, rate: 1_000, seed: 1, json: false });
  assert.equal(optionsOf('--for', '30m').restartMs, 300_000);
  assert.deepEqual(optionsOf('--for', '2h', '--seed', '9', '--restart-every', '90s', '--rate', '0', '--json'), {
    ...{ forMs: 7_200_000, restartMs: 90_000, rate: 0, seed: 9, json: true },
  });
  const faultOf = (...argv: string[]) => {
    const asked = readOptions(argv);
    return 'fault' in asked ? asked.fault : null;
  };
  assert.match(faultOf('--for', 'ever') ?? '', /--for ever is no duration, such as 90s/);
  assert.match(faultOf('--for', '0s') ?? '', /--for 0s is no duration/);
  assert.match(faultOf('--restart-every', '5') ?? '', /--restart-every 5 is no duration/);
  assert.match(faultOf('--rate', '20001') ?? '', /--rate 20001 is more than 20000/);
  assert.match(faultOf('--sed', '1') ?? '', /--sed/);
  assert.ok('help' in readOptions(['--help']));
});

const servers = new Servers();
after(() => servers.discard());

test('two services that are replaced under load lose nothing, tell nothing twice, and their figures are told', {
  timeout: 180_000,
}, async () => {
  const reports: Report[] = [];
  const report = await soak(servers, {
    forMs: 4_000,
    restartMs: 1_500,
    rate: 400,
    seed: 3,
    partMs: 3_000,
    onProgress: (one) => void reports.push(one),
  });
  assert.equal(report.broken, null, report.broken === null ? '' : `${report.broken.law}\n${report.broken.difference}`);
  assert.ok(report.restarts.rolling >= 1 && report.restarts.processes >= 4, JSON.stringify(report.restarts));
  assert.ok(report.parts >= 1 && report.findings > 0 && report.revisions >= report.findings);
  assert.ok(report.latency.probes > 0 && report.latency.p50! > 0);
  assert.equal(report.memory.services.length, report.restarts.processes);
  for (const { name, mostMiB } of report.memory.services) assert.ok(mostMiB > 0, name);
  assert.match(tableOf(report), /every law held/);
});
