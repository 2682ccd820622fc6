/** The event hub of findings as a target: the same events, all of a finding in one partition and in order. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type EventHubClientOptions, EventHubProducerClient, RetryMode, type TokenCredential } from '@azure/event-hubs';
import { digest } from '../detection/digest.ts';
import type { RenderPort } from './ports.ts';
import type { Answer, Sender, Target } from './target.ts';

/** What a connection string holds, read whenever a token is made of it. */
type SharedKey = { readonly name: string; readonly key: string } | { readonly signature: string };

export type HubAccess = {
  readonly way?: Pick<EventHubClientOptions, 'customEndpointAddress' | 'webSocketOptions'>;
} & (
  | { readonly connectionString: string }
  | { readonly namespace: string; readonly credential: TokenCredential | SharedKey }
);

/** Findings under way at once: each waits for the one before it of its own alone. */
const PARALLEL_MAX = 32;
/** One try of the client library; what fails is tried again by us, who know what else waits. */
const ATTEMPT_MS = 10_000;
/** The client library's close never ends where its connection breaks at that very moment. */
const CLOSE_MS = 2_000;

/** The name among targets; no webhook can have it. */
export const hubTargetName = (hub: string): string => `eventhub:${hub}`;

export function hubTarget(hub: string, access: HubAccess, render: RenderPort): Target {
  return {
    ...{ name: hubTargetName(hub), kind: 'eventHub', address: digest([hub]), isEnabled: true },
    about: JSON.stringify({
      ...{ kind: 'eventHub', url: hub, format: 'cloudevents', tenants: 'all', view: 'any', severity: 'informational' },
      ...{ isEnabled: true, allowPrivate: false },
    }),
    ...{ parallelMax: PARALLEL_MAX, ladder: 'endless', version: hub },
    wants: ({ isSuppressed }) => !isSuppressed,
    open: () => hubSender(hub, access, render),
  };
}

function hubSender(hub: string, access: HubAccess, render: RenderPort): Sender {
  let producer: EventHubProducerClient | null = null;
  return {
    async send(revision, signal): Promise<Answer> {
      producer ??= createProducer(hub, access);
      const { body, contentType } = revision.isTest
        ? render.test(revision.id, hubTargetName(hub))
        : render.revision(revision, 'cloudevents');
      try {
        const partitionKey = revision.isTest ? revision.id : revision.findingId;
        const batch = await producer.createBatch({ partitionKey, abortSignal: signal });
        const { id: messageId, traceparent } = revision;
        const properties = traceparent === undefined ? {} : { properties: { traceparent } };
        const event = { body: Buffer.from(body), contentType, messageId, ...properties };
        if (!batch.tryAdd(event)) {
          const detail = `The event is larger than the hub takes (${Buffer.byteLength(body)} bytes).`;
          return { kind: 'failed', failure: 'too_large', status: null, detail, retryAfterMs: null };
        }
        await producer.sendBatch(batch, { abortSignal: signal });
        return { kind: 'taken', status: null, detail: 'Taken by the hub.' };
      } catch (error) {
        if (signal.aborted) return { kind: 'cut' };
        const detail = `The hub could not be sent to (${codeOf(error)}).`;
        return { kind: 'failed', failure: 'hub', status: null, detail, retryAfterMs: null };
      }
    },
    async close() {
      const closing = producer?.close().catch(() => {}); // Of a connection that is broken nothing is left to close.
      await Promise.race([closing, sleep(CLOSE_MS, undefined, { ref: false })]);
    },
  };
}

function createProducer(hub: string, access: HubAccess): EventHubProducerClient {
  const options = {
    retryOptions: { timeoutInMs: ATTEMPT_MS, maxRetries: 1, retryDelayInMs: 200, mode: RetryMode.Fixed },
    ...access.way,
  };
  return 'connectionString' in access
    ? new EventHubProducerClient(access.connectionString, hub, options)
    : new EventHubProducerClient(access.namespace, hub, access.credential, options);
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'no code';
