/** Sets of text, sorted by code unit and bounded: of too many the lowest stay, whatever the order they came in. */
import { compareText } from './fact.ts';

export const TEXT_SET_MAX = 1_000;

export interface TextSet {
  readonly values: readonly string[];
  /** True once a string had to be left out. */
  readonly truncated: boolean;
}

export const EMPTY_TEXT_SET: TextSet = { values: [], truncated: false };

export function addTexts(set: TextSet, texts: readonly string[]): TextSet {
  if (texts.every((text) => set.values.includes(text))) return set;
  const all = [...new Set([...set.values, ...texts])].sort(compareText);
  return { values: all.slice(0, TEXT_SET_MAX), truncated: set.truncated || all.length > TEXT_SET_MAX };
}

export function uniteTextSets(a: TextSet, b: TextSet): TextSet {
  const united = addTexts(a, b.values);
  return b.truncated && !united.truncated ? { ...united, truncated: true } : united;
}
