/** Answers requests: a message comes in on one link, its answer goes out on the link that `reply_to` names. */
import { type Arrival, type Message, messageCodec, type Receiver, types } from './amqp.ts';
import type { Peer } from './peers.ts';

/** A request's parts that are used here. */
export interface Request {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** An answer by status; `condition` is the AMQP error condition where the status alone says too little. */
export interface Answer {
  readonly status: number;
  readonly description: string;
  readonly condition?: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** Requests that a client may have under way on one link. */
const requestsMax = 100;

/** Serves a request link. `answer` calls back when, and if, there is something to say. */
export function serveRequests(
  receiver: Receiver,
  peer: Peer,
  answer: (request: Request, reply: (answer: Answer) => void) => void,
): void {
  receiver.set_credit_window(requestsMax);
  receiver.add_credit(requestsMax);
  receiver.on('message', (context: unknown) => {
    const { message: content, delivery } = context as { message: Arrival['content']; delivery: Arrival['delivery'] };
    const message = (Buffer.isBuffer(content) ? messageCodec.decode(content) : content) as Message;
    delivery.accept();
    const request = { properties: message.application_properties ?? {}, body: message.body };
    answer(request, (given) => {
      const sender = peer.replies.get(String(message.reply_to));
      if (sender?.is_open()) sender.send(encodeAnswer(message.message_id, given));
    });
  });
}

function encodeAnswer(correlationId: Message['message_id'], { status, description, condition, body }: Answer): Message {
  return {
    ...(correlationId === undefined ? {} : { correlation_id: correlationId }),
    application_properties: {
      'status-code': types.wrap_int(status),
      'status-description': description,
      ...(condition === undefined ? {} : { 'error-condition': types.wrap_symbol(condition) }),
    },
    body: body ?? null,
  };
}
