/** Traces and metrics by OTLP. Loaded only where something is to be sent: whoever sends nothing has none of its libraries. */
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, type MetricProducer, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { Registry } from 'prom-client';
import { type ExportEvents, httpOptions, longestMs, type Way, watched } from './exporting.ts';
import { Following } from './following.ts';
import { producerOf } from './registry.ts';
import { type SamplerName, Spans } from './spans.ts';

export type { ExportEvents, Signal, Way } from './exporting.ts';
export type { Following } from './following.ts';

export interface TelemetryOptions {
  readonly traces: { readonly url: string; readonly sampler: SamplerName; readonly ratio: number } | null;
  readonly metrics: { readonly url: string; readonly intervalMs: number } | null;
  readonly way: Way;
  /** What is said of this process: `service.name` and the like. */
  readonly resource: Readonly<Record<string, string>>;
  readonly version: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly events: ExportEvents & {
    /** Spans that are lost: too many waited, or the collector did not take them. */
    readonly onDropped: (why: 'full' | 'not_sent', count: number) => void;
    /** Told of exceptions that are faults of the program. */
    readonly onFault: (error: unknown) => void;
  };
}

export interface Telemetry {
  /** Null where no traces are sent. */
  readonly following: Following | null;
  /** Sends the registry's metrics from now on. The end gives them a last time, and resolves once they are there, or are not. */
  sendMetrics(registry: Registry, refresh: () => Promise<void>): () => Promise<void>;
  /** Sends the spans that wait. */
  close(): Promise<void>;
}

export function openTelemetry(options: TelemetryOptions): Telemetry {
  const resource = defaultResource().merge(resourceFromAttributes({ ...options.resource }));
  const spans = openSpans(options, resource);
  return {
    following: spans && new Following(spans, options.now),
    sendMetrics: (registry, refresh) => sendMetrics(options, resource, registry, refresh),
    // What could not be sent was told when it failed.
    close: async () => spans?.shutdown().catch(() => {}),
  };
}

function openSpans({ traces, way, version, events }: TelemetryOptions, resource: Resource): Spans | null {
  if (traces === null) return null;
  const exporter = watched(new OTLPTraceExporter(httpOptions(traces.url, way)), way, (spans, failure) => {
    if (failure === null) return events.onSent('traces');
    events.onDropped('not_sent', spans.length);
    events.onFailed('traces', failure);
  });
  const onDropped = (count: number): void => events.onDropped('full', count);
  const { sampler, ratio } = traces;
  return new Spans({ sampler, ratio, resource, version, exporter, batchMs: longestMs(way) + 1_000, onDropped });
}

function sendMetrics(
  { metrics, way, version, events }: TelemetryOptions,
  resource: Resource,
  registry: Registry,
  refresh: () => Promise<void>,
): () => Promise<void> {
  if (metrics === null) return async () => {};
  const exporter = watched(new OTLPMetricExporter(httpOptions(metrics.url, way)), way, (_, failure) => {
    if (failure === null) events.onSent('metrics');
    else events.onFailed('metrics', failure);
  });
  const reader = new PeriodicExportingMetricReader({
    ...{ exporter, exportIntervalMillis: metrics.intervalMs },
    exportTimeoutMillis: Math.min(metrics.intervalMs, way.timeoutMs),
    metricProducers: [toldOf(producerOf(registry, refresh, version), events.onFault)],
  });
  const provider = new MeterProvider({ resource, readers: [reader] });
  // What could not be sent was told when it failed.
  return () => provider.shutdown().catch(() => {});
}

/** What is thrown while metrics are read would else be swallowed by the library. */
function toldOf(producer: MetricProducer, onFault: (error: unknown) => void): MetricProducer {
  return {
    async collect(options) {
      try {
        return await producer.collect(options);
      } catch (error) {
        onFault(error);
        throw error;
      }
    },
  };
}
