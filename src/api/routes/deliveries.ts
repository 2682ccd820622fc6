/** `/v1/webhooks` and `/v1/deliveries`: where findings go, and what became of each. */
import { Type } from 'typebox';
import { jsonOnly } from '../body.ts';
import { callerOf } from '../caller.ts';
import { badCursor, bindCursor, bindingOf, unbindCursor } from '../cursor.ts';
import { PARAM_LENGTH_MAX, TEST_TIMEOUT_MS } from '../limits.ts';
import type { DeliveriesPort, WebhooksPort } from '../ports.ts';
import { problem } from '../problem.ts';
import { DELIVERY_STATUSES, DeliveriesPage, Delivery, WebhooksPage } from '../schema/delivery.ts';
import * as q from '../schema/query.ts';
import { type Routes, sendProblem } from '../server.ts';

const WebhooksParameters = q.query({ limit: q.limit(), cursor: q.cursor });

const DeliveriesParameters = q.query({
  webhook: q.textFilter('Name of a webhook.', 'soc'),
  status: q.choiceFilter(DELIVERY_STATUSES, 'What has become of it.'),
  limit: q.limit(),
  cursor: q.cursor,
});

const named = (name: string, description: string, example: string) =>
  q.query({ [name]: Type.String({ minLength: 1, maxLength: PARAM_LENGTH_MAX, description, examples: [example] }) });

const Nothing = Type.Object({}, { title: 'Nothing', description: 'No members: `{}`.', additionalProperties: false });

export const deliveriesRoutes =
  (webhooks: WebhooksPort, deliveries: DeliveriesPort): Routes =>
  async (server) => {
    server.get(
      '/v1/webhooks',
      {
        schema: {
          operationId: 'listWebhooks',
          scope: 'admin',
          summary: 'List webhooks',
          description:
            'Where findings are delivered to, and how each receiver stands. By name. One that gets findings of more tenants than the caller may see is not shown.',
          tags: ['Deliveries'],
          querystring: WebhooksParameters,
          response: { 200: WebhooksPage },
          problems: ['bad_cursor'],
        },
      },
      async (request, reply) => {
        const binding = bindingOf('/v1/webhooks', {});
        const place = unbindCursor(binding, request.query.cursor);
        if ('problem' in place) return sendProblem(reply, place.problem);
        const page = await webhooks.list(callerOf(request), { limit: request.query.limit, cursor: place.cursor });
        if (page.kind === 'bad_cursor') return sendProblem(reply, badCursor('cursor'));
        return { items: page.items, nextCursor: bindCursor(binding, page.nextCursor) };
      },
    );

    server.post(
      '/v1/webhooks/:name/test',
      {
        handlerTimeout: TEST_TIMEOUT_MS,
        onRequest: jsonOnly,
        schema: {
          operationId: 'testWebhook',
          scope: 'admin',
          summary: 'Test a webhook',
          description:
            'Sends a signed event that marks itself as a test, once, also to a webhook that is disabled, and answers with what came of it. One that is taken enables the webhook. `waiting` in the answer: no process that delivers has come to it yet.',
          tags: ['Deliveries'],
          params: named('name', 'Name of the webhook.', 'soc'),
          querystring: q.query({}),
          body: Nothing,
          response: { 200: Delivery },
          problems: ['not_found', 'unsupported_media_type'],
        },
      },
      async (request, reply) => {
        const { name } = request.params as { name: string };
        const answer = await webhooks.test(callerOf(request), name);
        if (answer.kind === 'unknown') return sendProblem(reply, problem('not_found', 'There is no such webhook.'));
        if (answer.kind === 'busy')
          return sendProblem(reply, problem('unavailable', 'Other tests of it are under way. Try again later.'));
        return answer.delivery;
      },
    );

    server.get(
      '/v1/deliveries',
      {
        schema: {
          operationId: 'listDeliveries',
          scope: 'admin',
          summary: 'List deliveries',
          description: 'What waits, what failed and what was delivered of late, with each try. Newest first.',
          tags: ['Deliveries'],
          querystring: DeliveriesParameters,
          response: { 200: DeliveriesPage },
          problems: ['bad_cursor'],
        },
      },
      async (request, reply) => {
        const { limit, webhook = null, status = null } = request.query;
        const binding = bindingOf('/v1/deliveries', { webhook, status });
        const place = unbindCursor(binding, request.query.cursor);
        if ('problem' in place) return sendProblem(reply, place.problem);
        const query = { webhook, status, limit, cursor: place.cursor };
        const page = await deliveries.list(callerOf(request), query);
        if (page.kind === 'bad_cursor') return sendProblem(reply, badCursor('cursor'));
        return { items: page.items, nextCursor: bindCursor(binding, page.nextCursor) };
      },
    );

    server.post(
      '/v1/deliveries/:id/retry',
      {
        onRequest: jsonOnly,
        schema: {
          operationId: 'retryDelivery',
          scope: 'admin',
          summary: 'Send a delivery again',
          description:
            'One that failed begins its tries anew; one that waits is tried at once, unless an earlier revision of its finding waits. It may come after later revisions: receivers compare `revision`. One that was delivered is not sent again.',
          tags: ['Deliveries'],
          params: named('id', 'Id of a delivery.', '5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b'),
          querystring: q.query({}),
          body: Nothing,
          response: { 200: Delivery },
          problems: ['not_found', 'already_delivered', 'unsupported_media_type'],
        },
      },
      async (request, reply) => {
        const { id } = request.params as { id: string };
        const answer = await deliveries.retry(callerOf(request), id);
        switch (answer.kind) {
          case 'queued':
            return answer.delivery;
          case 'unknown':
            return sendProblem(reply, problem('not_found', 'There is no such delivery.'));
          case 'delivered':
            return sendProblem(reply, problem('already_delivered'));
        }
      },
    );
  };
