/** `/openapi.json` and `/docs`: the API's own description, for programs and for people. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Type } from 'typebox';
import { type Call, openApiDocument } from '../openapi.ts';
import * as q from '../schema/query.ts';
import { media } from '../schema/words.ts';
import { type Routes, sendJson } from '../server.ts';

const page = readFileSync(new URL('../docs.html', import.meta.url), 'utf8');

/** The page may run its own script and style, talk to its own server, and nothing else. */
const PAGE_POLICY = [
  "default-src 'none'",
  `script-src ${hashOf('script')}`,
  `style-src ${hashOf('style')}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The hash by which a policy allows the page's one inline element of a kind. */
function hashOf(element: 'script' | 'style'): string {
  const [, content = ''] = page.match(new RegExp(`<${element}>([\\s\\S]*?)</${element}>`)) ?? [];
  return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
}

export const documentRoutes =
  (calls: readonly Call[], version: string): Routes =>
  async (server) => {
    let document = Buffer.alloc(0);
    server.addHook('onReady', async () => {
      document = Buffer.from(JSON.stringify(openApiDocument(calls, version)));
    });

    server.get(
      '/openapi.json',
      {
        schema: {
          operationId: 'getDocument',
          scope: null,
          summary: 'Get this document',
          description: 'Every call, what it takes and what it may answer, for programs.',
          tags: ['Document'],
          querystring: q.query({}),
          response: {
            200: Type.Object(
              {},
              {
                description: 'OpenAPI 3.1.',
                examples: [{ openapi: '3.1.0', info: { title: 'guestwatch', version: '0.1.0' }, paths: {} }],
                additionalProperties: true,
              },
            ),
          },
        },
      },
      async (_request, reply) => sendJson(reply.header('cache-control', 'no-cache'), document),
    );

    server.get(
      '/docs',
      {
        schema: {
          operationId: 'getDocs',
          scope: null,
          summary: 'Read this document',
          description: 'The same for people, with forms to try each call.',
          tags: ['Document'],
          querystring: q.query({}),
          response: {
            200: media('A page that needs no other server.', {
              'text/html': Type.String({ examples: ['<!doctype html>'] }),
            }),
          },
        },
      },
      async (_request, reply) =>
        reply
          .headers({ 'content-security-policy': PAGE_POLICY, 'cache-control': 'no-cache' })
          .type('text/html; charset=utf-8')
          .serializer((text) => text as string)
          .send(page),
    );
  };
