/** Where a list goes on, for answers whose body has no place to say it. */
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Sets `Next-Cursor` and `Link`, which leads to the same call with the cursor in its place. The link is relative, so that it
 * holds behind a proxy that gives the API another address. Null ends a list: neither is set.
 */
export function setNext(
  request: FastifyRequest,
  reply: FastifyReply,
  name: 'cursor' | 'after',
  cursor: string | null,
): void {
  if (cursor === null) return;
  const query = new URLSearchParams(request.raw.url?.split('?', 2)[1] ?? '');
  query.set(name, cursor);
  reply.headers({ 'next-cursor': cursor, link: `<?${query}>; rel="next"` });
}
