/** Follows the feed of changes and tells each finding once, and what is added to it later. */
import { changes, type EvidenceItem, evidenceOf } from './answers.ts';
import { type Told, tell } from './sentences.ts';

export interface Watch {
  /** How many findings of each kind have been told. */
  count(kind: Told['kind']): number;
  /** Settles when the feed can be read no more; resolves once aborted. */
  readonly ended: Promise<void>;
}

/** Tells every change from the first one on to `say`, until aborted. */
export function watch(api: string, say: (told: Told) => void, signal: AbortSignal): Watch {
  const kinds = new Map<string, Told['kind']>();
  const told = new Map<string, Set<string>>();

  async function follow(): Promise<void> {
    for await (const change of changes(api, signal)) {
      const { id } = change.finding;
      const items = untold(told, id, await evidenceOf(api, id, signal));
      // A revision may have been told with the one before it, when both were made while we asked for the evidence.
      if (items.length === 0 && kinds.has(id)) continue;
      const words = tell(change.finding, items, kinds.has(id));
      kinds.set(id, words.kind);
      say(words);
    }
  }

  const ended = follow().catch((error) => {
    if (!signal.aborted) throw error;
  });
  // Whoever waits for it hears of the failure; until then it is none of the runtime's business.
  ended.catch(() => {});
  return { count: (kind) => [...kinds.values()].filter((one) => one === kind).length, ended };
}

/** The pieces of evidence that were not told yet; from now on they are. */
function untold(
  told: Map<string, Set<string>>,
  id: string,
  evidence: readonly EvidenceItem[],
): readonly EvidenceItem[] {
  const known = told.get(id) ?? new Set();
  const fresh = evidence.filter(({ operation }) => !known.has(operation.source.sha256));
  for (const { operation } of fresh) known.add(operation.source.sha256);
  told.set(id, known);
  return fresh;
}
