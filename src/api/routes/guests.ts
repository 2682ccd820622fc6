/** `/v1/guests`: who has signed in as a guest, when last, and from where. */
import { Type } from 'typebox';
import { callerOf } from '../caller.ts';
import { CSV, csvText, NEXT_HEADERS, sendCsv } from '../csv.ts';
import { badCursor, bindCursor, bindingOf, unbindCursor } from '../cursor.ts';
import { PARAM_LENGTH_MAX } from '../limits.ts';
import { setNext } from '../next.ts';
import type { GuestsPort } from '../ports.ts';
import { problem } from '../problem.ts';
import { Guest, GuestsPage } from '../schema/guest.ts';
import * as q from '../schema/query.ts';
import { media } from '../schema/words.ts';
import { type Routes, sendProblem } from '../server.ts';
import { tenantRequired } from '../tenant.ts';

const ListParameters = q.query({
  tenantId: q.tenantId,
  limit: q.limit(),
  cursor: q.cursor,
  format: q.format(['json', 'csv']),
});

const GuestParameters = q.query({
  upnOrObjectId: Type.String({
    minLength: 1,
    maxLength: PARAM_LENGTH_MAX,
    description: 'UPN or object id, in any case; `#` is written %23.',
    examples: ['ann@partner.com'],
  }),
});

export const guestsRoutes =
  (guests: GuestsPort): Routes =>
  async (server) => {
    server.get(
      '/v1/guests',
      {
        schema: {
          operationId: 'listGuests',
          scope: 'findings:read',
          summary: 'List guests',
          description: 'All guests whose sign-ins are kept, by tenant, UPN and object id.',
          tags: ['Guests'],
          querystring: ListParameters,
          response: {
            200: media('One page, by tenant, UPN and object id.', {
              'application/json': GuestsPage,
              [CSV]: csvText(Guest),
            }),
          },
          answerHeaders: NEXT_HEADERS,
          problems: ['bad_cursor'],
        },
      },
      async (request, reply) => {
        const tenantId = q.lower(request.query.tenantId);
        const binding = bindingOf('/v1/guests', { tenantId });
        const place = unbindCursor(binding, request.query.cursor);
        if ('problem' in place) return sendProblem(reply, place.problem);
        const { limit } = request.query;
        const page = await guests.list(callerOf(request), { tenantId, limit, cursor: place.cursor });
        if (page.kind === 'bad_cursor') return sendProblem(reply, badCursor('cursor'));
        const nextCursor = bindCursor(binding, page.nextCursor);
        if (request.query.format === 'json') return { items: page.items, nextCursor };
        setNext(request, reply, 'cursor', nextCursor);
        return sendCsv(reply, Guest, page.items);
      },
    );

    server.get(
      '/v1/guests/:upnOrObjectId',
      {
        schema: {
          operationId: 'getGuest',
          scope: 'findings:read',
          summary: 'Get a guest',
          description:
            'One guest, by UPN or object id. `tenantId` is needed only where several tenants know the guest.',
          tags: ['Guests'],
          params: GuestParameters,
          querystring: q.query({ tenantId: q.tenantId }),
          response: { 200: Guest },
          problems: ['not_found', 'tenant_required'],
        },
      },
      async (request, reply) => {
        const who = request.params.upnOrObjectId.toLowerCase();
        const found = await guests.get(callerOf(request), who, q.lower(request.query.tenantId));
        switch (found.kind) {
          case 'guest':
            return found.guest;
          case 'unknown':
            return sendProblem(reply, problem('not_found', 'No sign-in of such a guest is kept.'));
          case 'tenant_needed':
            return sendProblem(reply, tenantRequired(found));
        }
      },
    );
  };
