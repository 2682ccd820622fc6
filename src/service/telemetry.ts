/** Joins the service with what sends its traces and metrics: loaded only where something is to be sent. */
import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { type Config, otlpHeadersOf, proxyFor, StartFault } from '../config.ts';
import { log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Signal, Telemetry } from '../telemetry/telemetry.ts';
import { version } from '../version.ts';
import { secretOf } from './secrets.ts';

/** What is kept of the shutdown deadline for sending what waits, at most. */
const FLUSH_PART = 0.06;

export interface ServiceTelemetry {
  /** Null where no traces are sent. */
  readonly following: Telemetry['following'];
  /** Sends the metrics from now on. The end only begins their last sending: it is awaited by `close`. */
  sendMetrics(metrics: Metrics, refresh: () => Promise<void>): () => void;
  /** Sends what waits, for as long as there is time. */
  close(): Promise<void>;
}

const NONE: ServiceTelemetry = { following: null, sendMetrics: () => () => {}, close: async () => {} };

export async function telemetryOf(
  config: Config,
  metrics: Metrics,
  { logger, now, instance, roles }: { logger: Logger; now: () => number; instance: string; roles: readonly string[] },
): Promise<ServiceTelemetry> {
  const { telemetry: set, proxy } = config;
  if (set === null) return NONE;
  const way = {
    ...{ headers: headersOf(set, logger), compression: set.compression, timeoutMs: set.timeoutMs },
    ca: pemOf('OTEL_EXPORTER_OTLP_CERTIFICATE', set.caFile),
    client: set.client && {
      cert: pemOf('OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE', set.client.certFile)!,
      key: pemOf('OTEL_EXPORTER_OTLP_CLIENT_KEY', set.client.keyFile)!,
    },
    ...{ proxyFor: (host: string) => proxyFor(proxy, host), agent: `guestwatch/${version()}` },
  };
  const resource = {
    ...{ ...set.resource, 'service.name': set.serviceName, 'service.version': version() },
    ...{ 'service.instance.id': instance, 'guestwatch.roles': roles.join(',') },
  };
  const { openTelemetry } = await import('../telemetry/telemetry.ts');
  const { traces, metrics: sent } = set;
  const events = eventsOf(metrics, logger);
  const open = openTelemetry({ traces, metrics: sent, way, resource, version: version(), now, events });
  log(logger, 'telemetry_begins', { traces: hostOf(traces), metrics: hostOf(sent) });
  let lastMetrics: Promise<void> | null = null;
  return {
    following: open.following,
    sendMetrics({ registry }, refresh) {
      const end = open.sendMetrics(registry, refresh);
      return () => {
        lastMetrics = end();
      };
    },
    close: () => within(config.shutdownDeadlineMs * FLUSH_PART, Promise.all([lastMetrics, open.close()])),
  };
}

/** Where something goes, without what may be secret in an address. */
const hostOf = (sent: { readonly url: string } | null): string | null =>
  sent === null ? null : new URL(sent.url).host;

function headersOf({ headers, headersFile }: NonNullable<Config['telemetry']>, logger: Logger) {
  if (headers === null) return () => ({});
  const setting = { name: 'OTEL_EXPORTER_OTLP_HEADERS', first: headers, file: headersFile } as const;
  // Wherever it is shown, it is shown to the same collector.
  const current = secretOf({ ...setting, placeOf: () => '', logger });
  return () => otlpHeadersOf(current());
}

function pemOf(name: string, path: string | null): string | null {
  if (path === null) return null;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartFault(
      'settings',
      `${name} names a file that cannot be read (${code}): check the path and who may read it.`,
    );
  }
}

/** Counted each time; told when it begins and when it ends. */
function eventsOf(metrics: Metrics, logger: Logger) {
  const failing = new Set<Signal>();
  return {
    onSent: (signal: Signal) => {
      metrics.otlpExports.inc({ signal, outcome: 'sent' });
      if (failing.delete(signal)) log(logger, 'telemetry_goes_on', { signal });
    },
    onFailed: (signal: Signal, detail: string) => {
      metrics.otlpExports.inc({ signal, outcome: 'failed' });
      if (!failing.has(signal)) log(logger, 'telemetry_failed', { signal, detail }, detail);
      failing.add(signal);
    },
    onDropped: (why: 'full' | 'not_sent', count: number) => metrics.spansDropped.inc({ why }, count),
    onFault: (error: unknown) => log(logger, 'telemetry_fault', { err: error }),
  };
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
