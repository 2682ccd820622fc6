/** Asks an app and holds every answer against the app's own document, so that no test can pass on an undocumented one. */
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { type ApiOptions, buildApp } from '../../src/api/app.ts';
import type { ApiPorts } from '../../src/api/ports.ts';
import type { Server } from '../../src/api/server.ts';
import { checkerOf, type Seen } from '../document/answers.ts';
import type { Document, Json } from '../document/document.ts';

export type { ApiOptions } from '../../src/api/app.ts';
export type { Document } from '../document/document.ts';

export interface Asked {
  readonly server: Server;
  readonly document: Document;
  /** Sends a request and checks the answer; `data` is the parsed body, or its text. */
  ask(url: string, options?: Omit<InjectOptions, 'url'>): Promise<LightMyRequestResponse & { readonly data: Json }>;
}

export interface AskOptions extends Partial<ApiOptions> {
  /** Is told what every answer was. */
  readonly onSeen?: (seen: Seen) => void;
}

/** An app over these ports. */
export async function appOf(ports: ApiPorts, { onSeen, ...options }: AskOptions = {}): Promise<Asked> {
  const server = buildApp(ports, { version: '1.2.3', ...options });
  const document = (await server.inject('/openapi.json')).json<Document>();
  const checker = checkerOf(document, onSeen);
  return {
    server,
    document,
    async ask(url, given = {}) {
      const answer = await server.inject({ url, ...given });
      const { statusCode: status, headers, body } = answer;
      const data = checker.check({ method: given.method ?? 'GET', url, status, headers, body }) as Json;
      return Object.assign(answer, { data });
    },
  };
}
