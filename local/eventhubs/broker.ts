/** What the parts of the endpoint share: hubs, connections, faults and the rules for who may do what. */
import type { LastingFaults } from './faults.ts';
import type { Hubs } from './hubs.ts';
import type { Peer, Peers } from './peers.ts';
import { covers, type SasKey } from './sas.ts';
import type { Timers } from './timers.ts';

export interface Broker {
  /** The name that clients know the endpoint by, host and port, for error texts. */
  readonly host: string;
  readonly hubs: Hubs;
  readonly peers: Peers;
  readonly faults: LastingFaults;
  readonly timers: Timers;
  /** The only key accepted; without one every token is. */
  readonly sas: SasKey | undefined;
  /** Why a token of an identity is refused for a path; undefined lets it in. Without it, those are judged as if there were none. */
  readonly refuseIdentity: ((token: string, path: string) => string | undefined) | undefined;
  /** The clock of the logs, in milliseconds since 1970. */
  readonly now: () => number;
}

/** Whether the client put a good token for this path or one above it. With nothing to check against, everyone may. */
export function isAllowed(broker: Broker, peer: Peer, path: string): boolean {
  const asksNobody = broker.sas === undefined && broker.refuseIdentity === undefined;
  return asksNobody || [...peer.claims].some((claim) => covers(claim, path));
}
