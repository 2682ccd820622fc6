/** What a collector gets of metrics is what /metrics has. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Counter, Gauge, Histogram, Registry, Summary } from 'prom-client';
import { createMetrics } from '../../src/metrics.ts';
import { producerOf } from '../../src/telemetry/registry.ts';

const nothing = async (): Promise<void> => {};

/** Every series as Prometheus has it, made of what goes to a collector. */
async function seriesOf(registry: Registry): Promise<Map<string, number>> {
  const { resourceMetrics } = await producerOf(registry, nothing, '1').collect();
  const series = new Map<string, number>();
  const put = (name: string, labels: object, value: number) =>
    series.set(
      `${name} ${JSON.stringify(
        Object.entries(labels)
          .map(([k, v]) => [k, String(v)])
          .sort(),
      )}`,
      value,
    );
  for (const metric of resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)) {
    const { name } = metric.descriptor;
    for (const { attributes, value } of metric.dataPoints) {
      if (typeof value === 'number') {
        put(name, attributes, value);
        continue;
      }
      const {
        buckets,
        sum = 0,
        count,
      } = value as {
        buckets: { boundaries: number[]; counts: number[] };
        sum?: number;
        count: number;
      };
      let below = 0;
      for (const [i, own] of buckets.counts.entries()) {
        below += own;
        put(`${name}_bucket`, { ...attributes, le: buckets.boundaries[i] ?? '+Inf' }, below);
      }
      put(`${name}_sum`, attributes, sum);
      put(`${name}_count`, attributes, count);
    }
  }
  return series;
}

async function exposedBy(registry: Registry): Promise<Map<string, number>> {
  const series = new Map<string, number>();
  for (const [, name, labels = '', value] of (await registry.metrics()).matchAll(
    /^([a-z_]\w*)(?:\{(.*)\})? (\S+)$/gm,
  )) {
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key!, text!]).sort();
    series.set(`${name} ${JSON.stringify(pairs)}`, Number(value!.replace('Inf', 'Infinity')));
  }
  return series;
}

const label = fc.constantFrom('a', 'b', 'c');
const value = fc.double({ min: 0, max: 1e9, noNaN: true });
const happening = fc.oneof(
  fc.record({ what: fc.constant('counter' as const), label, value }),
  fc.record({ what: fc.constant('gauge' as const), label, value }),
  fc.record({ what: fc.constant('histogram' as const), label, value: fc.double({ min: 0, max: 20, noNaN: true }) }),
);

test('whatever happens, a collector gets the series of /metrics by the same names and with the same numbers', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 40 }), async (all) => {
      const registry = new Registry();
      const registers = [registry];
      const counter = new Counter({ name: 'a_total', help: 'h', labelNames: ['l'], registers });
      const gauge = new Gauge({ name: 'b_seconds', help: 'h', labelNames: ['l'], registers });
      const buckets = [0.1, 1, 10];
      const histogram = new Histogram({ name: 'c_seconds', help: 'h', labelNames: ['l'], buckets, registers });
      for (const one of all) {
        if (one.what === 'counter') counter.inc({ l: one.label }, one.value);
        else if (one.what === 'gauge') gauge.set({ l: one.label }, one.value);
        else histogram.observe({ l: one.label }, one.value);
      }
      assert.deepEqual(await seriesOf(registry), await exposedBy(registry));
    }),
    { numRuns: 50 },
  );
});

test('each metric of the service is of a kind that has a form there, those of Node among them', async () => {
  const { registry } = createMetrics();
  const { resourceMetrics } = await producerOf(registry, nothing, '1').collect();
  const names = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics.map(({ descriptor }) => descriptor.name));
  assert.deepEqual(
    names,
    registry.getMetricsAsArray().map(({ name }) => name),
  );
  assert.ok(names.length > 50);
});

test('what is measured only when it is asked for is measured before', async () => {
  const registry = new Registry();
  const gauge = new Gauge({ name: 'b', help: 'h', registers: [registry] });
  const refresh = async () => gauge.set(7);
  const { resourceMetrics } = await producerOf(registry, refresh, '1').collect();
  assert.equal(resourceMetrics.scopeMetrics[0]!.metrics[0]!.dataPoints[0]!.value, 7);
});

test('a kind that has no form is a fault, and is not left out in silence', async () => {
  const registry = new Registry();
  new Summary({ name: 's', help: 'h', registers: [registry] });
  await assert.rejects(producerOf(registry, nothing, '1').collect(), /s is a summary/);
});
