/** Answers put-token: the claims that a client needs before it opens a link. */
import { pathOf } from './address.ts';
import type { Broker } from './broker.ts';
import { notFound } from './errors.ts';
import type { Peer } from './peers.ts';
import type { Answer, Request } from './requests.ts';
import { refuseToken } from './sas.ts';

const sasTokenType = 'servicebus.windows.net:sastoken';
const identityTokenType = 'jwt';

/** The answer to a put-token request; a good one is remembered as a claim of the connection. */
export function answerPutToken(broker: Broker, peer: Peer, { properties, body }: Request): Answer {
  const audience = String(properties['name'] ?? '');
  const path = pathOf(audience);
  const hubName = path.split('/')[0] ?? '';
  if (properties['operation'] !== 'put-token') {
    return { status: 400, description: `The operation '${properties['operation']}' is not put-token.` };
  }
  if (broker.faults.take('cbs401', { hub: hubName })) {
    return unauthorizedAnswer('InvalidSignature: The token has an invalid signature (injected fault).');
  }
  if (broker.refuseIdentity && properties['type'] === identityTokenType) {
    const refusal = broker.refuseIdentity(String(body), path);
    if (refusal !== undefined) return unauthorizedAnswer(refusal);
  } else if (broker.sas) {
    const refusal =
      properties['type'] === sasTokenType
        ? refuseToken(String(body), audience, broker.sas, Date.now())
        : `This endpoint was started with a shared access key and knows no tokens of type '${properties['type']}'.`;
    if (refusal !== undefined) return unauthorizedAnswer(refusal);
  }
  if (!broker.hubs.find(hubName)) {
    const { condition, description } = notFound(broker.host, path);
    return { status: 404, description, condition };
  }
  peer.claims.add(path);
  return { status: 202, description: 'Accepted' };
}

function unauthorizedAnswer(description: string): Answer {
  return { status: 401, description, condition: 'amqp:unauthorized-access' };
}
