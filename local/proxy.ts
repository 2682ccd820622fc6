/** A TCP proxy on loopback that fails in the ways in which networks do, for as long as it is told to. */
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as later, setImmediate as soon } from 'node:timers/promises';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface ProxyOptions {
  /** A port that is free; any if absent. */
  readonly port?: number;
  readonly target: Address;
}

/** Ends a mode; calling it again does nothing. */
export type EndMode = () => void;

/** Every mode holds for the connections that are there and for those to come, and may last together with others. */
export interface TcpProxy {
  readonly port: number;
  /** Where connections lead from now on; those that are there stay. */
  retarget(target: Address): void;
  /** Destroys every connection, once. */
  cut(): void;
  /**
   * Forgets the connections that are there, as a firewall does: nothing gets through on them any more, and neither side is
   * told. Those to come get through. Resolves when the clients have given up all of them.
   */
  forget(): Promise<void>;
  /** New connections are destroyed at once; those that are there stay. */
  refuse(): EndMode;
  /**
   * Swallows what comes, both ways, while sockets stay open. Connections that lost bytes by it are destroyed at its end:
   * with a gap in it, a stream is none that TCP could have made.
   */
  halfOpen(): EndMode;
  /** What comes waits until the end, both ways, and is passed on then. */
  hold(): EndMode;
  /** Byte by byte, each a write of its own; of what came at once no more than the first 512. */
  trickle(): EndMode;
  /** What comes is passed on so many milliseconds later, both ways, in order. */
  delay(ms: number): EndMode;
  /**
   * So many times, an answer to what went to the target from now on is thrown away and its connection destroyed: what was
   * asked for has been done by then. `isAsked` says which bytes are a question; all are, if absent.
   */
  cutAnswers(count: number, isAsked?: (bytes: Buffer) => boolean): EndMode;
  /** Ends all modes. */
  mend(): void;
  /** Ends all modes and connections, and listens no more. */
  close(): Promise<void>;
}

type Mode =
  | { readonly kind: 'refuse' | 'halfOpen' | 'trickle' }
  | { readonly kind: 'hold'; readonly over: Promise<void>; readonly release: () => void }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'cutAnswers'; left: number; readonly isAsked: (bytes: Buffer) => boolean };

/** More of them in a row would not show anything new, and take many seconds and a whole core for a megabyte. */
const trickledBytesMax = 512;

export async function startProxy({ port = 0, target: first }: ProxyOptions): Promise<TcpProxy> {
  let target = first;
  const modes = new Set<Mode>();
  const links = new Set<Link>();
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    if (has(modes, 'refuse')) return void client.resetAndDestroy();
    const link = new Link(client, target, modes);
    links.add(link);
    link.gone.then(() => links.delete(link));
  });
  server.listen({ host: '127.0.0.1', port, exclusive: true });
  await once(server, 'listening');

  const cut = (): void => {
    for (const link of links) link.destroy();
  };
  const end = (mode: Mode): void => {
    if (!modes.delete(mode)) return;
    if (mode.kind === 'hold') mode.release();
    if (mode.kind !== 'halfOpen' || has(modes, 'halfOpen')) return;
    for (const link of links) if (link.hasGap) link.destroy();
  };
  const begin = (mode: Mode): EndMode => {
    modes.add(mode);
    return () => end(mode);
  };
  const mend = (): void => {
    for (const mode of modes) end(mode);
  };
  return {
    port: (server.address() as net.AddressInfo).port,
    retarget: (to) => {
      target = to;
    },
    refuse: () => begin({ kind: 'refuse' }),
    halfOpen: () => begin({ kind: 'halfOpen' }),
    hold: () => {
      let release = (): void => {};
      const over = new Promise<void>((resolve) => {
        release = resolve;
      });
      return begin({ kind: 'hold', over, release });
    },
    trickle: () => begin({ kind: 'trickle' }),
    delay: (ms) => begin({ kind: 'delay', ms }),
    cutAnswers: (count, isAsked = () => true) => begin({ kind: 'cutAnswers', left: count, isAsked }),
    ...{ cut, mend },
    async forget() {
      await Promise.all([...links].map((link) => link.forget()));
    },
    async close() {
      mend();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const ended = [...links].map(({ gone }) => gone);
      cut();
      await Promise.all([closed, ...ended]);
    },
  };
}

const has = (modes: ReadonlySet<Mode>, kind: Mode['kind']): boolean => [...modes].some((mode) => mode.kind === kind);

const allOf = <Kind extends Mode['kind']>(modes: ReadonlySet<Mode>, kind: Kind): Extract<Mode, { kind: Kind }>[] =>
  [...modes].filter((mode): mode is Extract<Mode, { kind: Kind }> => mode.kind === kind);

/** A connection from a client and the one to the target that belongs to it. */
class Link {
  /** Whether bytes were swallowed. */
  hasGap = false;
  #isForgotten = false;
  /** Resolves when both sockets are closed. */
  readonly gone: Promise<unknown>;
  readonly #client: net.Socket;
  readonly #target: net.Socket;
  readonly #modes: Set<Mode>;
  /** Modes that wait for the answer to what went to the target. */
  readonly #asked = new Set<Mode>();
  readonly #destroyed = new AbortController();
  readonly #over = new Promise<void>((resolve) => {
    this.#destroyed.signal.addEventListener('abort', () => resolve());
  });

  constructor(client: net.Socket, target: Address, modes: Set<Mode>) {
    this.#client = client;
    this.#target = net.connect({ ...target, allowHalfOpen: true, noDelay: true });
    this.#modes = modes;
    const sockets = [this.#client, this.#target];
    // Whoever reads or writes hears of errors too.
    for (const socket of sockets) socket.on('error', () => {});
    this.gone = Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    void this.#pump(this.#client, this.#target);
    void this.#pump(this.#target, this.#client);
  }

  /** Swallows all from now on; resolves when the client has closed it. */
  async forget(): Promise<void> {
    this.#isForgotten = true;
    await this.gone;
  }

  destroy(): void {
    this.#destroyed.abort();
    this.#client.destroy();
    this.#target.destroy();
  }

  async #pump(from: net.Socket, to: net.Socket): Promise<void> {
    // No more is read than was written, so that whoever sends feels that the other does not read.
    const chunks = from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    try {
      for await (const bytes of chunks) await this.#pass(bytes, to);
      // A client that goes is all that a forgotten connection waits for.
      if (this.#isForgotten && from === this.#client) this.destroy();
      else if (!this.#swallows()) to.end();
    } catch {
      // That the target has gone does not get through either.
      if (from !== this.#target || !this.#swallows()) this.destroy();
    }
  }

  #swallows(): boolean {
    if (this.#isForgotten) return true;
    if (!has(this.#modes, 'halfOpen')) return false;
    this.hasGap = true;
    return true;
  }

  async #pass(bytes: Buffer, to: net.Socket): Promise<void> {
    const { signal } = this.#destroyed;
    for (const { over } of allOf(this.#modes, 'hold')) await Promise.race([over, this.#over]);
    for (const { ms } of allOf(this.#modes, 'delay')) await later(ms, undefined, { signal });
    if (this.#swallows()) return;
    if (to === this.#target) this.#noteAsked(bytes);
    else if (this.#isAnswerToCut()) return this.destroy();
    let passed = 0;
    for (; passed < Math.min(bytes.length, trickledBytesMax) && has(this.#modes, 'trickle'); passed++) {
      await write(to, bytes.subarray(passed, passed + 1));
      await soon();
    }
    if (passed < bytes.length) await write(to, bytes.subarray(passed));
  }

  #noteAsked(bytes: Buffer): void {
    for (const mode of allOf(this.#modes, 'cutAnswers')) if (mode.isAsked(bytes)) this.#asked.add(mode);
  }

  #isAnswerToCut(): boolean {
    const mode = allOf(this.#modes, 'cutAnswers').find((one) => this.#asked.has(one));
    this.#asked.clear();
    if (mode === undefined) return false;
    mode.left--;
    if (mode.left === 0) this.#modes.delete(mode);
    return true;
  }
}

/** Resolves when the system has taken the bytes. */
const write = (to: net.Socket, bytes: Buffer): Promise<void> =>
  new Promise((resolve, reject) => to.write(bytes, (error) => (error ? reject(error) : resolve())));
