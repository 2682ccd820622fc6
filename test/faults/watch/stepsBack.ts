/**
 * Keeps, over all losses, the most that positions were seen to count on: of each partition, in one life of its hub, the
 * generation and the mark that each part of the state has to have. Where a part is seen to hold less, the state went a step
 * back, be it by a single event, and the service owes a word of it, even if all was read again soon after.
 *
 * A mark alone is no promise: what was written and never answered for is written again by whoever reads on. One that a
 * position counts on is, whether new facts had raised it or some that were known: from outside nobody can tell, so neither
 * may be passed over.
 */
import type { PartitionRecord } from '../../../src/state/partitions/partitionRecord.ts';
import { markField } from '../../../src/state/partitions/positions.ts';
import type { Look, Part } from './look.ts';

export interface StepBack {
  /** `hub/partition`. */
  readonly place: string;
  /** What went back, from where to where, in words. */
  readonly detail: string;
  /** It went back between these two (ms since the Unix epoch): all was seen to be there at the one, and less at the other. */
  readonly after: number;
  readonly before: number;
  /**
   * Set once none of its readers lived that had known of it, and of the partition nothing was left that counts on what is gone:
   * neither a position nor a checkpoint. Whoever reads it then does so from where all agree, and need not be able to tell: what
   * it has seen of others' partitions is some seconds old (docs/guarantees.md, "Where it ends").
   */
  isForgotten?: true;
}

/** How soon the service promises to notice. */
export const NOTICED_MS_MAX = 10_000;

/** What a position counts on in one part of the state. */
interface Counted {
  readonly place: string;
  readonly index: number;
  /** The name of the mark: one life of the hub. */
  readonly field: string;
  readonly generation: string;
  readonly mark: number;
  /** Who wrote the position. */
  readonly reader: string;
}

interface Found extends StepBack {
  readonly field: string;
  readonly knownBy: readonly string[];
}

export class StepsBack {
  readonly found: Found[] = [];
  /** Positions that counted on something, and that a look found no more: nothing of a part need have gone with them. */
  readonly positionsGone: StepBack[] = [];
  /** When each was last seen, by place. */
  readonly #positions = new Map<string, number>();
  /** By place and part, with when it was last seen to be there. */
  readonly #counted = new Map<string, Counted & { readonly seenAt: number }>();
  /** The most that each reader counted on, by place and part. */
  readonly #readBy = new Map<string, Map<string, Counted>>();
  /** What was found to have gone: a position may say for a while longer that it counts on it. */
  readonly #gone = new Map<string, Counted>();

  /**
   * A look reads one thing after the other, and yet no half of it misleads: positions are read first, and what they count on
   * was there before them and only grows. Less than that is a step back, wherever the look was torn.
   */
  follow(look: Look): void {
    this.#followPositions(look);
    this.#followParts(look);
    this.#forget(look);
  }

  #forget(look: Look): void {
    for (const step of this.found) {
      // Who lived for as long as that had the time to tell.
      const isKnown =
        look.living === 'all' || step.knownBy.some((reader) => (look.living as ReadonlySet<string>).has(reader));
      if (!isKnown && look.from - step.before <= NOTICED_MS_MAX && !isRemembered(step, look)) step.isForgotten = true;
    }
  }

  #followPositions({ from, at, records }: Look): void {
    for (const [place, seenAt] of this.#positions) {
      if (records.has(place)) continue;
      this.#positions.delete(place);
      this.positionsGone.push({ place, detail: `the position of ${place} went`, after: seenAt, before: at });
    }
    for (const [place, { marks }] of records) if (marks.some((mark) => mark !== null)) this.#positions.set(place, from);
  }

  #followParts({ from, at, records, parts }: Look): void {
    for (const [name, counted] of this.#counted) {
      const { place, index, field, seenAt } = counted;
      const record = records.get(place);
      const part = parts[index]!;
      // On what was of a hub that is no more nobody counts.
      if (record !== undefined && markField(record) !== field) this.#counted.delete(name);
      else if (holds(part, counted)) this.#counted.set(name, { ...counted, seenAt: from });
      else this.#find(name, counted, part, seenAt, at);
    }
    for (const [place, record] of records) {
      for (const [index, part] of parts.entries()) {
        const counted = countedOn(record, place, index);
        if (counted === null) continue;
        const name = `${place} ${index}`;
        this.#noteReader(name, counted);
        if (!holds(part, counted)) {
          if (!includes(this.#gone.get(name), counted)) this.#find(name, counted, part, from, at);
        } else if (!includes(this.#counted.get(name), counted)) this.#counted.set(name, { ...counted, seenAt: from });
      }
    }
  }

  #noteReader(name: string, counted: Counted): void {
    const readers = this.#readBy.get(name) ?? new Map<string, Counted>();
    if (!includes(readers.get(counted.reader), counted)) readers.set(counted.reader, counted);
    this.#readBy.set(name, readers);
  }

  #find(name: string, counted: Counted, part: Part, after: number, before: number): void {
    const { place, index, field, generation, mark } = counted;
    this.#counted.delete(name);
    this.#gone.set(name, counted);
    const left =
      part.generation === generation
        ? (part.marks.get(field) ?? 'no mark')
        : `the generation ${part.generation ?? 'none'}`;
    const detail = `part ${index} of the state held ${mark} of ${place} in the generation ${generation}, then ${left}`;
    const knownBy = [...(this.#readBy.get(name)?.values() ?? [])].filter((own) => !holds(part, own));
    this.#readBy.delete(name);
    this.found.push({ place, field, detail, after, before, knownBy: knownBy.map(({ reader }) => reader) });
  }
}

/** Whether something was left that counts on more than there is: for who starts without a position, any mark does. */
function isRemembered({ place, field }: { place: string; field: string }, look: Look): boolean {
  const { records, checkpoints, parts } = look;
  const record = records.get(place);
  const checkpoint = checkpoints.get(place);
  if (record === undefined) return checkpoint !== undefined || parts.some(({ marks }) => marks.has(field));
  if (checkpoint !== undefined && checkpoint > record.sequenceNumber) return true;
  return parts.some((part, index) => {
    const counted = countedOn(record, place, index);
    return counted !== null && !holds(part, counted);
  });
}

function countedOn(record: PartitionRecord, place: string, index: number): Counted | null {
  const [mark, generation] = [record.marks[index] ?? null, record.generations[index] ?? null];
  if (mark === null || generation === null) return null;
  return { place, index, field: markField(record), generation, mark, reader: record.reader };
}

const holds = (part: Part, { field, generation, mark }: Counted): boolean =>
  part.generation === generation && (part.marks.get(field) ?? -1) >= mark;

const includes = (known: Counted | undefined, { field, generation, mark }: Counted): boolean =>
  known !== undefined && known.field === field && known.generation === generation && known.mark >= mark;
