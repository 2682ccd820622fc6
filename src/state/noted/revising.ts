/**
 * Revisions that no fold makes: triage, a suppression that came or went, sign-ins that had moved quietly.
 *
 * The finding's facts stay what they are, so that its body is taken as it lies there and told anew with another state. What
 * is stored is held against that very body: who reads it before a fold or another revision reads again.
 */
import { type FindingBody, redescribe } from '../../detection/describe.ts';
import { type Note, SERVICE, suppressionNotes } from '../../detection/history.ts';
import type { Rating } from '../../detection/rule.ts';
import { type Suppressed, suppressing } from '../../detection/suppression.ts';
import type { Triage } from '../../detection/triage.ts';
import { type FindingCore, packCore, unpackCore } from '../facts/packing.ts';
import { listMember } from '../folding/findingStore.ts';
import { sha1 } from '../redis/cells.ts';
import { loadScript, runScript } from '../redis/scripts.ts';
import { fieldOf, readValues } from '../redis/values.ts';
import type { ShardHandle } from '../shard.ts';
import { NOTED_FIELDS, type Noted, notedArguments, unpackNoted } from './notes.ts';
import { readSuppressions } from './suppressions.ts';

const reviseScript = loadScript('revise');
/** How often one finding is read again because others revised it meanwhile. */
const ATTEMPTS_MAX = 50;

/** A finding that stands, as it is just now. */
export interface Current extends Noted {
  readonly core: FindingCore;
  readonly revision: number;
  readonly json: string;
}

/** What is to become of a finding; what is left out stays. */
export interface Intention {
  readonly reason: 'triage' | 'sign_in';
  readonly triage?: Triage;
  readonly notes?: readonly Note[];
  /** Only if another suppression hides it than before, or none. */
  readonly onlyIfDecidedOtherwise?: boolean;
}

export interface Revised {
  readonly kind: 'revised';
  readonly id: string;
  readonly tenantId: string;
  readonly revision: number;
  /** Milliseconds since the Unix epoch. */
  readonly updatedAt: number;
  readonly json: string;
  readonly suppressed: Suppressed | null;
}

export type ReviseOutcome<Refusal> =
  | Revised
  /** It is no finding that stands. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'lost' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

type MaybePromise<T> = T | Promise<T>;

/**
 * Makes the next revision of a finding. `intend` is asked what it shall be, each time the finding was read, and may refuse it.
 */
export async function revise<Refusal>(
  shard: ShardHandle,
  id: string,
  { now, rating, by = SERVICE }: { readonly now: number; readonly rating: Rating; readonly by?: string },
  intend: (current: Current) => MaybePromise<Intention | { readonly refusal: Refusal }>,
): Promise<ReviseOutcome<Refusal>> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const current = await readCurrent(shard, id);
    if (current === null) return { kind: 'unknown' };
    const intention = await intend(current);
    if ('refusal' in intention) return { kind: 'refused', refusal: intention.refusal };
    const { tenantId } = current.core.actor;
    const { version, inForce } = await readSuppressions(shard, tenantId);
    const { triage = current.triage, notes = [], reason } = intention;
    const after: Noted = { triage, suppressed: suppressing(inForce, current.core, now) };
    const decided = suppressionNotes(current.suppressed, after.suppressed);
    if (intention.onlyIfDecidedOtherwise && decided.length === 0) return { kind: 'unchanged' };
    const revision = current.revision + 1;
    const body = redescribe(JSON.parse(current.json) as FindingBody, { ...after, revision, updatedAt: now }, rating);
    const json = JSON.stringify(body);
    const [goes, comes] = [listMember(current.core, current), listMember(current.core, after)];
    const [outcome] = (await runScript(shard.client, reviseScript, shard.key, [
      shard.generation,
      ...[id, sha1(Buffer.from(current.json)), version, tenantId],
      ...[revision, packCore(current.core, rating), json, reason, now],
      ...(goes === comes ? ['', ''] : [goes, comes]),
      ...notedArguments(current, after, [...notes, ...decided], { id, revision, at: now, by }),
    ])) as Buffer[];
    if (String(outcome) === 'lost') return { kind: 'lost' };
    if (String(outcome) === 'revised')
      return { kind: 'revised', id, tenantId, revision, updatedAt: now, json, suppressed: after.suppressed };
  }
  throw new Error(`a finding was revised by others ${ATTEMPTS_MAX} times in a row`);
}

async function readCurrent({ client, key }: ShardHandle, id: string): Promise<Current | null> {
  // The body first: whoever changes one of the others changes it, and that shows when it is written.
  const fields = ['body', 'core', 'revision', ...NOTED_FIELDS];
  const places = fields.map((field) => fieldOf(`${key}f:${id}`, field));
  const [body, core, revision, triage, suppressed] = await readValues(client, places);
  if (!core || !body) return null;
  const noted = unpackNoted(triage, suppressed);
  return { core: unpackCore(String(core)), revision: Number(revision), json: String(body), ...noted };
}
