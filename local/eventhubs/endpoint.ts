/** A local Event Hubs endpoint: opens the port, ties the parts together, and closes all of it again. */
import type { AddressInfo, Server, Socket } from 'node:net';
import {
  type Connection,
  createContainer,
  frameBytesMax,
  limitFrameSize,
  type Receiver,
  type Sender,
  type Session,
} from './amqp.ts';
import { attachFromClient, attachToClient } from './attach.ts';
import type { Broker } from './broker.ts';
import { type Control, startControl } from './control.ts';
import { type Enqueued, enqueueBody } from './enqueue.ts';
import { connectionForced } from './errors.ts';
import { LastingFaults } from './faults.ts';
import { type HubOptions, Hubs } from './hubs.ts';
import { createFaults, type Faults } from './inject.ts';
import type { Retention } from './log.ts';
import { Peers } from './peers.ts';
import type { SasKey } from './sas.ts';
import { describe, type EndpointState } from './state.ts';
import { Timers } from './timers.ts';

export type { Enqueued } from './enqueue.ts';
export type { FaultKind, FaultRequest } from './faultKinds.ts';
export type { HubOptions } from './hubs.ts';
export { FaultRequestError, type Faults } from './inject.ts';
export type { EndpointState, HubState, PartitionState, ReaderState } from './state.ts';

export interface EventHubsOptions {
  /** Address to listen on; loopback by default. */
  readonly host?: string;
  /** Port for AMQP; 0 takes any that is free. */
  readonly port: number;
  /** Port for control over HTTP; any by default. */
  readonly controlPort?: number;
  readonly hubs: readonly HubOptions[];
  /** The only key that clients may sign with; without it every token is good. */
  readonly sas?: SasKey;
  /** Why a token of an identity is refused for a path, such as `HUB/$management`; undefined lets it in. */
  readonly refuseIdentity?: (token: string, path: string) => string | undefined;
  /** Directory for the logs; without it everything is in memory and gone at the end. One endpoint at a time may use it. */
  readonly dataDir?: string;
  /** Seven days and 1 GiB for each partition with a `dataDir`, 256 MiB without, unless told otherwise. */
  readonly retention?: Partial<Retention>;
  /** The clock of the logs, in milliseconds since 1970. Tokens are checked by the real time. */
  readonly now?: () => number;
  /** Silence in milliseconds after which the client is asked to have sent something; cut after twice that. 4 minutes by default. */
  readonly idleTimeoutMs?: number;
}

export interface LocalEventHubs {
  /** For `EventHubProducerClient` and its like, without `EntityPath`. */
  readonly connectionString: string;
  readonly port: number;
  /** Where the control port is, `http://127.0.0.1:PORT`. */
  readonly controlUrl: string;
  readonly faults: Faults;
  /** Enqueues one event past producers and faults, so that it is known where it stands. Throws if there is no such partition. */
  enqueue(hub: string, partition: string, body: Buffer): Enqueued;
  state(): EndpointState;
  /** Cuts all connections, closes files and ports, and leaves nothing running. */
  close(): Promise<void>;
}

const dayMs = 24 * 60 * 60 * 1000;
const retentionMsDefault = 7 * dayMs;
const diskBytesDefault = 1024 * 1024 * 1024;
const memoryBytesDefault = 256 * 1024 * 1024;
const idleTimeoutMsDefault = 240_000;
const channelMax = 4999;
/** Time for clients to answer that the endpoint closes, before they are cut off. */
const farewellMs = 500;
/** For clients, which must name some key even where none is checked. */
const anyKey: SasKey = { keyName: 'RootManageSharedAccessKey', key: 'local' };

/** Starts an endpoint. Rejects if a port is taken, or if the hubs contradict themselves or the data directory. */
export async function startEventHubs(options: EventHubsOptions): Promise<LocalEventHubs> {
  const { host = '127.0.0.1', dataDir, now = Date.now } = options;
  const retention: Retention = {
    ms: options.retention?.ms ?? retentionMsDefault,
    bytes: options.retention?.bytes ?? (dataDir === undefined ? memoryBytesDefault : diskBytesDefault),
  };
  const timers = new Timers();
  const peers = new Peers();
  const hubs = new Hubs(options.hubs, { retention, now, dataDir });
  const faults = new LastingFaults(timers, () => {
    for (const link of peers.links) link.wake();
  });
  const clientHost = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const closers: (() => void | Promise<void>)[] = [() => hubs.close(), () => timers.clear()];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    let known = clientHost;
    const broker: Broker = {
      get host() {
        return known;
      },
      ...{ hubs, peers, faults, timers, sas: options.sas, refuseIdentity: options.refuseIdentity, now },
    };
    const { port, stop } = await listen(broker, host, options);
    closers.push(stop);
    known = `${clientHost}:${port}`;
    const injected = createFaults(broker);
    const state = () => describe(broker);
    const control: Control = await startControl(options.controlPort ?? 0, injected, state);
    closers.push(() => control.close());
    const { keyName, key } = options.sas ?? anyKey;
    const connectionString = `Endpoint=sb://${known};SharedAccessKeyName=${keyName};SharedAccessKey=${key};UseDevelopmentEmulator=true;`;
    return {
      ...{ connectionString, port, controlUrl: control.url, faults: injected, state, close },
      enqueue: (hub, partition, body) => enqueueBody(broker, hub, partition, body),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listen(
  broker: Broker,
  host: string,
  { port, idleTimeoutMs = idleTimeoutMsDefault }: EventHubsOptions,
): Promise<{ port: number; stop: () => Promise<void> }> {
  const container = createContainer('local-event-hubs');
  wire(container, broker);
  const connectionOptions = {
    max_frame_size: frameBytesMax,
    channel_max: channelMax,
    idle_time_out: idleTimeoutMs,
    // Without this each small request waits for the acknowledgement of the one before.
    tcp_no_delay: true,
    receiver_options: { autoaccept: false, credit_window: 0 },
  };
  const server = container.listen({ host, port, ...connectionOptions }) as Server;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  const cutAll = () => {
    // With an error, since only that makes rhea let go of its timers.
    for (const socket of sockets) socket.destroy(new Error('The endpoint is closed.'));
  };
  const stop = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // As the service does it, since clients of the SDK that are merely cut off may never finish closing.
    for (const { connection } of broker.peers.all) connection.close(connectionForced);
    const late = setTimeout(cutAll, broker.peers.all.length > 0 ? farewellMs : 0);
    await closed;
    clearTimeout(late);
  };
  return { port: (server.address() as AddressInfo).port, stop };
}

interface Context {
  readonly connection: Connection;
  readonly session: Session;
  readonly receiver: Receiver;
  readonly sender: Sender;
}

function wire(container: ReturnType<typeof createContainer>, broker: Broker): void {
  const { peers } = broker;
  const on = (event: string, listener: (context: Context) => void) => container.on(event, listener);
  on('connection_open', ({ connection }) => {
    limitFrameSize(connection);
    peers.of(connection);
  });
  on('receiver_open', ({ connection, receiver }) => attachFromClient(broker, peers.of(connection), receiver));
  on('sender_open', ({ connection, sender }) => attachToClient(broker, peers.of(connection), sender));
  on('receiver_close', ({ connection, receiver }) => peers.forgetLink(connection, receiver));
  on('sender_close', ({ connection, sender }) => peers.forgetLink(connection, sender));
  on('session_close', ({ connection, session }) => peers.forgetSession(connection, session));
  on('connection_close', ({ connection }) => peers.forgetConnection(connection));
  on('disconnected', ({ connection }) => peers.forgetConnection(connection));
  // Bytes that are no AMQP end their own connection, which rhea sees to; the endpoint goes on.
  container.on('protocol_error', () => {});
  container.on('error', (error: unknown) => {
    console.error('The local Event Hubs endpoint closed a connection after an error of its own.', error);
  });
}
