/** The way to a collector: how it is reached, and what is noticed of it. Nothing waits for it but what is to be sent. */
import http from 'node:http';
import https from 'node:https';
import { checkServerIdentity } from 'node:tls';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { HttpsProxyAgent } from 'https-proxy-agent';

type HttpOptions = NonNullable<ConstructorParameters<typeof OTLPTraceExporter>[0]>;

export interface Way {
  /** Asked for at each request: a key may be another by then. Never to be logged. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly compression: 'none' | 'gzip';
  readonly timeoutMs: number;
  /** PEM; null for the public authorities. */
  readonly ca: string | null;
  readonly client: { readonly cert: string; readonly key: string } | null;
  /** The proxy that leads to a host; null where it is reached straight. */
  readonly proxyFor: (host: string) => string | null;
  readonly agent: string;
}

export type Signal = 'traces' | 'metrics';

export interface ExportEvents {
  readonly onSent: (signal: Signal) => void;
  /** `detail` is for people, and holds nothing of a key or of an answer. */
  readonly onFailed: (signal: Signal, detail: string) => void;
}

/** Requests to a collector at once. */
const SOCKETS_MAX = 4;

/** What the library's exporters are told. Everything is said, so that they look for nothing themselves. */
export function httpOptions(url: string, way: Way): HttpOptions {
  const { headers, compression, timeoutMs, ca, client, proxyFor, agent } = way;
  const kept = { keepAlive: true, maxSockets: SOCKETS_MAX };
  const trusted = { ...(ca !== null && { ca }), ...client };
  const { protocol, hostname } = new URL(url);
  // Plain HTTP stays within one's own network.
  const proxy = protocol === 'https:' ? proxyFor(hostname) : null;
  const through = (): http.Agent => {
    if (protocol === 'http:') return new http.Agent(kept);
    if (proxy === null) return new https.Agent({ ...kept, ...trusted });
    const host = hostname.replace(/^\[|\]$/g, '');
    // Of an address the agent forgets whose certificate it is to be.
    const isOfHost: typeof checkServerIdentity = (_, certificate) => checkServerIdentity(host, certificate);
    return new ThroughProxy(proxy, kept, { ...trusted, checkServerIdentity: isOfHost });
  };
  return {
    ...{ url, timeoutMillis: timeoutMs, userAgent: agent, httpAgentOptions: through },
    // A copy: the library writes into it.
    headers: async () => ({ ...headers() }),
    compression: compression as NonNullable<HttpOptions['compression']>,
  };
}

/** What such an agent is made with holds for the proxy alone; whom to believe behind it is said when the connection is made. */
class ThroughProxy extends HttpsProxyAgent<string> {
  readonly #trusted: object;

  constructor(proxy: string, kept: http.AgentOptions, trusted: object) {
    super(proxy, kept);
    this.#trusted = trusted;
  }

  override connect(...[request, options]: Parameters<HttpsProxyAgent<string>['connect']>) {
    return super.connect(request, { ...options, ...this.#trusted });
  }
}

/** What both kinds of the library's exporters have. */
interface Exporter<Items> {
  export(items: Items, done: (result: ExportResult) => void): void;
  forceFlush?(): Promise<void>;
  shutdown(): Promise<void>;
}

/** A collector that answers byte by byte outlasts the library's own limit; it is given up on so long after that. */
const GRACE_MS = 5_000;

/** How long one request may last, whatever the collector does. */
export const longestMs = ({ timeoutMs }: Pick<Way, 'timeoutMs'>): number => timeoutMs + GRACE_MS;

/** An exporter of which each end is told, once and within bounded time. */
export function watched<Items>(
  inner: Exporter<Items>,
  way: Pick<Way, 'timeoutMs'>,
  onEnd: (items: Items, failure: string | null) => void,
): Exporter<Items> & { forceFlush(): Promise<void> } {
  return {
    export(items, done) {
      let isOver = false;
      const end = (result: ExportResult): void => {
        if (isOver) return;
        isOver = true;
        clearTimeout(late);
        onEnd(items, result.code === ExportResultCode.SUCCESS ? null : detailOf(result.error));
        done(result);
      };
      const late = setTimeout(
        () => end({ code: ExportResultCode.FAILED, error: new Error('no end of the answer') }),
        longestMs(way),
      );
      late.unref();
      try {
        inner.export(items, end);
      } catch (error) {
        end({ code: ExportResultCode.FAILED, error: error as Error });
      }
    },
    forceFlush: async () => inner.forceFlush?.(),
    shutdown: () => inner.shutdown(),
  };
}

/** In words of ours: of an answer its status alone. */
function detailOf(error: (Error & { readonly code?: unknown }) | undefined): string {
  const { code } = error ?? {};
  if (typeof code === 'number') return `it answered ${code}`;
  if (typeof code === 'string') return `it cannot be reached (${code})`;
  return error?.name === 'OTLPExporterError'
    ? 'it asked to be left alone until it was too late'
    : 'it did not answer in time';
}
