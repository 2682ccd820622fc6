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
  /** The clock of the logs, in milliseconds since 1970. */
  readonly now: () => number;
}

/** Whether the client put a good token for this path or one above it. Without a key to check against, everyone may. */
export function isAllowed(broker: Broker, peer: Peer, path: string): boolean {
  return broker.sas === undefined || [...peer.claims].some((claim) => covers(claim, path));
}
