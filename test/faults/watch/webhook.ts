/**
 * A receiver of webhooks, made by docs/webhooks.md alone: it verifies what comes, answers 2xx, and knows what it has by its
 * `webhook-id`. Whatever happens to those who send, it stands.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openReceiver, SECRET } from '../../delivery/receiver.ts';

/** What came under one `webhook-id`. */
export interface Came {
  readonly id: string;
  readonly tenantId: string;
  /** The body, as it came first. */
  readonly body: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

export interface Hook {
  readonly name: string;
  /** For WEBHOOKS_FILE. */
  readonly file: string;
  /** In the order in which each came for the first time. */
  readonly came: readonly Came[];
  /** What came again under an id that was known, and was not the same. */
  readonly oddities: readonly string[];
  /** Lets go of what came of some tenants. */
  forget(tenants: ReadonlySet<string>): void;
  close(): Promise<void>;
}

const NAME = 'watch';

export async function openHook(): Promise<Hook> {
  const known = new Map<string, string>();
  const came: Came[] = [];
  const oddities: string[] = [];
  const receiver = await openReceiver(({ id, body, at, event }, response) => {
    const before = known.get(id);
    if (before === undefined) {
      known.set(id, body);
      came.push({ id, tenantId: event.data.tenantId, body, at });
    } else if (before !== body) oddities.push(`${id} came again as ${body}, it was ${before}`);
    receiver.got.length = 0; // All that is needed of it is noted here.
    response.writeHead(204).end();
  });
  const folder = await mkdtemp(join(tmpdir(), 'guestwatch-hook-'));
  const file = join(folder, 'webhooks.yaml');
  await writeFile(
    file,
    [`- name: ${NAME}`, `  url: ${receiver.url}`, `  secrets: [${SECRET}]`, '  allowPrivate: true', ''].join('\n'),
  );
  return {
    ...{ name: NAME, file, came, oddities },
    forget(tenants) {
      for (const { id } of came.filter(({ tenantId }) => tenants.has(tenantId))) known.delete(id);
      came.splice(0, came.length, ...came.filter(({ tenantId }) => !tenants.has(tenantId)));
    },
    async close() {
      await receiver.close();
      await rm(folder, { recursive: true });
    },
  };
}
