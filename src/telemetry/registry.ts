/** The registry that /metrics is made of, as OpenTelemetry has it: one list of metrics, by the same names and with the same numbers. */
import { type HrTime, ValueType } from '@opentelemetry/api';
import { hrTime } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type HistogramMetricData,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import type { MetricObjectWithValues, MetricValue, MetricValueWithName, Registry } from 'prom-client';

type Labels = Readonly<Record<string, string | number>>;

/** `refresh` brings what is measured only when it is asked for up to date. */
export function producerOf(registry: Registry, refresh: () => Promise<void>, version: string): MetricProducer {
  const startTime = hrTime();
  return {
    async collect() {
      await refresh();
      const metrics = await registry.getMetricsAsJSON();
      const endTime = hrTime();
      const scope = { name: 'guestwatch', version };
      const data = metrics.flatMap((metric) =>
        dataOf(metric as MetricObjectWithValues<MetricValue<string>>, startTime, endTime),
      );
      return { resourceMetrics: { resource: emptyResource(), scopeMetrics: [{ scope, metrics: data }] }, errors: [] };
    },
  };
}

function dataOf(metric: MetricObjectWithValues<MetricValue<string>>, startTime: HrTime, endTime: HrTime): MetricData[] {
  const { name, help, values } = metric;
  // A unit would be put behind the name by whoever turns it back into Prometheus's.
  const descriptor = { name, description: help, unit: '', valueType: ValueType.DOUBLE };
  const base = { descriptor, aggregationTemporality: AggregationTemporality.CUMULATIVE };
  const point = <T>(labels: Labels, value: T): DataPoint<T> => ({
    startTime,
    endTime,
    attributes: { ...labels },
    value,
  });
  const points = values.map(({ labels, value }) => point(labels as Labels, value));
  // Told by name and by number: the library's type and what it gives differ.
  switch (String(metric.type)) {
    case 'counter':
      return [{ ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: points }];
    case 'gauge':
      return [{ ...base, dataPointType: DataPointType.GAUGE, dataPoints: points }];
    case 'histogram': {
      const dataPoints = histograms(values as MetricValueWithName<string>[], name).map(([labels, value]) =>
        point(labels, value),
      );
      return [{ ...base, dataPointType: DataPointType.HISTOGRAM, dataPoints }];
    }
    default:
      throw new Error(`${name} is a ${String(metric.type)}, which nothing here makes a metric of OpenTelemetry of`);
  }
}

type Histogram = HistogramMetricData['dataPoints'][number]['value'];

/** Prometheus counts in each bucket all that lies below its edge; OpenTelemetry what lies between two. */
function histograms(values: readonly MetricValueWithName<string>[], name: string): [Labels, Histogram][] {
  const series = new Map<string, { labels: Labels; edges: [number, number][]; sum: number; count: number }>();
  for (const { labels, value, metricName } of values) {
    const { le, ...own } = labels as Labels;
    const key = JSON.stringify(Object.entries(own).sort(([a], [b]) => (a < b ? -1 : 1)));
    const one = series.get(key) ?? { labels: own, edges: [], sum: 0, count: 0 };
    series.set(key, one);
    if (metricName === `${name}_sum`) one.sum = value;
    else if (metricName === `${name}_count`) one.count = value;
    else if (le !== '+Inf') one.edges.push([Number(le), value]);
  }
  return [...series.values()].map(({ labels, edges, sum, count }) => {
    const sorted = edges.sort(([a], [b]) => a - b);
    const below = [...sorted.map(([, value]) => value), count];
    const counts = below.map((value, i) => value - (below[i - 1] ?? 0));
    return [labels, { buckets: { boundaries: sorted.map(([edge]) => edge), counts }, sum, count }];
  });
}
