/** Whether, where and how traces and metrics are sent: made of the settings of OpenTelemetry beside each other. */
import { type Environment, fileOf, type Problem, type ReadFile, type Values } from './environment.ts';
import type { ValueOf } from './settings.ts';

export interface Telemetry {
  /** Null where no traces are sent. */
  readonly traces: {
    readonly url: string;
    readonly sampler: ValueOf<'OTEL_TRACES_SAMPLER'>;
    /** The part that the samplers by ratio keep, 0 to 1. */
    readonly ratio: number;
  } | null;
  /** Null where no metrics are sent. */
  readonly metrics: { readonly url: string; readonly intervalMs: number } | null;
  /** As they stand in the setting: never to be logged. Null for none. */
  readonly headers: string | null;
  /** The file that they stood in, to be read again; null where they stood in the environment. */
  readonly headersFile: string | null;
  readonly compression: ValueOf<'OTEL_EXPORTER_OTLP_COMPRESSION'>;
  readonly timeoutMs: number;
  /** Files, PEM; null where the public authorities are believed, or no certificate is shown. */
  readonly caFile: string | null;
  readonly client: { readonly certFile: string; readonly keyFile: string } | null;
  readonly serviceName: string;
  readonly resource: Readonly<Record<string, string>>;
}

const BY_RATIO: readonly string[] = ['traceidratio', 'parentbased_traceidratio'];

/** Null where nothing is sent. */
export function telemetryOf(values: Values, env: Environment): Telemetry | null {
  if (values.OTEL_SDK_DISABLED === true) return null;
  const traces = endpointOf(values, 'TRACES');
  const metrics = endpointOf(values, 'METRICS');
  if (traces === null && metrics === null) return null;
  const sampler = values.OTEL_TRACES_SAMPLER!;
  return {
    traces: traces === null ? null : { url: traces, sampler, ratio: values.OTEL_TRACES_SAMPLER_ARG ?? 1 },
    metrics: metrics === null ? null : { url: metrics, intervalMs: values.OTEL_METRIC_EXPORT_INTERVAL! },
    headers: values.OTEL_EXPORTER_OTLP_HEADERS ?? null,
    headersFile: fileOf('OTEL_EXPORTER_OTLP_HEADERS', env),
    compression: values.OTEL_EXPORTER_OTLP_COMPRESSION!,
    timeoutMs: values.OTEL_EXPORTER_OTLP_TIMEOUT!,
    caFile: values.OTEL_EXPORTER_OTLP_CERTIFICATE ?? null,
    client:
      values.OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE === undefined
        ? null
        : {
            certFile: values.OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE,
            keyFile: values.OTEL_EXPORTER_OTLP_CLIENT_KEY!,
          },
    serviceName: values.OTEL_SERVICE_NAME ?? values.OTEL_RESOURCE_ATTRIBUTES?.['service.name'] ?? 'guestwatch',
    resource: values.OTEL_RESOURCE_ATTRIBUTES ?? {},
  };
}

function endpointOf(values: Values, signal: 'TRACES' | 'METRICS'): string | null {
  if (values[`OTEL_${signal}_EXPORTER`] === 'none') return null;
  const own = values[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`];
  if (own !== undefined) return own;
  const base = values.OTEL_EXPORTER_OTLP_ENDPOINT;
  return base === undefined ? null : `${base}/v1/${signal.toLowerCase()}`;
}

const ENDPOINTS = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
] as const;

/**
 * Platforms set these variables for all that they run, whatever it speaks: where nothing is sent from here, what they hold is not
 * our business.
 */
export function isOfOtherTelemetry(name: string, values: Values, problems: readonly Problem[]): boolean {
  if (!name.startsWith('OTEL_') || name === 'OTEL_SDK_DISABLED') return false;
  if (values.OTEL_SDK_DISABLED === true) return true;
  const isAsked = (endpoint: string): boolean =>
    values[endpoint as (typeof ENDPOINTS)[number]] !== undefined ||
    problems.some((problem) => problem.name === endpoint);
  return !ENDPOINTS.some(isAsked);
}

/** What is wrong with them beside each other, and with the files that they name. */
export function telemetryProblems(values: Values, readFile: ReadFile): Problem[] {
  const { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: part } = values;
  const name = 'OTEL_TRACES_SAMPLER_ARG';
  const isIdle = part !== undefined && sampler !== undefined && !BY_RATIO.includes(sampler);
  const idle = `${name} is the part that ${BY_RATIO.join(' and ')} keep, and OTEL_TRACES_SAMPLER is neither: set it to one of them, or unset ${name}.`;
  return [
    ...(isIdle ? [{ name, message: idle }] : []),
    ...pemProblems('OTEL_EXPORTER_OTLP_CERTIFICATE', values, 'CERTIFICATE', readFile),
    ...pemProblems('OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE', values, 'CERTIFICATE', readFile),
    ...pemProblems('OTEL_EXPORTER_OTLP_CLIENT_KEY', values, 'PRIVATE KEY', readFile),
  ];
}

function pemProblems(
  name: `OTEL_EXPORTER_OTLP_${'CERTIFICATE' | 'CLIENT_CERTIFICATE' | 'CLIENT_KEY'}`,
  values: Values,
  what: 'CERTIFICATE' | 'PRIVATE KEY',
  readFile: ReadFile,
): Problem[] {
  const path = values[name];
  if (path === undefined) return [];
  try {
    if (new RegExp(`-----BEGIN [A-Z ]*${what}-----`).test(readFile(path))) return [];
    return [{ name, message: `${name} must name a file that holds a ${what.toLowerCase()} in PEM form.` }];
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    return [{ name, message: `${name} names a file that cannot be read${code}: check the path and who may read it.` }];
  }
}
