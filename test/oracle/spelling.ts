// Spells values as JSON text, and times as text, in all the ways that mean the same.

import type { Dice } from './dice.ts';
import { readTime, TICKS_PER_MINUTE, TICKS_PER_SECOND, writeTime } from './ticks.ts';

export type TimeForm = 'seven' | 'short' | 'nine' | 'offset' | 'noZone' | 'space' | 'us';
export const TIME_FORMS: readonly TimeForm[] = ['seven', 'short', 'nine', 'offset', 'noZone', 'space', 'us'];

/** The same moment in another form; one that cannot hold the fraction falls back on the full form. */
export function spellTime(ticks: bigint, form: TimeForm, turn: number): string {
  const full = writeTime(ticks);
  switch (form) {
    case 'seven':
      return full;
    case 'short':
      return full.replace(/\.?0+Z$/, 'Z');
    case 'nine':
      // Digits beyond the seventh are cut: 99 tempts to round up.
      return full.replace('Z', turn % 2 === 0 ? '99Z' : '5Z');
    case 'offset':
      return withOffset(ticks, [330, -480, 0, 765, -210][turn % 5]!);
    case 'noZone':
      return turn % 2 === 0 ? full.slice(0, -1) : full.replace(/\.?0+Z$/, '');
    case 'space':
      return full.replace('T', ' ').slice(0, turn % 2 === 0 ? -1 : undefined);
    case 'us':
      return ticks % TICKS_PER_SECOND === 0n ? usTime(full) : full;
  }
}

function withOffset(ticks: bigint, minutes: number): string {
  const local = writeTime(ticks + BigInt(minutes) * TICKS_PER_MINUTE).slice(0, -1);
  const size = Math.abs(minutes);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${local}${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** `11/14/2025 1:48:53 AM`: midnight and noon are 12. */
function usTime(full: string): string {
  const [year, month, day, hour] = full.split(/[-T:.Z]/).map(Number) as [number, number, number, number];
  return `${month}/${day}/${year} ${hour % 12 === 0 ? 12 : hour % 12}:${full.slice(14, 19)} ${hour < 12 ? 'AM' : 'PM'}`;
}

/** Whether a form holds this moment; the generator's own control of the spellings above. */
export function spellsTruly(ticks: bigint, form: TimeForm, turn: number): boolean {
  return readTime(spellTime(ticks, form, turn)) === ticks;
}

export interface JsonStyle {
  shuffleKeys: boolean;
  escape: boolean;
  space: 'none' | 'blanks' | 'lines';
}

export const PLAIN: JsonStyle = { shuffleKeys: false, escape: false, space: 'none' };

/** JSON text of a value with its keys in another order, characters escaped without need, white space of any kind. */
export function spellJson(value: unknown, style: JsonStyle, dice: Dice): string {
  const gap = () => (style.space === 'none' ? '' : dice.pick(style.space === 'lines' ? GAPS_WITH_LINES : GAPS));
  const around = (text: string) => `${gap()}${text}${gap()}`;
  if (typeof value === 'string') return spellString(value, style, dice);
  if (Array.isArray(value)) return `[${value.map((v) => around(spellJson(v, style, dice))).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, v]) => v !== undefined);
    const ordered = style.shuffleKeys ? dice.shuffled(entries) : entries;
    const members = ordered.map(([k, v]) => {
      return `${around(spellString(k, style, dice))}:${around(spellJson(v, style, dice))}`;
    });
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value);
}

const GAPS = ['', '', ' ', '  ', '\t'];
const GAPS_WITH_LINES = ['', ' ', '\n', '\n  ', '\r\n', '\t'];

function spellString(text: string, style: JsonStyle, dice: Dice): string {
  const plain = JSON.stringify(text);
  if (!style.escape || !dice.chance(0.5)) return plain;
  // Each UTF-16 unit by itself, so that a pair of surrogates is escaped as two.
  const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  const spelled = units.map((unit, i) => (dice.chance(0.3) ? escaped(unit, dice) : spellUnit(text, i)));
  return `"${spelled.join('')}"`;
}

function escaped(unit: number, dice: Dice): string {
  if (unit === 0x2f && dice.chance(0.5)) return '\\/';
  const hex = unit.toString(16).padStart(4, '0');
  return `\\u${dice.chance(0.5) ? hex : hex.toUpperCase()}`;
}

/** A unit as it stands; halves of a pair are left escaped, for apart they have no bytes. */
function spellUnit(text: string, i: number): string {
  return JSON.stringify(text[i]).slice(1, -1);
}
