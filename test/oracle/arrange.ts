// Packs records into events of every envelope and gives the events their places in hubs, shuffled and doubled.

import { type Dice, diceOf } from './dice.ts';
import type { SentItem } from './facts.ts';
import type { HostileRecord } from './hostile.ts';

export interface ArrangeOptions {
  hubs?: readonly string[];
  partitions?: number;
  /** Also sends what cannot be split, or only in part; the records are all sent whole beside it. */
  withBroken?: boolean;
  /** Delivers some events again, as they were and as new ones. */
  withDoubles?: boolean;
  /** Most records in one event. */
  packMax?: number;
}

const MS_PER_MINUTE = 60_000;
const BOM = '\ufeff';

/** The same records and seed give the same events; another seed the same facts in another order and packing. */
export function arrangeEvents(
  records: readonly HostileRecord[],
  seed: number,
  options: ArrangeOptions = {},
): SentItem[] {
  const dice = diceOf(seed);
  // Half the time neighbours in time share an event, as they do in life; else an event is late with all but one of its records.
  const order = dice.chance(0.5) ? byTime(records) : dice.shuffled(records);
  const bodies = packed(order, dice, options.packMax ?? 8);
  if (options.withBroken ?? true) bodies.push(...brokenBodies(records, dice));
  const sent = placed(bodies, dice, options);
  return dice.shuffled((options.withDoubles ?? true) ? [...sent, ...doubles(sent, dice)] : sent);
}

interface Body {
  bytes: Buffer;
  /** The newest event time within, in milliseconds; 0 where it holds none. */
  newestMs: number;
}

// --- packing -----------------------------------------------------------------------------------------------------------

function packed(records: readonly HostileRecord[], dice: Dice, packMax: number): Body[] {
  const bodies: Body[] = [];
  for (let i = 0; i < records.length; ) {
    const pack = records.slice(i, i + 1 + dice.below(packMax));
    bodies.push({ bytes: Buffer.from(enveloped(pack, dice)), newestMs: newestMs(pack) });
    i += pack.length;
  }
  // An event without records is nothing, and no error.
  if (dice.chance(0.3)) bodies.push({ bytes: Buffer.from('{"records":[]}'), newestMs: 0 });
  return bodies;
}

function byTime(records: readonly HostileRecord[]): HostileRecord[] {
  const known = (record: HostileRecord) => record.time ?? 0n;
  return [...records].sort((a, b) => (known(a) < known(b) ? -1 : known(a) > known(b) ? 1 : 0));
}

function newestMs(pack: readonly HostileRecord[]): number {
  return Math.max(0, ...pack.map(({ time }) => (time === undefined ? 0 : Math.ceil(Number(time / 10_000n)))));
}

function enveloped(pack: readonly HostileRecord[], dice: Dice): string {
  const texts = pack.map((record) => record.text);
  const forms = [envelope, envelope, envelope, array, arrayOfEnvelopes, inString, oneByOne, lines, linesOfEnvelopes];
  const body = dice.pick(forms)(texts, dice);
  return dice.chance(0.1) ? `${BOM}${body}` : body;
}

function envelope(texts: readonly string[], dice: Dice): string {
  const key = dice.chance(0.1) ? '"\\u0072ecords"' : '"records"';
  const list = `[${space(dice)}${texts.join(`${space(dice)},${space(dice)}`)}${space(dice)}]`;
  const members = [`${key}${space(dice)}:${space(dice)}${list}`];
  if (dice.chance(0.1)) members.unshift('"schema": {"records": [1]}');
  if (dice.chance(0.1)) members.push('"count" :"]}"');
  return `${space(dice)}{${members.join(',')}}${space(dice)}`;
}

function array(texts: readonly string[], dice: Dice): string {
  return `[${space(dice)}${texts.join(`,${space(dice)}`)}]${space(dice)}`;
}

function arrayOfEnvelopes(texts: readonly string[], dice: Dice): string {
  const middle = dice.below(texts.length + 1);
  return `[${envelope(texts.slice(0, middle), dice)},${envelope(texts.slice(middle), dice)}]`;
}

function inString(texts: readonly string[], dice: Dice): string {
  const inner = dice.pick([envelope, array, arrayOfEnvelopes, oneByOne])(texts, dice);
  return `${space(dice)}${JSON.stringify(inner)}${space(dice)}`;
}

/** A bare record where there is one that can stand alone; else an envelope. */
function oneByOne(texts: readonly string[], dice: Dice): string {
  return texts.length === 1 && standsAlone(texts[0]!) ? `${space(dice)}${texts[0]}` : envelope(texts, dice);
}

/** Newline-delimited records: only for those that hold no line break themselves. */
function lines(texts: readonly string[], dice: Dice): string {
  if (texts.some((text) => /[\r\n]/.test(text) || !standsAlone(text))) return envelope(texts, dice);
  const ending = dice.chance(0.2) ? '\r\n' : '\n';
  return texts.join(ending) + (dice.chance(0.5) ? ending : '');
}

function linesOfEnvelopes(texts: readonly string[], dice: Dice): string {
  if (texts.some((text) => /[\r\n]/.test(text))) return envelope(texts, dice);
  return texts.map((text) => `{"records":[${text}]}`).join('\n');
}

/** Whether nobody could take it for an envelope that lacks its records. */
function standsAlone(text: string): boolean {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return ('time' in value && 'category' in value) || 'TimeGenerated' in value;
}

/** No line breaks: an envelope may become a line. */
function space(dice: Dice): string {
  return dice.pick(['', '', '', ' ', '\t', '  ']);
}

// --- what cannot be split ----------------------------------------------------------------------------------------------

function brokenBodies(records: readonly HostileRecord[], dice: Dice): Body[] {
  const bodies = ['not json', '{"value":[]}', '{"records":', '42', '"plain text"'].filter(() => dice.chance(0.4));
  // The records before the break count, and are doubles of what is sent whole elsewhere.
  const whole = records.slice(0, dice.below(4));
  if (dice.chance(0.5))
    bodies.push(
      `{"records":[${[...whole.map((r) => r.text), '{"category":"SignInLogs","properties":{"userTy'].join(',')}`,
    );
  return bodies.map((body) => ({ bytes: Buffer.from(body), newestMs: newestMs(whole) }));
}

// --- places ------------------------------------------------------------------------------------------------------------

/** Enqueued minutes after the newest event time within, sometimes hours, sometimes a little before it. */
function placed(bodies: readonly Body[], dice: Dice, options: ArrangeOptions): SentItem[] {
  const hubs = options.hubs ?? ['insights-logs-signinlogs', 'insights-logs-auditlogs'];
  const partitions = options.partitions ?? 4;
  const floor = Math.min(...bodies.map((body) => body.newestMs).filter((ms) => ms > 0), Number.MAX_SAFE_INTEGER);
  const items = bodies.map(({ bytes, newestMs }) => ({
    body: bytes,
    hub: dice.pick(hubs),
    partition: String(dice.below(partitions)),
    enqueuedAt: (newestMs || (floor === Number.MAX_SAFE_INTEGER ? 0 : floor)) + delayMs(dice),
  }));
  const next = new Map<string, number>();
  // Within a partition the sequence numbers follow the enqueued times.
  return items
    .sort((a, b) => a.enqueuedAt - b.enqueuedAt)
    .map((item) => {
      const place = `${item.hub}/${item.partition}`;
      const sequenceNumber = next.get(place) ?? 0;
      next.set(place, sequenceNumber + 1);
      return { ...item, sequenceNumber };
    });
}

function delayMs(dice: Dice): number {
  const minutes = dice.pick([0, 1, 2, 3, 5, 8, 12, 14, 16, 40, 600, -1, -4, -6, -90]);
  return minutes * MS_PER_MINUTE + dice.below(1_000);
}

/** Some events delivered again as they are, and some sent again: other places, later times, the same bytes. */
function doubles(sent: readonly SentItem[], dice: Dice): SentItem[] {
  const again = sent.filter(() => dice.chance(0.15));
  const resent = sent
    .filter(() => dice.chance(0.15))
    .map((item, i) => ({
      ...item,
      sequenceNumber: sent.length + i,
      enqueuedAt: (item.enqueuedAt ?? 0) + delayMs(dice) + 5 * MS_PER_MINUTE,
    }));
  return [...again, ...resent];
}
