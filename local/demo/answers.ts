/** What the demo asks of the service, over the API and the operations port like any other client, and the parts of the answers that it reads. */
import http from 'node:http';
import { text } from 'node:stream/consumers';

export interface Finding {
  readonly id: string;
  readonly actorUpn: string;
  readonly actorObjectId: string | null;
  readonly guestUpn: string | null;
  readonly actorIp: string;
  readonly operations: readonly string[];
  readonly views: readonly string[];
  readonly reasonCodes: readonly string[];
}

export interface OperationFact {
  readonly actorUpn: string;
  readonly time: string;
  readonly operation: string;
  readonly targetNames: readonly string[];
  readonly source: { readonly sha256: string };
}

export interface SignInFact {
  readonly upn: string | null;
  readonly time: string;
  readonly ip: string | null;
  readonly source: { readonly enqueuedAt: string | null };
}

export interface EvidenceItem {
  readonly operation: OperationFact;
  /** Oldest first. */
  readonly signIns: readonly SignInFact[];
  readonly latency: { readonly enqueuedAt: string | null; readonly decidedAt: string | null };
}

export interface Change {
  readonly finding: Finding;
}

/** Seconds that the service may hold a question for changes. */
const WAIT_SECONDS = 20;

/**
 * Asks over a connection of its own. A pool would open another one after a question is given up, and say nothing on it, which a
 * server that is to close can only wait for.
 */
function get(url: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent: false, signal }, (response) => {
      text(response).then((body) => {
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`${url} answers ${response.statusCode}: ${body}`));
      }, reject);
    });
    request.once('error', reject);
  });
}

/** Gives every revision from the first one on, each as soon as it is there, until aborted. */
export async function* changes(api: string, signal: AbortSignal): AsyncGenerator<Change> {
  let after = 'begin';
  while (!signal.aborted) {
    const url = `${api}/v1/changes?after=${after}&wait=${WAIT_SECONDS}`;
    const page = JSON.parse(await get(url, signal)) as { items: Change[]; cursor: string };
    yield* page.items;
    after = page.cursor;
  }
}

/** The oldest hundred pieces of a finding's evidence, oldest first. */
export async function evidenceOf(api: string, id: string, signal: AbortSignal): Promise<readonly EvidenceItem[]> {
  const page = await get(`${api}/v1/findings/${id}/evidence?limit=100`, signal);
  return (JSON.parse(page) as { items: EvidenceItem[] }).items;
}

export interface Counts {
  readonly records: number;
  readonly facts: number;
  readonly deadLetters: number;
}

/** What the service has counted since it started. */
export async function counts(ops: string, signal: AbortSignal): Promise<Counts> {
  const metrics = await get(`${ops}/metrics`, signal);
  return {
    records: sumOf(metrics, 'guestwatch_records_total'),
    facts: sumOf(metrics, 'guestwatch_facts_total', 'outcome="new"'),
    deadLetters: sumOf(metrics, 'guestwatch_dead_letters_total'),
  };
}

/** The sum over all series of a metric that carry a label. */
export function sumOf(metrics: string, name: string, label = ''): number {
  return metrics
    .split('\n')
    .filter((line) => (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) && line.includes(label))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
