/** Which node of a Cluster has which slot, and how a slot gets to another while it is used. */
import { until } from './arrangement.ts';
import type { RedisNode } from './node.ts';

export const SLOTS = 16_384;
/** Keys that move in one step, short enough for others to come between. */
const keysPerStep = 10;
const migrateMsMax = 10_000;

/** A node as a node sees it. */
interface Seen {
  readonly id: string;
  readonly isMyself: boolean;
  /** Of two that claim a slot, the one with the higher number has it. */
  readonly epoch: string;
  readonly ranges: readonly string[];
}

export class Slots {
  readonly #nodes: readonly RedisNode[];
  readonly #ids: readonly string[];
  readonly #moved = new Set<number>();

  /** Nodes that have equal parts of the slots, in their order, with their ids. */
  constructor(nodes: readonly RedisNode[], ids: readonly string[]) {
    this.#nodes = nodes;
    this.#ids = ids;
  }

  /** The node that has a slot, as it says itself: the others hear of it later. */
  async ownerOf(slot: number): Promise<RedisNode> {
    for (const node of this.#nodes) {
      const own = (await lookOf(node)).find(({ isMyself }) => isMyself)!;
      if (own.ranges.some((range) => contains(range, slot))) return node;
    }
    throw new Error(`No node says that it has slot ${slot}.`);
  }

  /**
   * Moves a slot with all that is in it, while it is read and written. What is there already under a key that comes is
   * replaced. All nodes must answer.
   */
  async move(slot: number, to: RedisNode): Promise<void> {
    const from = await this.ownerOf(slot);
    if (from === to) return;
    this.#moved.add(slot);
    // A node that has not heard of another's higher epoch takes its own for the highest, and loses the slot again.
    await this.agreed();
    await to.client.cluster('SETSLOT', slot, 'IMPORTING', this.#idOf(from));
    await from.client.cluster('SETSLOT', slot, 'MIGRATING', this.#idOf(to));
    for (;;) {
      const keys = (await from.client.call('CLUSTER', 'GETKEYSINSLOT', slot, keysPerStep)) as string[];
      if (keys.length === 0) break;
      await from.client.migrate('127.0.0.1', to.server.port, '', 0, migrateMsMax, 'REPLACE', 'KEYS', ...keys);
    }
    const others = this.#nodes.filter((node) => node !== from && node !== to);
    for (const { client } of [to, from, ...others]) await client.cluster('SETSLOT', slot, 'NODE', this.#idOf(to));
    await this.agreed();
  }

  /** Moves back all that were moved, and those that were on their way. */
  async bringHome(): Promise<void> {
    for (const slot of this.#moved) {
      for (const { client } of this.#nodes) await client.cluster('SETSLOT', slot, 'STABLE');
      await this.move(slot, this.#nodes[Math.floor((slot * this.#nodes.length) / SLOTS)]!);
    }
    this.#moved.clear();
  }

  /** Resolves when all nodes see the same. */
  async agreed(): Promise<void> {
    await until(async () => {
      const views = await Promise.all(this.#nodes.map(lookOf));
      return new Set(views.map(textOf)).size === 1;
    });
  }

  #idOf(node: RedisNode): string {
    return this.#ids[this.#nodes.indexOf(node)]!;
  }
}

/** Columns of CLUSTER NODES: id, address, flags, primary, ping, pong, epoch, link, slots. */
async function lookOf({ client }: RedisNode): Promise<Seen[]> {
  const lines = String(await client.cluster('NODES')).split('\n');
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const [id, , flags, , , , epoch, , ...ranges] = line.split(' ');
      // Those in brackets are on their way.
      const settled = ranges.filter((range) => !range.startsWith('['));
      return { id: id!, isMyself: flags!.includes('myself'), epoch: epoch!, ranges: settled };
    });
}

const textOf = (view: readonly Seen[]): string =>
  view
    .map(({ id, epoch, ranges }) => `${id} ${epoch} ${ranges}`)
    .sort()
    .join('\n');

function contains(range: string, slot: number): boolean {
  const [first, last = first] = range.split('-').map(Number);
  return slot >= first! && slot <= last!;
}
