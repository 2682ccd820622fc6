/** Closing a server that listens. */
import type { Server } from 'node:http';

/** Answers under way get so long; connections that are still open then, such as those that never asked anything, are cut. */
const ANSWERS_MS = 2_000;

export interface Closable {
  readonly server: Server;
  close(): PromiseLike<unknown>;
}

export async function closeServer(app: Closable): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), ANSWERS_MS);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
  }
}
