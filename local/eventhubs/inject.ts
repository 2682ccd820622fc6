/** Injects faults: those that strike at once are carried out here, those that last are handed on. */
import { cut } from './amqp.ts';
import type { Broker } from './broker.ts';
import { detachForced } from './errors.ts';
import { type FaultRequest, parseFault } from './faultKinds.ts';
import { strikes } from './faults.ts';
import type { Hub } from './hubs.ts';
import { stolenFrom } from './ownership.ts';
import type { HubLink } from './peers.ts';

/** Thrown for a request that asks for no possible fault; `problems` says everything that is wrong with it. */
export class FaultRequestError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join(' '));
    this.problems = problems;
  }
}

/** The faults of an endpoint, in the process as over HTTP. */
export interface Faults {
  /** Injects a fault. `struck` counts what it hit at once: links, connections or events; 0 for faults that last. Throws `FaultRequestError`. */
  inject(request: FaultRequest): { readonly struck: number };
  /** The faults that last, with what is left of their counts. */
  list(): FaultRequest[];
  /** Ends the faults that last. */
  clear(): void;
}

export function createFaults(broker: Broker): Faults {
  return {
    inject(body) {
      const request = parseFault(body, broker.hubs);
      if ('problems' in request) throw new FaultRequestError(request.problems);
      return { struck: strike(broker, request) };
    },
    list: () => broker.faults.list(),
    clear: () => broker.faults.clear(),
  };
}

function strike(broker: Broker, request: FaultRequest): number {
  switch (request.kind) {
    case 'drop':
      if (request.count === undefined) return drop(broker, request);
      break;
    case 'detachForced':
      return detach(broker, linksStruck(broker, request), () => detachForced);
    case 'stolen': {
      const readers = linksStruck(broker, request).filter(({ kind }) => kind === 'reader');
      return detach(broker, readers, () => stolenFrom({ epoch: undefined, consumerId: undefined }));
    }
    case 'expire':
      return expire(broker, request);
    case 'recreateHub':
      return recreate(broker, broker.hubs.find(request.hub!)!);
    case 'growHub':
      broker.hubs.grow(broker.hubs.find(request.hub!)!);
      return 0;
    default:
      if (request.count === 0) return 0;
  }
  broker.faults.add(request);
  return 0;
}

function linksStruck(broker: Broker, request: FaultRequest): HubLink[] {
  return broker.peers.links.filter((link) => strikes(request, link));
}

function detach(broker: Broker, links: readonly HubLink[], error: () => typeof detachForced): number {
  for (const link of links) broker.peers.detach(link, error());
  return links.length;
}

function drop(broker: Broker, request: FaultRequest): number {
  const isAll = request.hub === undefined && request.partition === undefined;
  const peers = isAll ? broker.peers.all : [...new Set(linksStruck(broker, request).map(({ peer }) => peer))];
  for (const { connection } of peers) cut(connection, 'Injected fault: drop');
  return peers.length;
}

function expire(broker: Broker, request: FaultRequest): number {
  let expired = 0;
  for (const hub of broker.hubs.all) {
    for (const { id, log } of hub.partitions) {
      if (!strikes(request, { hub: hub.name, partition: id })) continue;
      const before = log.begin;
      log.giveUpBefore((request.sequenceNumber ?? log.last) + 1);
      expired += log.begin - before;
    }
  }
  return expired;
}

function recreate(broker: Broker, hub: Hub): number {
  const links = broker.peers.links.filter((link) => link.hub === hub.name);
  const gone = { condition: 'amqp:link:detach-forced', description: `The event hub '${hub.name}' was deleted.` };
  detach(broker, links, () => gone);
  broker.hubs.recreate(hub);
  return links.length;
}
