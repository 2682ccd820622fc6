/** What the bench and its processes tell each other. */

export interface HubSize {
  readonly name: string;
  readonly partitions: number;
}

export type HubOrder =
  | { readonly kind: 'open'; readonly hubs: readonly HubSize[]; readonly dataDir?: string }
  | {
      readonly kind: 'send';
      readonly hub: string;
      readonly from: number;
      readonly events: number;
      readonly partitions: number;
    }
  | { readonly kind: 'put'; readonly hub: string; readonly partition: string; readonly body: string }
  | { readonly kind: 'forget' };

export type HubReply =
  | { readonly kind: 'opened'; readonly connectionString: string }
  /** `lasts`: the last sequence number by partition. */
  | { readonly kind: 'sent'; readonly records: number; readonly lasts: Readonly<Record<string, number>> }
  | { readonly kind: 'put'; readonly enqueuedAt: number }
  | { readonly kind: 'forgot' };

/** What a consumer that is held against ours is started with. */
export interface PeerStart {
  readonly kind: 'start';
  readonly eventHubs: string;
  readonly hub: string;
  readonly group: string;
  readonly redis: string | null;
  /** Whether the arrival of each event is told; for latencies. */
  readonly tellsArrivals: boolean;
}

export type PeerOrder =
  | PeerStart
  /** To be told once, when all up to these events is done: a word for each batch would be a cost that ours has not. */
  | { readonly kind: 'until'; readonly lasts: Readonly<Record<string, number>> };

export type PeerReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'reached' }
  | { readonly kind: 'arrived'; readonly at: number; readonly body: string };

/** Whether the events up to which something is done, by partition, are those that were wanted, or later ones. */
export const hasReached = (own: Readonly<Record<string, number>>, wanted: Readonly<Record<string, number>>): boolean =>
  Object.entries(wanted).every(([partition, last]) => (own[partition] ?? -1) >= last);

/** What readers of the stream are told. */
export interface ReadersOrder {
  readonly apiUrl: string;
  readonly readers: number;
  /** What names a guest in a finding's text, as a pattern. */
  readonly guests: string;
}

export type ReadersReply =
  /** Each of them has its answer's head. */
  | { readonly kind: 'following' }
  /** The last of them has that guest's finding. */
  | { readonly kind: 'told'; readonly guest: string; readonly at: number };
