/** Keeps what the endpoint knows of each connection: its claims, its reply links and its links to hubs. */
import type { AmqpError, Connection, Sender, Session } from './amqp.ts';

/** A producer or reader. */
export interface HubLink {
  readonly kind: 'producer' | 'reader';
  readonly hub: string;
  readonly partition: string | undefined;
  readonly peer: Peer;
  readonly session: Session;
  /** Detaches it with the error. */
  detach(error: AmqpError): void;
  /** Frees what it holds; called once, whoever ended it. */
  release(): void;
  /** Looks again whether something can be done, after a fault ended or events arrived. */
  wake(): void;
}

export interface Peer {
  readonly connection: Connection;
  /** Paths for which the client put a good token. */
  readonly claims: Set<string>;
  /** Links on which answers go to the client, by link name and by target address. */
  readonly replies: Map<string, Sender>;
  /** By rhea's link object, which is unique where link names are not. */
  readonly links: Map<object, HubLink>;
}

export class Peers {
  readonly #peers = new Map<Connection, Peer>();

  /** What is known of the connection, beginning with nothing. */
  of(connection: Connection): Peer {
    let peer = this.#peers.get(connection);
    if (!peer) {
      peer = { connection, claims: new Set(), replies: new Map(), links: new Map() };
      this.#peers.set(connection, peer);
    }
    return peer;
  }

  get all(): Peer[] {
    return [...this.#peers.values()];
  }

  /** All producers and readers of all connections. */
  get links(): HubLink[] {
    return this.all.flatMap((peer) => [...peer.links.values()]);
  }

  /** Detaches a producer or reader from our side. */
  detach(link: HubLink, error: AmqpError): void {
    for (const [key, value] of link.peer.links) if (value === link) link.peer.links.delete(key);
    link.detach(error);
    link.release();
  }

  /** Forgets a link that its client ended. */
  forgetLink(connection: Connection, key: object): void {
    const peer = this.#peers.get(connection);
    const link = peer?.links.get(key);
    peer?.links.delete(key);
    for (const [name, reply] of peer?.replies ?? []) if (reply === key) peer?.replies.delete(name);
    link?.release();
  }

  forgetSession(connection: Connection, session: Session): void {
    for (const [key, link] of this.#peers.get(connection)?.links ?? []) {
      if (link.session === session) this.forgetLink(connection, key);
    }
  }

  forgetConnection(connection: Connection): void {
    const peer = this.#peers.get(connection);
    this.#peers.delete(connection);
    for (const link of peer?.links.values() ?? []) link.release();
    peer?.links.clear();
  }
}
