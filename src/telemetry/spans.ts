/** Makes spans of what has happened, decides by their traces which are kept, and hands those on in batches within a bound. */
import { randomBytes } from 'node:crypto';
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { millisToHrTime } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  SamplingDecision,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { Parent, SpanName } from './names.ts';

export interface SpanMade {
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly self: SpanName;
  readonly parentSpanId: string | null;
  /** Whether the parent is of another process. */
  readonly isRemote?: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly from: number;
  readonly to: number;
  readonly attributes: Attributes;
  readonly links?: readonly { readonly to: SpanName; readonly attributes: Attributes }[];
  readonly linksLeftOut?: number;
  readonly isFailed?: boolean;
}

export type SamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | `parentbased_${'always_on' | 'always_off' | 'traceidratio'}`;

/** Spans that wait or are being sent, at most: what comes beyond is dropped, and counted. */
export const WAITING_MAX = 2_048;
const BATCH_MAX = 512;
const DELAY_MS = 5_000;

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

export const freshSpanId = (): string => randomBytes(8).toString('hex');
export const freshTraceId = (): string => randomBytes(16).toString('hex');

export interface SpansOptions {
  readonly sampler: SamplerName;
  readonly ratio: number;
  readonly resource: Resource;
  readonly version: string;
  readonly exporter: SpanExporter;
  /** A batch that is still under way then is left to itself, and the next one begins. */
  readonly batchMs: number;
  readonly onDropped: (count: number) => void;
}

export class Spans {
  readonly #options: SpansOptions;
  readonly #sampler: Sampler;
  readonly #processor: BatchSpanProcessor;
  #waiting = 0;

  constructor(options: SpansOptions) {
    this.#options = options;
    this.#sampler = samplerOf(options);
    this.#processor = new BatchSpanProcessor({
      ...{ exporter: this.#counted(options.exporter), scheduledDelayMillis: DELAY_MS },
      ...{ maxQueueSize: WAITING_MAX, maxExportBatchSize: BATCH_MAX, exportTimeoutMillis: options.batchMs },
    });
  }

  /** Whether a trace is kept: the same answer everywhere, since its id decides, or whoever began it. */
  isKept(traceId: string, parent: Parent | null = null): boolean {
    const context = parent === null ? ROOT_CONTEXT : contextUnder(parent);
    const { decision } = this.#sampler.shouldSample(context, traceId, '', SpanKind.INTERNAL, {}, []);
    return decision === SamplingDecision.RECORD_AND_SAMPLED;
  }

  /** To be called for spans of traces that are kept. Never waits, never throws for what the collector does. */
  add(span: SpanMade): void {
    if (this.#waiting >= WAITING_MAX) {
      this.#options.onDropped(1);
      return;
    }
    this.#waiting += 1;
    this.#processor.onEnd(this.#readable(span));
  }

  /** Sends what waits. */
  shutdown(): Promise<void> {
    return this.#processor.shutdown();
  }

  #counted(inner: SpanExporter): SpanExporter {
    return {
      export: (spans, done) =>
        inner.export(spans, (result) => {
          this.#waiting -= spans.length;
          done(result);
        }),
      shutdown: () => inner.shutdown(),
    };
  }

  #readable(made: SpanMade): ReadableSpan {
    const { name, kind, self, parentSpanId, isRemote = false, from, to, attributes, links = [], isFailed } = made;
    const own = contextOf(self);
    const end = Math.max(from, to);
    return {
      ...{ name, kind: KINDS[kind], spanContext: () => own, attributes, events: [], ended: true },
      ...(parentSpanId !== null && { parentSpanContext: { ...own, spanId: parentSpanId, isRemote } }),
      ...{ startTime: millisToHrTime(from), endTime: millisToHrTime(end), duration: millisToHrTime(end - from) },
      status: { code: isFailed === true ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
      links: links.map(({ to: target, attributes: about }) => ({
        context: contextOf(target, this.isKept(target.traceId)),
        attributes: about,
      })),
      resource: this.#options.resource,
      instrumentationScope: { name: 'guestwatch', version: this.#options.version },
      ...{ droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: made.linksLeftOut ?? 0 },
    };
  }
}

const contextOf = ({ traceId, spanId }: SpanName, isSampled = true): SpanContext => ({
  ...{ traceId, spanId, traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE },
});

const contextUnder = (parent: Parent): Context =>
  trace.setSpanContext(ROOT_CONTEXT, { ...contextOf(parent, parent.isSampled), isRemote: true });

function samplerOf({ sampler, ratio }: SpansOptions): Sampler {
  const byName = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio),
  };
  const root = byName[sampler.replace('parentbased_', '') as keyof typeof byName]();
  return sampler.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}
