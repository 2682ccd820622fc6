/** The HTTP API as a Fastify instance that listens nowhere and knows the rest of the service by its ports alone. */
import { randomUUID } from 'node:crypto';
import Fastify, { LogController } from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { askCallers } from './access.ts';
import { accessEvents } from './accessEvents.ts';
import { answerBroken, answerFailure } from './failure.ts';
import { guard } from './guard.ts';
import * as limits from './limits.ts';
import { apiLogger, logAnswers } from './log.ts';
import { LongPolls } from './longPoll.ts';
import { measureAnswers } from './metrics.ts';
import { collectCalls } from './openapi.ts';
import type { AccessPort, ApiPorts, TracePort } from './ports.ts';
import { RATES_MAX, type RatesMax } from './rates.ts';
import { changesRoutes } from './routes/changes.ts';
import { coverageRoutes } from './routes/coverage.ts';
import { deadLettersRoutes } from './routes/deadLetters.ts';
import { deliveriesRoutes } from './routes/deliveries.ts';
import { documentRoutes } from './routes/document.ts';
import { explainRoutes } from './routes/explain.ts';
import { findingsRoutes } from './routes/findings.ts';
import { guestsRoutes } from './routes/guests.ts';
import { ruleRoutes } from './routes/rule.ts';
import { streamRoutes } from './routes/stream.ts';
import { suppressionsRoutes } from './routes/suppressions.ts';
import { triageRoutes } from './routes/triage.ts';
import type { Server } from './server.ts';
import { Streams, type StreamsOptions } from './streams.ts';
import { Texts } from './texts.ts';
import { traceAnswers } from './trace.ts';
import { parameterValidator } from './validate.ts';

export interface ApiOptions {
  /** Of the service, as the document gives it. */
  readonly version: string;
  /** Left out: nothing is logged. */
  readonly logger?: Logger;
  /** Left out: nothing is measured. */
  readonly registry?: Registry;
  /** Left out: no request is followed. */
  readonly trace?: TracePort;
  /** Who may call. Left out: whoever reaches the loopback address, and only under a loopback name. */
  readonly access?: AccessPort;
  /** Whose `X-Forwarded-For` is believed: nobody's, that of the one proxy in front, or that of these addresses and networks. */
  readonly trustedProxies?: 'none' | 'nearest' | readonly string[];
  /** As for Node's `createSecureContext`. Left out: plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly minVersion: 'TLSv1.2' };
  /** How often one may ask in a minute, where callers are told apart. */
  readonly rates?: RatesMax;
  /** How many requests may wait for a change at once. */
  readonly waitingMax?: number;
  /** How many streams may be open at once, and how long they bear with what. */
  readonly streams?: Partial<StreamsOptions>;
}

const STREAMS: StreamsOptions = {
  streamsMax: limits.STREAMS_MAX,
  pageMax: limits.STREAM_PAGE_MAX,
  quietMs: limits.STREAM_QUIET_MS,
  stallMs: limits.STREAM_STALL_MS,
  retryMs: limits.STREAM_RETRY_MS,
  troubleMs: limits.STREAM_TROUBLE_MS,
};

/** Builds the app. Whoever listens with it closes it: that answers all requests that wait, and then ends. */
export function buildApp(ports: ApiPorts, options: ApiOptions): Server {
  const server: Server = Fastify({
    ...(options.logger === undefined ? { logger: false } : { loggerInstance: apiLogger(options.logger) }),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: limits.BODY_BYTES_MAX,
    routerOptions: { maxParamLength: limits.PARAM_LENGTH_MAX },
    handlerTimeout: limits.ANSWER_TIMEOUT_MS,
    requestTimeout: limits.REQUEST_TIMEOUT_MS,
    connectionTimeout: limits.SOCKET_IDLE_MS,
    trustProxy: trustProxyOf(options.trustedProxies ?? 'none'),
    ...serverOptions(options.tls),
    // A request that comes while the app closes is answered like any other, not by Fastify's own words.
    return503OnClosing: false,
    frameworkErrors: answerFailure,
    clientErrorHandler: answerBroken,
  });
  const polls = new LongPolls(ports.feed, options.waitingMax ?? limits.WAITING_MAX);
  const texts = new Texts(() => ({ productVersion: options.version, rule: ports.rule.current() }));
  const streams = new Streams(ports.feed, texts, { ...STREAMS, ...options.streams });
  const calls = collectCalls(server);

  server.server.maxConnections = limits.SOCKETS_MAX;
  // Answering at once is all that an expectation may be met with here.
  server.server.on('checkExpectation', server.routing);
  server.setValidatorCompiler(parameterValidator);
  server.setErrorHandler(answerFailure);
  guard(server, options.access === undefined ? 'loopback' : 'any');
  logAnswers(server);
  askCallers(server, options.access ?? null, accessEvents(server, options.registry), options.rates ?? RATES_MAX);
  if (options.trace !== undefined) traceAnswers(server, options.trace, streams);
  if (options.registry !== undefined) measureAnswers(server, polls, streams, options.registry);

  server.register(findingsRoutes(ports.findings, texts));
  server.register(triageRoutes(ports.findings));
  server.register(changesRoutes(polls, texts));
  server.register(streamRoutes(streams));
  server.register(ruleRoutes(ports.rule, ports.rows));
  server.register(guestsRoutes(ports.guests));
  server.register(explainRoutes(ports.explain));
  server.register(coverageRoutes(ports.coverage));
  server.register(deadLettersRoutes(ports.deadLetters));
  server.register(suppressionsRoutes(ports.suppressions));
  server.register(deliveriesRoutes(ports.webhooks, ports.deliveries));
  server.register(documentRoutes(calls, options.version));
  return server;
}

/** The bounds that Node itself holds, over TLS or without. A type of server for each would help nobody: both do the same. */
function serverOptions(tls: ApiOptions['tls']): { http?: object } {
  const http = { maxHeaderSize: limits.HEADER_BYTES_MAX, headersTimeout: limits.HEADERS_TIMEOUT_MS };
  return tls === undefined ? { http } : ({ https: { ...http, ...tls } } as object);
}

/** To believe all that stands in the header would be to let callers choose their address: with one proxy in front its last entry counts. */
function trustProxyOf(proxies: NonNullable<ApiOptions['trustedProxies']>) {
  if (proxies === 'none') return false;
  return proxies === 'nearest' ? (_address: string, hop: number) => hop === 0 : [...proxies];
}
