/** How the outside is reached: straight, or through the proxy of the environment. The Azure libraries find it by themselves for HTTP. */
import type { EventHubClientOptions } from '@azure/event-hubs';
import type { FetchImplementation } from 'jose';
import { type Config, namespaceOf, proxyFor } from '../config.ts';

/** What a client of Event Hubs is told of its way. */
export type Way = Pick<EventHubClientOptions, 'customEndpointAddress' | 'webSocketOptions'>;

/** Time for the other side to close as well; it is cut then, and holds up no process. */
const CLOSE_MS = 1_000;

/** AMQP goes straight to its port, or within WebSockets on that of HTTPS, which a proxy lets through. */
export async function eventHubsWay({ eventHubs: { access, endpoint, transport }, proxy }: Config): Promise<Way> {
  const straight: Way = endpoint === null ? {} : { customEndpointAddress: endpoint };
  if (transport === 'amqp' || access === null) return straight;
  const namespace = access.kind === 'identity' ? access.namespace : (namespaceOf(access.connectionString) ?? '');
  const { hostname } = new URL(endpoint ?? `sb://${namespace}`);
  const { WebSocket } = await import('ws');
  const agent = await agentFor(proxyFor(proxy, hostname));
  return {
    ...straight,
    webSocketOptions: {
      webSocket: WebSocket,
      webSocketConstructorOptions: { closeTimeout: CLOSE_MS, ...(agent && { agent }) },
    },
  };
}

/** Fetches the keys that tokens are signed with; null where that needs no proxy. */
export function keysFetch(proxy: Config['proxy'], keysUrl: string): FetchImplementation | null {
  const through = proxyFor(proxy, new URL(keysUrl).hostname);
  if (through === null) return null;
  return async (url, { headers, signal }) => {
    const { createDefaultHttpClient, createHttpHeaders, createPipelineRequest } = await import(
      '@azure/core-rest-pipeline'
    );
    const agent = await agentFor(through);
    const request = createPipelineRequest({
      ...{ url, abortSignal: signal, headers: createHttpHeaders(Object.fromEntries(headers.entries())) },
      ...(agent && { agent }),
    });
    const { status, bodyAsText } = await createDefaultHttpClient().sendRequest(request);
    return new Response(bodyAsText ?? '', { status });
  };
}

async function agentFor(proxy: string | null) {
  if (proxy === null) return null;
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  return new HttpsProxyAgent(proxy);
}
