/** Finds ports that nothing listens on. */
import { randomInt } from 'node:crypto';
import net from 'node:net';

const portMax = 65_535;
/**
 * Where a port is drawn from when none is preferred: below those that systems give to sockets that connect, which would
 * come between finding the port and listening on it.
 */
const drawnFrom = 10_000;
const drawnTo = 32_000;
/** Ports tried after the preferred one before giving up; a machine with so many in a row taken has another problem. */
const stepsMax = 200;

/**
 * The preferred port, or the next one upwards that is free; without a preference any free one, drawn at random. `taken` are passed over even
 * if free, for those promised to others that do not listen yet. Whoever listens later may still be too late: nothing is
 * reserved. Rejects if there is none within 200 steps.
 */
export async function freePort(preferred = 0, taken: ReadonlySet<number> = new Set()): Promise<number> {
  if (preferred === 0) {
    for (;;) {
      const port = randomInt(drawnFrom, drawnTo);
      if (!taken.has(port) && (await tryPort(port)) !== undefined) return port;
    }
  }
  const last = Math.min(preferred + stepsMax, portMax);
  for (let port = preferred; port <= last; port++) {
    if (!taken.has(port) && (await tryPort(port)) !== undefined) return port;
  }
  throw new Error(`All ports from ${preferred} to ${last} on 127.0.0.1 are taken.`);
}

/** So many different free ports. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort(0, ports));
  return [...ports];
}

/** Listens for a moment: the only test that cannot be wrong about sockets of other users or other protocols. */
function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const address = server.address() as net.AddressInfo;
      server.close(() => resolve(address.port));
    });
  });
}
